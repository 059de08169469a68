"""The calls of the engine for attachments, which are the same for apps and entitlements."""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

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

from pulumi_c1policy._findings import rule_texts
from pulumi_c1policy._lifecycle.checks import attachment_checks
from pulumi_c1policy._lifecycle.planning import attachment_texts, refusals
from pulumi_c1policy._lifecycle.planning.attachment_kind import list_set
from pulumi_c1policy._lifecycle.planning.decisions import LifecycleOptions, read_options
from pulumi_c1policy._lifecycle.planning.object_kind import ObjectKind
from pulumi_c1policy._lifecycle.planning.plan import plan
from pulumi_c1policy._lifecycle.planning.refusals import Refuse
from pulumi_c1policy._lifecycle.planning.state_codec import (
    OPTIONS,
    OWNERSHIP_INPUT,
    from_state,
    matches,
    to_state,
)
from pulumi_c1policy._lifecycle.planning.state_versions import STATE
from pulumi_c1policy._model.attachment_fields import make_target, parse_target
from pulumi_c1policy._pulumi import (
    dynamic_server,
    engine_results,
    engine_values,
    failures,
    runtime,
    stack_ownership,
    tenant_help,
)
from pulumi_c1policy.errors import NotFoundError, RefusedError, StateError

_NOUN = "attachment"


class AttachmentProvider(ResourceProvider):
    """The provider of one kind of attachment."""

    serialize_as_secret_always = False
    kind: ClassVar[ObjectKind]
    type_name: ClassVar[str]
    """The type in the address of a resource."""

    def configure(self, req: ConfigureRequest) -> None:
        """Store the stack's configuration (`c1policy:*`)."""
        failures.install()
        runtime.configure(req.config)

    @failures.hide_inputs(2)
    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Report all check failures at once, and a second resource for the same object."""
        desired, options = engine_values.read_properties(news), _read_options(news)
        target = attachment_checks.find_target(self.kind.message, desired)
        urn, found_id = dynamic_server.get_request_urn(), target.id if target else ""
        # Before any request: deletions of other resources run at the same time.
        runtime.declared_targets.declare(urn, found_id, list_set(self.kind.message, desired))
        found = attachment_checks.check(self.kind.message, desired)
        # The resource itself reads its app or entitlement.
        found += tenant_help.check_ids(self.kind.message, _olds, desired, found, {"policy"})
        graded = options.severities.apply(found, options.names)
        findings = [engine_results.hide_secret(finding, options.secrets) for finding in graded]
        for finding in findings:
            if finding.severity == "warning":
                _warn_of(news, rule_texts.format_warning(finding))
        for text in runtime.list_config_warnings():
            failures.warn_of_run(text)
        failed = [
            engine_results.make_check_failure(finding, options.secrets)
            for finding in findings
            if finding.severity == "error"
        ]
        failed += [
            engine_results.make_decision_failure(*each)
            for each in runtime.find_decision_problems(news.get(OPTIONS))
        ]
        failed += engine_results.make_config_failures(runtime.find_config_problems())
        if target and (rivals := runtime.declared_targets.find_rivals(urn, found_id)):
            sentence = attachment_texts.refuse_two_resources([*rivals, urn])
            failed.append(CheckFailure("", sentence))
        return CheckResult(dict(news), failed)

    @failures.hide_inputs(3)
    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Compare the desired inputs with the prior ones."""
        with _wrap_errors("change", _news, _id):
            runtime.require_tenant(_olds)
            if matches(_olds, _news, self.kind):
                return DiffResult(changes=False)
            prior = from_state(engine_values.read_properties(_olds), self.kind)
            planned = plan(prior, engine_values.read_properties(_news), _read_options(_news))
            if isinstance(planned, Refuse):
                raise RefusedError(*planned)
        # Both objects at once would be two attachments of one resource.
        return engine_results.make_diff_result(planned, delete_first=True)

    @failures.hide_inputs(1)
    def create(self, props: dict[str, Any]) -> CreateResult:
        """Set the fields of an object that exists."""
        from pulumi_c1policy._lifecycle.effects import attachment_operations

        desired = engine_values.read_properties(props)
        target = make_target(desired)
        with _wrap_errors("create", props, target.id):
            runtime.require_shown_tenants()
            new_prior = attachment_operations.create(
                runtime.get_run(), self.kind, desired, _get_workspace(props)
            )
        return CreateResult(target.id, to_state(new_prior))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Read the live object; the inputs of the result contain the drift."""
        from pulumi_c1policy._lifecycle.effects import attachment_operations

        internal = _read_internal_inputs(self.type_name)
        is_in_state = any(
            props.get(name) is not None for name in (*self.kind.message.fields, STATE)
        )
        prior, state = None, engine_values.read_properties(props)
        with _wrap_errors("read", internal, id_):
            runtime.require_tenant(props)
            try:
                prior = from_state(state, self.kind) if is_in_state else None
            except StateError as problem:
                _warn_of(internal, refusals.warn_of_unreadable_read(problem.summary), id_)
            target = parse_target(id_)
            names = [*state] if is_in_state else None
            new_prior = attachment_operations.read(
                runtime.get_run(), self.kind, target, prior, names
            )
            if new_prior is None and not is_in_state:
                raise NotFoundError(*attachment_texts.refuse_missing(target))
        if new_prior is None:
            return ReadResult("", {})
        return ReadResult(id_, to_state(new_prior), new_prior.inputs | internal)

    @failures.hide_inputs(3)
    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Send the changes, and put back what the program dropped."""
        from pulumi_c1policy._lifecycle.effects import attachment_operations

        desired, options = engine_values.read_properties(_news), _read_options(_news)
        with _wrap_errors("update", _news, _id):
            runtime.require_tenant(_olds)
            prior = from_state(engine_values.read_properties(_olds), self.kind)
            new_prior = attachment_operations.update(
                runtime.get_run(), prior, desired, options, _get_workspace(_news)
            )
        return UpdateResult(to_state(new_prior))

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Put back what was there before; fields that others changed are left."""
        from pulumi_c1policy._lifecycle.effects import attachment_operations

        internal, urn = _read_internal_inputs(self.type_name), dynamic_server.get_request_urn()
        options = _read_options(internal)
        with _wrap_errors("delete", internal, _id):
            runtime.require_tenant(_props)
            if options.keep:
                return
            try:
                prior = from_state(engine_values.read_properties(_props), self.kind)
            except StateError as problem:
                warnings = [attachment_texts.warn_of_unreadable_delete(problem.summary)]
            else:
                warnings = attachment_operations.delete(
                    runtime.get_run,
                    parse_target(_id),
                    prior,
                    _get_workspace(internal),
                    find_managers=partial(_describe_managers, _id, urn),
                    secrets=options.secrets,
                )
        for warning in warnings:
            _warn_of(internal, warning, _id)


def _describe_managers(attachment_id: str, urn: str) -> dict[str, str]:
    """Return the resources of the program that manage fields of an object, by field.

    Args:
        attachment_id: The attachment to the object.
        urn: The current resource. A replacement of it may manage the object.
    """
    found = runtime.declared_targets.find_managers(attachment_id)
    return {n: "its replacement" if u == urn else f"the resource {u}" for n, u in found.items()}


def _wrap_errors(verb: str, properties: dict[str, Any], attachment_id: str) -> Any:  # noqa: ANN401
    return failures.wrap_errors(verb, properties, attachment_id, _NOUN)


def _warn_of(properties: dict[str, Any], message: str, attachment_id: str = "") -> None:
    failures.warn_of(properties, message, attachment_id, _NOUN)


def _read_options(properties: dict[str, Any]) -> LifecycleOptions:
    """Return the user's decisions for a resource, with the severities of the stack's config."""
    names = stack_ownership.list_names(properties, dynamic_server.get_request_urn())
    packed = properties.get(OPTIONS)
    return read_options(packed, runtime.get_severities(), names, runtime.get_decisions(packed))


def _read_internal_inputs(type_name: str) -> dict[str, Any]:
    """Return the internal inputs in the state: the owner, and the program's decisions.

    The URN names the owner of a resource without them, such as an imported one.
    """
    recorded = dynamic_server.get_request_inputs()
    found = {name: recorded[name] for name in (OWNERSHIP_INPUT, OPTIONS) if recorded.get(name)}
    if OWNERSHIP_INPUT in found:
        return found
    owner = stack_ownership.parse_ownership(dynamic_server.get_request_urn(), type_name)
    return found | ({OWNERSHIP_INPUT: owner} if owner else {})


def _get_workspace(properties: dict[str, Any]) -> str:
    """Return the workspace of the stack; "" if it is not known."""
    owner = properties.get(OWNERSHIP_INPUT)
    return str(owner.get("iac_workspace") or "") if isinstance(owner, dict) else ""
