"""The messages about an invalid secret input do not contain its value."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_c1policy._lifecycle.checks.policy_checks import check
from pulumi_c1policy._model.paths import format_path
from pulumi_c1policy._model.tree import Tree
from pulumi_c1policy._pulumi.engine_results import hide_secret
from tests.unit.lifecycle.checks.test_wrong_values import WRONG

TEXT, NUMBER = "canary7d1f", 76543217


def _replace_leaves(value: Any) -> Any:
    """Return a value whose leaves are all the canary text or number."""
    if isinstance(value, dict):
        return {key: _replace_leaves(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_replace_leaves(item) for item in value]
    if isinstance(value, str):
        return f"{TEXT} {value}"
    return NUMBER if isinstance(value, int | float) and not isinstance(value, bool) else value


@pytest.mark.parametrize("inputs", [wrong[0] for wrong in WRONG])
def test_messages_do_not_quote_secrets(inputs: Tree) -> None:
    secret = _replace_leaves(inputs)
    for finding in check(secret):
        said = hide_secret(finding, secret.keys()).message
        assert TEXT not in said
        assert str(NUMBER) not in said


def test_a_wrong_key_beside_a_secret_is_reported() -> None:
    steps = {"grant": {"steps": [{"acept": {}}, {"accept": {"accept_message": TEXT}}]}}
    inputs = {"display_name": "Access", "policy_type": "POLICY_TYPE_GRANT", "policy_steps": steps}
    [finding] = check(inputs)
    hidden = hide_secret(finding, {"policy_steps"})
    assert format_path(hidden.path) == 'policy_steps["…"].steps[0].acept'
    assert "did you mean `accept`?" in hidden.message
