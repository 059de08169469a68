"""Options that are declared as the fields of a dataclass, for commands with many of them."""

from __future__ import annotations

import dataclasses
import functools
import inspect
from collections.abc import Callable
from inspect import Parameter
from typing import Any, get_type_hints


def spread_options(group: type[Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Add an option to a command for each field of a dataclass, after the command's own options.

    The command receives an instance of the dataclass as its first argument.

    Args:
        group: The dataclass. Each field is annotated as an option, and has a default.
    """
    hints = get_type_hints(group, include_extras=True)
    options = [
        Parameter(
            field.name,
            Parameter.KEYWORD_ONLY,
            default=field.default,
            annotation=hints[field.name],
        )
        for field in dataclasses.fields(group)
    ]

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(command)
        def run(**values: Any) -> None:  # noqa: ANN401 (values of any option)
            grouped = {option.name: values.pop(option.name) for option in options}
            command(group(**grouped), **values)

        signature = inspect.signature(command, eval_str=True)
        _, *own = signature.parameters.values()
        # typer reads the options of a command from its signature.
        run.__signature__ = signature.replace(parameters=[*own, *options])  # type: ignore[attr-defined]
        return run

    return decorate
