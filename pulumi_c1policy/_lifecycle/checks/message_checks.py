"""The check of a message's shape against the model: names, types, oneofs, bounds. Pure.

All findings are reported at once, each with its path and its rule's id. An unknown value postpones
only the checks that need it. Every preview waits for this check, so it passes valid values quickly:
it looks only at what is set, and makes sentences only for findings.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from pulumi_c1policy._findings.finding import Finding, Severity
from pulumi_c1policy._findings.rule_registry import RULES
from pulumi_c1policy._lifecycle.checks import rejected_steps
from pulumi_c1policy._lifecycle.checks.spellings import guess_field, suggest_field
from pulumi_c1policy._model import durations
from pulumi_c1policy._model.normalize import is_absent
from pulumi_c1policy._model.paths import Key, Path
from pulumi_c1policy._model.schema import Enum, Field, Message, Scalar
from pulumi_c1policy._model.steps import POLICY_STEP
from pulumi_c1policy._model.tree import Tree, Value
from pulumi_c1policy._model.unknown import UNKNOWN

_INTEGER_RANGES = {
    Scalar.INT32: (-(2**31), 2**31 - 1),
    Scalar.UINT32: (0, 2**32 - 1),
    Scalar.INT64: (-(2**63), 2**63 - 1),
    Scalar.UINT64: (0, 2**64 - 1),
}
# Module constants: looking up an enum member is slow in Python 3.11.
_STRING, _BOOL, _STRUCT, _DURATION = Scalar.STRING, Scalar.BOOL, Scalar.STRUCT, Scalar.DURATION
_KINDS = {
    str: "a string",
    bool: "True or False",
    int: "a number",
    float: "a number",
    list: "a list",
    dict: "a dict",
    type(None): "None",
}
_MAX_DIGITS = 40
_ANY = ""
"""The rule of values that cannot be sent at all; no user can turn it down."""
_A_SPAN = "should be a span of time such as '1h', '90m' or '3600s', or a number of seconds, not "


def check_message(message: Message, value: Value, path: Path) -> list[Finding]:
    """Check a value as a message, at any depth, without the relations between its fields."""
    found: list[Finding] = []
    _check_message(message, value, path, found)
    return found


def _check_message(message: Message, value: Value, path: Path, found: list[Finding]) -> None:
    if value is UNKNOWN:
        return
    if not isinstance(value, dict):
        found.append(_make_type_finding(path, "a dict", value))
        return
    fields, plain, unknown_names = message.fields, message.plain, []
    for name, item in value.items():
        kind = plain.get(name)
        if kind is type(item):
            continue
        if isinstance(kind, Message) and item is not None:
            _check_message(kind, item, (*path, name), found)
        elif (field := fields.get(name)) is None:
            unknown_names.append(name)
        elif item is not None:
            _check_field(field, item, value, (*path, name), found)
    for name in unknown_names:
        text = f"there is no such field; {suggest_field(message, name)}"
        found.append(Finding((*path, str(name)), _ANY, text))
    for field in message.required:
        if value.get(field.name) is None and not _is_misspelt(message, unknown_names, field.name):
            found.append(Finding((*path, field.name), "missing", f"is required: {field.doc}"))
    if message.members:
        _check_oneofs(message, value, path, found, misspelt=bool(unknown_names))


def _is_misspelt(message: Message, unknown_names: Iterable[str], name: str) -> bool:
    return any(guess_field(message, stranger) == name for stranger in unknown_names)


def _check_field(
    field: Field, value: Value, siblings: Tree, path: Path, found: list[Finding]
) -> None:
    if field.output_only:
        text = "is set by the tenant and is never sent; remove it"
        found.append(Finding(path, "output-only", text))
        return
    if field.refused_by:
        found.append(Finding(path, field.refused_by, rejected_steps.ADVICE[field.refused_by]))
    if field.deprecated:
        text = f"is deprecated: {field.deprecated}"
        found.append(Finding(path, "deprecated", text, "warning"))
    if field.kept_if and _is_off(siblings, field.kept_if):
        found.append(
            Finding(
                path,
                "not-kept",
                f"has no effect unless `{field.kept_if}` is True, and the tenant drops it; set "
                "that, or remove this",
            )
        )
    if value is UNKNOWN:
        return
    if field.required and field.least is None and _is_empty(field, value):
        found.append(_make_empty_finding(field, path))
        return
    if field.acts_if and value and _is_off(siblings, field.acts_if):
        text = f"has no effect unless `{field.acts_if}` is True; set that, or remove this"
        found.append(Finding(path, "no-effect", text, "warning"))
    if field.shape == "one":
        _check_item(field, value, path, found)
    elif field.shape == "list":
        _check_list(field, value, path, found)
    elif not isinstance(value, dict):
        found.append(_make_type_finding(path, "a dict", value))
    else:
        for key, item in value.items():
            _check_item(field, item, (*path, Key(key)), found)


def _make_empty_finding(field: Field, path: Path) -> Finding:
    if field.cel:
        return Finding(
            path,
            "empty-condition",
            "is empty, and a tenant rejects an empty condition with HTTP 400; write a CEL "
            "expression (`true` always matches)",
        )
    return Finding(path, "missing", f"is required and must not be empty: {field.doc}")


def _is_empty(field: Field, value: Value) -> bool:
    if field.type is _STRING and isinstance(value, str):
        return not (value.strip() if field.cel else value)
    return is_absent(field, value)


def _is_off(siblings: Tree, name: str) -> bool:
    return siblings.get(name) not in (True, UNKNOWN)


def _check_list(field: Field, value: Value, path: Path, found: list[Finding]) -> None:
    if not isinstance(value, list):
        found.append(_make_type_finding(path, "a list", value))
        return
    count = len(value)
    if field.least is not None and count < field.least:
        found.append(Finding(path, "too-few", f"needs at least {field.least}, has {count}"))
    if field.most is not None and count > field.most:
        found.append(Finding(path, "too-many", f"takes at most {field.most}, has {count}"))
    kind = field.type
    for index, item in enumerate(value):
        if isinstance(kind, Message):
            _check_message(kind, item, (*path, index), found)
        else:
            _check_item(field, item, (*path, index), found)


def _check_item(field: Field, value: Value, path: Path, found: list[Finding]) -> None:
    kind = field.type
    if isinstance(kind, Message):
        _check_message(kind, value, path, found)
    elif value is UNKNOWN:
        return
    elif kind is _STRING:
        if not isinstance(value, str):
            found.append(_make_type_finding(path, "a string", value))
    elif kind is _BOOL:
        if not isinstance(value, bool):
            found.append(_make_type_finding(path, "True or False", value))
    elif kind is _STRUCT:
        if not isinstance(value, dict):
            found.append(_make_type_finding(path, "a dict", value))
    elif kind is _DURATION:
        _check_duration(field, value, path, found)
    elif isinstance(kind, Enum):
        if value not in kind.values:
            found.append(Finding(path, "not-a-value", _describe_unknown_value(kind, value)))
    elif kind in _INTEGER_RANGES:
        _check_integer(field, kind, value, path, found)
    elif not isinstance(value, str):
        found.append(_make_type_finding(path, "a string", value))


def _describe_unknown_value(kind: Enum, value: Value) -> str:
    choices = f"write one of {', '.join(kind.values[1:])}"
    if not isinstance(value, str):
        return f"cannot be {_describe_type(value)}; {choices}"
    prefix = kind.zero.lower().removesuffix("unspecified")
    names = {v.lower(): v for v in kind.values}
    names |= {name.removeprefix(prefix): v for name, v in names.items()}
    near = get_close_matches(value.lower(), names, n=1)
    hint = f"did you mean {names[near[0]]!r}?" if near else choices
    return f"cannot be {value!r}; {hint}"


def _check_duration(field: Field, value: Value, path: Path, found: list[Finding]) -> None:
    exact = durations.parse_seconds(value)
    least, most = field.least, field.most or durations.MAX_SECONDS
    if exact is None:
        shown = repr(value) if isinstance(value, str) else _describe_type(value)
        found.append(Finding(path, _ANY, f"{_A_SPAN}{shown}", quotes_value=True))
        return
    # Comparing integers is much faster than comparing fractions.
    amount, unit = exact.as_integer_ratio()
    if not (-most if least is None else least) * unit <= amount <= most * unit:
        bounds = f"between {durations.format_seconds(least)} and {durations.format_seconds(most)}"
        text = f"should be {bounds}, not {durations.format_seconds(exact)}"
        rule = field.bounds_rule if field.most else _ANY
        found.append(Finding(path, rule, text, _choose_severity(rule), quotes_value=True))


def _check_integer(
    field: Field, kind: Scalar, value: Value, path: Path, found: list[Finding]
) -> None:
    number = durations.to_whole_seconds(value) if field.span else value
    if isinstance(number, str):
        digits = number.strip().removeprefix("-")
        fits = len(digits) <= _MAX_DIGITS and digits.isascii() and digits.isdigit()
        number = int(number) if fits else number
    if not isinstance(number, int) or isinstance(number, bool):
        if field.span:
            shown = repr(value) if isinstance(value, str) else _describe_type(value)
            found.append(Finding(path, _ANY, f"{_A_SPAN}{shown}", quotes_value=True))
        else:
            found.append(_make_type_finding(path, "a whole number", value))
        return
    lowest, highest = _INTEGER_RANGES[kind]
    fits = lowest <= number <= highest
    lowest = lowest if field.least is None else field.least
    highest = highest if field.most is None else field.most
    if not lowest <= number <= highest:
        text = f"should be between {lowest} and {highest}, not {number}"
        rule = field.bounds_rule if fits else _ANY
        found.append(Finding(path, rule, text, quotes_value=True))


def _choose_severity(rule: str) -> Severity:
    return "warning" if rule in RULES and RULES[rule].default == "warning" else "error"


def _check_oneofs(
    message: Message, value: Tree, path: Path, found: list[Finding], *, misspelt: bool
) -> None:
    """Check that at most one member of each group is set, and of a required group exactly one."""
    members = message.members
    said = [name for name in value if name in members]
    if len(said) == 1 == len(message.oneofs) and isinstance(value[said[0]], dict):
        return
    chosen: dict[str, list[str]] = {}
    unsure: set[str] = set()
    for name in said:
        group, member = members[name]
        if value[name] is UNKNOWN:
            unsure.add(group)
        elif _has_content(message.fields[name], value[name]):
            rivals = chosen.setdefault(group, [])
            if member not in rivals:
                rivals.append(member)
    for rivals in chosen.values():
        if len(rivals) > 1:
            names = " and ".join(f"`{name}`" for name in rivals)
            text = f"sets both {names}, which are mutually exclusive; keep one of them"
            found.append(Finding(path, _ANY, text))
    for group in message.required_oneofs:
        if group not in chosen and group not in unsure and not misspelt:
            all_members = message.oneofs[group]
            names = ", ".join(f"`{name}`" for name in all_members)
            one = "exactly one of " if len(all_members) > 1 else ""
            if message is POLICY_STEP:
                names = ", ".join(f"`{name}`" for name in rejected_steps.ACCEPTED_KINDS)
                text = (
                    "is an empty step, which according to the vendor's CLI the server rejects with "
                    f"HTTP 500 (`policy step is nil`); set exactly one of {names}"
                )
                found.append(Finding(path, "empty-step", text))
                continue
            found.append(Finding(path, "one-of", f"is empty; set {one}{names}"))


def _has_content(field: Field, value: Value) -> bool:
    if value is None:
        return False
    if isinstance(field.type, Message) or field.type is _BOOL:
        return True
    return not _is_empty(field, value)


def _make_type_finding(path: Path, expected: str, value: Value) -> Finding:
    return Finding(path, _ANY, f"should be {expected}, not {_describe_type(value)}")


def _describe_type(value: Value) -> str:
    return _KINDS.get(type(value), f"a {type(value).__name__}")
