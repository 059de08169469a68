"""The exit codes of the commands that CI jobs run: 0 in order, 2 found something, 1 error."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import typer
from typer.core import TyperCommand

SUCCESS: Final = 0
ERROR: Final = 1
FOUND: Final = 2


class ErrorsExitWithOne(TyperCommand):
    """A command that also exits with 1 if its options are wrong; the default is 2."""

    def make_context(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 (Typer's own)
        """Parse the options."""
        with _exit_with_one():
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401 (Typer's own)
        """Run the command."""
        with _exit_with_one():
            return super().invoke(ctx)


@contextmanager
def _exit_with_one() -> Iterator[None]:
    try:
        yield
    except typer.Exit:
        raise
    except Exception as error:
        # Typer's class of all errors about options is not public.
        if getattr(error, "exit_code", None) == FOUND:
            vars(error)["exit_code"] = ERROR
        raise
