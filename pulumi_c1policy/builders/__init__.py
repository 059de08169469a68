"""Builders: functions that return a policy's dicts, so that a program reads like a sentence.

```python
Policy(
    "engineering-access",
    display_name="Engineering access",
    **on.grant(
        when("subject.department == 'Sales'", steps=[reject("Not for Sales.")]),
        otherwise(steps=[approve.manager(fallback=["user-1"]), provision.connector()]),
    ),
)
```

What they return are the very dicts that one could write instead, so both can stand side by side, and
each value may be a `pulumi.Output`. They check nothing: preview does. Imports neither Pulumi nor the
provider.
"""

from __future__ import annotations

from pulumi_c1policy.builders import approve, ask, assign, escalate, on, provision, run, wait
from pulumi_c1policy.builders.ending import accept, reject
from pulumi_c1policy.builders.flow import otherwise, when
from pulumi_c1policy.builders.forms import form

__all__ = [
    "accept",
    "approve",
    "ask",
    "assign",
    "escalate",
    "form",
    "on",
    "otherwise",
    "provision",
    "reject",
    "run",
    "wait",
    "when",
]
