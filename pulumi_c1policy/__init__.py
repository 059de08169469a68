"""ConductorOne access policies as code, for Pulumi programs in Python.

```python
from pulumi_c1policy import Policy

Policy(
    "engineering-access",
    display_name="Engineering access",
    policy_type="POLICY_TYPE_GRANT",
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
    from pulumi_c1policy.resource import Policy

__all__ = [
    "Policy",
    "accept",
    "approve",
    "ask",
    "escalate",
    "form",
    "on",
    "otherwise",
    "reject",
    "wait",
    "when",
]

# A tenant rejects the steps that these build (rules provision-step and action-step), so they are
# not listed; a program can still import them.
_UNLISTED = ("assign", "provision", "run")
_HOMES = dict.fromkeys((*__all__, *_UNLISTED), "pulumi_c1policy.builders")
_HOMES["Policy"] = "pulumi_c1policy.resource"


def __getattr__(name: str) -> object:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
