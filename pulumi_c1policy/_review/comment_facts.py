"""The facts beside a verdict as lines of Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from pulumi_c1policy._findings import rule_texts
from pulumi_c1policy._lifecycle.planning import use_texts
from pulumi_c1policy._review.affected import Affected, Effect
from pulumi_c1policy._review.policy_facts import PolicyFacts
from pulumi_c1policy._review.review_pictures import PolicyPictures
from pulumi_c1policy._review.usage_file import PolicyUsage

_MAX_PEOPLE = 5
_MAX_WARNINGS = 10
_EFFECTS: Final[dict[Effect, str]] = {
    "weaker": "less is necessary",
    "unclear": "for the reviewer to judge",
    "stronger": "more is necessary",
    "equal": "the same approvals in other steps",
}

Show = Callable[[str], str]
"""Returns text of others within a line of Markdown."""


def render_facts(facts: PolicyFacts, show: Show) -> Iterator[str]:
    """Yield the lines about affected people, use and warnings; none without such facts."""
    if facts.affected is not None:
        yield from _render_affected(facts.affected, show)
    if facts.usage is not None:
        yield from _render_usage(facts.usage, show)
    if facts.warnings:
        yield from ("", "Warnings that the change adds:", "")
        for each in facts.warnings[:_MAX_WARNINGS]:
            text = rule_texts.format_finding(each).partition("\n")[0]
            yield f"- {each.severity}: {show(text)}"
        yield from _count_left(len(facts.warnings) - _MAX_WARNINGS, "more warnings", "more warning")


def _render_affected(found: Affected, show: Show) -> Iterator[str]:
    yield ""
    if found.problem:
        yield f"Affected people: not known. {show(found.problem)}"
        return
    counts = [
        f"{count}: {text}" for effect, text in _EFFECTS.items() if (count := found.count(effect))
    ]
    listed = f" ({'; '.join(counts)})" if counts else ""
    yield f"Affected: {len(found.changed)} of {found.people} people given{listed}."
    yield ""
    for each in found.changed[:_MAX_PEOPLE]:
        before, after = (text.replace("\n", "; ") for text in (each.before, each.after))
        yield f"- {show(each.name)} ({_EFFECTS[each.effect]}):"
        yield f"  - before: {show(before)}"
        yield f"  - now: {show(after)}"
    yield from _count_left(len(found.changed) - _MAX_PEOPLE, "more people", "more person")


def _render_usage(found: PolicyUsage, show: Show) -> Iterator[str]:
    yield ""
    if not found.uses:
        doubt = "" if found.is_complete else " as far as the tenant could be read"
        yield f"Not in use{doubt}."
        return
    counted = use_texts.count_uses(found.uses, is_complete=found.is_complete)
    yield f"In use by {counted}, with {_count_grants(found)}:"
    yield ""
    for use in found.uses[: use_texts.MAX_SHOWN]:
        yield f"- {show(use_texts.describe_use(use))}"
    yield from _count_left(len(found.uses) - use_texts.MAX_SHOWN, "more uses", "more use")


def _count_grants(found: PolicyUsage) -> str:
    least = "" if found.is_complete else "at least "
    return f"{least}{found.grants} grant{'' if found.grants == 1 else 's'}"


def _count_left(left: int, many: str, one: str) -> Iterator[str]:
    if left > 0:
        yield f"- {left} {one if left == 1 else many}"


def render_pictures(pictures: PolicyPictures) -> str:
    """Return the pictures in a block that hosts show closed; "" if there are none.

    The lines of the pictures have no backticks, so that they cannot end the block of code.
    """
    both = {"Before": pictures.before, "After": pictures.after}
    drawn = {title: text for title, text in both.items() if text}
    if not drawn:
        return ""
    summary = "before and after" if len(drawn) > 1 else "".join(drawn).lower()
    parts = ["<details>", f"<summary>Picture {summary}</summary>"]
    for title, text in drawn.items():
        parts += [f"{title}:", f"```mermaid\n{text}\n```"]
    return "\n\n".join([*parts, "</details>"])
