"""The tenant's API over HTTP: settings, credentials, retries and the calls themselves.

The only importer of httpx. It loads nothing itself, so that reading the settings loads no HTTP
library. It must not import the lifecycle, the CLI, Pulumi or the emulator.
"""

import sys

# httpx loads its own command line where rich and click are installed: a third of a first read's CPU
# and memory, for nothing. Of a module that is None it takes note as of one that is not installed.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
