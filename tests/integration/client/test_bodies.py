"""Hostile bodies: each costs little time, at most 200 MB, and ends in one sentence."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from typing import Any

import pytest

from tests.integration.client import attacks, victim
from tests.integration.client.hostile import OK, Handle, answering, listen, paging

ALLOWED_MEGABYTES = 200
# What is odd about one policy is for those who decode it.
FINE = {"huge wide text", "huge escaped text", "tiny objects", "nesting 100", "infinity"}
"""Bodies that are large and within the bounds."""


def costs_of(handlers: dict[str, Handle]) -> dict[str, dict[str, Any]]:
    """Return what each server costs a process of its own: seconds, megabytes, and what is said."""
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
def test_a_hostile_body_costs_little_time_and_memory_and_ends_in_a_sentence() -> None:
    wide = b'{"id":"%s"}' % (b"\\ud83d\\ude00" + b"x" * 4_000_000)
    values = b'{"id":"p","a":[%s]}' % b",".join([b'{"a":"bc"}'] * 110_000)
    handlers = {"warm": answering(OK + b"Content-Length: 2\r\n\r\n{}")}
    handlers |= {name: answering(attacks.answer(name)) for name in attacks.BODIES}
    handlers |= {
        f"error of {name}": answering(attacks.answer(name, 400))
        for name in ("huge wide text", "tiny objects", "nesting 100000")
    }
    handlers |= {"pages of text": paging(wide), "pages of values": paging(values)}
    costs = costs_of(handlers)
    assert {name for name, cost in costs.items() if not cost["said"]} == FINE
    assert {name for name, cost in costs.items() if len(cost["said"].splitlines()) > 1} == set()
    assert {name: cost for name, cost in costs.items() if cost["seconds"] > 3} == {}
    # The peak never falls: the first one that is too large is the culprit.
    large = {name: cost for name, cost in costs.items() if cost["megabytes"] > ALLOWED_MEGABYTES}
    assert large == {}
