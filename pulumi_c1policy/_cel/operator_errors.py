"""Why an operator or a function does not take what it was given."""

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
_MAKERS_FROM_TEXT = {
    "CIDR": "`cidr(...)`",
    "IP": "`ip(...)`",
    "User": "`c1.directory.users.v1.FindByEmail` or `GetByID`",
    "timestamp": "`timestamp(...)` or `time.parse(...)`",
}
_ORDINALS = ("first", "second", "third", "fourth")


@dataclass(frozen=True, slots=True)
class Call:
    """A call that the library refuses."""

    name: str
    types: list[str]
    offset: int


def explain(context: Context, tree: Node, call: Call) -> Diagnostic:
    """What the call was given, and what it takes."""
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
    shown = join_names(call.types) if len(set(call.types)) > 1 else f"both `{call.types[0]}`"
    if sign in _EQUALITY:
        message = f"`{sign}` compares values of one type, and these are {shown}"
    elif sign in _ORDER and set(call.types) <= context.facts.enums:
        kinds = join_names(call.types)
        return context.error(
            call.offset, RULE, f"values of {kinds} have no order; write `==` or `in`"
        )
    elif sign in _ORDER:
        message = f"`{sign}` orders numbers, texts or times of one type, and these are {shown}"
    elif len(call.types) == 1:
        message = f"`{sign}` needs a number, and this is `{call.types[0]}`"
    else:
        message = f"`{sign}` cannot join these, which are {shown}"
    return context.error(call.offset, RULE, message + _suggest(context, node, sign, call.types))


def _find_call(tree: Node, call: Call) -> Node | None:
    last = call.name.rpartition(".")[2] if not call.name.startswith("_") else call.name
    found = [n for n in tree.walk() if n.kind == "call" and n.offset == call.offset]
    return next((n for n in found if n.name in (call.name, last)), None)


def _explain_function(context: Context, node: Node | None, call: Call) -> Diagnostic:
    """A function whose arguments are as many as it takes, but not what it takes."""
    signatures = context.facts.signatures.get(call.name, [])
    member = node is not None and node.target is not None and "." not in call.name
    signatures = [
        signature
        for signature in signatures
        if signature.member is member and len(signature.parameters) == len(call.types)
    ]
    if context.facts.is_standard(call.name, member=member):
        signatures = [
            signature for signature in signatures if signature.parameters[0] == call.types[0]
        ]
    short = call.name.rpartition(".")[2]
    offset = context.find_function_start(node, member=True) if node else call.offset
    for index, kind in enumerate(call.types):
        wanted = {signature.parameters[index] for signature in signatures}
        if not wanted or wanted & {kind, "dyn"} or kind == "dyn":
            continue
        given = [node.target, *node.parts] if node and member else list(node.parts) if node else []
        place = given[index] if index < len(given) else None
        which = (
            "what stands before it" if member and index == 0 else _format_ordinal(index - member)
        )
        message = f"{which} must be {join_names(sorted(wanted), 'or')}, and this is `{kind}`"
        offset = context.find_start(place) if place is not None else offset
        made = f"; make one of the text with {hint}" if (hint := _find_maker(kind, wanted)) else ""
        return context.error(
            offset, RULE, f"`{short}`: {message}{made}; it is called as `{signatures[0]}`"
        )
    if member:
        given_text = ", ".join(f"`{kind}`" for kind in call.types[1:]) or "nothing"
        message = f"`{short}` cannot be called on `{call.types[0]}` with {given_text}"
    else:
        message = f"`{short}` does not take {join_names(call.types)}"
    return context.error(offset, RULE, message)


def _find_maker(given: str, wanted: set[str]) -> str:
    """What makes the wanted type of a text."""
    return next(
        (
            _MAKERS_FROM_TEXT[kind]
            for kind in wanted & _MAKERS_FROM_TEXT.keys()
            if given == "string"
        ),
        "",
    )


def _format_ordinal(index: int) -> str:
    return f"the {_ORDINALS[index]} argument" if index < len(_ORDINALS) else f"argument {index + 1}"


def _explain_macro(context: Context, call: Call) -> Diagnostic:
    """An operator that the text does not have: a part of what a macro was expanded to."""
    wrong = [kind for kind in call.types if kind != "bool"]
    offset = context.find_function_start(Node("call", call.offset), member=True)
    name = re.match(r"\w*", context.text_from(offset))
    macro = name[0] if name and name[0] else "the loop"
    shown = f", and this is `{wrong[0]}`" if wrong else ""
    message = f"what `{macro}` asks of each item must be `bool`{shown}"
    return context.error(offset, RULE, message)


def _explain_logic(context: Context, tree: Node, node: Node | None, call: Call) -> Diagnostic:
    sign = call.name.strip("_")
    index = next((i for i, kind in enumerate(call.types) if kind not in ("bool", "dyn")), 0)
    kind = call.types[index]
    offset = (
        context.find_start(node.parts[index]) if node and index < len(node.parts) else call.offset
    )
    verb = "turns round" if sign == "!" else "joins"
    hint = "; write `!(value in list)`" if sign == "!" and _is_before_in(tree, node) else ""
    return context.error(offset, RULE, f"`{sign}` {verb} `bool`, and this is `{kind}`{hint}")


def _is_before_in(tree: Node, node: Node | None) -> bool:
    """Whether a negation stands before `in`, of which it takes the first value only."""
    found = (part for part in tree.walk() if part.name == "@in")
    return any(part.parts[0] is node for part in found)


def _explain_choice(context: Context, node: Node | None, call: Call) -> Diagnostic:
    asked, one, other = (*call.types, "dyn", "dyn", "dyn")[:3]
    if asked not in ("bool", "dyn"):
        offset = context.find_start(node.parts[0]) if node else call.offset
        return context.error(offset, RULE, f"before `?` stands a `bool`, and this is `{asked}`")
    message = f"both results of `? :` are of one type, and these are `{one}` and `{other}`"
    if f"list({one})" == other or f"list({other})" == one:
        message += "; write `[...]` around the single one"
    return context.error(call.offset, RULE, message)


def _explain_membership(kinds: list[str]) -> str:
    item, within = (*kinds, "dyn", "dyn")[:2]
    if within == "string":
        return "`in` looks in a list or a map; for a text write `.contains(...)`"
    if within.startswith(("list(", "map(")):
        return f"`{item}` is never in `{within}`"
    return f"`in` looks in a list or a map, and this is `{within}`"


def _explain_index(kinds: list[str]) -> str:
    owner, key = (*kinds, "dyn", "dyn")[:2]
    if owner.startswith("list("):
        return f"an item of a list has an `int` as its number, and this is `{key}`"
    if owner.startswith("map("):
        return f"the keys of this map are `{owner[4:].split(',')[0]}`, and this is `{key}`"
    return f"`[...]` takes an item of a list or a map, and this is `{owner}`"


def _suggest(context: Context, node: Node | None, sign: str, kinds: list[str]) -> str:
    if len(kinds) != 2:
        return ""
    for index in (0, 1):
        one, other = kinds[index], kinds[1 - index]
        literal = node.parts[1 - index].value if node and len(node.parts) > 1 else None
        mine = node.parts[index].dotted_name() if node and len(node.parts) > 1 else None
        if mine in context.facts.constants and other == "string":
            return "; compare a text with a text, in quotes"
        if hint := _suggest_for_pair(context, sign, one, other, literal):
            return f"; {hint}"
    return ""


def _suggest_for_pair(context: Context, sign: str, one: str, other: str, literal: object) -> str:
    if one == "AppUserState":
        return "the status itself is in `account.status.status`"
    if one in context.facts.enums and other not in ("User", "AppUser"):
        return f"write {_suggest_value(context, one, literal)}"
    if other == "null":
        return "it is never null; compare with an empty text, or ask `has(...)`"
    if one == "User" and other == "string":
        return "compare its `.id` or its `.email`"
    if one == f"list({other})" and sign in _EQUALITY:
        return "to look in a list write `value in list`"
    if one == "string" and sign == "+":
        return f"make a text of the `{other}` with `string(...)`" if other in _NUMBERS else ""
    if one == "bool" and other == "string":
        return "write `true` and `false` without quotes"
    if one in _NUMBERS and other == "string":
        return "put the number in quotes, or make a number of the text with `int(...)`"
    if one == "timestamp" and other == "string":
        return "make a timestamp of it with `timestamp(...)` or `time.parse(...)`"
    if one == "duration" or (one == "timestamp" and other in _NUMBERS):
        return 'a span of time is written `duration("2h")`'
    if one == "IP" and other == "string":
        return "make an address of the text with `ip(...)`"
    if one.startswith("map(") and one.endswith(f", {other})"):
        return 'the value of one key is written `["key"]`'
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
