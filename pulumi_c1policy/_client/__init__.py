"""The client of the tenant's API: settings, credentials, retries and calls.

Only this package imports httpx. Importing it loads nothing else, so that reading the settings does
not load an HTTP library. It must not import the lifecycle, the CLI, Pulumi or the emulator.
"""

import sys

# httpx imports its own command line if rich and click are installed, which costs a third of the CPU
# time and memory of a first read. A None entry makes that import fail as if it were not installed.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
