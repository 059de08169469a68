"""Prior: the policy as it was recorded at the last operation. Pure.

It consists of the inputs as written, and of the outputs: the tenant's answer in the program's
spelling.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from pulumi_c1policy._lifecycle.planning.diff import Change, compare
from pulumi_c1policy._lifecycle.planning.merge import merge
from pulumi_c1policy._lifecycle.planning.object_kind import ObjectKind
from pulumi_c1policy._lifecycle.planning.ownership import describe_manager, read_ownership
from pulumi_c1policy._lifecycle.planning.policy_kind import POLICY_KIND
from pulumi_c1policy._lifecycle.planning.pruning import prune, strip
from pulumi_c1policy._lifecycle.planning.respell import respell
from pulumi_c1policy._model.normalize import are_same
from pulumi_c1policy._model.tree import Tree, select_field


@dataclass(frozen=True, slots=True)
class Origin:
    """The circumstances of a create; they outlive updates.

    Attributes:
        tenant: The tenant of the policy; "" if it is unknown (a state of 0.1.0).
        is_unproven: No annotation proves that this resource created the policy.
        was_resent: The create was sent again after an ambiguous outcome, so that there may be a
            second policy.
    """

    tenant: str = ""
    is_unproven: bool = False
    was_resent: bool = False


@dataclass(frozen=True, slots=True)
class Prior:
    """A policy as it was at the last operation.

    Attributes:
        inputs: The inputs as the program wrote them; after a refresh, with the drift applied.
        outputs: The tenant's answer, in the spelling of the inputs where both mean the same.
        taken_by: The manager that took the policy over since the last write; "" if none did.
        lost_ownership: The ownership annotations before the takeover; empty if there was none.
        held: The held steps, which are no part of `outputs`: the rule id by the path.
        origin: The circumstances of the create.
        kind: The kind of the object.
        predecessors: The values before the program set them, by field; attachments only.
        overwritten: The values of the last write that others have changed since, by field;
            attachments only.
    """

    inputs: Tree
    outputs: Tree
    taken_by: str = ""
    lost_ownership: Tree = field(default_factory=dict)
    held: dict[str, str] = field(default_factory=dict)
    origin: Origin = Origin()
    kind: ObjectKind = POLICY_KIND
    predecessors: Tree = field(default_factory=dict)
    overwritten: Tree = field(default_factory=dict)

    @property
    def is_builtin(self) -> bool:
        """True if the tenant itself made the policy."""
        return self.outputs.get("system_builtin") is True


def record_answer(
    inputs: Tree,
    answer: Tree,
    held: Mapping[str, str] | None = None,
    origin: Origin = Origin(),
    kind: ObjectKind = POLICY_KIND,
) -> Prior:
    """Return the record of a tenant's answer to these inputs.

    Args:
        inputs: The inputs as written.
        answer: The tenant's answer (decoded).
        held: The held steps of the live policy. Default: those in the answer.
        origin: The circumstances of the create.
        kind: The kind of the object.
    """
    found = kind.find_held(inputs, answer) if held is None else dict(held)
    managed = kind.select_managed(inputs, prune(kind.message, answer))
    outputs = respell(kind.message, inputs, managed)
    return Prior(inputs, outputs, held=found, origin=origin, kind=kind)


def find_prior_held_steps(prior: Prior, desired: Tree) -> dict[str, str]:
    """Find the recorded held steps that the desired inputs do not contain.

    The outputs contain steps that an earlier program wrote, as 0.1.0 allowed.
    """
    written = prior.kind.find_written_rules(desired)
    earlier = {path: rule for path, rule in prior.held.items() if rule not in written}
    return prior.kind.find_held(desired, prior.outputs) | earlier


def find_drift(prior: Prior, live: Tree) -> list[Change]:
    """List the changes from the prior outputs to the managed part of the live policy."""
    managed = prior.kind.select_managed(prior.inputs, live)
    return compare(prior.kind.message, prior.outputs, managed)


def is_older(live: Tree, written: Tree) -> bool:
    """Return whether `live` is older than the answer to a write, and does not show its effect."""
    times = [str(tree.get("updated_at") or "").rstrip("Z") for tree in (live, written)]
    # The number of digits varies between answers.
    digits = min(map(len, times))
    return times[0][:digits] < times[1][:digits]


def refresh(prior: Prior, live: Tree) -> Prior:
    """Return the record brought up to date with the live policy (decoded).

    Its inputs are the prior inputs with exactly the drifted leaves replaced, so that their diff to
    the program's inputs is the drift, leaf by leaf.
    """
    kind, message = prior.kind, prior.kind.message
    answer = kind.select_managed(prior.inputs, prune(message, live))
    inputs = dict(prior.inputs)
    for name in kind.writable:
        if are_same(message.fields[name], prior.outputs.get(name), answer.get(name)):
            continue
        written = select_field(inputs, name)
        merged = merge(
            message,
            base=select_field(prior.outputs, name),
            theirs=select_field(answer, name),
            ours=written,
            prefer="theirs",
        )
        inputs.pop(name, None)
        inputs |= respell(message, written, strip(message, merged))
    # Ignore the times: they would appear in every drift report.
    times = select_field(prior.outputs, "created_at") | select_field(prior.outputs, "updated_at")
    outputs = respell(message, inputs, answer | times)
    owner = refresh_ownership(prior, live)
    return Prior(
        inputs,
        outputs,
        taken_by=owner.taken_by,
        lost_ownership=owner.lost_ownership,
        held=kind.find_held(prior.inputs, live),
        origin=owner.origin,
        kind=kind,
        predecessors=prior.predecessors,
        overwritten=prior.overwritten,
    )


def refresh_ownership(prior: Prior, live: Tree) -> Prior:
    """Return the record with the ownership of the live policy (decoded), and all else as it was.

    A deletion needs no more of `refresh`.
    """
    if not prior.kind.is_owned:
        return replace(prior, taken_by="", lost_ownership={})
    # A policy that was adopted without ownership annotations has none to lose.
    ours = prior.lost_ownership if prior.taken_by else read_ownership(prior.outputs)
    # The annotations that the program sets prove that the policy is this resource's.
    proof = read_ownership(live) == read_ownership(prior.inputs)
    is_proven_now = prior.origin.is_unproven and proof
    taken_by = "" if is_proven_now else describe_manager(ours, read_ownership(live))
    return replace(
        prior,
        taken_by=taken_by,
        lost_ownership=ours if taken_by else {},
        origin=replace(prior.origin, is_unproven=prior.origin.is_unproven and not proof),
    )
