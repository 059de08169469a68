"""The review as one Markdown comment for a pull request."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Final

from pulumi_c1policy import _text
from pulumi_c1policy._review.attachment_verdicts import AttachmentVerdict, describe_target
from pulumi_c1policy._review.comment_facts import render_facts, render_pictures
from pulumi_c1policy._review.deciding_policies import USES
from pulumi_c1policy._review.review_reports import PolicyReview, Review
from pulumi_c1policy._review.verdict import Verdict
from pulumi_c1policy._review.witness import ExampleRequest

MARKER: Final = "<!-- c1policy review -->"
"""The first line: a job finds its own comment by it, and replaces it."""

MAX_LENGTH: Final = 60_000
"""The length that all hosts accept, in characters."""

_MAX_TEXT_LENGTH = 400
_MAX_CHANGES = 20
_MAX_CONDITIONS = 6
_RESERVED = 300
"""The characters that the last line may need."""

# A sign at the start of a line or a list item that would begin a heading or a list.
_BLOCK_START = re.compile(r"^(\d*)([-+#=.)])")

_HEADLINES = {
    "weakened": "Access policies: a request gets through with less than before",
    "undecided": "Access policies: a person must judge the change",
    "not-weakened": "Access policies: no request gets through with less than before",
}
_WORDS = {"weakened": "**weakened**", "undecided": "undecided", "not-weakened": "not weakened"}


def render_comment(review: Review) -> str:
    """Render a review; the worst verdicts and the largest changes come first."""
    shown = _list_shown(review)
    head = [MARKER, f"## {_HEADLINES[review.word]}", _summarize(review, shown)]
    space = MAX_LENGTH - _RESERVED - sum(len(part) + 2 for part in head)
    sections: list[str] = []
    for each in shown:
        section = "\n".join(
            _render_policy(each) if isinstance(each, PolicyReview) else _render_attachment(each)
        )
        if len(section) + 2 > space:
            break
        space -= len(section) + 2
        sections.append(section)
    left = len(shown) - len(sections)
    left_out = _place_pictures(sections, shown[: len(sections)], space)
    foot = []
    if left_out:
        names = "1 policy" if left_out == 1 else f"{left_out} policies"
        foot.append(f"The pictures of {names} are left out, because they are too long.")
    if left:
        foot.append(f"{left} more sections are left out, because the comment is too long.")
    return "\n\n".join([*head, *sections, *foot])


def _place_pictures(
    sections: list[str], shown: Sequence[PolicyReview | AttachmentVerdict], space: int
) -> int:
    """Append the pictures to their sections while there is space; count those left out."""
    left_out = 0
    for number, each in enumerate(shown):
        if not isinstance(each, PolicyReview):
            continue
        pictures = render_pictures(each.facts.pictures)
        is_fitting = len(pictures) + 2 <= space
        if pictures and is_fitting:
            sections[number] += f"\n\n{pictures}"
            space -= len(pictures) + 2
        left_out += each.facts.pictures.is_too_large or (bool(pictures) and not is_fitting)
    return left_out


def _list_shown(review: Review) -> list[PolicyReview | AttachmentVerdict]:
    """List the sections: the worst verdicts first, attachments after the policies."""
    policies = [each for each in review.policies if each.is_shown]
    known: list[PolicyReview | AttachmentVerdict] = [*policies, *review.attachments]
    return sorted(known, key=lambda each: [*_WORDS].index(each.verdict.word))


def _summarize(review: Review, shown: Sequence[PolicyReview | AttachmentVerdict]) -> str:
    counts = [
        f"{count} {_WORDS[word]}"
        for word in _WORDS
        if (count := sum(each.verdict.word == word for each in shown))
    ]
    unchanged = sum(not each.is_shown for each in review.policies)
    listed = ", ".join(counts) or "no policy changes"
    return f"{listed}; {unchanged} unchanged." if unchanged else f"{listed}."


def _render_policy(each: PolicyReview) -> Iterator[str]:
    kind = "" if each.kind == "changed" else f" ({each.kind})"
    yield f"### {_show(each.name)}{kind}: {_WORDS[each.verdict.word].replace('*', '')}"
    yield ""
    way = f" ({_show(each.verdict.way)})" if each.verdict.way else ""
    yield f"{_show(_capitalize(each.verdict.reason))}{way}."
    yield ""
    for change in each.changes[:_MAX_CHANGES]:
        yield f"- {_show(_capitalize(change))}"
    if (left := len(each.changes) - _MAX_CHANGES) > 0:
        yield f"- {left} more changes"
    yield from _render_cause(each.verdict)
    yield from render_facts(each.facts, _show)


def _render_attachment(each: AttachmentVerdict) -> Iterator[str]:
    found = each.verdict
    target = describe_target(each.target)
    name = f"{each.name} ({target})" if each.name else _capitalize(target)
    yield f"### {_show(name)}: {_WORDS[found.word].replace('*', '')}"
    yield ""
    way = f" ({_show(found.way)})" if found.way else ""
    yield f"{_show(_capitalize(found.reason))}{way}."
    yield ""
    changed = f"{USES[each.field]}: {each.after} instead of {each.before}"
    yield f"- {_show(_capitalize(changed))} ({each.field})"
    yield from _render_cause(found)


def _render_cause(found: Verdict) -> Iterator[str]:
    if found.request is not None:
        yield from _render_request(found.request)
    elif found.conditions:
        yield ""
        yield "It depends on these conditions:"
        yield ""
        for test in found.conditions[:_MAX_CONDITIONS]:
            yield f"- {_show(test.condition)}: {'true' if test.holds else 'false'}"


def _render_request(example: ExampleRequest) -> Iterator[str]:
    request = example.to_plain()
    yield ""
    if not request:
        yield "Example: any request."
        return
    yield "Example of a request, confirmed by the simulator:"
    yield ""
    calls = request.pop("functions", [])
    for name, value in request.items():
        fields = value.items() if isinstance(value, dict) else [("", value)]
        for field, content in fields:
            path = f"{name}.{field}" if field else name
            yield f"- {_show(f'{path} = {json.dumps(content, ensure_ascii=False)}')}"
    for call in calls:
        result = json.dumps(call["result"], ensure_ascii=False)
        yield f"- {_show(call['call'] + ' = ' + result)}"


def _capitalize(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


def _show(text: str) -> str:
    """Return text of others within a line of Markdown."""
    line = _text.to_one_line(text)
    if len(line) > _MAX_TEXT_LENGTH:
        line = f"{line[:_MAX_TEXT_LENGTH]}…"
    return _BLOCK_START.sub(r"\1\\\2", _text.escape_markdown(line))
