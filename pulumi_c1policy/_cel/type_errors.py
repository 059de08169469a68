"""Explanations of type errors.

The library's messages consist of signatures and of names of operators such as `_?_:_`. The
messages here name what was found, what was expected and what to write instead.
"""

from __future__ import annotations

import re

from pulumi_c1policy._cel import lexer, operator_errors
from pulumi_c1policy._cel.compiler import Compilation, RawError
from pulumi_c1policy._cel.context import Context
from pulumi_c1policy._cel.diagnostics import Diagnostic
from pulumi_c1policy._cel.suggest import find_nearest, format_suggestion
from pulumi_c1policy._cel.type_names import join_names, parse_types, translate_type

_UNDECLARED = re.compile(r"undeclared reference to '(.*)' \(in container")
_NO_FIELD = re.compile(r"undefined field '(.*)' not found in struct '(.*)'")
_NOT_SELECTABLE = re.compile(r"expression of type '(.*)' cannot be the operand of a select")
_NO_RANGE = re.compile(r"expression of type '(.*)' cannot be the range of a comprehension")
_NO_OVERLOAD = re.compile(r"found no matching overload for '(.*)' applied to '\((.*)\)'")

_KEY_BEFORE = re.compile(r"\.([\w-]+-)$")

_FOREIGN_LITERALS = {
    "True": "true", "TRUE": "true", "False": "false", "FALSE": "false",
    "None": "null", "nil": "null", "undefined": "null", "NULL": "null",
}  # fmt: skip
_TYPES_WITH_ATTRIBUTES = frozenset(["User", "AppUser"])


def explain(context: Context, compilation: Compilation) -> list[Diagnostic]:
    """Explain the library's errors, once for each offset and each unknown name."""
    found: dict[tuple[str, int], Diagnostic] = {}
    for error in compilation.errors:
        explained = _explain_error(context, compilation, error)
        if explained is not None:
            diagnostic, subject = explained
            found.setdefault((subject, 0 if subject else error.offset), diagnostic)
    if compilation.errors and not found:
        offset = compilation.errors[0].offset
        return [context.error(offset, "type-check", "the expression does not pass the type check")]
    return list(found.values())


def _explain_error(
    context: Context, compilation: Compilation, error: RawError
) -> tuple[Diagnostic, str] | None:
    """Explain one error.

    Returns:
        The diagnostic, and the name that it is about if only its first occurrence is reported, else
        "". None if the error follows from another one, or is not recognized.
    """
    if "*error*" in error.text:
        return None
    if match := _UNDECLARED.match(error.text):
        root = match[1].partition(".")[0]
        subject = match[1] if root in context.facts.enums else root
        return _explain_unknown_name(context, error.offset, match[1]), subject
    if match := _NO_FIELD.match(error.text):
        return _explain_unknown_field(context, error.offset, match[1], translate_type(match[2])), ""
    if match := _NOT_SELECTABLE.match(error.text):
        name = _find_field_name(compilation, error.offset)
        return _explain_no_fields(context, error.offset, name, translate_type(match[1])), ""
    if match := _NO_RANGE.match(error.text):
        message = f"this must be a list or a map, not `{translate_type(match[1])}`"
        return context.error(
            _find_range_start(context, compilation, error.offset), operator_errors.RULE, message
        ), ""
    if (match := _NO_OVERLOAD.match(error.text)) and compilation.tree is not None:
        call = operator_errors.OperatorCall(match[1], parse_types(match[2]), error.offset)
        return operator_errors.explain(context, compilation.tree, call), ""
    return None


def _explain_unknown_name(context: Context, offset: int, name: str) -> Diagnostic:
    facts, start = context.facts, lexer.find_name_start(context.source, offset)
    name = name.lstrip(".")
    root, _, rest = name.partition(".")
    if context.text_from(start + len(name)).lstrip().startswith("{"):
        message = f"an expression cannot create a `{name}`; use an existing value"
        return context.error(start, "unknown-type", message)
    if name in facts.signatures:
        call = facts.signatures[name][0]
        return context.error(start, "not-called", f"`{name}` is a function; call it: `{call}`")
    if root in facts.enums:
        return _explain_unknown_value(context, start, root, rest)
    if root in facts.foreign_variables:
        message = f"`{root}` exists in {facts.foreign_variables[root]} only"
        return context.error(start, "unknown-variable", message + _describe_variables(context))
    if root in _FOREIGN_LITERALS:
        message = f"CEL has no `{root}`; write `{_FOREIGN_LITERALS[root]}`"
        return context.error(start, "unknown-variable", message)
    value = next((known for known in facts.constants if known.endswith(f".{root}")), None)
    if value is not None:
        message = f"`{root}` needs the name of its enum; write `{value}`"
        return context.error(start, "unknown-value", message)
    if enum := facts.find_enum(root):
        return _explain_unknown_value(context, start, enum, root)
    known = {*context.place_facts.variables, *facts.enums, *facts.constants}
    otherwise = _describe_variables(context)
    if context.place == "account-config" and not rest:
        otherwise = f'; if it is a string, put quotes around it: `"{root}"`'
    if key := _KEY_BEFORE.search(context.source[:start]):
        otherwise = f'; write a key with a dash as `["{key[1]}{name}"]`'
    message = f"there is no variable `{root}`" + format_suggestion(root, known, otherwise)
    if context.place == "approver" and find_nearest(root, known) is None:
        # No source claims to list all variables of an approver expression.
        message = f"`{root}` is not documented and may not exist{otherwise}"
        return context.warning(start, "unknown-variable", message)
    return context.error(start, "unknown-variable", message)


def _explain_unknown_value(context: Context, start: int, enum: str, value: str) -> Diagnostic:
    known = context.facts.list_values(enum)
    if not value:
        message = f"`{enum}` needs a value: {join_names(known, 'or')}"
        return context.error(start, "unknown-value", message)
    short = {name.rpartition(".")[2]: name for name in known}
    written = value.partition(".")[0]
    near = find_nearest(written, short) or find_nearest(
        context.facts.strip_prefix(enum, written), short
    )
    hint = f"did you mean `{short[near]}`?" if near else f"its values are {join_names(known)}"
    return context.error(start, "unknown-value", f"`{enum}` has no value `{value}`; {hint}")


def _describe_variables(context: Context) -> str:
    return f"; in {context.place.phrase} {context.variables_clause}"


def _explain_unknown_field(context: Context, offset: int, name: str, owner: str) -> Diagnostic:
    facts, start = context.facts, lexer.find_word_after(context.source, offset, name)
    if name in facts.member_functions:
        message = f"`{name}` is a function; write `{name}(...)`"
        return context.error(start, "not-called", message)
    if owner in facts.enums:
        message = f"`{owner}` is an enum and has no field `{name}`"
        return context.error(start, "unknown-field", message)
    fields = facts.types.get(owner, {})
    preferred = [
        spelling for spelling, f in fields.items() if not f.doubt and not f.preferred_spelling
    ]
    otherwise = f"; its fields are {join_names(preferred)}"
    if owner in _TYPES_WITH_ATTRIBUTES:
        otherwise = f"; write a custom attribute as `.attributes.{name}`"
    message = f"`{owner}` has no field `{name}`" + format_suggestion(name, preferred, otherwise)
    return context.error(start, "unknown-field", message)


def _find_range_start(context: Context, compilation: Compilation, offset: int) -> int:
    nodes = compilation.tree.walk() if compilation.tree is not None else ()
    return next((context.find_start(node) for node in nodes if node.offset == offset), offset)


def _find_field_name(compilation: Compilation, offset: int) -> str:
    nodes = compilation.tree.walk() if compilation.tree is not None else ()
    return next((node.name for node in nodes if node.kind == "field" and node.offset == offset), "")


def _explain_no_fields(context: Context, offset: int, name: str, owner: str) -> Diagnostic:
    start = lexer.find_word_after(context.source, offset, name)
    if name in context.facts.member_functions:
        message = f"`{name}` is a function; write `{name}(...)`"
        return context.error(start, "not-called", message)
    message = f"a `{owner}` has no fields, so `.{name}` is not possible"
    if owner.startswith("list(") and context.place_facts.returns == "bool":
        message += f"; to test its items, write `.exists(item, item.{name} == ...)`"
    elif owner.startswith("list("):
        message += f"; to read it from each item, write `.map(item, item.{name})`"
    return context.error(start, "unknown-field", message)
