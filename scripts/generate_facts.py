"""Generate docs/tenant-facts.md from the facts of the conformance suite. `--check` only compares."""

from __future__ import annotations

import sys

from acceptance.fact import Fact
from acceptance.facts import FACTS
from scripts.generated import ROOT, settle

HEAD = """\
# Tenant facts

The project relies on these facts about ConductorOne tenants.
**None of them has been tried by us on a live tenant yet**: nobody here has one.
Each stands on somebody else's word, and the table says whose:

- `live`: tried on a tenant by the vendor or others, an acceptance test that runs against one, or a captured answer;
- `source`: the vendor's CLI states it, from the server's source;
- `docs`: the vendor's documentation, release notes or API description;
- `inferred`: follows from the others; nobody has seen it.

Where a fact is wrong for your tenant, the [rule](rules.md) that rests on it can be turned down.

## Try them on a tenant of yours

```console
$ export CONDUCTORONE_CLIENT_ID=... CONDUCTORONE_CLIENT_SECRET=...
$ ACCEPTANCE_TENANT=acme.conductor.one make acceptance ACCEPTANCE="--json facts.json"
```

The suite needs a credential that may write policies, and runs for some minutes.
`ACCEPTANCE_TENANT` must be the very host that the credentials lead to; without it the emulator is tried and the tenant is left alone.

- It makes about 150 policies, one after the other, whose names begin with `c1policy acceptance` and the run's id, attaches them to nothing, and deletes each at once.
- It writes to no other policy.
- It removes what it made when it is interrupted. `make acceptance CLEAN=RUN_ID` removes what a kill left.
- It ends with a table, and with exit code 1 if a fact is contradicted.

The JSON holds ids of facts and verdicts, and nothing of your tenant: no host, id, name or text.
Please send it in an issue (template "Tenant facts"): a run on a real tenant turns these words into measurements.

Without a tenant, `make acceptance` tries the facts on the emulator, as our tests do.
`ACCEPTANCE="--quirk deleted_get=not_found"` switches a quirk of the emulator on; the fact that it breaks is then contradicted.

## The facts

| fact | statement | certainty | source | tried by the suite |
| --- | --- | --- | --- | --- |
"""


def generate() -> str:
    """The page."""
    return HEAD + "\n".join(map(_row, FACTS)) + "\n"


def _row(fact: Fact) -> str:
    tried = "yes" if fact.case else "cannot be tried by a suite"
    return f"| `{fact.id}` | {fact.statement} | {fact.certainty} | {fact.source} | {tried} |"


def main() -> int:
    """Bring the page up to date, or check that it is (`--check`)."""
    return settle({ROOT / "docs" / "tenant-facts.md": generate()}, "scripts.generate_facts")


if __name__ == "__main__":
    sys.exit(main())
