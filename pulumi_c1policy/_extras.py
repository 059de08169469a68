"""The extras of the package: groups of optional dependencies, and the error for a missing one.

A deployment needs no extra. Imports nothing of ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Literal, TypeAlias

Extra: TypeAlias = Literal["cli", "graph", "review", "testing"]

MODULES: dict[Extra, frozenset[str]] = {
    "cli": frozenset({"ijson", "rich", "typer", "yaml"}),
    "graph": frozenset({"fast_sugiyama"}),
    "review": frozenset({"z3"}),
    "testing": frozenset({"cryptography", "starlette", "uvicorn", "yaml"}),
}
"""The modules that each extra installs. The extra `cel` has an error of its own: `_cel`."""


class MissingExtraError(ImportError):
    """A feature needs an extra that is not installed."""


@contextmanager
def require(extra: Extra, feature: str) -> Iterator[None]:
    """Import modules of an extra inside this context.

    Args:
        extra: The extra that installs them.
        feature: The feature that needs them, as the subject of a sentence.

    Raises:
        MissingExtraError: The extra is not installed. The message names the command to install it.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in MODULES[extra]:
            raise
        message = f"{feature} needs an extra; run `pip install 'pulumi-c1policy[{extra}]'`."
        raise MissingExtraError(message) from error


def is_importable(module: str) -> bool:
    """Return whether a module of an extra is installed."""
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False
