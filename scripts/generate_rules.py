"""Generate docs/rules.md from the registry of rules. `--check` only compares."""

from __future__ import annotations

import sys

from pulumi_c1policy._findings.rule_registry import CERTAINTIES, RULES, Rule
from scripts.generated import ROOT, settle

HEAD = """\
# Rules

A preview checks a policy by the rules below, before anything is sent.
A finding ends with the id of its rule in square brackets.

Each rule rests on a fact about tenants, and nobody here has tried these facts on a tenant: the table says how certain each is, and by whose word.
[Tenant facts](tenant-facts.md) lists the facts themselves, and how to try them on a tenant of yours.

## Turn a rule down

A rule that is wrong for your tenant must not lock you out, so every rule can be turned down:

- for a stack: `pulumi config set c1policy:severity "provision-step=warning,dead-rule=off"`;
- for one resource of it: `pulumi config set c1policy:severity "no-baseline@employee-access=off"`, with the resource's name or its URN;
- for a command: `c1policy validate --severity old-spelling=off`; the option can be repeated;
- for one expression: a comment in it, `subject.job_title == "CFO" // c1policy:ignore old-spelling`; several rules are separated by commas.

A severity is `error` (the preview fails), `warning` or `off`.
A setting for one resource wins over one for the stack.
An unknown rule or severity is refused, with the nearest that exists.

What cannot be sent at all has no rule and cannot be turned down: a value of a wrong type, a field that does not exist, two members of which only one may be set.
Neither have the guards of writes (builtin policies, policies that somebody took over, conflicts): these are decisions of this project, not facts about tenants.

## The rules

"Stricter" marks rules that refuse what a tenant is believed to accept.

| rule | severity | reason | certainty | source |
| --- | --- | --- | --- | --- |
"""


def generate() -> str:
    """Return the page."""
    rows = "\n".join(_row(rule) for rule in sorted(RULES.values(), key=lambda rule: rule.id))
    meanings = "\n".join(f"- `{name}`: {meaning}." for name, meaning in CERTAINTIES.items())
    return f"{HEAD}{rows}\n\n## Certainties\n\n{meanings}\n"


def _row(rule: Rule) -> str:
    severity = f"{rule.default}, stricter" if rule.is_stricter else rule.default
    cells = (f"`{rule.id}`", severity, rule.reason, rule.certainty, rule.source)
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def main() -> int:
    """Write the page, or with `--check` only check that it is current."""
    return settle({ROOT / "docs" / "rules.md": generate()}, "scripts.generate_rules")


if __name__ == "__main__":
    sys.exit(main())
