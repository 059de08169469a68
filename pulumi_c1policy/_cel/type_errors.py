"""Explanations of type errors.

The library reports signatures and operator names such as `_?_:_`. A person wants to know what was
found, what was expected and what to write instead.
"""

from __future__ import annotations

import re

from pulumi_c1policy._cel import cel_tokens, operators
from pulumi_c1policy._cel.cel_types import join_names, parse_types, translate_type
from pulumi_c1policy._cel.context import Context
from pulumi_c1policy._cel.engine import Outcome, RawError
from pulumi_c1policy._cel.remarks import Remark
from pulumi_c1policy._cel.suggest import find_nearest, suggest

_UNDECLARED = re.compile(r"undeclared reference to '(.*)' \(in container")
_NO_FIELD = re.compile(r"undefined field '(.*)' not found in struct '(.*)'")
_NOT_SELECTABLE = re.compile(r"expression of type '(.*)' cannot be the operand of a select")
_NO_RANGE = re.compile(r"expression of type '(.*)' cannot be the range of a comprehension")
_NO_OVERLOAD = re.compile(r"found no matching overload for '(.*)' applied to '\((.*)\)'")

_KEY_BEFORE = re.compile(r"\.([\w-]+-)$")

_OTHER_LITERALS = {
    "True": "true", "TRUE": "true", "False": "false", "FALSE": "false",
    "None": "null", "nil": "null", "undefined": "null", "NULL": "null",
}  # fmt: skip
_OWN_ATTRIBUTES = frozenset(["User", "AppUser"])


def explain(context: Context, outcome: Outcome) -> list[Remark]:
    """Explain each error once for each place and name, in the order of the text."""
    found: dict[tuple[str, int], Remark] = {}
    for error in outcome.errors:
        explained = _explain(context, outcome, error)
        if explained is not None:
            remark, subject = explained
            found.setdefault((subject, 0 if subject else error.at), remark)
    if outcome.errors and not found:
        at = outcome.errors[0].at
        return [context.error(at, "type-check", "this does not pass the type check")]
    return list(found.values())


def _explain(context: Context, outcome: Outcome, error: RawError) -> tuple[Remark, str] | None:
    """Return the remark, and a key that is the same for remarks that repeat it.

    Returns None if the error follows from another one, or has no content.
    """
    if "*error*" in error.text:
        return None
    if match := _UNDECLARED.match(error.text):
        root = match[1].partition(".")[0]
        subject = match[1] if root in context.facts.enums else root
        return _unknown_name(context, error.at, match[1]), subject
    if match := _NO_FIELD.match(error.text):
        return _unknown_field(context, error.at, match[1], translate_type(match[2])), ""
    if match := _NOT_SELECTABLE.match(error.text):
        name = _field_name(outcome, error.at)
        return _no_fields(context, error.at, name, translate_type(match[1])), ""
    if match := _NO_RANGE.match(error.text):
        message = (
            f"the items of a list or a map can be asked, and this is `{translate_type(match[1])}`"
        )
        return context.error(_range_start(context, outcome, error.at), operators.RULE, message), ""
    if (match := _NO_OVERLOAD.match(error.text)) and outcome.tree is not None:
        call = operators.Call(match[1], parse_types(match[2]), error.at)
        return operators.explain(context, outcome.tree, call), ""
    return None


def _unknown_name(context: Context, at: int, name: str) -> Remark:
    facts, start = context.facts, cel_tokens.find_name_start(context.source, at)
    name = name.lstrip(".")
    root, _, rest = name.partition(".")
    if context.text(start + len(name)).lstrip().startswith("{"):
        message = f"an expression cannot make a `{name}`; use one that there is"
        return context.error(start, "unknown-type", message)
    if name in facts.signatures:
        call = facts.signatures[name][0]
        return context.error(start, "not-called", f"`{name}` is a function; call it: `{call}`")
    if root in facts.enums:
        return _unknown_value(context, start, root, rest)
    if root in facts.foreign_variables:
        message = f"`{root}` is there in {facts.foreign_variables[root]} only"
        return context.error(start, "unknown-variable", message + _variables(context))
    if root in _OTHER_LITERALS:
        message = f"there is no `{root}`; write `{_OTHER_LITERALS[root]}`"
        return context.error(start, "unknown-variable", message)
    value = next((known for known in facts.constants if known.endswith(f".{root}")), None)
    if value is not None:
        message = f"`{root}` is no name of its own; write `{value}`"
        return context.error(start, "unknown-value", message)
    if enum := facts.enum_of(root):
        return _unknown_value(context, start, enum, root)
    known = {*context.place_facts.variables, *facts.enums, *facts.constants}
    otherwise = _variables(context)
    if context.place == "account-config" and not rest:
        otherwise = f'; put quotes around a text: `"{root}"`'
    if key := _KEY_BEFORE.search(context.source[:start]):
        otherwise = f'; a key with a dash is written `["{key[1]}{name}"]`'
    message = f"there is no variable `{root}`" + suggest(root, known, otherwise)
    if context.place == "approver" and find_nearest(root, known) is None:
        # The list of an approver's variables may be incomplete.
        message = f"`{root}` is not documented, and may not exist{otherwise}"
        return context.warning(start, "unknown-variable", message)
    return context.error(start, "unknown-variable", message)


def _unknown_value(context: Context, start: int, enum: str, value: str) -> Remark:
    known = context.facts.values(enum)
    if not value:
        message = f"`{enum}` needs a value: {join_names(known, 'or')}"
        return context.error(start, "unknown-value", message)
    short = {name.rpartition(".")[2]: name for name in known}
    said = value.partition(".")[0]
    near = find_nearest(said, short) or find_nearest(
        context.facts.without_prefix(enum, said), short
    )
    then = f"did you mean `{short[near]}`?" if near else f"its values are {join_names(known)}"
    return context.error(start, "unknown-value", f"`{enum}` has no value `{value}`; {then}")


def _variables(context: Context) -> str:
    return f"; in {context.place.phrase} {context.variables}"


def _unknown_field(context: Context, at: int, name: str, owner: str) -> Remark:
    facts, start = context.facts, cel_tokens.find_word_after(context.source, at, name)
    if name in facts.members:
        message = f"`{name}` is a function; write `{name}(...)`"
        return context.error(start, "not-called", message)
    if owner in facts.enums:
        message = f"`{owner}` is a single value and has no field `{name}`"
        return context.error(start, "unknown-field", message)
    fields = facts.types.get(owner, {})
    preferred = [spelling for spelling, f in fields.items() if not f.doubt and not f.instead]
    otherwise = f"; its fields are {join_names(preferred)}"
    if owner in _OWN_ATTRIBUTES:
        otherwise = f"; attributes of your own are written `.attributes.{name}`"
    message = f"`{owner}` has no field `{name}`" + suggest(name, preferred, otherwise)
    return context.error(start, "unknown-field", message)


def _range_start(context: Context, outcome: Outcome, at: int) -> int:
    nodes = outcome.tree.walk() if outcome.tree is not None else ()
    return next((context.start(node) for node in nodes if node.at == at), at)


def _field_name(outcome: Outcome, at: int) -> str:
    nodes = outcome.tree.walk() if outcome.tree is not None else ()
    return next((node.name for node in nodes if node.kind == "field" and node.at == at), "")


def _no_fields(context: Context, at: int, name: str, owner: str) -> Remark:
    start = cel_tokens.find_word_after(context.source, at, name)
    if name in context.facts.members:
        message = f"`{name}` is a function; write `{name}(...)`"
        return context.error(start, "not-called", message)
    message = f"a `{owner}` has no fields, so no `.{name}` either"
    if owner.startswith("list(") and context.place_facts.returns == "bool":
        message += f"; to ask its items write `.exists(item, item.{name} == ...)`"
    elif owner.startswith("list("):
        message += f"; that of each item is `.map(item, item.{name})`"
    return context.error(start, "unknown-field", message)
