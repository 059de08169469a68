"""Config keys of our namespace: mistyped ones are refused, unknown ones and plain-text secrets are
told.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.cli import Stack

TWO = """
    for name in ("one", "two"):
        Policy(
            name,
            display_name=name.title(),
            policy_type="POLICY_TYPE_GRANT",
            policy_steps={"grant": {"steps": [{"accept": {}}]}},
        )
"""


@pytest.mark.parametrize(
    ("key", "meant"),
    [("serverURL", "serverUrl"), ("clientID", "clientId"), ("server-url", "serverUrl")],
)
def test_a_mistyped_config_key_is_refused_before_any_request(
    stack: Any, key: str, meant: str
) -> None:
    one: Stack = stack(TWO)
    one.set_config(f"c1policy:{key}", "canary-value")
    failed = one.preview().failed()
    assert f"The config key c1policy:{key} does not exist; c1policy:{meant} does." in failed.output
    assert f"`pulumi config set c1policy:{meant}`" in failed.output
    assert f"`pulumi config rm c1policy:{key}`" in failed.output
    assert "canary-value" not in failed.output
    assert "Traceback" not in failed.output
    assert failed.requests == ()


def test_an_unknown_config_key_causes_one_warning_and_known_keys_cause_none(stack: Any) -> None:
    one: Stack = stack(TWO)
    one.set_config("c1policy:approver", "canary-value")
    for key in ("onLeftover", "onConflict", "onTakeover", "onInUse"):
        one.set_config(f"c1policy:{key}", "refuse")
    one.set_config("c1policy:requestDeadline", "60")
    one.set_config("other:serverURL", "theirs")
    for done in (one.preview().ok(), one.up().ok()):
        [warning] = done.warnings
        assert "The config key c1policy:approver has no effect" in warning
        assert "serverUrl" in warning
        assert "canary-value" not in done.output


def test_a_plain_text_secret_is_reported_once_per_run_without_its_value(stack: Any) -> None:
    one: Stack = stack(TWO)
    tenant = one.tenant
    away = {"CONDUCTORONE_CLIENT_ID": "", "CONDUCTORONE_CLIENT_SECRET": ""}
    one.set_config("c1policy:clientId", tenant.client_id)
    one.set_config("c1policy:clientSecret", tenant.client_secret)
    for done in (one.preview(**away).ok(), one.up(**away).ok()):
        [warning] = done.warnings
        assert "c1policy:clientSecret is in the stack's config as plain text" in warning
        assert "`pulumi config set --secret c1policy:clientSecret`" in warning
        assert tenant.client_secret not in done.output
    one.set_config("c1policy:clientSecret", tenant.client_secret, secret=True)
    assert one.preview(**away).ok().warnings == []
    one.set_config("c1policy:serverUrl", tenant.url)
    one.set_config("c1policy:accessToken", tenant.access_token)
    one.set_config("c1policy:oidcToken", "plain")
    [*_, warning] = one.preview(CONDUCTORONE_SERVER_URL="", **away).ok().warnings
    assert "c1policy:accessToken and c1policy:oidcToken are" in warning
    assert tenant.access_token not in warning
