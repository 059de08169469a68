"""Checks of the names that an expression uses.

A name that is not documented, or only doubtfully, is a warning, because the tenant may be newer
than this release. A misspelled name, and a name that does not exist at the place, is an error.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pulumi_c1policy._cel.compiler import Compilation
from pulumi_c1policy._cel.context import Context
from pulumi_c1policy._cel.diagnostics import Diagnostic
from pulumi_c1policy._cel.environment import Environment, Place, Signature
from pulumi_c1policy._cel.lexer import find_name_start, find_word_after
from pulumi_c1policy._cel.name_uses import NameUse, find_uses
from pulumi_c1policy._cel.suggest import format_suggestion, is_typo
from pulumi_c1policy._cel.type_names import join_names

NOT_IN_PLACE = "not-in-place"
UNDOCUMENTED = "undocumented"
_SOURCE_CLAUSES = {(Place.APPROVER, "account"): ", according to the vendor's CLI"}
UNDOCUMENTED_CEL = "a part of CEL that ConductorOne does not document"


def check(context: Context, compilation: Compilation) -> Iterator[Diagnostic]:
    """Yield the diagnostics of the names in an expression, once for each name."""
    if compilation.tree is None:
        return
    missing = {use.node.offset for use in compilation.missing}
    seen: set[object] = set()
    for use in find_uses(compilation.tree, context.facts):
        owner = use.node.target.type if use.kind == "field" and use.node.target else ""
        name = (use.kind, use.name, owner, use.is_member, use.argument_count)
        if name in seen:
            continue
        seen.add(name)
        if use.kind == "variable":
            yield from _check_variable(context, use)
        elif use.kind == "constant":
            yield from _check_constant(context, use)
        elif use.kind == "field":
            yield from _check_field(context, use, owner)
        else:
            yield from _check_function(context, use, is_missing=use.node.offset in missing)


def _check_variable(context: Context, use: NameUse) -> Iterator[Diagnostic]:
    place = context.place_facts
    if use.name not in context.facts.variables or use.name in place.variables:
        return
    offset = find_name_start(context.source, use.node.offset)
    if use.name in place.doubtful:
        message = f"`{use.name}` may not be available here: {place.doubtful[use.name]}"
        yield context.warning(offset, UNDOCUMENTED, message)
        return
    source = _SOURCE_CLAUSES.get((context.place, use.name), "")
    message = f"`{use.name}` is not declared in {context.place.phrase}{source}"
    message += f"; {context.variables_clause}"
    yield context.error(offset, NOT_IN_PLACE, message)


def _check_constant(context: Context, use: NameUse) -> Iterator[Diagnostic]:
    facts, constant = context.facts, context.facts.constants[use.name]
    if not (constant.is_older or constant.doubt):
        return
    offset = find_name_start(context.source, use.node.offset)
    known = facts.list_values(constant.enum)
    if constant.is_older:
        message = f"`{use.name}` is an old name; the current values are {join_names(known)}"
        yield context.warning(offset, "old-spelling", message)
    else:
        advice = next((f"; write `{name}`" for name in known if _is_same_value(name, use.name)), "")
        yield context.warning(offset, UNDOCUMENTED, f"`{use.name}` {constant.doubt}{advice}")


def _is_same_value(one: str, other: str) -> bool:
    short, long = sorted((one.rpartition(".")[2], other.rpartition(".")[2]), key=len)
    return short == long or long.endswith(f"_{short}")


def _check_field(context: Context, use: NameUse, owner: str) -> Iterator[Diagnostic]:
    facts = context.facts.types.get(owner, {}).get(use.name)
    if facts is None or not (facts.preferred_spelling or facts.doubt):
        return
    offset = find_word_after(context.source, use.node.offset, use.name)
    if facts.preferred_spelling:
        message = f"`{use.name}` is the old spelling; write `{facts.preferred_spelling}`"
        yield context.warning(offset, "old-spelling", message)
    else:
        yield context.warning(offset, UNDOCUMENTED, f"`{use.name}` {facts.doubt}")


def _check_function(context: Context, use: NameUse, *, is_missing: bool) -> Iterator[Diagnostic]:
    facts = context.facts
    if not facts.accepts(use.name, use.argument_count, is_member=use.is_member):
        yield _explain_unknown_function(context, use, is_missing=is_missing)
        return
    signatures = facts.find_signatures(use.name, use.argument_count, is_member=use.is_member)
    if not signatures or any(
        context.place in signature.places and not signature.doubt for signature in signatures
    ):
        return
    offset = context.find_function_start(use.node, is_member=use.is_member)
    if not any(context.place in signature.places for signature in signatures):
        yield context.error(offset, NOT_IN_PLACE, _format_places(context, signatures[0]))
    else:
        yield context.warning(offset, UNDOCUMENTED, f"`{use.name}` {signatures[0].doubt}")


def _format_places(context: Context, signature: Signature) -> str:
    *head, last = [place.phrase for place in Place if place in signature.places]
    places = f"{', '.join(head)} or {last}" if head else last
    return f"`{signature.name}` cannot be called in {context.place.phrase}, only in {places}"


def _explain_unknown_function(context: Context, use: NameUse, *, is_missing: bool) -> Diagnostic:
    facts = context.facts
    offset = context.find_function_start(use.node, is_member=use.is_member)
    if facts.is_extension(use.name, use.argument_count, is_member=use.is_member):
        suffix = (
            f" with {use.argument_count} arguments" if use.name in facts.member_functions else ""
        )
        message = f"`{use.name}`{suffix} is {UNDOCUMENTED_CEL}"
        return context.warning(offset, UNDOCUMENTED, message)
    if is_missing and (counts := facts.list_arities(use.name, is_member=use.is_member)):
        return context.error(offset, "wrong-arguments", _explain_argument_count(facts, use, counts))
    known = facts.member_functions if use.is_member else facts.global_functions
    if is_missing and (explanation := _explain_call_style(facts, use)):
        return context.error(offset, "unknown-function", explanation)
    candidates = [
        name
        for name in sorted(known)
        if facts.accepts(name, use.argument_count, is_member=use.is_member)
    ]
    if is_missing and (
        misspelled := next((n for n in candidates if _is_misspelling(use.name, n, facts)), None)
    ):
        message = f"there is no function `{use.name}`; did you mean `{misspelled}`?"
        return context.error(offset, "unknown-function", message)
    hint = format_suggestion(use.name, known)
    if other := facts.foreign_functions.get(use.name):
        hint = f"; did you mean `{other}`?"
    message = f"`{use.name}` is not documented and may not exist{hint}"
    return context.warning(offset, "unknown-function", message)


def _explain_argument_count(facts: Environment, use: NameUse, counts: set[int]) -> str:
    known = facts.signatures.get(use.name, ())
    more = " or more" if any(signature.is_variadic for signature in known) else ""
    wanted = " or ".join(map(str, sorted(counts))) + more
    plural = "argument" if wanted == "1" else "arguments"
    signatures = [f"`{signature}`" for signature in known if not signature.doubt]
    usage = f"; write {' or '.join(signatures)}" if signatures else ""
    return f"`{use.name}` takes {wanted} {plural}, got {use.argument_count}{usage}"


def _explain_call_style(facts: Environment, use: NameUse) -> str:
    """Explain a call that needs another form, or return "".

    The name is a field or a variable, a global function that is called as a member, or a member
    function that is called as a global one.
    """
    is_field = use.is_member and any(use.name in fields for fields in facts.types.values())
    if not use.argument_count and (is_field or use.name in facts.variables):
        return f"`{use.name}` is not a function; write it without `()`"
    if use.is_member and facts.accepts(use.name, use.argument_count + 1, is_member=False):
        return f"`{use.name}` is not called after a dot; write `{use.name}(...)`"
    if (
        not use.is_member
        and use.argument_count
        and facts.accepts(use.name, use.argument_count - 1, is_member=True)
    ):
        return f"`{use.name}` is called after a dot; write `value.{use.name}(...)`"
    return ""


def _is_misspelling(name: str, known: str, facts: Environment) -> bool:
    """Return whether `name` is a misspelling of `known` rather than an unknown function."""
    if name.casefold() == known.casefold():
        return True
    space, _, last = name.rpartition(".")
    known_space, _, known_last = known.rpartition(".")
    if space == known_space:
        return is_typo(last, known_last)
    if last != known_last or _strip_version(space) == _strip_version(known_space):
        return False
    spaces = {function.rpartition(".")[0] for function in facts.signatures}
    return space in spaces or is_typo(space, known_space)


def _strip_version(space: str) -> str:
    return re.sub(r"\bv\d+\b", "v", space)
