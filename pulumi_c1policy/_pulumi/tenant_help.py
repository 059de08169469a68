"""The help of the tenant in a preview: wrong ids, and the number of objects that use a policy.

It asks for policies that change only. It is no gate: if the tenant does not answer, one warning
per run says so, and the run goes on.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from pulumi_c1policy._findings.finding import Finding, Severity
from pulumi_c1policy._lifecycle.checks import named_objects
from pulumi_c1policy._lifecycle.planning import use_texts
from pulumi_c1policy._lifecycle.planning.diff import compare
from pulumi_c1policy._model.id_fields import Kind
from pulumi_c1policy._model.schema import Message
from pulumi_c1policy._model.tree import Tree
from pulumi_c1policy._pulumi import engine_values, failures, runtime
from pulumi_c1policy.errors import C1PolicyError

if TYPE_CHECKING:
    from pulumi_c1policy._lifecycle.effects.lifecycle_run import Run


def check_ids(
    message: Message,
    olds: dict[str, Any],
    desired: Tree,
    found: Sequence[Finding],
    kinds: Collection[Kind] = named_objects.KINDS,
) -> list[Finding]:
    """Check the ids in the inputs of an object that changes, as `c1policy:checkIds` says.

    Args:
        message: The message of the object.
        olds: The prior inputs, as the engine sends them; empty for a create.
        desired: The desired inputs.
        found: The findings of the other checks; inputs that cannot be sent are not checked.
        kinds: The kinds of objects to check.
    """
    if any(not each.rule for each in found):
        return []
    if olds and not compare(message, engine_values.read_properties(olds), desired):
        return []
    references = named_objects.list_references(message, desired, kinds)
    level = runtime.get_id_check_level() if references else "off"
    if level == "off":
        return []
    run = _find_run()
    if isinstance(run, str):
        reasons = dict.fromkeys(named_objects.KINDS, run)
        failures.warn_of_run(named_objects.warn_of_unchecked(reasons))
        return []
    facts = run.objects.find(each.key for each in references)
    if problems := run.objects.problems.take():
        failures.warn_of_run(named_objects.warn_of_unchecked(problems))
    severity: Severity = "error" if level == "error" else "warning"
    return named_objects.check_references(references, facts, severity)


def describe_use(policy_id: str) -> str:
    """Return a sentence about the use of a policy that changes, or "".

    `c1policy:checkIds` switches this question as well.
    """
    if runtime.get_id_check_level() == "off" or isinstance(run := _find_run(), str):
        return ""
    found = run.use_count.find(policy_id)
    if problems := run.use_count.problems.take():
        failures.warn_of_run(use_texts.warn_of_uncounted(problems))
    return use_texts.tell_of_update(found.uses, is_complete=found.is_complete) if found else ""


def _find_run() -> Run | str:
    """Return the run; without usable credentials, or with those of another tenant, the reason."""
    try:
        runtime.require_shown_tenants()
        return runtime.get_run()
    except C1PolicyError as error:
        return error.summary
