"""Generate docs/rules.md from the registry of rules. `--check` only compares."""

from __future__ import annotations

import sys

from pulumi_c1policy._findings import rule_texts
from pulumi_c1policy._findings.rule import CERTAINTIES
from pulumi_c1policy._findings.rule_registry import RULES
from scripts.generated import ROOT, write_files

HEAD = """\
# Rules

A preview checks a policy by these rules before anything is sent.
A finding ends with the id of its rule in square brackets.

Each rule relies on a fact about tenants.
We have not tried these facts on a live tenant: the table shows the certainty and the source of each.
[Tenant facts](tenant-facts.md) lists the facts, and explains how to try them on your tenant.
[Team rules](team-rules.md) are checks that a team adds itself.

## Turn a rule down

If a rule is wrong for your tenant, give it another severity:

- for a stack: `pulumi config set c1policy:severity "provision-step=warning,dead-rule=off"`;
- for one resource: `pulumi config set c1policy:severity "no-baseline@employee-access=off"`, with the name or the URN of the resource;
- for a command: `c1policy validate --severity old-spelling=off`; the option can be repeated;
- for one expression: a comment in it, `subject.job_title == "CFO" // c1policy:ignore old-spelling`; separate several rules by commas.

A severity is `error` (the preview fails), `warning` or `off`.
A setting for one resource overrides a setting for the stack.
An unknown rule or severity is an error that names the nearest existing one.

Two kinds of findings have no rule, so their severity cannot be set:

- a policy that cannot be sent: a value of a wrong type, an unknown field, or two fields that exclude each other;
- the guards of writes (builtin policies, policies that a person took over, conflicts), which are decisions of this project and not facts about tenants.

## The rules

"Stricter" marks a rule that is an error although a tenant probably accepts the policy.

| rule | severity | reason | certainty | source |
| --- | --- | --- | --- | --- |
"""


def generate() -> str:
    """Return the page."""
    rows = rule_texts.format_table(RULES.values())
    meanings = "\n".join(f"- `{name}`: {meaning}." for name, meaning in CERTAINTIES.items())
    return f"{HEAD}{rows}\n\n## Certainties\n\n{meanings}\n"


def main() -> int:
    """Write the page, or with `--check` only check that it is current."""
    return write_files({ROOT / "docs" / "rules.md": generate()}, "scripts.generate_rules")


if __name__ == "__main__":
    sys.exit(main())
