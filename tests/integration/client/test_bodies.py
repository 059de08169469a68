"""Each hostile body costs little time, at most 200 MB, and raises an error of one line."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from typing import Any

import pytest

from tests.integration.client import attacks, victim
from tests.integration.client.hostile import OK, Handle, answer_with, listen, page_forever

ALLOWED_MEGABYTES = 200
ACCEPTED = {"huge wide text", "huge escaped text", "tiny objects", "nesting 100", "infinity"}
"""Odd bodies within the limits; the decoder of the policy checks them further."""


def measure_costs(handlers: dict[str, Handle]) -> dict[str, dict[str, Any]]:
    """Return the cost of a call to each server: seconds, megabytes, and the error."""
    with contextlib.ExitStack() as stack:
        arguments = []
        for name, handle in handlers.items():
            listener = listen(handle)
            stack.callback(listener.stop)
            arguments.append(f"{name}=http://127.0.0.1:{listener.port}")
        done = subprocess.run(
            [sys.executable, victim.__file__, *arguments], check=True, capture_output=True
        )
    found: dict[str, dict[str, Any]] = json.loads(done.stdout)
    return found


@pytest.mark.slow
def test_a_hostile_body_costs_little_time_and_memory_and_raises_a_short_error() -> None:
    wide = b'{"id":"%s"}' % (b"\\ud83d\\ude00" + b"x" * 4_000_000)
    values = b'{"id":"p","a":[%s]}' % b",".join([b'{"a":"bc"}'] * 110_000)
    handlers = {"warm": answer_with(OK + b"Content-Length: 2\r\n\r\n{}")}
    handlers |= {name: answer_with(attacks.answer(name)) for name in attacks.BODIES}
    handlers |= {
        f"error of {name}": answer_with(attacks.answer(name, 400))
        for name in ("huge wide text", "tiny objects", "nesting 100000")
    }
    handlers |= {"pages of text": page_forever(wide), "pages of values": page_forever(values)}
    costs = measure_costs(handlers)
    assert {name for name, cost in costs.items() if not cost["error"]} == ACCEPTED
    assert {name for name, cost in costs.items() if len(cost["error"].splitlines()) > 1} == set()
    assert {name: cost for name, cost in costs.items() if cost["seconds"] > 3} == {}
    # The peak never falls, so the first large one is the cause.
    large = {name: cost for name, cost in costs.items() if cost["megabytes"] > ALLOWED_MEGABYTES}
    assert large == {}
