"""Plain values as Python source, laid out as ruff and black would. Pure.

Both formatters put what fits on a line on one, and break the outermost brackets of what does not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rich.cells import cell_len

from pulumi_c1policy import _text
from pulumi_c1policy._model.tree import Value

_WIDTH = 88
_INDENT = "    "
_BRACKETS: dict[type, tuple[str, str]] = {str: ("(", ")"), dict: ("{", "}"), list: ("[", "]")}


class Code(str):
    """An expression as it stands in the program, such as a variable."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Noted:
    """A value with a comment above it."""

    value: Value
    comment: str


def call(function: str, *positional: str, **named: Value) -> str:
    """A call with an argument a line: `function(`, then each, then `)`."""
    items = [*(("", value) for value in positional), *((f"{k}=", v) for k, v in named.items())]
    return "\n".join([f"{function}(", *_block(items, _INDENT, comma=True), ")"])


def literal(text: str) -> str:
    """`text` as one literal, in the quotes that need fewer escapes; what nobody can see is escaped."""
    quote = "'" if text.count('"') > text.count("'") else '"'
    return f"{quote}{''.join(_escaped(char, quote) for char in text)}{quote}"


def _escaped(char: str, quote: str) -> str:
    if char in (quote, "\\"):
        return f"\\{char}"
    return char if char.isprintable() else repr(char)[1:-1]


def _flat(value: Value) -> str | None:
    """`value` on one line; None where a comment forbids that."""
    if isinstance(value, Noted):
        return None
    if isinstance(value, str):
        return value if isinstance(value, Code) else literal(value)
    if not isinstance(value, dict | list):
        return repr(value).replace("e+", "e")
    opening, closing = _BRACKETS[type(value)]
    parts = []
    for prefix, item in _items(value):
        if (flat := _flat(item)) is None:
            return None
        parts.append(f"{prefix}{flat}")
    return f"{opening}{', '.join(parts)}{closing}"


def _lines(prefix: str, value: Value, suffix: str, indent: str) -> Iterator[str]:
    if isinstance(value, Noted):
        yield f"{indent}# {_text.one_line(value.comment)}"
        value = value.value
    flat = _flat(value)
    whole = f"{indent}{prefix}{flat}{suffix}"
    if flat is not None and (cell_len(whole) <= _WIDTH or not _breaks(value)):
        yield whole
        return
    opening, closing = _BRACKETS[type(value)]
    yield f"{indent}{prefix}{opening}"
    if isinstance(value, str):
        yield from _long_text(value, indent + _INDENT)
    else:
        items = _items(value)
        yield from _block(items, indent + _INDENT, comma=len(items) > 1)
    yield f"{indent}{closing}{suffix}"


def _block(items: Iterable[tuple[str, Value]], indent: str, *, comma: bool) -> Iterator[str]:
    for prefix, item in items:
        yield from _lines(prefix, item, "," if comma else "", indent)


def _long_text(value: str, indent: str) -> Iterator[str]:
    """A text of several lines: in one literal if that fits now, else in one a line."""
    whole = f"{indent}{literal(value)}"
    if cell_len(whole) <= _WIDTH:
        yield whole
    else:
        yield from (f"{indent}{literal(line)}" for line in value.splitlines(keepends=True))


def _breaks(value: Value) -> bool:
    """Whether `value` may go over several lines."""
    if isinstance(value, str):
        return not isinstance(value, Code) and len(value.splitlines()) > 1
    return isinstance(value, dict | list) and bool(value)


def _items(value: Value) -> list[tuple[str, Value]]:
    """What stands in a dict or a list: each with what stands before it on its line."""
    if isinstance(value, list):
        return [("", item) for item in value]
    return [(f"{literal(key)}: ", item) for key, item in value.items()]
