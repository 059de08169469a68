"""ConductorOne access policies as code, for Pulumi programs in Python.

```python
import pulumi_c1policy as c1

c1.Policy(
    "engineering-access",
    display_name="Engineering access",
    policy_type=c1.PolicyType.GRANT,
    policy_steps={"grant": {"steps": [{"approval": {"manager": {}}}]}},
)
```

Names are loaded when they are first used, so that the command line and the emulated tenant start
without Pulumi.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pulumi_c1policy.attachments import AppPolicies, EntitlementPolicies
    from pulumi_c1policy.builders import (
        accept,
        approve,
        ask,
        escalate,
        form,
        on,
        otherwise,
        reject,
        wait,
        when,
    )
    from pulumi_c1policy.builders import assign as assign
    from pulumi_c1policy.builders import provision as provision
    from pulumi_c1policy.builders import run as run
    from pulumi_c1policy.lookups import (
        find_app,
        find_app_output,
        find_entitlement,
        find_entitlement_output,
        find_group,
        find_group_output,
        find_step_up_provider,
        find_step_up_provider_output,
        find_user,
        find_user_output,
        find_webhook,
        find_webhook_output,
        get_policies,
        get_policies_output,
        get_policy,
        get_policy_output,
    )
    from pulumi_c1policy.policy_type import PolicyType
    from pulumi_c1policy.resource import Policy

__all__ = [
    "AppPolicies",
    "EntitlementPolicies",
    "Policy",
    "PolicyType",
    "accept",
    "approve",
    "ask",
    "escalate",
    "find_app",
    "find_app_output",
    "find_entitlement",
    "find_entitlement_output",
    "find_group",
    "find_group_output",
    "find_step_up_provider",
    "find_step_up_provider_output",
    "find_user",
    "find_user_output",
    "find_webhook",
    "find_webhook_output",
    "form",
    "get_policies",
    "get_policies_output",
    "get_policy",
    "get_policy_output",
    "on",
    "otherwise",
    "reject",
    "wait",
    "when",
]

# A tenant rejects the steps that these build (rules provision-step and action-step), so they are
# not listed; a program can still import them.
_UNLISTED = ("assign", "provision", "run")
_LOOKUPS = [name for name in __all__ if name.startswith(("find_", "get_"))]
_HOMES = dict.fromkeys((*__all__, *_UNLISTED), "pulumi_c1policy.builders")
_HOMES["AppPolicies"] = _HOMES["EntitlementPolicies"] = "pulumi_c1policy.attachments"
_HOMES["Policy"] = "pulumi_c1policy.resource"
_HOMES |= dict.fromkeys(_LOOKUPS, "pulumi_c1policy.lookups")
_HOMES["PolicyType"] = "pulumi_c1policy.policy_type"


def __getattr__(name: str) -> object:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
