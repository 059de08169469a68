"""A process that asks each hostile server of a list once, and prints what that cost as JSON.

It runs by itself, so that its peak of memory is that of the client. Arguments: names and URLs.
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


def peak() -> float:
    """Return the megabytes that this process has held at most."""
    status = pathlib.Path("/proc/self/status")
    if status.exists():
        # The peak of `getrusage` begins with that of the parent.
        return int(status.read_text().partition("VmHWM:")[2].split()[0]) / _KB_PER_MB
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _KB_PER_MB**2


def ask(url: str, call: str) -> str:
    """Make one call; return the error that it ends with."""
    config = {"serverUrl": url, "accessToken": "token", "requestDeadline": "1"}
    with PolicyClient(settings.load(config, {})) as client:
        try:
            if call == "list":
                # As the lifecycle does, which holds no page longer than it looks at it.
                for _ in client.list():
                    pass
            else:
                client.get("p1")
        except errors.APIError as error:
            return error.summary
    return ""


def main() -> None:
    """Warm up on the first server, then ask the others."""
    (_, warm_url), *attacks = [pair.split("=", 1) for pair in sys.argv[1:]]
    ask(warm_url, "get")
    idle = peak()
    results = {}
    for name, url in attacks:
        started = time.monotonic()
        said = ask(url, "list" if name.startswith("pages") else "get")
        seconds = time.monotonic() - started
        results[name] = {"said": said, "seconds": seconds, "megabytes": peak() - idle}
    print(json.dumps(results))  # noqa: T201 - the parent reads it


if __name__ == "__main__":
    main()
