"""The outcome of a run as Markdown and as JSON. Neither contains data of the tenant."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence

from acceptance.fact import Fact, Verdict


def format_markdown(facts: Sequence[Fact], verdicts: Mapping[str, Verdict]) -> str:
    """Return the table of facts and verdicts, and their counts."""
    counts = Counter(verdicts.values())
    rows = ["| fact | source | verdict |", "| --- | --- | --- |"]
    for fact in facts:
        if fact.id in verdicts:
            told = f"`{fact.id}`: {fact.statement}".replace("|", "\\|")
            rows.append(f"| {told} | {fact.source} [{fact.certainty}] | {verdicts[fact.id]} |")
    total = ", ".join(f"{counts[verdict]} {verdict}" for verdict in Verdict)
    return "\n".join([*rows, "", f"{len(verdicts)} facts: {total}.", ""])


def format_json(verdicts: Mapping[str, Verdict]) -> str:
    """Return fact ids and verdicts, and nothing else."""
    return json.dumps({key: str(value) for key, value in sorted(verdicts.items())}, indent=2) + "\n"
