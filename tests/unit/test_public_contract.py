"""The public contract: names on which users and their states depend, as literal lists.

The lists repeat names of the code, so that a rename in the code fails a test.
"""

from __future__ import annotations

import ast
import dataclasses
import inspect
import json
import pickle
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, get_args

import pytest
import typer
from pulumi.dynamic import ResourceProvider
from typer.testing import CliRunner, Result

import pulumi_c1policy
from pulumi_c1policy import (
    builders,
    errors,
    inputs,
    lookup_results,
    lookups,
    policy_pack,
    team_rules,
    testing,
)
from pulumi_c1policy._cel.environment import Place
from pulumi_c1policy._cli.doctor import DoctorFormat
from pulumi_c1policy._cli.drift import DriftFormat
from pulumi_c1policy._cli.emulator import format_json
from pulumi_c1policy._cli.graph import GraphFormat
from pulumi_c1policy._cli.main import app
from pulumi_c1policy._cli.review import FailOnVerdict, ReviewFormat
from pulumi_c1policy._cli.tables import Format
from pulumi_c1policy._cli.usage import UsageFormat
from pulumi_c1policy._doctor import doctor_reports
from pulumi_c1policy._doctor.findings import CHECKS, STATUSES, DoctorFinding, DoctorReport
from pulumi_c1policy._drift import drift_reports, findings
from pulumi_c1policy._export import export_folder, manifest
from pulumi_c1policy._findings.rule_registry import RULES
from pulumi_c1policy._import import import_file
from pulumi_c1policy._lifecycle.planning import use_report, uses
from pulumi_c1policy._lifecycle.planning.decisions import DECISIONS
from pulumi_c1policy._lifecycle.planning.diff import Change
from pulumi_c1policy._lifecycle.planning.ownership import OWNERSHIP_KEYS
from pulumi_c1policy._model.attachment_fields import AttachmentTarget
from pulumi_c1policy._pulumi import config_keys, decision_sources, id_check_level
from pulumi_c1policy._review import comment, review_reports
from pulumi_c1policy._review.branches import Assumption
from pulumi_c1policy._review.verdict import Verdict, Word
from pulumi_c1policy._review.witness import CallResult, ExampleRequest
from pulumi_c1policy.provider import (
    AppPoliciesProvider,
    EntitlementPoliciesProvider,
    PolicyProvider,
)
from pulumi_c1policy.resource import Policy

PACKAGE = Path(pulumi_c1policy.__file__).parent

STATE_KEYS = """
    __held __lost_marks __merely_read __options __overwritten __owner __predecessors __provider
    __resent __rewritten __state __taken_by __tenant __unproven
"""
ANNOTATION_KEYS = "iac_resource_address iac_workspace managed_by"
CONFIG_KEYS = """
    accessToken allowInsecureHttp allowTenantChange checkIds clientId clientSecret ignoreWarnings oidcToken
    onConflict onDelete onInUse onLeftover onTakeover requestDeadline serverUrl severity
    tenantDomain validateOnline
"""
ENVIRONMENT_VARIABLES = """
    CONDUCTORONE_ACCESS_TOKEN CONDUCTORONE_ALLOW_INSECURE_HTTP CONDUCTORONE_CLIENT_ID
    CONDUCTORONE_CLIENT_SECRET CONDUCTORONE_OIDC_TOKEN CONDUCTORONE_REQUEST_DEADLINE
    CONDUCTORONE_SERVER_URL CONDUCTORONE_TENANT_DOMAIN PULUMI_C1POLICY_ALLOW_TENANT_CHANGE
    PULUMI_C1POLICY_CHECK_IDS
    PULUMI_C1POLICY_DEBUG PULUMI_C1POLICY_ON_CONFLICT PULUMI_C1POLICY_ON_DELETE
    PULUMI_C1POLICY_ON_IN_USE PULUMI_C1POLICY_ON_LEFTOVER PULUMI_C1POLICY_ON_TAKEOVER
"""
ID_CHECK_LEVELS = "error off warn"
DECISION_VALUES = """
    on_conflict=overwrite on_conflict=refuse on_delete=keep on_delete=restore on_in_use=delete
    on_in_use=refuse on_leftover=adopt
    on_leftover=leave on_leftover=refuse on_takeover=refuse on_takeover=take_back
"""
RULE_IDS = """
    action-step after-end agent-failure-action agent-mode agent-policies agent-reassign
    agent-type agent-user always-false always-true annotation-key annotation-value
    approver-can-be-empty bad-literal certify-only dead-rule deprecated disabled-user
    empty-condition
    empty-step fallback-nobody first-of-maybe-empty has-argument long-chain missing no-baseline
    no-effect no-steps no-such-steps not-a-value not-called not-for-type not-in-place not-kept
    old-spelling one-of open-text other-type out-of-bounds output-only policy-cycle policy-type
    provision-step self-reference syntax tenant too-few too-large too-many two-baselines
    two-spellings type-check unchecked undocumented unknown-field unknown-function
    unknown-result unknown-type unknown-value unknown-variable unreachable wait-length
    wrong-arguments wrong-id wrong-result wrong-types
"""
COMMAND_OPTIONS = {
    "check-expression": """
        --fallback --ignore --jsonl --place --severity
    """,
    "doctor": """
        --format --stack --state --verbose -v
    """,
    "drift": """
        --against --fail-on --format --ignore --only --stack --state --watch
    """,
    "emulator": """
        --builtin-edits --cel-doubtful --cel-ip --check-ids --delay --deleted-get
        --deletion-guard --directory --duration-style --expires-in --faults --get-lag
        --get-or-create --handler-errors --json --list-lag --newer-api --no-cel-doubtful --no-cel-ip --odd-masks
        --offset-pages --pages --port --replicas --rule-key --search-lag --server-fills
        --shuffle-sets --steps-on-update --system-log --timestamp-precision --tls --unique-names
        --unset-fields --wait-limits
    """,
    "graph": """
        --against --config --directory --format --out --policy --program --state --tenant
    """,
    "export": """
        --all --attachments --force --no-attachments --out
    """,
    "import": """
        --all --attachments --file --force --lookups --program --severity --take-over --type
    """,
    "review": """
        --against --config --directory --fail-on --format --policy --program --state --tenant --usage
    """,
    "simulate": """
        --account --against --all --config --directory --entitlement --fail-on-change --format
        --id --ip --policy --program --state --subjects --task --tenant
    """,
    "usage": """
        --config --deep --format --limit --program --state --tenant
    """,
    "validate": """
        --config --directory --ignore --online --policy --program --rules --severity --state
        --tenant
    """,
}
PLACES = "account-config approver form provisioner rule-condition wait-condition"
FORMATS = "json markdown table text"
ANSWER_KEYS = "accepted column message severity"
SIMULATION_KEYS = "approvers ending matched_rule policy possible routes steps subject subject_name"
ROUTE_KEYS = "matched outcome policy policy_id rules"
STEP_KEYS = "index kind status summary"
IMPACT_KEYS = "after before changed policy subject"
USAGE_KEYS = "complete missing not_looked_at policies problems unused"
USED_POLICY_KEYS = "id name resource type uses"
USE_KEYS = "app_id app_name grants id kind name places"
USE_KINDS = "app|entitlement|policy|escalation|request defaults|configuration rule"
USAGE_FORMATS = "json markdown table"
GRAPH_FORMATS = "html mermaid svg"
EXPORT_KEYS = "attachments chosen complete policies tenant version"
DRIFT_KEYS = "cannot_tell findings in_sync notes problems stacks tenant version"
DRIFT_FINDING_KEYS = "changes editor id kind manager name stack type urn"
DRIFT_CHANGE_KEYS = "after before is_secret kind path"
DRIFT_KINDS = "changed deleted duplicate held-elsewhere leftover taken-over unmanaged"
REVIEW_KEYS = "attachments policies verdict version"
REVIEWED_POLICY_KEYS = """
    affected change changes conditions id name reason request resource type usage verdict
    warnings way
"""
REVIEW_CONDITION_KEYS = "condition holds"
REVIEW_CALL_KEYS = "call result"
REVIEW_VERDICTS = "not-weakened undecided weakened"
REVIEW_CHANGES = "changed deleted new unchanged"
REVIEW_FORMATS = "json markdown"
REVIEW_LIMITS = "change undecided weakened"
DRIFT_FORMATS = "json junit markdown sarif table"
DOCTOR_KEYS = "all_right findings tenant version"
DOCTOR_FINDING_KEYS = "advice check details is_error status text"
DOCTOR_CHECKS = """
    access-token authorities clock client config connection credential extras hooks leftovers package
    policies proxy pulumi-cli pulumi-plugin pulumi-sdk python tenant tls
"""
DOCTOR_STATUSES = "cannot-tell not-right right"
DOCTOR_FORMATS = "json table"
TENANT_KEYS = "accessToken clientId clientSecret serverUrl"

BUILDER_NAMES = "accept approve ask escalate form on otherwise reject wait when"
LOOKUP_NAMES = """
    find_app find_app_output find_entitlement find_entitlement_output find_group find_group_output
    find_step_up_provider find_step_up_provider_output find_user find_user_output find_webhook
    find_webhook_output get_policies get_policies_output get_policy get_policy_output
"""
LOOKUP_RESULT_NAMES = """
    FindAppResult FindEntitlementResult FindGroupResult FindStepUpProviderResult FindUserResult
    FindWebhookResult GetPolicyResult
"""
ID_TYPE_NAMES = "AppId EntitlementId PolicyId StepUpProviderId UserId WebhookId"
LOOKUPS = {
    "find_app": "name",
    "find_entitlement": "alias app name",
    "find_group": "app name",
    "find_step_up_provider": "name",
    "find_user": "email",
    "find_webhook": "name",
    "get_policies": "annotations display_name type",
    "get_policy": "display_name id type",
}
"""The arguments of each lookup."""
LOOKUP_RESULTS = {
    "FindAppResult": "display_name id",
    "FindEntitlementResult": "alias app_id display_name id resource_id resource_type_id",
    "FindGroupResult": "alias app_id display_name id resource_id resource_type_id",
    "FindStepUpProviderResult": "display_name enabled id",
    "FindUserResult": "display_name email id",
    "FindWebhookResult": "display_name id url",
}
"""The fields of each result that mocks may answer."""
LOOKUP_TOKENS = """
    c1policy:index:findApp c1policy:index:findEntitlement c1policy:index:findGroup
    c1policy:index:findStepUpProvider c1policy:index:findUser c1policy:index:findWebhook
    c1policy:index:getPolicies c1policy:index:getPolicy
"""
PUBLIC_NAMES = f"""
    AppPolicies EntitlementPolicies Policy PolicyType {BUILDER_NAMES} {LOOKUP_NAMES}
"""
UNLISTED_NAMES = "assign provision run"
POLICY_ARGUMENTS = """
    annotations baseline_policy_id description display_name on_conflict on_in_use on_leftover
    on_takeover opts policy_steps policy_type post_actions reassign_tasks_to_delegates
    resource_name rules scope
"""
ATTACHMENT_ARGUMENTS = """
    app_id certify_policy_id grant_policy_id on_conflict on_delete opts resource_name
    revoke_policy_id
"""
ENTITLEMENT_ARGUMENTS = f"""
    {ATTACHMENT_ARGUMENTS} emergency_grant_enabled emergency_grant_policy_id entitlement_id
    override_access_requests_defaults
"""
BUILDERS = {
    "approve": """
        agent app_owners entitlement_owners expression group manager oneself resource_owners users
        webhook
    """,
    "ask": "choice number text yes_no",
    "assign": "app_owners entitlement_owners expression group manager users",
    "escalate": "cancel_request skip_step to_policy to_users",
    "on": "access_request certify grant provision revoke",
    "provision": """
        account action connector delegated delete_account device_placement external_ticket in_turn
        manual unconfigured webhook
    """,
    "run": "automation client_id_approval resource_action",
    "wait": "condition days duration hours until",
}
TEAM_RULE_NAMES = """
    CheckedApproval CheckedPolicy CheckedStep Problem Problems TeamRuleError read_policy warning
"""
TESTING_NAMES = """
    ApprovalStep Directory Emulator Escalation Fault FixtureError KnownPolicy Person PolicyError
    ProvisionStep Quirks RecordedRequest Route Simulation Step TriedRule Undecided WaitStep
    policies simulate
"""
EMULATOR_MEMBERS = """
    access_token add_app add_entitlement add_group add_policy add_step_up_provider add_user
    add_webhook advance api_edit app ca_file clear_requests client_id client_secret
    compiles_expressions edit_app edit_entitlement edit_user entitlement environment expire_tokens
    headers oidc_token policies policy product_delete product_edit quirks remove_app
    remove_entitlement remove_user requests reset set_faults set_quirks start stop tenant url
"""
ERROR_NAMES = """
    APIError AnswerError AuthenticationError C1PolicyError ConflictError InvalidRequestError
    NoAnswerError NotFoundError PermissionDeniedError RateLimitError RefusedError ServerError
    SettingsError StateError StatusError
"""
INPUT_NAMES = """
    AcceptArgsDict ActionArgsDict ActionProvisionArgsDict ActionTargetAutomationArgsDict
    ActionTargetBatonResourceActionArgsDict ActionTargetClientIdApprovalArgsDict
    AdminProviderConfigArgsDict AgentApprovalArgsDict AppEntitlementReferenceArgsDict
    AppGroupApprovalArgsDict AppOwnerApprovalArgsDict AppOwnerProvisionerArgsDict
    AppResourceFilterArgsDict AppUserFilterArgsDict ApprovalAgentFailureAction ApprovalAgentMode
    ApprovalArgsDict AtLeastOneArgsDict BoolFieldArgsDict BoolRulesArgsDict C1UserFilterArgsDict
    CheckboxFieldArgsDict ChipsFieldArgsDict ConnectorProvisionAccountProvisionArgsDict
    ConnectorProvisionArgsDict ConnectorProvisionDefaultBehaviorArgsDict
    ConnectorProvisionDeleteAccountArgsDict ConnectorProvisionDoNotSaveArgsDict
    ConnectorProvisionSaveToVaultArgsDict DateFieldArgsDict DelegatedProvisionArgsDict
    DependentOnArgsDict DevicePlacementProvisionArgsDict Duration
    EntitlementOwnerApprovalArgsDict EntitlementOwnerProvisionerArgsDict EscalationArgsDict
    EscalationCancelTicketArgsDict EscalationReassignToApproversArgsDict
    EscalationReplacePolicyArgsDict EscalationSkipStepArgsDict ExpressionApprovalArgsDict
    ExpressionProvisionerArgsDict ExternalTicketProvisionArgsDict FieldGroupArgsDict
    FieldRelationshipArgsDict FileFieldArgsDict FileInputFieldArgsDict FormArgsDict
    FormFieldArgsDict FormStepArgsDict GroupProvisionerArgsDict Int64FieldArgsDict
    Int64RulesArgsDict KnownRegex ManagerApprovalArgsDict ManagerProvisionerArgsDict
    ManualProvisionArgsDict MultiStepArgsDict MutuallyExclusiveArgsDict NumberFieldArgsDict
    Oauth2FieldArgsDict Oauth2FieldViewArgsDict PasswordFieldArgsDict PickerFieldArgsDict
    PolicyPostActionsArgsDict PolicyScopeArgsDict PolicyScopeSlot PolicyStepArgsDict
    PolicyStepsArgsDict PolicyType ProvisionArgsDict ProvisionPolicyArgsDict
    ProvisionTargetArgsDict ProvisionerAssignmentArgsDict RejectArgsDict RepeatedRulesArgsDict
    RequiredTogetherArgsDict ResourceOwnerApprovalArgsDict RuleArgsDict SelectFieldArgsDict
    SelectOptionArgsDict SelectType SelfApprovalArgsDict SharedProviderConfigArgsDict
    StringFieldArgsDict StringMapFieldArgsDict StringMapRulesArgsDict StringRulesArgsDict
    StringSliceFieldArgsDict TextFieldArgsDict ToggleFieldArgsDict UnconfiguredProvisionArgsDict
    UserApprovalArgsDict UserProviderConfigArgsDict UserProvisionerArgsDict WaitArgsDict
    WaitConditionArgsDict WaitDurationArgsDict WaitUntilTimeArgsDict WebhookApprovalArgsDict
    WebhookProvisionArgsDict
"""


def compare(subject: str, listed: str, found: Iterable[str]) -> None:
    """Compare a list of this file with the code; a difference fails with the next step."""
    missing, new = set(listed.split()) - set(found), set(found) - set(listed.split())
    assert not missing, (
        f"{subject}: {sorted(missing)} disappeared, and users depend on it. Keep it, or add a "
        "migration or a message that names the successor, and a fragment in changelog.d/."
    )
    assert not new, f"{subject}: {sorted(new)} is new. Add it to the list in {__file__}."


def list_constants(pattern: str) -> Iterator[str]:
    """List the string constants of the package that match a pattern as a whole."""
    for file in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            value = node.value if isinstance(node, ast.Constant) else None
            if isinstance(value, str) and re.fullmatch(pattern, value):
                yield value


def list_functions(module: ModuleType) -> list[str]:
    """List the public functions that a module defines."""
    return [
        name
        for name, value in inspect.getmembers(module, inspect.isfunction)
        if not name.startswith("_") and value.__module__ == module.__name__
    ]


def test_state_keys_are_stable() -> None:
    compare("State keys", STATE_KEYS, set(list_constants(r"__[a-z]+(_[a-z]+)*")))


def test_the_type_token_is_stable() -> None:
    assert f"pulumi-python:{Policy._resource_type_name}" == import_file.TYPE
    assert import_file.TYPE == "pulumi-python:dynamic/c1policy:Policy"


@pytest.mark.parametrize("name", ["AppPolicies", "EntitlementPolicies"])
def test_the_type_tokens_of_attachments_are_stable(name: str) -> None:
    found = getattr(pulumi_c1policy, name)._resource_type_name
    assert found == f"dynamic/c1policy:{name}"


@pytest.mark.parametrize(
    "provider", [PolicyProvider, AppPoliciesProvider, EntitlementPoliciesProvider]
)
def test_the_provider_has_its_path_in_every_state(provider: type[ResourceProvider]) -> None:
    pickled = pickle.dumps(provider(), protocol=0).decode("ascii")
    assert f"pulumi_c1policy.provider\n{provider.__name__}\n" in pickled


def test_the_names_of_the_providers_are_stable() -> None:
    names = ["PolicyProvider", "AppPoliciesProvider", "EntitlementPoliciesProvider"]
    found = [PolicyProvider, AppPoliciesProvider, EntitlementPoliciesProvider]
    assert [each.__name__ for each in found] == names


def test_the_ids_of_attachments_are_stable() -> None:
    assert AttachmentTarget("a/1", "e 2").id == "a%2F1/e%202"
    assert AttachmentTarget("a/1").id == "a%2F1"


def test_annotation_keys_are_stable() -> None:
    compare("Annotation keys", ANNOTATION_KEYS, OWNERSHIP_KEYS)


def test_config_keys_are_stable() -> None:
    assert config_keys.NAMESPACE == "c1policy"
    compare("Config keys", CONFIG_KEYS, {*config_keys.KEYS, config_keys.FORMER})


def test_environment_variables_are_stable() -> None:
    found = {*list_constants(r"(CONDUCTORONE|PULUMI_C1POLICY)(_[A-Z]+)+")}
    found |= set(map(decision_sources.name_variable, DECISIONS))
    compare("Environment variables", ENVIRONMENT_VARIABLES, found)


def test_values_of_decisions_are_stable() -> None:
    found = [f"{name}={value}" for name, values in DECISIONS.items() for value in values]
    compare("Values of decisions", DECISION_VALUES, found)


def test_levels_of_the_check_of_ids() -> None:
    compare("Levels of checkIds", ID_CHECK_LEVELS, id_check_level.LEVELS)


def test_rule_ids_are_stable() -> None:
    compare("Rule ids", RULE_IDS, RULES)


def test_commands_and_their_options_are_stable() -> None:
    root: Any = typer.main.get_command(app)
    compare("Commands", " ".join(COMMAND_OPTIONS), root.commands)
    for name, listed in COMMAND_OPTIONS.items():
        spellings = {
            option
            for parameter in root.commands[name].params
            for option in (*parameter.opts, *parameter.secondary_opts)
            if option.startswith("-")
        }
        compare(f"Options of c1policy {name}", listed, spellings)


def test_output_formats_and_places_are_stable() -> None:
    compare("Formats of c1policy simulate", FORMATS, Format)
    compare("Formats of c1policy usage", USAGE_FORMATS, UsageFormat)
    compare("Formats of c1policy graph", GRAPH_FORMATS, GraphFormat)
    compare("Formats of c1policy doctor", DOCTOR_FORMATS, DoctorFormat)
    compare("Formats of c1policy drift", DRIFT_FORMATS, DriftFormat)
    compare("Formats of c1policy review", REVIEW_FORMATS, ReviewFormat)
    compare("Limits of c1policy review", REVIEW_LIMITS, FailOnVerdict)
    compare("Places of c1policy check-expression", PLACES, Place)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--place", "rule-condition", "subject.department == 'Sales'"], 0),
        (["--place", "rule-condition", "subject.department =="], 1),
        ([], 2),
    ],
    ids=["accepted", "rejected", "wrong-arguments"],
)
def test_exit_codes_of_check_expression_are_stable(arguments: list[str], code: int) -> None:
    assert CliRunner().invoke(app, ["check-expression", *arguments]).exit_code == code


@pytest.mark.parametrize(
    ("step", "code"), [({"reject": {}}, 0), ({}, 1), (None, 2)], ids=["sound", "refused", "no-file"]
)
def test_exit_codes_of_validate_are_stable(
    tmp_path: Path, step: dict[str, Any] | None, code: int
) -> None:
    file = tmp_path / "policy.json"
    policy = {"display_name": "A", "policy_type": "POLICY_TYPE_GRANT"}
    if step is not None:
        file.write_text(json.dumps({**policy, "policy_steps": {"grant": {"steps": [step]}}}))
    assert CliRunner().invoke(app, ["validate", "--policy", str(file)]).exit_code == code


def test_json_keys_of_check_expression_are_stable() -> None:
    asked = '{"expr": "true", "place": "rule-condition"}\n'
    done = CliRunner().invoke(app, ["check-expression", "--jsonl"], input=asked)
    compare("JSON keys of check-expression --jsonl", ANSWER_KEYS, json.loads(done.stdout))


def simulate(folder: Path, *options: str) -> Result:
    """Simulate a policy for one person, in a folder."""
    policy = {"displayName": "A", "policyType": "POLICY_TYPE_GRANT"}
    for name, ending in (("now", "accept"), ("before", "reject")):
        steps: dict[str, Any] = {"grant": {"steps": [{ending: {}}]}}
        (folder / f"{name}.json").write_text(json.dumps({**policy, "policySteps": steps}))
    (folder / "people.json").write_text('[{"email": "ada@example.com"}]')
    given = ["--policy", str(folder / "now.json"), "--subjects", str(folder / "people.json")]
    return CliRunner().invoke(app, ["simulate", *given, *options])


def test_json_keys_of_simulate_are_stable(tmp_path: Path) -> None:
    [found] = json.loads(simulate(tmp_path, "--format", "json").stdout)
    compare("JSON keys of simulate", SIMULATION_KEYS, found)
    compare("JSON keys of a route", ROUTE_KEYS, found["routes"][0])
    assert set(STEP_KEYS.split()) <= found["steps"][0].keys()
    against = ("--against", str(tmp_path / "before.json"))
    [impact] = json.loads(simulate(tmp_path, "--format", "json", *against).stdout)
    compare("JSON keys of simulate --against", IMPACT_KEYS, impact)


@pytest.mark.parametrize(
    ("options", "code"),
    [([], 0), (["--against", "before"], 0), (["--against", "before", "--fail-on-change"], 1)],
    ids=["without-a-comparison", "changed", "fail-on-change"],
)
def test_exit_codes_of_simulate_are_stable(tmp_path: Path, options: list[str], code: int) -> None:
    given = [str(tmp_path / "before.json") if each == "before" else each for each in options]
    assert simulate(tmp_path, *given).exit_code == code


@pytest.mark.parametrize(
    ("arguments", "code"), [([], 0), (["gone"], 1), (["--format", "png"], 1)], ids=str
)
def test_exit_codes_of_graph_are_stable(tmp_path: Path, arguments: list[str], code: int) -> None:
    policy = {"displayName": "A", "policyType": "POLICY_TYPE_GRANT"}
    (tmp_path / "policy.json").write_text(json.dumps(policy))
    given = ["graph", "--policy", str(tmp_path / "policy.json"), *arguments]
    assert CliRunner().invoke(app, given).exit_code == code


def test_members_of_the_emulator_are_stable() -> None:
    members = [each for each in dir(testing.Emulator) if not each.startswith("_")]
    compare("Members of testing.Emulator", EMULATOR_MEMBERS, members)


def test_json_keys_of_usage_are_stable() -> None:
    use = uses.PolicyUse("p1", "app", "a1")
    report = use_report.Report([use_report.Subject("p1", "One")], [use])
    found = json.loads(use_report.to_json(report))
    compare("JSON keys of usage", USAGE_KEYS, found)
    compare("JSON keys of a policy of usage", USED_POLICY_KEYS, found["policies"][0])
    compare("JSON keys of a use", USE_KEYS, found["policies"][0]["uses"][0])
    assert USE_KINDS.split("|") == [*uses.KINDS]


def test_json_keys_of_drift_are_stable() -> None:
    leaf = findings.LeafChange(Change("add", ("description",), after="new"))
    finding = findings.DriftFinding("changed", "s", "urn", "t", "id", "name", [leaf])
    report = findings.DriftReport(findings=[finding])
    found = json.loads(drift_reports.to_json(report))
    compare("JSON keys of drift", DRIFT_KEYS, found)
    compare("JSON keys of a finding of drift", DRIFT_FINDING_KEYS, found["findings"][0])
    compare("JSON keys of a change", DRIFT_CHANGE_KEYS, found["findings"][0]["changes"][0])
    compare("Kinds of drift", DRIFT_KINDS, drift_reports.PHRASES)
    assert found["version"] == 1


def test_files_of_an_export_are_stable() -> None:
    found = json.loads(manifest.Manifest("tenant").to_bytes())
    compare("JSON keys of the manifest of an export", EXPORT_KEYS, found)
    assert (found["version"], export_folder.MANIFEST) == (1, "c1policy-export.json")
    assert (manifest.POLICIES, manifest.ATTACHMENTS) == ("policies", "attachments")


def test_json_keys_of_the_doctor_are_stable() -> None:
    report = DoctorReport("acme.conductor.one", [DoctorFinding("clock", "right", "It is right.")])
    found = json.loads(doctor_reports.to_json(report))
    compare("JSON keys of doctor", DOCTOR_KEYS, found)
    compare("JSON keys of a finding of doctor", DOCTOR_FINDING_KEYS, found["findings"][0])
    compare("Checks of doctor", DOCTOR_CHECKS, CHECKS)
    compare("Statuses of doctor", DOCTOR_STATUSES, STATUSES)
    assert found["version"] == 1


def test_json_keys_of_a_review_are_stable() -> None:
    request = ExampleRequest({"subject": {}}, "::1", "now", [CallResult("f", (), result=True)])
    found = Verdict("weakened", "reason", request, "way", (Assumption("true", holds=True),))
    one = review_reports.PolicyReview("n", "i", "r", "t", "changed", 1, found, ())
    plain = json.loads(review_reports.to_json(review_reports.Review((one,))))
    compare("JSON keys of a review", REVIEW_KEYS, plain)
    compare("JSON keys of a reviewed policy", REVIEWED_POLICY_KEYS, plain["policies"][0])
    policy = plain["policies"][0]
    compare("JSON keys of a condition", REVIEW_CONDITION_KEYS, policy["conditions"][0])
    compare("JSON keys of a request", "functions ip now subject", policy["request"])
    compare("JSON keys of a call", REVIEW_CALL_KEYS, policy["request"]["functions"][0])
    compare("Verdicts", REVIEW_VERDICTS, get_args(Word))
    compare("Kinds of change", REVIEW_CHANGES, get_args(review_reports.ChangeKind))
    assert plain["version"] == 1
    assert comment.MARKER == "<!-- c1policy review -->"


def test_exit_codes_of_usage_are_stable(monkeypatch: pytest.MonkeyPatch) -> None:
    with testing.Emulator() as tenant:
        for name, value in tenant.environment.items():
            monkeypatch.setenv(name, value)
        assert CliRunner().invoke(app, ["usage"]).exit_code == 0
        assert CliRunner().invoke(app, ["usage", "no such policy"]).exit_code == 2


def test_json_keys_of_the_emulator_are_stable() -> None:
    with testing.Emulator() as tenant:
        compare("JSON keys of emulator --json", TENANT_KEYS, json.loads(format_json(tenant)))


def test_options_before_the_command_are_stable() -> None:
    done = CliRunner().invoke(app, ["--version"])
    assert done.exit_code == 0
    assert re.fullmatch(r"pulumi-c1policy \d+\.\d+\.\d+\S*\n", done.stdout)
    for option in ("-h", "--help"):
        assert CliRunner().invoke(app, [option]).exit_code == 0
    assert {"--install-completion", "--show-completion"} <= {
        each for parameter in typer.main.get_command(app).params for each in parameter.opts
    }


@pytest.mark.parametrize(
    ("module", "listed"),
    [
        (pulumi_c1policy, PUBLIC_NAMES),
        (builders, BUILDER_NAMES),
        (lookups, f"{LOOKUP_NAMES} {LOOKUP_RESULT_NAMES}"),
        (lookup_results, f"{ID_TYPE_NAMES} {LOOKUP_RESULT_NAMES}"),
        (policy_pack, "make_policies"),
        (team_rules, TEAM_RULE_NAMES),
        (testing, TESTING_NAMES),
        (errors, ERROR_NAMES),
        (inputs, INPUT_NAMES),
    ],
    ids=lambda value: value.__name__ if isinstance(value, ModuleType) else "",
)
def test_public_names_are_stable(module: ModuleType, listed: str) -> None:
    compare(module.__name__, listed, module.__all__)
    for name in module.__all__:
        assert getattr(module, name) is not None


def test_unlisted_builders_can_be_imported() -> None:
    for module in (pulumi_c1policy, builders):
        found = [name for name in UNLISTED_NAMES.split() if inspect.ismodule(getattr(module, name))]
        compare(f"Unlisted names of {module.__name__}", UNLISTED_NAMES, found)


@pytest.mark.parametrize("module", sorted(BUILDERS))
def test_builders_are_stable(module: str) -> None:
    compare(f"builders.{module}", BUILDERS[module], list_functions(getattr(builders, module)))


def test_arguments_of_a_policy_are_stable() -> None:
    found = [name for name in inspect.signature(Policy.__init__).parameters if name != "self"]
    compare("Arguments of Policy", POLICY_ARGUMENTS, found)


@pytest.mark.parametrize("name", sorted(LOOKUPS))
def test_arguments_of_lookups_are_stable(name: str) -> None:
    for function in (name, f"{name}_output"):
        compare(function, LOOKUPS[name], inspect.signature(getattr(lookups, function)).parameters)


@pytest.mark.parametrize("name", sorted(LOOKUP_RESULTS))
def test_results_of_lookups_are_stable(name: str) -> None:
    found = [field.name for field in dataclasses.fields(getattr(lookup_results, name))]
    compare(name, LOOKUP_RESULTS[name], found)


def test_tokens_of_lookups_for_mocks_are_stable() -> None:
    functions = [getattr(lookups, name) for name in LOOKUPS]
    docs = " ".join(inspect.getdoc(function) or "" for function in functions)
    compare("Tokens of lookups", LOOKUP_TOKENS, re.findall(r"c1policy:index:\w+", docs))


@pytest.mark.parametrize(
    ("name", "listed"),
    [("AppPolicies", ATTACHMENT_ARGUMENTS), ("EntitlementPolicies", ENTITLEMENT_ARGUMENTS)],
)
def test_arguments_of_attachments_are_stable(name: str, listed: str) -> None:
    signature = inspect.signature(getattr(pulumi_c1policy, name).__init__)
    compare(
        f"Arguments of {name}", listed, [each for each in signature.parameters if each != "self"]
    )
