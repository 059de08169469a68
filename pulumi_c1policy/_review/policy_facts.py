"""The facts beside a verdict: affected people, use, warnings and pictures."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pulumi_c1policy._findings.finding import Finding
from pulumi_c1policy._model.paths import format_path
from pulumi_c1policy._review.added_findings import ChainPair, list_added_findings
from pulumi_c1policy._review.affected import Affected, Inform, find_affected
from pulumi_c1policy._review.pairing import PolicyPair, PolicySet
from pulumi_c1policy._review.review_pictures import PolicyPictures, draw_change
from pulumi_c1policy._review.usage_file import PolicyUsage, UsageFile
from pulumi_c1policy._simulate.directory import Directory


@dataclass(frozen=True, slots=True)
class FactSources:
    """The sources of facts that the reviewer gives.

    Attributes:
        directory: The people, and the names in pictures.
        usage: The use of policies; None if it is not given.
    """

    directory: Directory = field(default_factory=Directory)
    usage: UsageFile | None = None


@dataclass(frozen=True, slots=True)
class PolicyFacts:
    """The facts about one policy.

    Attributes:
        affected: The affected people; None if no people are given.
        usage: The use; None if it is not given.
        warnings: The findings that the change adds.
        pictures: The pictures before and after the change.
    """

    affected: Affected | None = None
    usage: PolicyUsage | None = None
    warnings: tuple[Finding, ...] = ()
    pictures: PolicyPictures = field(default_factory=PolicyPictures)

    def to_plain(self) -> dict[str, Any]:
        """Return the facts for JSON, without the pictures."""
        return {
            "affected": None if self.affected is None else _convert_affected(self.affected),
            "usage": None if self.usage is None else _convert_usage(self.usage),
            "warnings": [
                {
                    "severity": each.severity,
                    "rule": each.rule,
                    "path": format_path(each.path),
                    "message": each.message,
                }
                for each in self.warnings
            ],
        }


def collect_facts(
    pair: PolicyPair,
    policies: PolicySet,
    chains: ChainPair,
    sources: FactSources,
    inform: Inform,
) -> PolicyFacts:
    """Collect the facts about one policy.

    Args:
        pair: The policy before and after the change.
        policies: The policies of both sides.
        chains: Their references to each other.
        sources: The people and the uses.
        inform: Tells a person about the progress.
    """
    return PolicyFacts(
        find_affected(pair, policies, sources.directory, inform),
        None if sources.usage is None else sources.usage.find(pair),
        tuple(list_added_findings(pair, chains)),
        draw_change(pair, policies, sources.directory),
    )


def _convert_affected(found: Affected) -> dict[str, Any]:
    return {
        "people": found.people,
        "problem": found.problem,
        "changed": [
            {
                "person": each.name,
                "effect": each.effect,
                "before": each.before,
                "after": each.after,
            }
            for each in found.changed
        ],
    }


def _convert_usage(found: PolicyUsage) -> dict[str, Any]:
    return {
        "complete": found.is_complete,
        "grants": found.grants,
        "uses": [
            {
                "kind": use.kind,
                "id": use.id,
                "name": use.name,
                "app_id": use.app_id,
                "app_name": use.app_name,
                "places": [*use.places],
                "grants": use.grants,
            }
            for use in found.uses
        ],
    }
