"""Builders: functions that return a policy's dicts.

```python
import pulumi_c1policy as c1

c1.Policy(
    "engineering-access",
    display_name="Engineering access",
    **c1.on.grant(
        c1.when("subject.department == 'Sales'", steps=[c1.reject("Not for Sales.")]),
        c1.otherwise(steps=[c1.approve.manager(fallback=["2bKy9Pf34qY6Nb3wWD25RQ4F5ZR"])]),
    ),
)
```

The results are plain dicts, so builders and dicts can be mixed, and each value may be a
`pulumi.Output`. Builders check the composition only: one baseline, and distinct keys. The preview
checks the values. `provision`, `assign` and `run` are for policies that already contain such steps,
which tenants reject; they are not listed. Imports Pulumi only if a caller passes an object as a
policy.
"""

from __future__ import annotations

from pulumi_c1policy.builders import approve, ask, escalate, on, wait
from pulumi_c1policy.builders import assign as assign
from pulumi_c1policy.builders import provision as provision
from pulumi_c1policy.builders import run as run
from pulumi_c1policy.builders.flow import otherwise, when
from pulumi_c1policy.builders.forms import form
from pulumi_c1policy.builders.step_list_ends import accept, reject

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
