"""The faults that the page offers."""

from __future__ import annotations

from collections.abc import Mapping

from pulumi_c1policy._emulator import Fault

FAULTS: Mapping[str, tuple[str, Fault]] = {
    "unavailable": (
        "Answer 503 to the next three requests",
        Fault(do="answer", status=503, path="/api/", times=3),
    ),
    "throttled": (
        "Answer 429 to the next request, for 2 seconds",
        Fault(do="answer", status=429, path="/api/", retry_after=2),
    ),
    "lost": (
        "Carry out the next write, and lose its answer",
        Fault(do="cut", method="POST", path="/api/v1/policies", after_effect=True),
    ),
    "refused": (
        "Cut the next connection",
        Fault(do="cut", path="/api/"),
    ),
    "slow": (
        "Delay every request by 2 seconds",
        Fault(do="delay", seconds=2, path="/api/", times=None),
    ),
    "tokens": ("Forget the issued tokens", Fault(do="expire_tokens", path="/api/")),
    "proxy": ("Answer the next request with a page of a proxy", Fault(do="html", path="/api/")),
}
"""The faults by name, each with its text."""
