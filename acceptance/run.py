"""Try every fact on one tenant, and report: a table for people, ids and verdicts for issues."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

import httpx

from acceptance.fact import Contradicted, Fact, NotTried, Verdict
from acceptance.tenant import Tenant


@dataclass(frozen=True, slots=True)
class Tried:
    """A fact with its verdict.

    Attributes:
        fact: The fact.
        verdict: What came of it.
        reason: A sentence for the person at the terminal; never part of a report.
    """

    fact: Fact
    verdict: Verdict
    reason: str = ""


def try_all(tenant: Tenant, facts: Iterable[Fact]) -> list[Tried]:
    """Try the facts one after the other; each leaves nothing behind."""
    return [_try(tenant, fact) for fact in facts]


def _try(tenant: Tenant, fact: Fact) -> Tried:
    if fact.case is None:
        return Tried(fact, "not tried", "no suite can try it")
    try:
        fact.case(tenant)
    except Contradicted as error:
        return Tried(fact, "contradicted", str(error))
    except NotTried as error:
        return Tried(fact, "not tried", str(error))
    except httpx.HTTPError as error:
        return Tried(fact, "not tried", f"no answer: {type(error).__name__}")
    except (KeyError, TypeError, ValueError) as error:
        return Tried(fact, "contradicted", f"the answer cannot be read: {type(error).__name__}")
    finally:
        tenant.clean()
    return Tried(fact, "confirmed")


def as_markdown(tried: Iterable[Tried]) -> str:
    """The table: fact, source, verdict."""
    rows = [
        f"| `{one.fact.id}` | {one.fact.statement} | {one.fact.source} [{one.fact.certainty}] "
        f"| {one.verdict} |"
        for one in tried
    ]
    return "\n".join(
        ["| fact | statement | source | verdict |", "| --- | --- | --- | --- |", *rows]
    )


def as_json(tried: Iterable[Tried]) -> str:
    """Ids and verdicts alone: nothing of a tenant, since it goes into public issues."""
    facts = {one.fact.id: one.verdict for one in tried}
    return json.dumps({"version": 1, "facts": facts}, indent=2) + "\n"
