"""Remarks on the names that an expression uses.

A name that is undocumented, or documented for another place, is doubtful but no error: the tenant
may be newer. A typing error in a known name is an error, and so is a variable that the place lacks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pulumi_c1policy._cel.cel_tokens import find_name_start, find_word_after
from pulumi_c1policy._cel.cel_types import join_names
from pulumi_c1policy._cel.context import Context
from pulumi_c1policy._cel.engine import Outcome
from pulumi_c1policy._cel.environment import Environment, Place, Signature
from pulumi_c1policy._cel.remarks import Remark
from pulumi_c1policy._cel.suggest import is_typo, suggest
from pulumi_c1policy._cel.uses import Use, find_uses

NOT_IN_PLACE = "not-in-place"
UNDOCUMENTED = "undocumented"
_SOURCES = {(Place.APPROVER, "account"): ", according to the vendor's CLI"}
BEYOND = "a part of CEL that ConductorOne does not document"


def check_names(context: Context, outcome: Outcome) -> Iterator[Remark]:
    """Make remarks on every name in the expression, each name once."""
    if outcome.tree is None:
        return
    missing = {use.node.at for use in outcome.missing}
    seen: set[object] = set()
    for use in find_uses(outcome.tree, context.facts):
        owner = use.node.target.type if use.kind == "field" and use.node.target else ""
        name = (use.kind, use.name, owner, use.member, use.count)
        if name in seen:
            continue
        seen.add(name)
        if use.kind == "variable":
            yield from _variable(context, use)
        elif use.kind == "constant":
            yield from _constant(context, use)
        elif use.kind == "field":
            yield from _field(context, use, owner)
        else:
            yield from _function(context, use, is_missing=use.node.at in missing)


def _variable(context: Context, use: Use) -> Iterator[Remark]:
    place = context.place_facts
    if use.name not in context.facts.variables or use.name in place.variables:
        return
    at = find_name_start(context.source, use.node.at)
    if use.name in place.doubtful:
        message = f"`{use.name}` may be missing here: {place.doubtful[use.name]}"
        yield context.warning(at, UNDOCUMENTED, message)
        return
    by = _SOURCES.get((context.place, use.name), "")
    message = f"`{use.name}` is not declared in {context.place.phrase}{by}; {context.variables}"
    yield context.error(at, NOT_IN_PLACE, message)


def _constant(context: Context, use: Use) -> Iterator[Remark]:
    facts, constant = context.facts, context.facts.constants[use.name]
    if not (constant.older or constant.doubt):
        return
    at = find_name_start(context.source, use.node.at)
    known = facts.values(constant.enum)
    if constant.older:
        message = f"`{use.name}` is an older name; the values now are {join_names(known)}"
        yield context.warning(at, "old-spelling", message)
    else:
        instead = next((f"; write `{name}`" for name in known if _same_value(name, use.name)), "")
        yield context.warning(at, UNDOCUMENTED, f"`{use.name}` {constant.doubt}{instead}")


def _same_value(one: str, other: str) -> bool:
    short, long = sorted((one.rpartition(".")[2], other.rpartition(".")[2]), key=len)
    return short == long or long.endswith(f"_{short}")


def _field(context: Context, use: Use, owner: str) -> Iterator[Remark]:
    facts = context.facts.types.get(owner, {}).get(use.name)
    if facts is None or not (facts.instead or facts.doubt):
        return
    at = find_word_after(context.source, use.node.at, use.name)
    if facts.instead:
        message = f"`{use.name}` is the old spelling; write `{facts.instead}`"
        yield context.warning(at, "old-spelling", message)
    else:
        yield context.warning(at, UNDOCUMENTED, f"`{use.name}` {facts.doubt}")


def _function(context: Context, use: Use, *, is_missing: bool) -> Iterator[Remark]:
    facts = context.facts
    if not facts.takes(use.name, use.count, member=use.member):
        yield _unknown(context, use, is_missing=is_missing)
        return
    ways = facts.calls(use.name, use.count, member=use.member)
    if not ways or any(context.place in way.places and not way.doubt for way in ways):
        return
    at = context.function_start(use.node, member=use.member)
    if not any(context.place in way.places for way in ways):
        yield context.error(at, NOT_IN_PLACE, _elsewhere(context, ways[0]))
    else:
        yield context.warning(at, UNDOCUMENTED, f"`{use.name}` {ways[0].doubt}")


def _elsewhere(context: Context, way: Signature) -> str:
    *head, last = [place.phrase for place in Place if place in way.places]
    places = f"{', '.join(head)} or {last}" if head else last
    return f"`{way.name}` cannot be called in {context.place.phrase}, only in {places}"


def _unknown(context: Context, use: Use, *, is_missing: bool) -> Remark:
    facts = context.facts
    at = context.function_start(use.node, member=use.member)
    if facts.is_extension(use.name, use.count, member=use.member):
        counted = f" with {use.count} arguments" if use.name in facts.members else ""
        message = f"`{use.name}`{counted} is {BEYOND}"
        return context.warning(at, UNDOCUMENTED, message)
    if is_missing and (counts := facts.arities(use.name, member=use.member)):
        return context.error(at, "wrong-arguments", _wrong_count(facts, use, counts))
    known = facts.members if use.member else facts.globals
    if is_missing and (other_way := _explain_call_form(facts, use)):
        return context.error(at, "unknown-function", other_way)
    fitting = [name for name in sorted(known) if facts.takes(name, use.count, member=use.member)]
    if is_missing and (
        slip := next((n for n in fitting if _is_typing_error(use.name, n, facts)), None)
    ):
        message = f"there is no function `{use.name}`; did you mean `{slip}`?"
        return context.error(at, "unknown-function", message)
    hint = suggest(use.name, known)
    if other := facts.other_words.get(use.name):
        hint = f"; did you mean `{other}`?"
    message = f"`{use.name}` is not documented, and may not exist{hint}"
    return context.warning(at, "unknown-function", message)


def _wrong_count(facts: Environment, use: Use, counts: set[int]) -> str:
    known = facts.signatures.get(use.name, ())
    more = " or more" if any(way.variadic for way in known) else ""
    wanted = " or ".join(map(str, sorted(counts))) + more
    plural = "argument" if wanted == "1" else "arguments"
    ways = [f"`{way}`" for way in known if not way.doubt]
    called = f"; it is called as {' or '.join(ways)}" if ways else ""
    return f"`{use.name}` takes {wanted} {plural}, and this is {use.count}{called}"


def _explain_call_form(facts: Environment, use: Use) -> str:
    """Explain a method that is called on its own, the reverse, or an unknown function."""
    is_field = use.member and any(use.name in fields for fields in facts.types.values())
    if not use.count and (is_field or use.name in facts.variables):
        return f"`{use.name}` is no function; write it without `()`"
    if use.member and facts.takes(use.name, use.count + 1, member=False):
        return f"`{use.name}` is called by itself: `{use.name}(...)`"
    if not use.member and use.count and facts.takes(use.name, use.count - 1, member=True):
        return f"`{use.name}` is called after a dot: `value.{use.name}(...)`"
    return ""


def _is_typing_error(name: str, known: str, facts: Environment) -> bool:
    """Return whether `name` is certainly a typing error of `known`, not another function."""
    if name.casefold() == known.casefold():
        return True
    space, _, last = name.rpartition(".")
    known_space, _, known_last = known.rpartition(".")
    if space == known_space:
        return is_typo(last, known_last)
    if last != known_last or _versionless(space) == _versionless(known_space):
        return False
    spaces = {function.rpartition(".")[0] for function in facts.signatures}
    return space in spaces or is_typo(space, known_space)


def _versionless(space: str) -> str:
    return re.sub(r"\bv\d+\b", "v", space)
