"""Checks of literals that pass the type check and fail when the expression is evaluated."""

from __future__ import annotations

import ipaddress
import json
import re
import zoneinfo
from collections.abc import Iterator
from functools import cache

from pulumi_c1policy._cel import compiler
from pulumi_c1policy._cel.context import Context
from pulumi_c1policy._cel.diagnostics import Diagnostic
from pulumi_c1policy._cel.syntax_tree import Node

RULE = "bad-literal"

_CONVERSIONS = {
    "duration": "write hours, minutes and seconds, such as `2h`, `30m` or `720h`",
    "timestamp": "write a timestamp such as `2025-01-31T00:00:00Z`",
    "int": "write digits only",
    "uint": "write digits only",
    "double": "write a number such as `0.5`",
}
_UNITS = frozenset(["minute", "hour", "day", "week", "month", "quarter", "year"])
_UNIT_FUNCTIONS = frozenset(["time.start_of", "time.end_of", "time.truncate"])
_ZONE_FUNCTIONS = _UNIT_FUNCTIONS | {"time.parse", "time.format"}
_OFFSET = re.compile(r"[+-]?\d{1,2}:\d{2}")
_DAYS = re.compile(r"(\d+)d(?:ays?)?")


def check(context: Context, tree: Node) -> Iterator[Diagnostic]:
    """Yield a warning for each literal that fails at run time."""
    for node in tree.walk():
        if node.kind == "call":
            for literal, message in _check_call(node):
                yield context.warning(literal.offset, RULE, message)


def _check_call(node: Node) -> Iterator[tuple[Node, str]]:
    if node.name in _CONVERSIONS and len(node.parts) == 1:
        yield from _check_conversion(node.name, node.parts[0])
    elif node.name == "matches" and node.parts:
        yield from _check_pattern(node.parts[-1])
    elif node.name in ("ip", "cidr"):
        yield from _check_addresses(node)
    elif node.name in _ZONE_FUNCTIONS:
        if node.name in _UNIT_FUNCTIONS:
            yield from _check_unit(node.parts[1])
        yield from _check_zones(node.parts[2:])
    elif node.name.startswith("get") and node.target and node.target.type == "timestamp":
        yield from _check_zones(node.parts)


def _get_text(node: Node) -> str | None:
    return node.value if node.kind == "constant" and isinstance(node.value, str) else None


def _quote(text: str) -> str:
    return f"`{text}`" if text else "an empty string"


def _check_conversion(name: str, part: Node) -> Iterator[tuple[Node, str]]:
    text = _get_text(part)
    if text is None or not compiler.fails_to_evaluate(
        f"{name}({json.dumps(text, ensure_ascii=False)})"
    ):
        return
    advice = _CONVERSIONS[name]
    if name == "duration" and (days := _DAYS.fullmatch(text.strip())):
        advice = f"days are not supported; write `{int(days[1][:6]) * 24}h`"
    yield part, f"{_quote(text)} is not a valid {name} and fails at run time; {advice}"


def _check_pattern(part: Node) -> Iterator[tuple[Node, str]]:
    text = _get_text(part)
    if text is not None and compiler.fails_to_evaluate(
        f"''.matches({json.dumps(text, ensure_ascii=False)})"
    ):
        yield part, f"`{text}` is not a valid RE2 regular expression and fails at run time"


def _check_addresses(node: Node) -> Iterator[tuple[Node, str]]:
    for part in node.parts:
        for item in part.parts if part.kind == "list" else [part]:
            text = _get_text(item)
            if text is None:
                continue
            if node.name == "ip" and not _is_address(text):
                yield item, f"{_quote(text)} is not an IP address and fails at run time"
            if node.name == "cidr" and not _is_network(text):
                advice = "write a network such as `10.0.0.0/8`"
                if "," in text:
                    advice = 'write several networks as `cidr("10.0.0.0/8", "192.168.0.0/16")`'
                yield item, f"{_quote(text)} is not a network and fails at run time; {advice}"


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _is_network(text: str) -> bool:
    address, slash, bits = text.partition("/")
    if not slash or not bits.isdecimal() or not _is_address(address):
        return False
    return int(bits[:4]) <= ipaddress.ip_address(address).max_prefixlen


def _check_unit(part: Node) -> Iterator[tuple[Node, str]]:
    text = _get_text(part)
    if text is not None and text not in _UNITS:
        units = ", ".join(sorted(_UNITS))
        yield (
            part,
            f"{_quote(text)} is not a unit of time and fails at run time; use one of {units}",
        )


def _check_zones(parts: list[Node]) -> Iterator[tuple[Node, str]]:
    for part in parts:
        text = _get_text(part)
        if text and _load_zones() and text not in _load_zones() and not _OFFSET.fullmatch(text):
            message = (
                f"`{text}` is not a time zone and fails at run time; "
                f"write a name such as `Europe/Berlin`"
            )
            yield part, message


@cache
def _load_zones() -> frozenset[str]:
    """Return the time zones that this machine knows, or none if it has no time zone data."""
    known = zoneinfo.available_timezones()
    return frozenset(known | {"Local"} if known else ())
