"""What preview says of an input that holds a secret: what is wrong, and nothing of the value."""

from __future__ import annotations

import pytest

from pulumi_c1policy._lifecycle.checks.policy_checks import check
from pulumi_c1policy._model.paths import format_path
from pulumi_c1policy._model.tree import Tree, Value
from pulumi_c1policy._pulumi.engine_results import hide_secret
from tests.unit.lifecycle.test_wrong_values import WRONG

TEXT, NUMBER = "canary7d1f", 76543217


def _secret(value: Value) -> Value:
    """`value` with every leaf a text or a number that can be searched for."""
    if isinstance(value, dict):
        return {key: _secret(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_secret(item) for item in value]
    if isinstance(value, str):
        return f"{TEXT} {value}"
    return NUMBER if isinstance(value, int | float) and not isinstance(value, bool) else value


@pytest.mark.parametrize("inputs", [wrong[0] for wrong in WRONG])
def test_no_message_about_a_secret_quotes_it(inputs: Tree) -> None:
    secret = _secret(inputs)
    for finding in check(secret):
        said = hide_secret(finding, secret.keys()).message
        assert TEXT not in said
        assert str(NUMBER) not in said


def test_what_is_wrong_beside_a_secret_is_still_said() -> None:
    steps = {"grant": {"steps": [{"acept": {}}, {"accept": {"accept_message": TEXT}}]}}
    inputs = {"display_name": "Access", "policy_type": "POLICY_TYPE_GRANT", "policy_steps": steps}
    [finding] = check(inputs)
    hidden = hide_secret(finding, {"policy_steps"})
    assert format_path(hidden.path) == 'policy_steps["…"].steps[0].acept'
    assert "did you mean `accept`?" in hidden.message
