"""Builders: functions that return a policy's dicts, so that a program reads like a sentence.

```python
Policy(
    "engineering-access",
    display_name="Engineering access",
    **on.grant(
        when("subject.department == 'Sales'", steps=[reject("Not for Sales.")]),
        otherwise(steps=[approve.manager(fallback=["2bKy9Pf34qY6Nb3wWD25RQ4F5ZR"])]),
    ),
)
```

What they return are the very dicts that one could write instead, so both can stand side by side, and
each value may be a `pulumi.Output`. They check nothing: preview does. `provision`, `assign` and `run`
are there for policies that hold such steps, which tenants refuse; they are not listed. Imports neither Pulumi nor the
provider.
"""

from __future__ import annotations

from pulumi_c1policy.builders import approve, ask, escalate, on, wait
from pulumi_c1policy.builders import assign as assign
from pulumi_c1policy.builders import provision as provision
from pulumi_c1policy.builders import run as run
from pulumi_c1policy.builders.ending import accept, reject
from pulumi_c1policy.builders.flow import otherwise, when
from pulumi_c1policy.builders.forms import form

__all__ = [
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
