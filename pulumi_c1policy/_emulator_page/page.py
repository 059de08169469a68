"""The page as HTML, with its strict content security policy."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Any
from xml.etree import ElementTree as ET

from pulumi_c1policy._emulator import RecordedRequest
from pulumi_c1policy._emulator_page import sections
from pulumi_c1policy._emulator_page.paths import CHANGES
from pulumi_c1policy._graph import page_parts
from pulumi_c1policy._graph.xml_text import make
from pulumi_c1policy._simulate.directory import Directory
from pulumi_c1policy._simulate.known_policies import KnownPolicy, read_policy
from pulumi_c1policy._simulate.policy_error import PolicyError

_TITLE = "An emulated ConductorOne tenant"
_INSTALL = "For drawings: pip install 'pulumi-c1policy[graph]'"


def render(
    policies: Sequence[dict[str, Any]],
    entries: Sequence[RecordedRequest],
    active_faults: Sequence[str],
    directory: Mapping[str, Any],
    version: str,
    chosen: str = "",
    problem: str = "",
    refused: str = "",
) -> str:
    """Render the page.

    Args:
        policies: The policies as JSON.
        entries: The requests.
        active_faults: The texts of the faults that are on.
        directory: The tables of the directory.
        version: The version of the policies and the faults.
        chosen: The id of the policy whose JSON is shown; "" for none.
        problem: A sentence about an edit that was refused; "" for none.
        refused: The JSON that was refused, which is shown again; "" for none.
    """
    has_drawings = page_parts.can_draw()
    known = [each for row in policies if (each := _read(row)) is not None]
    head = [make("h1", _TITLE), make("p", f"{len(policies)} policies", id="count")]
    if problem:
        head.append(make("p", problem, role="alert", class_="problem"))
    changed = make("a", "The tenant has changed. Show it.", href="/")
    head.append(make("p", changed, id="changed", role="status", hidden="hidden"))
    if missing := len(policies) - len(known):
        head.append(make("p", f"{missing} of them cannot be read, and are not drawn."))
    if not has_drawings:
        head.append(make("p", _INSTALL))
    body = make(
        "body",
        make("a", "Skip to the policies", class_="skip", href="#policies"),
        make("header", *head),
        make(
            "main",
            make(
                "div",
                sections.make_edit(policies, chosen, refused),
                sections.make_faults(active_faults),
                class_="tools",
            ),
            sections.make_requests(entries),
            make(
                "div",
                *sections.make_policies(known, Directory(directory), has_drawings=has_drawings),
                id="policies",
                tabindex=-1,
            ),
        ),
        data_version=version,
        data_changes=CHANGES,
    )
    script = ET.SubElement(body, "script")
    script.text = _load("page.js")
    style = ET.Element("style")
    style.text = _load_style()
    head_element = make(
        "head",
        make("meta", charset="utf-8"),
        make("meta", name="viewport", content="width=device-width, initial-scale=1"),
        make("meta", name="color-scheme", content="light dark"),
        make("title", _TITLE),
        style,
    )
    root = make("html", head_element, body, lang="en")
    return f"<!doctype html>\n{ET.tostring(root, encoding='unicode', method='html')}"


def make_headers() -> dict[str, str]:
    """Return the headers of the page."""
    policy = "; ".join(
        [
            "default-src 'none'",
            f"style-src '{_hash(_load_style())}'",
            f"script-src '{_hash(_load('page.js'))}'",
            "connect-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        ]
    )
    return {
        "content-security-policy": policy,
        "x-content-type-options": "nosniff",
        "cache-control": "no-store",
        "referrer-policy": "same-origin",
    }


def _read(row: dict[str, Any]) -> KnownPolicy | None:
    try:
        return read_policy(row)
    except PolicyError:
        return None


def _load_style() -> str:
    return page_parts.load_style() + _load("page.css")


def _load(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text("utf-8")


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
