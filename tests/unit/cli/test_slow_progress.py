"""Sentences about the progress are for a terminal, and only for a slow command."""

from __future__ import annotations

import io
import sys
import time

import pytest

from pulumi_c1policy._cli import slow_progress


class Terminal(io.StringIO):
    """Standard error on a terminal."""

    def isatty(self) -> bool:
        return True


BOTH = pytest.mark.parametrize("stream_type", [Terminal, io.StringIO])


@BOTH
def test_a_slow_command_tells_its_progress(
    stream_type: type[io.StringIO], monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = stream_type()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(slow_progress, "_SECONDS_OF_SILENCE", 0.01)
    inform = slow_progress.SlowProgress()
    with slow_progress.announce_slow("Drawing …"):
        time.sleep(0.05)
    inform("1 of 2")
    inform("2 of 2")
    expected = "Drawing …\n1 of 2\n" if stream.isatty() else ""
    assert stream.getvalue() == expected


@BOTH
def test_a_quick_command_is_silent(
    stream_type: type[io.StringIO], monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = stream_type()
    monkeypatch.setattr(sys, "stderr", stream)
    inform = slow_progress.SlowProgress()
    with slow_progress.announce_slow("Drawing …"):
        inform("1 of 2")
    assert stream.getvalue() == ""
