"""The dynamic provider: each of the engine's calls, turned into a step of the lifecycle.

The path and the name of the class are part of every stack's state, pickled by reference: neither
ever moves. The object holds nothing, because what it held would be pickled into the state.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pulumi.dynamic import (
    CheckFailure,
    CheckResult,
    ConfigureRequest,
    CreateResult,
    DiffResult,
    ReadResult,
    ResourceProvider,
    UpdateResult,
)

from pulumi_c1policy._lifecycle.checks.policy_checks import check
from pulumi_c1policy._lifecycle.planning import refusals
from pulumi_c1policy._lifecycle.planning.decisions import Options, read_options
from pulumi_c1policy._lifecycle.planning.plan import NoOp, Replace, list_warnings, plan
from pulumi_c1policy._lifecycle.planning.prior import Prior
from pulumi_c1policy._lifecycle.planning.refusals import Refuse
from pulumi_c1policy._lifecycle.planning.state_codec import from_state, matches, to_state
from pulumi_c1policy._pulumi import expressions, failures, links, owner, results, runtime, values
from pulumi_c1policy.errors import NotFoundError, RefusedError, StateError

if TYPE_CHECKING:
    from pulumi_c1policy._lifecycle.effects.recovery import Claim


class PolicyProvider(ResourceProvider):
    """Maps Pulumi's lifecycle of a policy onto the ConductorOne API."""

    serialize_as_secret_always = False

    def configure(self, req: ConfigureRequest) -> None:
        """Take the stack's configuration (`c1policy:*`)."""
        failures.install()
        runtime.configure(req.config)

    @failures.discreet(2)
    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Refuse what cannot be right, all failures at once; add the ownership annotations."""
        inputs, clashes = owner.merged(news)
        desired, decided = values.inputs(inputs), _options(news)
        found = check(desired) + expressions.findings(desired)
        found += runtime.chains.check(desired, links.unpack(news.get(owner.OPTIONS)))
        secrets = decided.secrets
        told = decided.severities.apply(found, decided.names)
        findings = [results.discreet(finding, secrets) for finding in told]
        for finding in findings:
            if finding.severity == "warning":
                failures.warn_of(news, results.warning(finding))
        for text in runtime.config_warnings():
            failures.warn_of_run(text)
        failed = [results.check_failure(f, secrets) for f in findings if f.severity == "error"]
        failed += [results.owner_clash(key) for key in clashes]
        failed += [results.decision(*each) for each in runtime.decision_problems(_packed(news))]
        failed += [CheckFailure("", problem) for problem in runtime.config_problems()]
        return CheckResult(inputs, failed)

    @failures.discreet(3)
    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Compare what is desired with what was recorded."""
        runtime.known.note(_olds, _id)
        runtime.chains.note(_id, _news)
        with failures.named("change", _olds, _id):
            runtime.require_tenant(_olds)
            runtime.require_one_holder(_id, failures.urn_at_hand(), phase="diff")
        decided = _options(_news)
        # Check unchanged policies too: a change elsewhere can create a cycle.
        if paths := runtime.chains.find_cycle(_id, _news):
            if (level := decided.level("policy-cycle")) == "error":
                with failures.named("change", _olds, _id):
                    raise RefusedError(*refusals.refuse_cycle(paths))
            if level == "warning":
                failures.warn_of(_olds, " ".join(refusals.refuse_cycle(paths)), _id)
        if matches(_olds, _news):
            return DiffResult(changes=False)
        with failures.named("change", _olds, _id):
            prior = from_state(values.inputs(_olds))
        desired = values.inputs(_news)
        planned = plan(prior, desired, decided)
        if isinstance(planned, Refuse):
            with failures.named("change", _olds, _id):
                raise RefusedError(planned.summary, planned.advice)
        if prior.taken_by and not isinstance(planned, NoOp):
            take_back = decided.take_back
            failures.warn_of(
                _olds, refusals.warn_of_takeover(prior.taken_by, take_back=take_back), _id
            )
        if isinstance(planned, Replace):
            # The policy is about to be deleted, under the resource's old name if it has one.
            runtime.known.release(_id, failures.urn_at_hand(), "diff")
        for doubt in list_warnings(planned, prior, desired, decided):
            failures.warn_of(_olds, doubt, _id)
        return results.diff_result(planned)

    @failures.discreet(1)
    def create(self, props: dict[str, Any]) -> CreateResult:
        """Create the policy."""
        from pulumi_c1policy._lifecycle.effects import creation

        desired = values.inputs(props)
        with failures.named("create", props):
            runtime.require_shown_tenants()
            recorded = creation.create(runtime.run(), desired, _options(props))
        runtime.known.note(desired, recorded.outputs["id"])
        runtime.known.hold(recorded.outputs["id"], failures.urn_at_hand(), "diff")
        runtime.chains.note(recorded.outputs["id"], desired)
        return CreateResult(recorded.outputs["id"], to_state(recorded))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Read the policy as it is now; what drifted stands in the inputs of the result."""
        from pulumi_c1policy._lifecycle.effects import recovery

        prior = _prior(props) if results.kept(props) else None
        if prior is not None:
            runtime.known.note(props, id_)
            runtime.known.hold(id_, failures.urn_at_hand(), "read")
        with failures.named("read", props, id_):
            runtime.require_tenant(props)
            recorded = recovery.read(runtime.run(), id_, prior)
            if recorded is None and not results.in_state(props):
                raise NotFoundError(*refusals.refuse_missing_read())
        if recorded is not None and prior is not None and not isinstance(prior, Prior):
            failures.warn_of(props, refusals.warn_of_unreadable_read(prior.problem.summary), id_)
        return results.read_result(id_, recorded, kept=prior is not None)

    @failures.discreet(3)
    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Send what changed, under a mask that names just that."""
        from pulumi_c1policy._lifecycle.effects import operations

        desired, decided = values.inputs(_news), _options(_news)
        with failures.named("update", _olds, _id):
            runtime.require_tenant(_olds)
            runtime.require_one_holder(_id, failures.urn_at_hand())
            prior = from_state(values.inputs(_olds))
            recorded = operations.update(runtime.run(), _id, prior, desired, decided)
        return UpdateResult(to_state(recorded))

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Delete the policy; one that is builtin or taken over is left in the tenant."""
        from pulumi_c1policy._lifecycle.effects import recovery

        runtime.known.note(_props, _id)
        with failures.named("delete", _props, _id):
            runtime.require_tenant(_props)
            runtime.require_one_holder(_id, failures.urn_at_hand())
            left = recovery.delete(runtime.run, _id, _prior(_props))
        if left:
            failures.warn_of(_props, left, _id)


def _prior(properties: dict[str, Any]) -> Prior | Claim:
    """The recorded policy, or the resource's claim on it where the state cannot be read."""
    state = values.inputs(properties)
    try:
        return from_state(state)
    except StateError as problem:
        from pulumi_c1policy._lifecycle.effects.recovery import make_claim

        return make_claim(problem, state, owner.marks_of(failures.urn_at_hand()))


def _options(properties: dict[str, Any]) -> Options:
    """The program's decisions for a resource, with the severities that the stack's config sets."""
    names = owner.names(properties, failures.urn_at_hand())
    packed = _packed(properties)
    return read_options(packed, runtime.severities(), names, runtime.decided(packed))


def _packed(properties: dict[str, Any]) -> object:
    """The options of a resource, as the program's side packed them."""
    return properties.get(owner.OPTIONS)
