"""Facts about the steps of a policy."""

from __future__ import annotations

from acceptance.context import Context, expect_rejection
from acceptance.fact import API, CLI, GUIDE, PROTOBUF, PROVIDER, Fact, expect
from acceptance.facts.cases import (
    approval,
    expect_accepted,
    expect_bad_request,
    expect_rejected,
    expect_rejected_steps,
    with_steps,
)
from acceptance.http import Json

PROVISION: Json = {"provision": {"provisionPolicy": {"connector": {}}}}
_ACTION: Json = {"action": {"automation": {"automationTemplateId": "2AcceptanceTemplate00000000"}}}
_NO_PROVISION = "provision steps are not allowed in policies"
_NO_STEPS = "value must contain at least 1 item"
_REASON = {"name": "reason", "displayName": "Reason", "stringField": {"textField": {}}}
_FORM: Json = {"form": {"form": {"displayName": "Reason", "fields": [_REASON]}}}


def _make_wait(duration: str) -> Json:
    return {"wait": {"name": "Wait", "duration": {"duration": duration}}}


def _reject_provision_on_update(context: Context) -> None:
    made = context.create()["id"]
    fields = {"policySteps": with_steps(PROVISION)}
    expect_rejection(context.send_update(made, fields, "policySteps"), _NO_PROVISION)


def _reject_action_on_update(context: Context) -> None:
    made = context.create()["id"]
    fields = {"policySteps": with_steps(_ACTION)}
    expect_rejection(
        context.send_update(made, fields, "policySteps"), "unsupported workflow step type"
    )


def _check_nothing_is_left(context: Context) -> None:
    name = context.make_name("rejected")
    context.send_rejected_create(displayName=name, policySteps=with_steps(PROVISION))
    expect(not context.read_ids(displayName=name), "the rejected policy exists")


def _keep_duration(context: Context) -> None:
    made = context.create(policySteps=with_steps(_make_wait("7200s")))["id"]
    step = context.read(made)["policySteps"]["grant"]["steps"][0]
    text = step["wait"]["duration"]["duration"]
    expect(text.endswith("s") and float(text[:-1]) == 7200, f"reads back as {text}")


FACTS = (
    Fact(
        "step-approval",
        "An `approval` step can be written.",
        "docs",
        API,
        expect_accepted(approval()),
    ),
    Fact(
        "step-accept",
        "An `accept` step can be written.",
        "docs",
        API,
        expect_accepted({"accept": {}}),
    ),
    Fact(
        "step-reject",
        "A `reject` step can be written.",
        "docs",
        API,
        expect_accepted({"reject": {}}),
    ),
    Fact(
        "step-wait",
        "A `wait` step can be written.",
        "docs",
        API,
        expect_accepted(_make_wait("3600s")),
    ),
    Fact("step-form", "A `build_form` step can be written.", "docs", API, expect_accepted(_FORM)),
    Fact(
        "step-wait-condition",
        "A `wait` step can wait for a condition.",
        "docs",
        API,
        expect_accepted({"wait": {"name": "W", "condition": {"condition": "true"}}}),
    ),
    Fact(
        "many-steps",
        "A list can hold several steps, and keeps their order.",
        "docs",
        API,
        expect_accepted(approval(), _make_wait("3600s"), {"accept": {}}),
    ),
    *(
        Fact(
            f"provision-step-{kind}",
            f"A `provision` step in a {kind} policy: rejected, `{_NO_PROVISION}`.",
            "source",
            CLI,
            expect_rejected_steps(_NO_PROVISION, PROVISION, kind=kind),
        )
        for kind in ("grant", "revoke", "certify")
    ),
    Fact(
        "provision-step-update",
        f"An update with a `provision` step: rejected, `{_NO_PROVISION}`.",
        "inferred",
        CLI,
        _reject_provision_on_update,
    ),
    Fact(
        "action-step",
        "An `action` step: rejected, `unsupported workflow step type`.",
        "source",
        CLI,
        expect_rejected_steps("unsupported workflow step type", _ACTION),
    ),
    Fact(
        "action-step-update",
        "An update with an `action` step: rejected, `unsupported workflow step type`.",
        "inferred",
        CLI,
        _reject_action_on_update,
    ),
    Fact(
        "refused-leaves-nothing",
        "A rejected create leaves no policy behind.",
        "inferred",
        CLI,
        _check_nothing_is_left,
    ),
    Fact(
        "empty-step",
        "`{}` as a step: rejected, `policy step is nil`.",
        "source",
        CLI,
        expect_rejected_steps("policy step is nil", {}),
    ),
    Fact(
        "no-steps",
        "A list of steps without a step: 400, `value must contain at least 1 item(s)`.",
        "live",
        PROVIDER,
        expect_rejected_steps(_NO_STEPS, status=400),
    ),
    Fact(
        "no-steps-elsewhere",
        "A list without a step under another key than the baseline's: 400, with the same text.",
        "live",
        PROVIDER,
        expect_rejected(
            _NO_STEPS,
            status=400,
            policySteps={**with_steps({"reject": {}}), "other": {"steps": []}},
        ),
    ),
    Fact(
        "two-kinds",
        "A step of two kinds at once: 400.",
        "docs",
        PROTOBUF,
        expect_bad_request(policySteps=with_steps({"accept": {}, "reject": {}})),
    ),
    Fact(
        "duration-form",
        'A duration is protobuf JSON: `"1h"` is a 400.',
        "live",
        PROVIDER,
        expect_bad_request(policySteps=with_steps(_make_wait("1h"))),
    ),
    Fact("duration-kept", "A duration keeps its length.", "live", PROVIDER, _keep_duration),
    Fact(
        "steps-after-end",
        "Steps after `accept` are stored, although nothing after it runs.",
        "inferred",
        GUIDE,
        expect_accepted({"accept": {}}, approval()),
    ),
)
