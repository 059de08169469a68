"""Warnings about expressions that the tenant accepts but that probably do something unintended."""

from __future__ import annotations

from collections.abc import Iterator

from pulumi_c1policy._cel import constant_conditions, list_sizes, literal_checks
from pulumi_c1policy._cel.compiler import Compilation
from pulumi_c1policy._cel.context import Context
from pulumi_c1policy._cel.diagnostics import Diagnostic
from pulumi_c1policy._cel.environment import Place
from pulumi_c1policy._cel.syntax_tree import Node

CAN_BE_EMPTY = "approver-can-be-empty"

_ADVICE = "write `size(x) > 0 ? x : appOwners`, add a second expression, or set a fallback"


def check(context: Context, compilation: Compilation) -> Iterator[Diagnostic]:
    """Yield the warnings about an expression that has no errors."""
    tree = compilation.tree
    if tree is None:
        return
    yield from literal_checks.check(context, tree)
    for node in list_sizes.find_risky_items(tree, {}):
        yield context.warning(node.offset, "first-of-maybe-empty", _explain_short_list(node))
    if context.place_facts.returns == "bool":
        yield from _check_condition(
            context, tree, constant_conditions.find_constant_truth(compilation)
        )
    elif context.place_facts.returns == "users":
        yield from _check_users(context, tree)


def _explain_short_list(node: Node) -> str:
    index = node.parts[1].value
    if isinstance(index, int) and index < 0:
        return f"`[{index}]` always fails: an index cannot be negative; write `[size(list) - 1]`"
    return f"`[{index}]` fails if the list is too short; check `size(...)` first"


def _check_condition(context: Context, tree: Node, always: bool | None) -> Iterator[Diagnostic]:
    if always is None:
        return
    offset = context.find_start(tree)
    if context.place == Place.WAIT_CONDITION:
        effect = "the step does not wait" if always else "the step waits until it times out"
    elif always:
        effect = "the rules below and the baseline are never used"
    else:
        effect = "the rule never matches"
    rule, word = ("always-true", "always") if always else ("always-false", "never")
    yield context.warning(offset, rule, f"this condition is {word} true: {effect}")


def _check_users(context: Context, tree: Node) -> Iterator[Diagnostic]:
    part = list_sizes.find_empty_part(tree, {})
    if part is None:
        return
    if context.place == Place.APPROVER:
        effect = "the tenant then skips the step without a notice"
    else:
        effect = "the request then has no provisioner"
    message = f"this may return no users: {effect}; {_ADVICE}"
    yield context.warning(context.find_start(part), CAN_BE_EMPTY, message)
