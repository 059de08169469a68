"""Doubts about expressions that the tenant accepts but that may not do what they seem to do."""

from __future__ import annotations

from collections.abc import Iterator

from pulumi_c1policy._cel import emptiness, literal_checks, logic
from pulumi_c1policy._cel.context import Context
from pulumi_c1policy._cel.engine import Outcome
from pulumi_c1policy._cel.environment import Place
from pulumi_c1policy._cel.remarks import Remark
from pulumi_c1policy._cel.syntax_tree import Node

CAN_BE_EMPTY = "approver-can-be-empty"

_ADVICE = "write `size(x) > 0 ? x : appOwners`, add another expression, or set a fallback"


def list_doubts(context: Context, outcome: Outcome) -> Iterator[Remark]:
    """List the doubts about a valid expression."""
    tree = outcome.tree
    if tree is None:
        return
    yield from literal_checks.check_literals(context, tree)
    for node in emptiness.find_risky_items(tree, {}):
        yield context.warning(node.at, "first-of-maybe-empty", _too_short(node))
    if context.place_facts.returns == "bool":
        yield from _condition(context, tree, logic.decide(outcome))
    elif context.place_facts.returns == "users":
        yield from _users(context, tree)


def _too_short(node: Node) -> str:
    index = node.parts[1].value
    if isinstance(index, int) and index < 0:
        return f"no list has an item `[{index}]`; the last one is `[size(list) - 1]`"
    return f"the list may be too short for `[{index}]`, which then fails; ask `size(...)` first"


def _condition(context: Context, tree: Node, always: bool | None) -> Iterator[Remark]:
    if always is None:
        return
    at = context.start(tree)
    if context.place == Place.WAIT_CONDITION:
        then = "the step does not wait" if always else "the step waits until it times out"
    else:
        then = "no rule below is reached, nor the baseline" if always else "the rule never matches"
    rule, word = ("always-true", "always") if always else ("always-false", "never")
    yield context.warning(at, rule, f"this is {word} true, so {then}")


def _users(context: Context, tree: Node) -> Iterator[Remark]:
    part = emptiness.find_nobody(tree, {})
    if part is None:
        return
    if context.place == Place.APPROVER:
        then = "then the step is skipped in silence"
    else:
        then = "then nobody provisions"
    message = f"this may find nobody, and {then}; {_ADVICE}"
    yield context.warning(context.start(part), CAN_BE_EMPTY, message)
