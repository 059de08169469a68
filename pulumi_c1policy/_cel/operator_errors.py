"""Explanations of calls whose arguments have the wrong types, of operators and functions."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pulumi_c1policy._cel.context import Context
from pulumi_c1policy._cel.diagnostics import Diagnostic
from pulumi_c1policy._cel.syntax_tree import Node
from pulumi_c1policy._cel.type_names import join_names

RULE = "wrong-types"

_EQUALITY = frozenset(["==", "!="])
_ORDER = frozenset(["<", "<=", ">", ">="])
_LOGIC = frozenset(["&&", "||"])
_NUMBERS = frozenset(["int", "uint", "double"])
_CONVERSIONS = {
    "CIDR": "`cidr(...)`",
    "IP": "`ip(...)`",
    "User": "`c1.directory.users.v1.FindByEmail` or `GetByID`",
    "timestamp": "`timestamp(...)` or `time.parse(...)`",
}
_ORDINALS = ("first", "second", "third", "fourth")


@dataclass(frozen=True, slots=True)
class OperatorCall:
    """A call for which the library finds no overload.

    Attributes:
        name: The function, or an operator such as `_==_`.
        types: The types of the arguments, the value before the dot included.
        offset: The offset that the library reports.
    """

    name: str
    types: list[str]
    offset: int


def explain(context: Context, tree: Node, call: OperatorCall) -> Diagnostic:
    """Explain which argument has the wrong type and which types are accepted."""
    node = _find_call(tree, call)
    if re.fullmatch(r"[\w.]+", call.name):
        return _explain_function(context, node, call)
    sign = re.sub(r"[_@]", "", call.name)
    if sign != "[]" and not context.text_from(call.offset).startswith(sign.rstrip(":")):
        return _explain_macro(context, call)
    if sign in _LOGIC or sign == "!":
        return _explain_logic(context, tree, node, call)
    if sign == "?:":
        return _explain_choice(context, node, call)
    if sign == "in":
        return context.error(call.offset, RULE, _explain_membership(call.types))
    if sign == "[]":
        return context.error(call.offset, RULE, _explain_index(call.types))
    types = join_names(call.types) if len(set(call.types)) > 1 else f"both `{call.types[0]}`"
    if sign in _EQUALITY:
        message = f"`{sign}` compares values of the same type, and these are {types}"
    elif sign in _ORDER and set(call.types) <= context.facts.enums:
        kinds = join_names(call.types)
        return context.error(
            call.offset, RULE, f"values of {kinds} have no order; write `==` or `in`"
        )
    elif sign in _ORDER:
        message = (
            f"`{sign}` compares numbers, strings or times of the same type, and these are {types}"
        )
    elif len(call.types) == 1:
        message = f"`{sign}` needs a number, not `{call.types[0]}`"
    else:
        message = f"`{sign}` cannot combine these values, which are {types}"
    return context.error(call.offset, RULE, message + _suggest(context, node, sign, call.types))


def _find_call(tree: Node, call: OperatorCall) -> Node | None:
    last = call.name.rpartition(".")[2] if not call.name.startswith("_") else call.name
    found = [n for n in tree.walk() if n.kind == "call" and n.offset == call.offset]
    return next((n for n in found if n.name in (call.name, last)), None)


def _explain_function(context: Context, node: Node | None, call: OperatorCall) -> Diagnostic:
    """Explain a function call with the right number of arguments and a wrong type."""
    is_member = node is not None and node.target is not None and "." not in call.name
    signatures = [
        signature
        for signature in context.facts.signatures.get(call.name, [])
        if signature.is_member is is_member and len(signature.parameters) == len(call.types)
    ]
    if context.facts.is_standard(call.name, is_member=is_member):
        signatures = [each for each in signatures if each.parameters[0] == call.types[0]]
    short = call.name.rpartition(".")[2]
    offset = context.find_function_start(node, is_member=True) if node else call.offset
    for index, kind in enumerate(call.types):
        wanted = {signature.parameters[index] for signature in signatures}
        if not wanted or wanted & {kind, "dyn"} or kind == "dyn":
            continue
        arguments = [*([node.target] if is_member else []), *node.parts] if node else []
        argument = arguments[index] if index < len(arguments) else None
        subject = (
            "the value before it"
            if is_member and index == 0
            else _format_ordinal(index - is_member)
        )
        message = f"{subject} must be {join_names(sorted(wanted), 'or')}, not `{kind}`"
        offset = context.find_start(argument) if argument is not None else offset
        hint = _suggest_conversion(kind, wanted)
        usage = f"its signature is `{signatures[0]}`"
        return context.error(offset, RULE, f"`{short}`: {message}{hint}; {usage}")
    if is_member:
        argument_types = ", ".join(f"`{kind}`" for kind in call.types[1:])
        given = f"arguments {argument_types}" if argument_types else "no arguments"
        message = f"`{short}` cannot be called on `{call.types[0]}` with {given}"
    else:
        message = f"`{short}` does not take {join_names(call.types)}"
    return context.error(offset, RULE, message)


def _suggest_conversion(given: str, wanted: set[str]) -> str:
    """Suggest the functions that convert a string to a wanted type, or return ""."""
    if given != "string":
        return ""
    functions = [_CONVERSIONS[kind] for kind in _CONVERSIONS if kind in wanted]
    return f"; convert the string with {functions[0]}" if functions else ""


def _format_ordinal(index: int) -> str:
    return f"the {_ORDINALS[index]} argument" if index < len(_ORDINALS) else f"argument {index + 1}"


def _explain_macro(context: Context, call: OperatorCall) -> Diagnostic:
    """Explain an error in a call that is not in the source but in the expansion of a macro."""
    wrong = [kind for kind in call.types if kind != "bool"]
    offset = context.find_function_start(Node("call", call.offset), is_member=True)
    name = re.match(r"\w*", context.text_from(offset))
    macro = name[0] if name and name[0] else "the loop"
    found = f", not `{wrong[0]}`" if wrong else ""
    message = f"the condition of `{macro}` must be `bool`{found}"
    return context.error(offset, RULE, message)


def _explain_logic(
    context: Context, tree: Node, node: Node | None, call: OperatorCall
) -> Diagnostic:
    sign = call.name.strip("_")
    index = next((i for i, kind in enumerate(call.types) if kind not in ("bool", "dyn")), 0)
    kind = call.types[index]
    offset = (
        context.find_start(node.parts[index]) if node and index < len(node.parts) else call.offset
    )
    hint = "; write `!(value in list)`" if sign == "!" and _is_before_in(tree, node) else ""
    return context.error(offset, RULE, f"`{sign}` needs `bool`, not `{kind}`{hint}")


def _is_before_in(tree: Node, node: Node | None) -> bool:
    """Return whether a `!` applies to the first operand of `in` only, as in `!value in list`."""
    found = (part for part in tree.walk() if part.name == "@in")
    return any(part.parts[0] is node for part in found)


def _explain_choice(context: Context, node: Node | None, call: OperatorCall) -> Diagnostic:
    asked, one, other = (*call.types, "dyn", "dyn", "dyn")[:3]
    if asked not in ("bool", "dyn"):
        offset = context.find_start(node.parts[0]) if node else call.offset
        return context.error(offset, RULE, f"the value before `?` must be `bool`, not `{asked}`")
    message = f"both results of `? :` must have the same type, and these are `{one}` and `{other}`"
    if f"list({one})" == other or f"list({other})" == one:
        message += "; write `[...]` around the single value"
    return context.error(call.offset, RULE, message)


def _explain_membership(kinds: list[str]) -> str:
    item, within = (*kinds, "dyn", "dyn")[:2]
    if within == "string":
        return "`in` searches a list or a map; for a string, write `.contains(...)`"
    if within.startswith(("list(", "map(")):
        return f"`{within}` cannot contain `{item}`"
    return f"`in` searches a list or a map, not `{within}`"


def _explain_index(kinds: list[str]) -> str:
    owner, key = (*kinds, "dyn", "dyn")[:2]
    if owner.startswith("list("):
        return f"the index of a list must be `int`, not `{key}`"
    if owner.startswith("map("):
        return f"the keys of this map are `{owner[4:].split(',')[0]}`, not `{key}`"
    return f"`[...]` reads an item of a list or a map, not of `{owner}`"


def _suggest(context: Context, node: Node | None, sign: str, kinds: list[str]) -> str:
    if len(kinds) != 2:
        return ""
    for index in (0, 1):
        one, other = kinds[index], kinds[1 - index]
        literal = node.parts[1 - index].value if node and len(node.parts) > 1 else None
        mine = node.parts[index].dotted_name() if node and len(node.parts) > 1 else None
        if mine in context.facts.constants and other == "string":
            return "; compare a string with a string, in quotes"
        if hint := _suggest_for_pair(context, sign, one, other, literal):
            return f"; {hint}"
    return ""


def _suggest_for_pair(context: Context, sign: str, one: str, other: str, literal: object) -> str:
    if one == "AppUserState":
        return "the status is in `account.status.status`"
    if one in context.facts.enums and other not in ("User", "AppUser"):
        return f"write {_suggest_value(context, one, literal)}"
    if other == "null":
        return "it is never null; compare it with an empty value, or write `has(...)`"
    if one == "User" and other == "string":
        return "compare its `.id` or its `.email`"
    if one == f"list({other})" and sign in _EQUALITY:
        return "to search a list, write `value in list`"
    if one == "string" and sign == "+":
        return f"convert the `{other}` with `string(...)`" if other in _NUMBERS else ""
    if one == "bool" and other == "string":
        return "write `true` and `false` without quotes"
    if one in _NUMBERS and other == "string":
        return "put the number in quotes, or convert the string with `int(...)`"
    if one == "timestamp" and other == "string":
        return "convert the string with `timestamp(...)` or `time.parse(...)`"
    if one == "duration" or (one == "timestamp" and other in _NUMBERS):
        return 'write a duration as `duration("2h")`'
    if one == "IP" and other == "string":
        return "convert the string with `ip(...)`"
    if one.startswith("map(") and one.endswith(f", {other})"):
        return 'read the value of a key with `["key"]`'
    fields = context.facts.types.get(one, {})
    names = [
        n for n, f in fields.items() if f.type == other and not f.doubt and not f.preferred_spelling
    ]
    return f"compare a field of it, such as `.{names[0]}`" if names else ""


def _suggest_value(context: Context, enum: str, literal: object) -> str:
    known = context.facts.list_values(enum)
    if isinstance(literal, str) and literal:
        meant = literal.rpartition(".")[2].upper()
        for name in known:
            if meant.endswith(name.rpartition(".")[2]) or name.endswith(f"_{meant}"):
                return f"`{name}`"
    return join_names(known, "or")
