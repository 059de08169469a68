"""Secrets stay secret: those of the program in the state, credentials everywhere."""

from __future__ import annotations

import gzip
import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from pulumi_c1policy._emulator import Emulator, Fault
from tests.support.cli import Stack, list_creates, make_update

CANARY = "canary7d1f"
NAMES = ("name", "condition", "note", "user", "message", "config")

SECRETS = """
    def secret(what):
        return pulumi.Output.secret(f"canary7d1f-{what}")


    Policy(
        "nested",
        display_name=secret("name"),
        policy_type="POLICY_TYPE_GRANT",
        policy_steps={
            "grant": {
                "steps": [
                    {"approval": {"users": {"user_ids": [secret("user")]}}},
                    {"accept": {"accept_message": secret("message")}},
                ]
            }
        },
        rules=[{"condition": secret("condition").apply(lambda c: f"'{c}' == ''"), "step_key": "grant"}],
        annotations={"open": "visible", "note": secret("note")},
    )
    Policy(
        "whole",
        display_name="Whole",
        policy_type="POLICY_TYPE_GRANT",
        policy_steps=pulumi.Output.secret({
            "grant": {
                "steps": [
                    {"accept": {"accept_message": "canary7d1f-config"}}
                ]
            }
        }),
    )
"""


def _texts(stack: Stack) -> dict[str, str]:
    """Return every file of the stack that the engine wrote, by path."""
    return {
        str(path.relative_to(stack.folder)): path.read_text(errors="replace")
        for path in (stack.folder / "state").rglob("*")
        if path.is_file()
    }


def test_secrets_of_a_program_stay_encrypted_at_any_depth(stack: Any) -> None:
    kept: Stack = stack(SECRETS)
    outputs = [kept.preview("--diff").ok(), kept.up("--diff").ok()]
    assert outputs[1].writes == list_creates("Whole", "canary7d1f-name")
    live = json.dumps([kept.read_live("Whole"), kept.read_live("canary7d1f-name")])
    for name in NAMES:
        assert f"{CANARY}-{name}" in live

    outputs += [
        kept.expect_no_changes("--refresh"),
        kept.refresh("--diff").ok(),
        kept.expect_no_changes("--diff"),
    ]
    kept.tenant.api_edit(kept.id_of("canary7d1f-name"), {"description": "Drifted."})
    outputs.append(kept.preview("--refresh", "--diff").ok())
    kept.write(SECRETS.replace('secret("message")', 'secret("message2")'))
    outputs += [kept.preview("--refresh", "--diff").ok(), kept.up("--refresh", "--diff").ok()]
    assert outputs[-1].writes == [make_update("canary7d1f-name", "description", "policySteps")]
    kept.expect_no_changes("--refresh")

    for outcome in outputs:
        assert CANARY not in outcome.output, outcome.command
        assert CANARY not in json.dumps(outcome.events), outcome.command
    assert CANARY not in json.dumps(kept.export())
    for path, text in _texts(kept).items():
        assert CANARY not in text, path
    state = kept.read_policies()["nested"]
    assert state["inputs"]["annotations"]["open"] == "visible"
    plain = kept.run("stack", "export", "--show-secrets").ok().output
    assert CANARY in plain


WRONG = """
    def secret(what):
        return pulumi.Output.secret(f"canary7d1f {what}")


    Policy(
        "wrong",
        display_name=secret("name"),
        policy_type=secret("type"),
        policy_steps={
            "grant": {
                "steps": [
                    {"wait": {"duration": {"duration": secret("duration")}}},
                    {"wait": {"condition": {"condition": secret("condition")}}},
                ]
            }
        },
        rules=[{"condition": secret("rule"), "step_key": "grant"}] * 2,
        annotations={"note": secret("note")},
        reassign_tasks_to_delegates=True,
    )
"""


def test_an_error_names_a_mistake_in_a_secret_without_its_value(stack: Any) -> None:
    wrong: Stack = stack(WRONG)
    failed = wrong.preview().failed()
    for path in ("policy_type", 'annotations["…"]', "rules[0].condition"):
        assert f" {path} " in failed.output
    assert "the value is a secret" in failed.output
    assert CANARY not in failed.output
    assert CANARY not in json.dumps(failed.events)


def _credentials(stack: Stack) -> dict[str, str]:
    tenant = stack.tenant
    key = tenant.client_secret.rpartition(":")[2]
    return {"client secret": tenant.client_secret, "key": key, "access token": tenant.access_token}


ONE = """
    Policy(
        "one",
        display_name="One",
        policy_type="POLICY_TYPE_GRANT",
        policy_steps={"grant": {"steps": [{"accept": {}}]}},
    )
"""


@pytest.mark.parametrize("source", ["environment", "config"])
def test_credentials_are_in_no_state_log_or_output(stack: Any, source: str) -> None:
    kept: Stack = stack(ONE)
    tenant = kept.tenant
    hidden = {}
    if source == "config":
        kept.set_config("c1policy:serverUrl", tenant.url)
        kept.set_config("c1policy:clientId", tenant.client_id)
        kept.set_config("c1policy:clientSecret", tenant.client_secret, secret=True)
        hidden = dict.fromkeys(tenant.environment, "")
    # At this verbosity the CLI itself logs every value of the config, so there it cannot be held.
    loud = () if source == "config" else ("-v=9", "--logtostderr", "--logflow")
    outputs = [
        kept.up(*loud, **hidden).ok(),
        kept.preview("--refresh", *loud, **hidden).ok(),
        kept.refresh(*loud, **hidden).ok(),
    ]
    assert outputs[0].writes == list_creates("One")
    assert outputs[1].requests[0].path == "/auth/v1/token"
    texts = {outcome.command: outcome.output + json.dumps(outcome.events) for outcome in outputs}
    texts |= _texts(kept)
    texts["export"] = json.dumps(kept.export())
    for name, secret in _credentials(kept).items():
        for where, text in texts.items():
            assert secret not in text, f"the {name} is in {where}"
    for where, text in texts.items():
        assert "Bearer" not in text, where


def test_each_credential_works_from_the_config_alone(stack: Any) -> None:
    kept: Stack = stack(ONE)
    tenant = kept.tenant
    hidden = dict.fromkeys(tenant.environment, "")
    assert kept.preview(**hidden).ok().requests == (), "a preview needs no credentials"
    refused = kept.up(**hidden).failed()
    assert refused.requests == ()
    [error] = refused.errors
    assert "c1policy:clientId" in error
    assert "CONDUCTORONE_CLIENT_SECRET" in error

    kept.set_config("c1policy:serverUrl", tenant.url)
    kept.set_config("c1policy:accessToken", tenant.access_token, secret=True)
    done = kept.up(**hidden).ok()
    assert done.writes == list_creates("One")
    assert [r for r in done.requests if r.path.startswith("/auth")] == []

    kept.run("config", "rm", "c1policy:accessToken").ok()
    kept.set_config("c1policy:clientId", tenant.client_id)
    kept.set_config("c1policy:oidcToken", tenant.oidc_token, secret=True)
    kept.write(ONE.replace('"One"', '"Two"'))
    exchanged = kept.up(**hidden).ok()
    assert exchanged.requests[0].path == "/auth/v1/token"
    assert "token-exchange" in json.dumps(exchanged.requests[0].body)

    # The config wins over the environment, value by value.
    wrong = {"CONDUCTORONE_SERVER_URL": "http://127.0.0.1:9", "CONDUCTORONE_CLIENT_ID": "x@y/z"}
    kept.expect_no_changes("--refresh", **{**hidden, **wrong})


IN_SECRET = """
    Policy(
        "wrong",
        display_name="Wrong",
        policy_type="POLICY_TYPE_GRANT",
        policy_steps=pulumi.Output.secret({
            "grant": {"steps": [{"accept": {}}]},
            "canary7d1f-key": {"steps": [{"wait": {"duration": {"duration": "canary7d1f"}}}]},
        }),
        rules=[
            {
                "condition": pulumi.Output.secret('subject.emale == "canary7d1f-address"'),
                "step_key": "grant",
            },
        ],
    )
"""


def test_a_mistake_in_a_secret_expression_shows_neither_the_expression_nor_keys(stack: Any) -> None:
    wrong: Stack = stack(IN_SECRET)
    failed = wrong.preview().failed()
    assert "rules[0].condition" in failed.output
    assert 'policy_steps["…"].steps[0].wait.duration' in failed.output
    assert CANARY not in failed.output
    assert CANARY not in json.dumps(failed.events)


ONE_SECRET = """
    Policy(
        "one",
        display_name="One",
        description=pulumi.Output.secret("the canary7d1f-description"),
        policy_type="POLICY_TYPE_GRANT",
        policy_steps={"grant": {"steps": [{"accept": {}}]}},
        annotations=pulumi.Output.secret({"canary7d1f-note": "canary7d1f-value"}),
    )
"""


@pytest.mark.parametrize(
    "words",
    [
        "the description `the canary7d1f-description` is refused",
        "invalid description: ...canary7d1f-descr",
        "annotation canary7d1f-note",
    ],
    ids=["whole", "part", "key"],
)
def test_a_message_of_the_tenant_that_quotes_a_secret_is_hidden(words: str, stack: Any) -> None:
    refused: Stack = stack(ONE_SECRET)
    body = json.dumps({"code": 3, "message": words, "details": []})
    fault = partial(Fault, do="answer", status=400, body=body, method="POST")
    refused.tenant.set_faults(fault(path="v1/policies$"))
    created_badly = refused.up().failed()
    refused.up().ok()
    refused.write(ONE_SECRET.replace('display_name="One"', 'display_name="Two"'))
    refused.tenant.set_faults(fault(path="v1/policies/"))
    updated_badly = refused.up().failed()
    for failed in (created_badly, updated_badly):
        assert "was answered 400 INVALID_ARGUMENT" in failed.output
        assert "quotes a secret of the program" in failed.output
        assert CANARY not in failed.output
        assert CANARY not in json.dumps(failed.events)


def test_a_conflict_about_a_secret_shows_neither_values_nor_keys(stack: Any) -> None:
    kept: Stack = stack(ONE_SECRET)
    kept.up().ok()
    kept.tenant.api_edit(
        kept.id_of("One"), {"description": "theirs", "annotations": {"canary7d1f-note": "theirs"}}
    )
    changed = ONE_SECRET.replace("the canary7d1f-description", "another canary7d1f-one")
    kept.write(changed.replace("canary7d1f-value", "canary7d1f-other"))
    failed = kept.up().failed()
    assert "`description` (a secret)" in failed.output
    assert CANARY not in failed.output
    assert CANARY not in json.dumps(failed.events)


def test_the_log_of_pulumi_contains_no_credential_and_is_encrypted(
    stack: Any, c1_tenant: Emulator
) -> None:
    """Pulumi keeps a debug log of each run (pulumi/pulumi#23731); what it holds is not ours to
    choose.

    Once it is decrypted, it shows the program's secrets: the engine hands them to plugins in the
    clear.
    """
    kept: Stack = stack(ONE_SECRET)
    home = Path(kept.environment["PULUMI_HOME"])
    before = {path for path in (home / "logs").rglob("*") if path.is_file()}
    kept.set_config("c1policy:serverUrl", c1_tenant.url)
    kept.set_config("c1policy:clientId", c1_tenant.client_id)
    kept.set_config("c1policy:clientSecret", c1_tenant.client_secret, secret=True)
    own = dict.fromkeys(c1_tenant.environment, "")
    kept.preview(**own).ok()
    kept.up(**own).ok()
    kept.refresh(**own).ok()
    kept.destroy(**own).ok()
    logs = {path for path in (home / "logs").rglob("*") if path.is_file()} - before
    key = c1_tenant.client_secret.rpartition(":")[2]
    shown = ""
    for path in logs:
        raw = path.read_bytes()
        plain = gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw
        assert CANARY.encode() not in plain
        assert key.encode() not in plain
        shown += kept.run("logs", "decrypt", str(path)).ok().output
    assert key not in shown
    assert f"{CANARY}-description" in shown
