"""Team rules in a policy pack of Pulumi.

```python
import rules
from pulumi_c1policy.policy_pack import make_policies
from pulumi_policy import PolicyPack

PolicyPack("access-policies", make_policies(rules))
```

It needs the package `pulumi-policy`, which no extra of this package installs: a policy pack has an
environment of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from types import ModuleType
from typing import Any, Protocol

from pulumi_c1policy._findings import rule_texts
from pulumi_c1policy._model.tree import Value
from pulumi_c1policy._pulumi import engine_values
from pulumi_c1policy._simulate import known_policies
from pulumi_c1policy.errors import C1PolicyError
from pulumi_c1policy.team_rules import checked_policy, rule_file, rule_run
from pulumi_c1policy.team_rules.rule_file import TeamRule

__all__ = ["make_policies"]

_TYPE = "pulumi-python:dynamic/c1policy:Policy"


class _Arguments(Protocol):
    """The arguments that `pulumi-policy` gives to the validation of a resource."""

    resource_type: str
    name: str
    props: Mapping[str, Any]


def make_policies(rules: ModuleType) -> list[Any]:
    """Make a `ResourceValidationPolicy` of each team rule.

    A rule is mandatory: its problem stops the preview and the update. A rule with the decorator
    `warning` is advisory. The configuration of the pack can set other levels.

    Args:
        rules: The imported file of the rules.

    Raises:
        SystemExit: The module has no rules, or an unsuitable function. The text says so; Pulumi
            would show the traceback of any other exception.
    """
    pack = import_module("pulumi_policy")
    try:
        found = rule_file.collect_rules(rules)
    except rule_file.TeamRuleError as error:
        raise SystemExit(f"error: {error}") from error
    levels = {
        "error": pack.EnforcementLevel.MANDATORY,
        "warning": pack.EnforcementLevel.ADVISORY,
    }
    return [
        pack.ResourceValidationPolicy(
            name=rule.id,
            description=rule.description,
            validate=_make_validation(rule),
            enforcement_level=levels[rule.severity],
        )
        for rule in found
    ]


def _make_validation(rule: TeamRule) -> Callable[[_Arguments, Callable[[str], None]], None]:
    def validate(args: _Arguments, report_violation: Callable[[str], None]) -> None:
        if args.resource_type != _TYPE:
            return
        # Raises the error of `pulumi-policy` for a value that is unknown at preview.
        inputs = engine_values.read_properties(_copy_mapping(args.props))
        if not inputs:  # `Policy.get` has no inputs.
            return
        try:
            known = known_policies.read_policy(inputs, resource=args.name)
            found = rule_run.run_rule(rule, checked_policy.read_policy(known))
        except C1PolicyError as error:
            report_violation(str(error))
            return
        for finding in found:
            report_violation(f"{known.name}: {rule_texts.format_finding(finding)}")

    return validate


def _copy_mapping(value: Mapping[str, Any]) -> dict[str, Value]:
    return {key: _copy(item) for key, item in value.items()}


def _copy(value: Value) -> Value:
    """Copy the read-only views of `pulumi-policy` into dicts and lists."""
    if isinstance(value, Mapping):
        return _copy_mapping(value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_copy(item) for item in value]
    return value
