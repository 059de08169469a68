"""An emulated ConductorOne tenant: a real HTTP server that behaves as the API's reference says.

The OpenAPI structure and the vendor's own clients judge it from outside. It shares no code with the
rest of the package, so that a bug of ours cannot hide in both. Names load lazily, because the
pytest plugin imports this package in every test run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pulumi_c1policy._emulator.faults import Fault
    from pulumi_c1policy._emulator.journal import RecordedRequest
    from pulumi_c1policy._emulator.quirks import Quirks
    from pulumi_c1policy._emulator.server import Emulator

__all__ = ["Emulator", "Fault", "Quirks", "RecordedRequest"]

_HOMES = {
    "Emulator": "server",
    "Fault": "faults",
    "Quirks": "quirks",
    "RecordedRequest": "journal",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 (any of the names above)
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    from pulumi_c1policy import _extras

    with _extras.require("testing", "The emulated tenant"):
        module = import_module(f"{__name__}.{_HOMES[name]}")
    return getattr(module, name)
