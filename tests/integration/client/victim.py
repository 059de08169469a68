"""A program that calls each hostile server once, and prints the cost of each call as JSON.

It is a process of its own, so that its peak of memory is that of the client. Its arguments are
`name=url`; the first server is for warming up.
"""

from __future__ import annotations

import json
import pathlib
import resource
import sys
import time

from pulumi_c1policy import errors
from pulumi_c1policy._client import settings
from pulumi_c1policy._client.policy_client import PolicyClient

_KB_PER_MB = 1024


def measure_peak() -> float:
    """Return the peak memory of this process in megabytes."""
    status = pathlib.Path("/proc/self/status")
    if status.exists():
        # `getrusage` starts with the peak of the parent process.
        return int(status.read_text().partition("VmHWM:")[2].split()[0]) / _KB_PER_MB
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _KB_PER_MB**2


def call_server(url: str, call: str) -> str:
    """Make one call; return the summary of its error, or an empty text."""
    config = {"serverUrl": url, "accessToken": "token", "requestDeadline": "1"}
    with PolicyClient(settings.load(config, {})) as client:
        try:
            if call == "list":
                # Like the lifecycle, keep no page.
                for _ in client.list():
                    pass
            else:
                client.get("p1")
        except errors.APIError as error:
            return error.summary
    return ""


def main() -> None:
    """Warm up on the first server, then call the others."""
    (_, warm_url), *attacks = [pair.split("=", 1) for pair in sys.argv[1:]]
    call_server(warm_url, "get")
    idle = measure_peak()
    results = {}
    for name, url in attacks:
        started = time.monotonic()
        error = call_server(url, "list" if name.startswith("pages") else "get")
        seconds = time.monotonic() - started
        results[name] = {"error": error, "seconds": seconds, "megabytes": measure_peak() - idle}
    print(json.dumps(results))  # noqa: T201 (the parent process reads it)


if __name__ == "__main__":
    main()
