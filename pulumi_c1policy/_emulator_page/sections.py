"""The sections of the page: an edit, the faults, the requests and the policies."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any
from xml.etree.ElementTree import Element

from pulumi_c1policy._emulator import RecordedRequest
from pulumi_c1policy._emulator_page.edits import EDITS
from pulumi_c1policy._emulator_page.fault_buttons import FAULTS
from pulumi_c1policy._emulator_page.paths import DELETE, EDIT, FAULT, FORGET, JSON, RESET
from pulumi_c1policy._graph import page_parts, policy_pictures
from pulumi_c1policy._graph.xml_text import make
from pulumi_c1policy._simulate.directory import Directory
from pulumi_c1policy._simulate.known_policies import KnownPolicy

MAX_REQUESTS = 100
MAX_PICTURES = 40
COLUMNS = ("Request", "Update mask", "Answer", "Fault")
_ACTORS = (("person", "a person in the product"), ("client", "another client of the API"))


def make_edit(policies: Sequence[dict[str, Any]], chosen: str, refused: str = "") -> Element:
    """Make the forms that change a policy.

    Args:
        policies: The policies as JSON.
        chosen: The id of the policy whose JSON is shown; "" for the first one.
        refused: The JSON to show instead of the policy's own; "" for none.
    """
    section = make("section", make("h2", "Change a policy", id="change-heading"), id="change")
    section.set("aria-labelledby", "change-heading")
    if not policies:
        section.append(make("p", "There is no policy yet."))
        return section
    shown = next((each for each in policies if each.get("id") == chosen), policies[0])
    edits = [(name, text) for name, (text, _) in EDITS.items()]
    quick = make(
        "form",
        _make_choice("policy", "Policy", _list_policies(policies), str(shown.get("id"))),
        _make_choice("actor", "Who changes it", _ACTORS),
        _make_choice("edit", "Change", edits),
        make("button", "Change", type="submit"),
        method="post",
        action=EDIT,
    )
    area = make("textarea", id="json", name="json", rows=16, spellcheck="false")
    area.text = _escape_invisible(refused) if refused else _format_json(shown)
    whole = make(
        "form",
        make("input", type="hidden", name="policy", value=str(shown.get("id"))),
        make("p", make("label", f"JSON of {shown.get('displayName', '')}", for_="json"), area),
        _make_choice("actor", "Who changes it", _ACTORS, prefix="json-"),
        make("button", "Save the JSON", type="submit"),
        method="post",
        action=JSON,
    )
    details = make("details", make("summary", "Edit the JSON"), whole)
    if chosen:
        details.set("open", "open")
    delete = make(
        "form",
        _make_choice("policy", "Policy", _list_policies(policies), prefix="delete-"),
        make("button", "Delete it, as a person", type="submit"),
        method="post",
        action=DELETE,
    )
    section.append(make("div", quick, delete, class_="forms"))
    section.append(details)
    return section


def make_faults(active: Sequence[str]) -> Element:
    """Make the section of the faults; `active` are the texts of those that are on."""
    buttons = [
        make("form", _make_button("fault", name, text), method="post", action=FAULT)
        for name, (text, _) in FAULTS.items()
    ]
    shown = [make("li", text) for text in active]
    off = make("form", make("button", "Turn all faults off", type="submit"), method="post")
    off.set("action", FAULT)
    listed = make("ul", *shown) if shown else make("p", "No fault is on.")
    section = make(
        "section",
        make("h2", "Faults", id="faults-heading"),
        listed,
        make("div", *buttons, off, class_="buttons"),
        id="faults",
    )
    section.set("aria-labelledby", "faults-heading")
    return section


def make_requests(entries: Sequence[RecordedRequest]) -> Element:
    """Make the section of the requests, the newest first."""
    head = make("tr", *(make("th", name, scope="col") for name in COLUMNS))
    rows = [make("tr", *(make("td", text) for text in row)) for row in build_rows(entries)]
    table = make("table", make("thead", head), make("tbody", *rows, id="requests-body"))
    frame = make("div", table, class_="frame", tabindex=0, role="group")
    frame.set("aria-label", "Requests, scrollable")
    forget = make("form", make("button", "Forget the requests", type="submit"), method="post")
    forget.set("action", FORGET)
    reset = make("form", make("button", "Reset the tenant", type="submit"), method="post")
    reset.set("action", RESET)
    section = make(
        "section",
        make("h2", "Requests", id="requests-heading"),
        make("p", count_requests(entries), id="requests-count"),
        frame,
        make("div", forget, reset, class_="buttons"),
        id="requests",
    )
    section.set("aria-labelledby", "requests-heading")
    return section


def build_rows(entries: Sequence[RecordedRequest]) -> list[tuple[str, str, str, str]]:
    """Return the newest requests, the newest first, as cells of `COLUMNS`."""
    return [
        (
            f"{each.method} {each.path}",
            each.update_mask or "",
            "" if each.status is None else str(each.status),
            each.fault or "",
        )
        for each in reversed(entries[-MAX_REQUESTS:])
    ]


def count_requests(entries: Sequence[RecordedRequest]) -> str:
    """Return the number of requests as a sentence."""
    if len(entries) <= MAX_REQUESTS:
        noun = "request" if len(entries) == 1 else "requests"
        return f"{len(entries)} {noun}, the newest first."
    return f"The newest {MAX_REQUESTS} of {len(entries)} requests, the newest first."


def make_policies(
    policies: Sequence[KnownPolicy], directory: Directory, *, has_drawings: bool
) -> list[Element]:
    """Make a section for each policy, with its picture.

    Args:
        policies: The policies.
        directory: The names of people, groups and apps.
        has_drawings: Whether drawings can be made; without them, the words are shown.
    """
    shown = policies[:MAX_PICTURES]
    anchors = {each.id: f"policy-{at}" for at, each in enumerate(shown) if each.id}
    sections = []
    for at, each in enumerate(shown):
        name = f"policy-{at}"
        picture = policy_pictures.draw_policies([each], policies, directory)
        views = page_parts.make_views(
            picture, name, anchors, is_map=False, has_drawing=has_drawings
        )
        label = f"Edit the JSON of {picture.title}"
        link = make("a", "Edit the JSON", href=f"/?policy={each.id}#change", aria_label=label)
        section = make(
            "section",
            make("h2", picture.title, id=f"{name}-heading"),
            make("p", link),
            make("div", *views, class_="both"),
            id=name,
            class_="policy",
            # Two policies may have the same name.
            aria_label=f"{picture.title} ({each.id})",
        )
        sections.append(section)
    if (left := len(policies) - len(shown)) > 0:
        sections.append(make("p", f"{left} more policies are not shown."))
    return sections


def _format_json(policy: dict[str, Any]) -> str:
    return _escape_invisible(json.dumps(policy, indent=2, ensure_ascii=False))


def _escape_invisible(text: str) -> str:
    """Return JSON with escapes for invisible characters; line breaks stay."""
    text = text.replace("\r\n", "\n")
    return "".join(
        each if each.isprintable() or each == "\n" else json.dumps(each)[1:-1] for each in text
    )


def _list_policies(policies: Iterable[dict[str, Any]]) -> list[tuple[str, str]]:
    return [
        (str(each.get("id")), f"{each.get('displayName', '')} ({each.get('id')})")
        for each in policies
    ]


def _make_choice(
    name: str,
    label: str,
    options: Sequence[tuple[str, str]],
    chosen: str = "",
    *,
    prefix: str = "",
) -> Element:
    element = make("select", id=f"{prefix}{name}", name=name)
    for value, text in options:
        option = make("option", text, value=value)
        if value == chosen:
            option.set("selected", "selected")
        element.append(option)
    return make("p", make("label", label, for_=f"{prefix}{name}"), element)


def _make_button(name: str, value: str, text: str) -> Element:
    return make("button", text, type="submit", name=name, value=value)
