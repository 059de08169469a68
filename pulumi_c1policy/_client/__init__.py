"""The tenant's API over HTTP: settings, credentials, retries and the calls themselves.

The only importer of httpx. It loads nothing itself, so that reading the settings loads no HTTP
library. It must not import the lifecycle, the CLI, Pulumi or the emulator.
"""

import sys

# Importing httpx imports its command line if rich and click are installed, which takes a third of
# the time and memory of a first read. A None entry makes that import fail as if they were not
# installed.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
