"""The dynamic providers, which call the lifecycle for each call of the engine.

Pulumi pickles a reference to the class into every stack's state, so the module's path and the
classes' names never change. An object is empty, because its attributes would be pickled as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pulumi.dynamic import (
    CheckResult,
    ConfigureRequest,
    CreateResult,
    DiffResult,
    ReadResult,
    ResourceProvider,
    UpdateResult,
)

from pulumi_c1policy._findings import rule_texts
from pulumi_c1policy._lifecycle.checks.policy_checks import check
from pulumi_c1policy._lifecycle.planning import refusals, state_codec
from pulumi_c1policy._lifecycle.planning.attachment_kind import (
    APP_POLICIES_KIND,
    ENTITLEMENT_POLICIES_KIND,
)
from pulumi_c1policy._lifecycle.planning.decisions import LifecycleOptions, read_options
from pulumi_c1policy._lifecycle.planning.plan import NoOp, Replace, Update, list_warnings, plan
from pulumi_c1policy._lifecycle.planning.prior import Prior
from pulumi_c1policy._lifecycle.planning.refusals import Refuse
from pulumi_c1policy._lifecycle.planning.state_codec import from_state, matches, to_state
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._pulumi import (
    dynamic_server,
    engine_results,
    engine_values,
    expression_choice,
    failures,
    policy_links,
    runtime,
    stack_ownership,
    tenant_help,
)
from pulumi_c1policy._pulumi.attachment_calls import AttachmentProvider
from pulumi_c1policy.errors import NotFoundError, RefusedError, StateError

if TYPE_CHECKING:
    from pulumi_c1policy._lifecycle.effects.recovery import Claim


class PolicyProvider(ResourceProvider):
    """The provider that maps Pulumi's resource lifecycle onto the ConductorOne API."""

    serialize_as_secret_always = False

    def configure(self, req: ConfigureRequest) -> None:
        """Store the stack's configuration (`c1policy:*`)."""
        failures.install()
        runtime.configure(req.config)

    @failures.hide_inputs(2)
    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Report all check failures at once, and add the ownership annotations to the inputs."""
        inputs, clashes = stack_ownership.add_ownership(news)
        desired, options = engine_values.read_properties(inputs), _read_options(news)
        found = check(desired) + expression_choice.check_expressions(desired)
        found += runtime.chains.check(desired, policy_links.unpack(news.get(state_codec.OPTIONS)))
        found += tenant_help.check_ids(POLICY, _olds, desired, found)
        secrets = options.secrets
        graded = options.severities.apply(found, options.names)
        findings = [engine_results.hide_secret(finding, secrets) for finding in graded]
        for finding in findings:
            if finding.severity == "warning":
                failures.warn_of(news, rule_texts.format_warning(finding))
        for text in runtime.list_config_warnings():
            failures.warn_of_run(text)
        failed = [
            engine_results.make_check_failure(f, secrets) for f in findings if f.severity == "error"
        ]
        failed += [engine_results.make_clash_failure(key) for key in clashes]
        failed += [
            engine_results.make_decision_failure(*each)
            for each in runtime.find_decision_problems(_get_packed_options(news))
        ]
        failed += engine_results.make_config_failures(runtime.find_config_problems())
        return CheckResult(inputs, failed)

    @failures.hide_inputs(3)
    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Compare the desired inputs with the prior ones."""
        runtime.known_state.note(_olds, _id)
        runtime.chains.note(_id, _news)
        with failures.wrap_errors("change", _olds, _id):
            runtime.require_tenant(_olds)
            runtime.require_one_holder(_id, dynamic_server.get_request_urn(), phase="diff")
        options = _read_options(_news)
        # Check unchanged policies too: a change elsewhere can create a cycle.
        if paths := runtime.chains.find_cycle(_id, _news):
            if (level := options.choose_level("policy-cycle")) == "error":
                with failures.wrap_errors("change", _olds, _id):
                    raise RefusedError(*refusals.refuse_cycle(paths))
            if level == "warning":
                failures.warn_of(_olds, " ".join(refusals.refuse_cycle(paths)), _id)
        if matches(_olds, _news):
            return DiffResult(changes=False)
        with failures.wrap_errors("change", _olds, _id):
            prior = from_state(engine_values.read_properties(_olds))
        desired = engine_values.read_properties(_news)
        planned = plan(prior, desired, options)
        if isinstance(planned, Refuse):
            with failures.wrap_errors("change", _olds, _id):
                raise RefusedError(planned.summary, planned.advice)
        if prior.taken_by and not isinstance(planned, NoOp):
            take_back = options.take_back
            failures.warn_of(
                _olds, refusals.warn_of_takeover(prior.taken_by, take_back=take_back), _id
            )
        if isinstance(planned, Replace):
            # The engine will delete the old policy, perhaps under a former name of the resource.
            runtime.known_state.release(_id, dynamic_server.get_request_urn(), "diff")
        for warning in list_warnings(planned, prior, desired, options):
            failures.warn_of(_olds, warning, _id)
        if isinstance(planned, Update) and (text := tenant_help.describe_use(_id)):
            failures.inform_of(_olds, text, _id)
        return engine_results.make_diff_result(planned)

    @failures.hide_inputs(1)
    def create(self, props: dict[str, Any]) -> CreateResult:
        """Create the policy."""
        from pulumi_c1policy._lifecycle.effects import creation

        desired = engine_values.read_properties(props)
        with failures.wrap_errors("create", props):
            runtime.require_shown_tenants()
            new_prior = creation.create(runtime.get_run(), desired, _read_options(props))
        runtime.known_state.note_created(desired, new_prior.outputs["id"])
        runtime.known_state.note_holder(
            new_prior.outputs["id"], dynamic_server.get_request_urn(), "diff"
        )
        runtime.chains.note(new_prior.outputs["id"], desired)
        return CreateResult(new_prior.outputs["id"], to_state(new_prior))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Read the live policy; the inputs of the result contain the drift."""
        from pulumi_c1policy._lifecycle.effects import recovery

        prior = _read_prior(props) if engine_results.is_managed(props) else None
        if prior is not None:
            runtime.known_state.note(props, id_)
            runtime.known_state.note_holder(id_, dynamic_server.get_request_urn(), "read")
        with failures.wrap_errors("read", props, id_):
            runtime.require_tenant(props)
            new_prior = recovery.read(runtime.get_run(), id_, prior)
            if new_prior is None and not engine_results.is_in_state(props):
                raise NotFoundError(*refusals.refuse_missing_read())
        if new_prior is not None and prior is not None and not isinstance(prior, Prior):
            failures.warn_of(props, refusals.warn_of_unreadable_read(prior.problem.summary), id_)
        options = _get_packed_options(dynamic_server.get_request_inputs())
        return engine_results.make_read_result(
            id_, new_prior, is_managed=prior is not None, options=options
        )

    @failures.hide_inputs(3)
    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Send the changes, under the smallest update mask."""
        from pulumi_c1policy._lifecycle.effects import operations

        desired, options = engine_values.read_properties(_news), _read_options(_news)
        with failures.wrap_errors("update", _olds, _id):
            runtime.require_tenant(_olds)
            runtime.require_one_holder(_id, dynamic_server.get_request_urn())
            prior = from_state(engine_values.read_properties(_olds))
            new_prior = operations.update(runtime.get_run(), _id, prior, desired, options)
        return UpdateResult(to_state(new_prior))

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Delete the policy; one that is builtin or was taken over is left in the tenant.

        A policy that apps or entitlements use is not deleted, unless `on_in_use` says so.
        """
        from pulumi_c1policy._lifecycle.effects import recovery

        runtime.known_state.note(_props, _id)
        with failures.wrap_errors("delete", _props, _id):
            runtime.require_tenant(_props)
            runtime.require_one_holder(_id, dynamic_server.get_request_urn())
            options = _read_options(dynamic_server.get_request_inputs())
            warning = recovery.delete(runtime.get_run, _id, _read_prior(_props), options)
        if warning:
            failures.warn_of(_props, warning, _id)


class AppPoliciesProvider(AttachmentProvider):
    """The provider of the policies of apps."""

    kind = APP_POLICIES_KIND
    type_name = "c1policy.AppPolicies"


class EntitlementPoliciesProvider(AttachmentProvider):
    """The provider of the policies of entitlements."""

    kind = ENTITLEMENT_POLICIES_KIND
    type_name = "c1policy.EntitlementPolicies"


def _read_prior(properties: dict[str, Any]) -> Prior | Claim:
    """Return the prior record, or the resource's claim to a policy if the state is unreadable."""
    state = engine_values.read_properties(properties)
    try:
        return from_state(state)
    except StateError as problem:
        from pulumi_c1policy._lifecycle.effects.recovery import make_claim

        return make_claim(
            problem, state, stack_ownership.parse_ownership(dynamic_server.get_request_urn())
        )


def _read_options(properties: dict[str, Any]) -> LifecycleOptions:
    """Return the user's decisions for a resource, with the severities of the stack's config."""
    names = stack_ownership.list_names(properties, dynamic_server.get_request_urn())
    packed = _get_packed_options(properties)
    return read_options(packed, runtime.get_severities(), names, runtime.get_decisions(packed))


def _get_packed_options(properties: dict[str, Any]) -> object:
    """Return the options of a resource, as the program packed them."""
    return properties.get(state_codec.OPTIONS)
