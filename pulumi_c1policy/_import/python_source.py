"""Plain values as Python source, in the layout of ruff and black. Pure.

Both formatters leave an expression that fits on one line, and otherwise break the outermost
brackets.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from wcwidth import wcswidth

from pulumi_c1policy import _text
from pulumi_c1policy._model.tree import Value

MAX_LINE_COLUMNS: Final = 88
"""The length of a line beyond which the formatters break it."""

_INDENT = "    "
_BRACKETS: dict[type, tuple[str, str]] = {str: ("(", ")"), dict: ("{", "}"), list: ("[", "]")}


class Code(str):
    """A Python expression, such as a variable."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Commented:
    """A value with a comment above it."""

    value: Value
    comment: str


def format_call(function: str, *positional: str, **named: Value) -> str:
    """Format a call with one argument per line."""
    items = [*(("", value) for value in positional), *((f"{k}=", v) for k, v in named.items())]
    return "\n".join([f"{function}(", *_format_items(items, _INDENT, comma=True), ")"])


def format_flat_call(function: str, **named: Value) -> str:
    """Format a call on one line; its arguments have no comments."""
    return f"{function}({', '.join(f'{name}={_format_flat(v)}' for name, v in named.items())})"


def format_text(text: str) -> str:
    """Format a text as one string literal, in the quotes that need fewer escapes."""
    quote = "'" if text.count('"') > text.count("'") else '"'
    return f"{quote}{''.join(_escape_character(char, quote) for char in text)}{quote}"


def _escape_character(char: str, quote: str) -> str:
    if char in (quote, "\\"):
        return f"\\{char}"
    return char if char.isprintable() else repr(char)[1:-1]


def _format_flat(value: Value) -> str | None:
    """Format a value on one line; return None if it contains a comment."""
    if isinstance(value, Commented):
        return None
    if isinstance(value, str):
        return value if isinstance(value, Code) else format_text(value)
    if not isinstance(value, dict | list):
        return repr(value).replace("e+", "e")
    opening, closing = _BRACKETS[type(value)]
    parts = []
    for prefix, item in _list_items(value):
        if (flat := _format_flat(item)) is None:
            return None
        parts.append(f"{prefix}{flat}")
    return f"{opening}{', '.join(parts)}{closing}"


def _format_lines(prefix: str, value: Value, suffix: str, indent: str) -> Iterator[str]:
    if isinstance(value, Commented):
        yield f"{indent}# {_text.to_one_line(value.comment)}"
        value = value.value
    flat = _format_flat(value)
    whole = f"{indent}{prefix}{flat}{suffix}"
    if flat is not None and (wcswidth(whole) <= MAX_LINE_COLUMNS or not _is_breakable(value)):
        yield whole
        return
    opening, closing = _BRACKETS[type(value)]
    yield f"{indent}{prefix}{opening}"
    if isinstance(value, str):
        yield from _format_long_text(value, indent + _INDENT)
    elif isinstance(value, dict | list):
        items = _list_items(value)
        yield from _format_items(items, indent + _INDENT, comma=len(items) > 1)
    yield f"{indent}{closing}{suffix}"


def _format_items(items: Iterable[tuple[str, Value]], indent: str, *, comma: bool) -> Iterator[str]:
    for prefix, item in items:
        yield from _format_lines(prefix, item, "," if comma else "", indent)


def _format_long_text(value: str, indent: str) -> Iterator[str]:
    """Format a text of several lines: one literal if it fits, otherwise one for each line."""
    whole = f"{indent}{format_text(value)}"
    if wcswidth(whole) <= MAX_LINE_COLUMNS:
        yield whole
    else:
        yield from (f"{indent}{format_text(line)}" for line in value.splitlines(keepends=True))


def _is_breakable(value: Value) -> bool:
    """Return whether the formatters break a value into several lines."""
    if isinstance(value, str):
        return not isinstance(value, Code) and len(value.splitlines()) > 1
    return isinstance(value, dict | list) and bool(value)


def _list_items(value: dict[str, Value] | list[Value]) -> list[tuple[str, Value]]:
    """List the items of a dict or list, each with what precedes it on its line."""
    if isinstance(value, list):
        return [("", item) for item in value]
    return [(f"{format_text(key)}: ", item) for key, item in value.items()]
