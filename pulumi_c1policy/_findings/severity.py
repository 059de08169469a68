"""The severities that a user sets for rules: `c1policy:severity` and `--severity`. Pure.

The text is a list of `rule=error|warning|off`, or `rule@resource=…` for one resource, separated by
commas.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any, Literal, TypeAlias, TypeVar, get_args

from pulumi_c1policy._findings import rule_texts
from pulumi_c1policy._findings.finding import Severity
from pulumi_c1policy._findings.rule_registry import RULES

Level: TypeAlias = Literal["error", "warning", "off"]
LEVELS: tuple[Level, ...] = get_args(Level)
_Found = TypeVar("_Found", bound=Any)


class SeverityError(ValueError):
    """A text is not a list of severities. The message names the mistake and the correct form."""


@dataclass(frozen=True, slots=True)
class Severities:
    """The severities that a user set.

    Attributes:
        levels: The level by rule and resource; the resource "" means all resources.
    """

    levels: Mapping[tuple[str, str], Level] = field(default_factory=lambda: MappingProxyType({}))

    def choose_level(self, rule: str, default: Severity, names: Collection[str] = ()) -> Level:
        """Look up the level of a rule's findings.

        Args:
            rule: The rule's id; "" for a finding whose severity cannot be set.
            default: The severity that the check gave.
            names: The names of the current resource (its name, its URN).
        """
        if not rule:
            return default
        for name in names:
            if (level := self.levels.get((rule, name))) is not None:
                return level
        return self.levels.get((rule, ""), default)

    def apply(self, findings: Iterable[_Found], names: Collection[str] = ()) -> list[_Found]:
        """Give findings the severity that the user set, and drop those that are off.

        Args:
            findings: Dataclasses with a `rule` and a `severity`.
            names: The names of the current resource.
        """
        levels = [(each, self.choose_level(each.rule, each.severity, names)) for each in findings]
        return [
            finding if level == finding.severity else replace(finding, severity=level)
            for finding, level in levels
            if level != "off"
        ]


def parse(text: str, team_rules: Collection[str] = ()) -> Severities:
    """Parse a list of severities.

    Args:
        text: The list.
        team_rules: The ids of rules that are not in the registry.

    Raises:
        SeverityError: An item is malformed, names an unknown rule or level, or contradicts another
            item.
    """
    levels: dict[tuple[str, str], Level] = {}
    for item in filter(None, (part.strip() for part in text.split(","))):
        subject, equals, level_name = (part.strip() for part in item.rpartition("="))
        rule, at, resource = (part.strip() for part in subject.partition("@"))
        if not equals or (at and not resource):
            raise SeverityError(
                f"{item!r} is not of the form RULE=LEVEL or RULE@RESOURCE=LEVEL; "
                f"LEVEL is one of {', '.join(LEVELS)}"
            )
        if (problem := explain_unknown_rule(rule, team_rules)) is not None:
            raise SeverityError(problem)
        level = next((level for level in LEVELS if level == level_name), None)
        if level is None:
            near = get_close_matches(level_name, LEVELS, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise SeverityError(
                f"{level_name!r} is not a severity of the rule {rule!r}; "
                f"write one of {', '.join(LEVELS)}{hint}"
            )
        if levels.setdefault((rule, resource), level) != level:
            raise SeverityError(f"{subject!r} is set twice, to different severities")
    return Severities(MappingProxyType(levels))


def explain_former(rules: str, option: str) -> str:
    """Return a message that names the replacement of a former list of ignored rules.

    Args:
        rules: Rule ids, separated by commas or spaces.
        option: The former setting: `c1policy:ignoreWarnings` or `--ignore`.
    """
    names = rules.replace(",", " ").split()
    value = rule_texts.format_setting(names or ["RULE"], "off")
    if option.startswith("--"):
        return f"{option} is no longer an option; write --severity {value}"
    return (
        f"{option} is replaced by c1policy:severity; run `pulumi config rm {option}` and "
        f"{rule_texts.format_setting_command(value)}"
    )


def explain_unknown_rule(rule: str, team_rules: Collection[str] = ()) -> str | None:
    """Return a message about an unknown rule id, or None if the rule exists."""
    if rule in RULES or rule in team_rules:
        return None
    near = get_close_matches(rule, [*RULES, *team_rules], n=1, cutoff=0.5)
    hint = f"did you mean {near[0]!r}?" if near else "docs/rules.md lists the rules"
    return f"there is no rule {rule!r}; {hint}"
