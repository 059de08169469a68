"""Checks before anything is sent: every failure at once, each with its path and its rule's id. Pure.

The shape of a policy (names, types, oneofs, bounds) is checked against the model; what holds between
fields is in `rules`. A value that is unknown postpones just the checks that need it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from pulumi_c1policy._lifecycle.normalize import ABSENT, canonical_field
from pulumi_c1policy._lifecycle.spellings import suggestion
from pulumi_c1policy._model import durations
from pulumi_c1policy._model.paths import Key, Path
from pulumi_c1policy._model.schema import Enum, Field, Message, Scalar
from pulumi_c1policy._model.tree import Tree, Value
from pulumi_c1policy._model.unknown import UNKNOWN


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong, or doubtful, in what a program wrote.

    Attributes:
        path: Where, from the policy down.
        rule: The rule's id, in kebab-case.
        message: What is wrong and what to write instead, in a sentence.
        severity: An error stops the deployment, a warning does not.
    """

    path: Path
    rule: str
    message: str
    severity: Literal["error", "warning"] = "error"


_INTEGER_RANGES = {
    Scalar.INT32: (-(2**31), 2**31 - 1),
    Scalar.UINT32: (0, 2**32 - 1),
    Scalar.INT64: (-(2**63), 2**63 - 1),
    Scalar.UINT64: (0, 2**64 - 1),
}


def check_message(message: Message, value: Value, path: Path) -> Iterator[Finding]:
    """What is wrong with `value` as a `message`, at any depth, seen by itself."""
    if value is UNKNOWN:
        return
    if not isinstance(value, dict):
        yield Finding(path, "wrong-type", f"should be a dict, not {_kind(value)}")
        return
    strangers = [name for name in value if name not in message.fields]
    for name in strangers:
        hint = suggestion(message, name)
        yield Finding((*path, str(name)), "unknown-field", f"there is no such field; {hint}")
    for name, field in message.fields.items():
        if value.get(name) is None:
            if field.required and not strangers:
                yield Finding((*path, name), "missing", f"is required: {field.doc}")
        else:
            yield from _check_field(field, value[name], value, (*path, name))
    for group, members in message.oneofs.items():
        if not strangers:
            yield from _check_oneof(message, group, members, value, path)


def _check_field(field: Field, value: Value, siblings: Tree, path: Path) -> Iterator[Finding]:
    if field.output_only:
        yield Finding(path, "output-only", "is set by the tenant; leave it out")
        return
    if field.deprecated:
        yield Finding(path, "deprecated", f"is deprecated: {field.deprecated}", "warning")
    if field.kept_if and siblings.get(field.kept_if) not in (True, UNKNOWN):
        yield Finding(
            path,
            "not-kept",
            f"has no effect and is not kept unless `{field.kept_if}` is True; set that, or leave "
            "this out",
        )
    if value is UNKNOWN:
        return
    if field.required and canonical_field(field, value) is ABSENT:
        yield Finding(path, "missing", f"is required and must not be empty: {field.doc}")
        return
    if field.shape == "one":
        yield from _check_item(field, value, path)
    elif field.shape == "list":
        yield from _check_list(field, value, path)
    elif not isinstance(value, dict):
        yield Finding(path, "wrong-type", f"should be a dict, not {_kind(value)}")
    else:
        for key, item in value.items():
            yield from _check_item(field, item, (*path, Key(key)))


def _check_list(field: Field, value: Value, path: Path) -> Iterator[Finding]:
    if not isinstance(value, list):
        yield Finding(path, "wrong-type", f"should be a list, not {_kind(value)}")
        return
    least, most = field.least, field.most
    if least is not None and len(value) < least:
        yield Finding(path, "too-few", f"needs at least {least}, has {len(value)}")
    if most is not None and len(value) > most:
        yield Finding(path, "too-many", f"takes at most {most}, has {len(value)}")
    for index, item in enumerate(value):
        yield from _check_item(field, item, (*path, index))


def _check_item(field: Field, value: Value, path: Path) -> Iterator[Finding]:
    kind = field.type
    if isinstance(kind, Message):
        yield from check_message(kind, value, path)
    elif value is UNKNOWN or kind is Scalar.STRUCT:
        if value is not UNKNOWN and not isinstance(value, dict):
            yield Finding(path, "wrong-type", f"should be a dict, not {_kind(value)}")
    elif isinstance(kind, Enum):
        yield from _check_enum(kind, value, path)
    elif kind is Scalar.DURATION:
        yield from _check_duration(field, value, path)
    elif kind in _INTEGER_RANGES:
        yield from _check_integer(field, kind, value, path)
    else:
        wanted = bool if kind is Scalar.BOOL else str
        if not isinstance(value, wanted):
            expected = "True or False" if wanted is bool else "a string"
            yield Finding(path, "wrong-type", f"should be {expected}, not {_kind(value)}")


def _check_enum(kind: Enum, value: Value, path: Path) -> Iterator[Finding]:
    if value in kind.values:
        return
    choices = ", ".join(kind.values[1:])
    text = f"{value!r}" if isinstance(value, str) else _kind(value)
    names = {v.lower(): v for v in kind.values} | {
        v.lower().removeprefix(_common_prefix(kind)): v for v in kind.values
    }
    near = get_close_matches(str(value).lower(), names, n=1)
    hint = f"did you mean {names[near[0]]!r}?" if near else f"write one of {choices}"
    yield Finding(path, "not-a-value", f"cannot be {text}; {hint}")


def _common_prefix(kind: Enum) -> str:
    return kind.zero.lower().removesuffix("unspecified")


def _check_duration(field: Field, value: Value, path: Path) -> Iterator[Finding]:
    exact = durations.seconds(value)
    if exact is None:
        yield Finding(
            path,
            "not-a-duration",
            f"should be a span of time such as '1h', '90m' or '3600s', or a number of seconds, "
            f"not {value!r}"
            if isinstance(value, str)
            else f"should be a span of time such as '1h' or '3600s', not {_kind(value)}",
        )
    elif (field.least is not None and exact < field.least) or (
        field.most is not None and exact > field.most
    ):
        yield Finding(
            path,
            "out-of-bounds",
            f"should be between {field.least} seconds and {field.most} seconds, not {float(exact):g}",
        )


def _check_integer(field: Field, kind: Value, value: Value, path: Path) -> Iterator[Finding]:
    number = value
    if isinstance(value, str) and value.strip().lstrip("-").isascii():
        number = int(value) if value.strip().lstrip("-").isdigit() else value
    if not isinstance(number, int) or isinstance(number, bool):
        yield Finding(path, "wrong-type", f"should be a whole number, not {_kind(value)}")
        return
    lowest, highest = _INTEGER_RANGES[kind]
    lowest = lowest if field.least is None else field.least
    highest = highest if field.most is None else field.most
    if not lowest <= number <= highest:
        yield Finding(
            path, "out-of-bounds", f"should be between {lowest} and {highest}, not {number}"
        )


def _check_oneof(
    message: Message, group: str, members: tuple[str, ...], value: Tree, path: Path
) -> Iterator[Finding]:
    states = {m: _member_state(message.fields[m], value.get(m)) for m in members}
    for field in message.fields.values():
        if field.alias_of in states and states[field.alias_of] == "unset":
            states[field.alias_of] = _member_state(field, value.get(field.name))
    chosen = [m for m in members if states[m] == "set"]
    if len(chosen) > 1:
        names = " and ".join(f"`{m}`" for m in chosen)
        yield Finding(path, "one-of", f"sets {names}, of which only one may be; keep one of them")
    elif not chosen and group in message.required_oneofs and "unknown" not in states.values():
        names = ", ".join(f"`{m}`" for m in members)
        one = "exactly one of " if len(members) > 1 else ""
        yield Finding(path, "one-of", f"says nothing; set {one}{names}")


def _member_state(field: Field, value: Value) -> str:
    if value is UNKNOWN:
        return "unknown"
    if value is None or (
        field.type is not Scalar.BOOL
        and not isinstance(field.type, Message)
        and canonical_field(field, value) is ABSENT
    ):
        return "unset"
    return "set"


def _kind(value: Value) -> str:
    names = {
        str: "a string",
        bool: "True or False",
        int: "a number",
        float: "a number",
        list: "a list",
        dict: "a dict",
        type(None): "None",
    }
    return names.get(type(value), f"a {type(value).__name__}")
