"""The facts beside the verdicts of `c1policy review`: people, use, warnings and pictures."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token
from typer.testing import CliRunner

from pulumi_c1policy._cli.main import app
from pulumi_c1policy._review import comment, review_reports
from pulumi_c1policy._review.policy_facts import FactSources
from pulumi_c1policy._review.usage_file import parse_usage
from pulumi_c1policy._simulate.directory import Directory
from pulumi_c1policy._simulate.known_policies import KnownPolicy
from tests.unit.review.review_cases import MANAGER, OWNER, REJECT, make, pair, users

IT = "subject.department == 'IT'"
HR = "subject.department == 'HR'"
PEOPLE = {
    "users": [
        {"id": "u1", "email": "zoe@example.com", "department": "IT", "manager": "u3"},
        {"id": "u2", "email": "ann@example.com", "department": "HR", "manager": "u3"},
        {"id": "u3", "email": "max@example.com", "department": "Sales", "manager": "u1"},
    ]
}
OLD = make([MANAGER], (IT, [MANAGER, users("u2")]), (HR, [MANAGER]))
NEW = make([MANAGER], (IT, [MANAGER]), (HR, [MANAGER, users("u1")]))


def write(path: Path, content: Any) -> str:
    path.write_text(json.dumps(content))
    return str(path)


def write_policy(path: Path, policy: KnownPolicy) -> str:
    return write(path, {**policy.tree, "id": policy.id})


def review(folder: Path, old: KnownPolicy, new: KnownPolicy, *arguments: str) -> Any:
    paths = write_policy(folder / "old.json", old), write_policy(folder / "new.json", new)
    command = ["review", "--state", paths[1], "--against", paths[0], *arguments]
    return CliRunner().invoke(app, command)


def make_usage(*uses: dict[str, Any], complete: bool = True) -> dict[str, Any]:
    return {"policies": [{"id": "p", "uses": list(uses)}], "complete": complete}


def make_use(name: str, grants: int, **fields: Any) -> dict[str, Any]:
    ids = {"id": "e1", "app_id": "a1", "app_name": "Shop", "places": ["grant"]}
    return {"kind": "entitlement", **ids, "name": name, "grants": grants, **fields}


def test_people_with_another_outcome_are_named_and_those_who_need_less_come_first(
    tmp_path: Path,
) -> None:
    people = write(tmp_path / "people.json", PEOPLE)
    lines = review(tmp_path, OLD, NEW, "--directory", people).stdout.splitlines()
    start = next(at for at, line in enumerate(lines) if line.startswith("Affected"))
    assert lines[start : start + 8] == [
        "Affected: 2 of 3 people given (1: less is necessary; 1: more is necessary).",
        "",
        "- zoe@example.com (less is necessary):",
        "  - before: manager: max@example.com → users: ann@example.com",
        "  - now: manager: max@example.com",
        "- ann@example.com (more is necessary):",
        "  - before: manager: max@example.com",
        "  - now: manager: max@example.com → users: zoe@example.com",
    ]


def test_a_person_whose_result_is_undecided_is_for_the_reviewer(tmp_path: Path) -> None:
    rows = [{"id": "u1", "email": "zoe@example.com", "manager": "u2"}, {"id": "u2"}]
    people = write(tmp_path / "people.json", {"users": rows})
    new = make([MANAGER], (IT, [REJECT]))
    done = review(tmp_path, make([MANAGER]), new, "--directory", people, "--format", "json")
    [found] = json.loads(done.stdout)["policies"]
    assert [each["effect"] for each in found["affected"]["changed"]] == ["unclear", "unclear"]


def test_the_uses_are_listed_with_their_grants(tmp_path: Path) -> None:
    uses = make_usage(make_use("Reader", 3), make_use("Admin", 12, id="e2"), complete=False)
    usage = write(tmp_path / "usage.json", uses)
    text = review(tmp_path, OLD, NEW, "--usage", usage).stdout
    assert "In use by at least 2 entitlements, with at least 15 grants:" in text
    assert text.index("Admin") < text.index("Reader")


def test_without_sources_the_comment_and_the_json_name_no_people_and_no_use(
    tmp_path: Path,
) -> None:
    text = review(tmp_path, OLD, NEW).stdout
    assert not any(word in text for word in ("Affected", "In use", "Not in use", "Warnings"))
    [found] = json.loads(review(tmp_path, OLD, NEW, "--format", "json").stdout)["policies"]
    assert (found["affected"], found["usage"], found["warnings"]) == (None, None, [])


def test_only_warnings_that_the_change_adds_are_shown(tmp_path: Path) -> None:
    old = make([MANAGER], ("subject.nothing == 'x'", [MANAGER]))
    new = make([OWNER], (IT, [MANAGER]), ("subject.nothing == 'x'", [MANAGER]))
    assert "Warnings" not in review(tmp_path, old, new).stdout
    new = make([OWNER], ("subject.nothing == 'x'", [MANAGER]), ("subject.other == 'x'", [OWNER]))
    [found] = json.loads(review(tmp_path, old, new, "--format", "json").stdout)["policies"]
    [warning] = found["warnings"]
    assert warning["path"] == "rules[1].condition"
    assert "other" in warning["message"]
    assert "Warnings that the change adds:\n\n- error: rules" in review(tmp_path, old, new).stdout


@pytest.mark.parametrize(
    "content",
    [[], {}, {"policies": []}, make_usage({}), make_usage(make_use("x", 1, kind="planet")), "x"],
    ids=["list", "empty", "no-complete", "empty-use", "kind", "text"],
)
def test_a_file_that_is_no_report_of_uses_is_an_error(tmp_path: Path, content: Any) -> None:
    usage = write(tmp_path / "usage.json", content)
    done = review(tmp_path, OLD, NEW, "--usage", usage)
    assert done.exit_code == 1
    assert "file of uses" in done.output
    assert "c1policy usage --format json" in " ".join(done.output.split())


def test_pictures_mark_added_and_removed_rules(tmp_path: Path) -> None:
    old = make([MANAGER], (IT, [MANAGER]))
    new = make([MANAGER], (IT, [MANAGER]), (HR, [OWNER]))
    before, after = review(tmp_path, old, new).stdout.split("After:")
    assert ":::added" not in before
    assert "added: rules[1]" in after
    assert ":::added" in after
    before, after = review(tmp_path, new, old).stdout.split("After:")
    assert "removed: rules[1]" in before
    assert ":::removed" not in after


def test_a_picture_that_mermaid_does_not_draw_is_left_out(tmp_path: Path) -> None:
    rules = [(f"subject.department == '{number}'", [MANAGER]) for number in range(260)]
    text = review(tmp_path, make([MANAGER]), make([MANAGER], *rules)).stdout
    assert "<details>" not in text
    assert text.splitlines()[-1].startswith("The pictures of 1 policy are left out")


MARKUP = st.sampled_from(
    [
        "```", "~~~", "\n", "# x", "<!-- c1policy review -->", "</details>", "<b>", '"]', "-->",
        "|", "end", "[a](http://x)", "![a](x)", "@ann", "%%", ";", "click n0", "`", "&lt;", "\\",
        "- ", "> ", "===", "\u202e", "#35;", "class n0 x", "<br/>", "subgraph", "{{", "</summary>",
    ]
)  # fmt: skip
HOSTILE = st.lists(MARKUP, min_size=1, max_size=6).map(" ".join) | st.lists(MARKUP).map("".join)
LABEL = r'"[^"<>`{}|&]*"'
MERMAID_LINE = re.compile(
    rf"""
    flowchart[ ]TB
    | [ ]{{2}}n\d+ (\(\[ | \{{\{{ | \[\[? | >) {LABEL} (\]\) | \}}\}} | \]\]?) (:::\w+)?
    | [ ]{{2}}n\d+[ ] (--> | -\.->) (\|{LABEL}\|)? [ ]n\d+
    | [ ]{{2}}classDef[ ](added|removed|changed)[ ][-\w:\#,\ ]+
    | [ ]{{2}}linkStyle[ ]\d+(,\d+)*[ ][-\w:\#,\ ]+
    """,
    re.VERBOSE,
)
BLOCKS = {
    "<!-- c1policy review -->",
    "<details>",
    "<summary>Picture before and after</summary>",
    "</details>",
}


def list_tokens(text: str) -> list[Token]:
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    return [each for token in tokens for each in (token, *(token.children or ()))]


@given(HOSTILE, HOSTILE, HOSTILE)
def test_no_text_of_others_is_markup_in_any_part(name: str, other: str, user: str) -> None:
    def build(steps: list[Any], text: str) -> KnownPolicy:
        made = make(steps, (f"subject.department == {json.dumps(text)}", [MANAGER]))
        return KnownPolicy({**made.tree, "display_name": name, "description": text}, "p")

    policies = pair(build([MANAGER, users(user)], name), build([users(other, "u1")], f"{other}!"))
    people = [{"id": "u1", "email": user, "display_name": name, "department": other}]
    usage = make_usage(make_use(name, 2, app_name=other, id=user))
    sources = FactSources(Directory({"users": people}), parse_usage(json.dumps(usage)))
    found = review_reports.review_all(policies, seconds=1)
    found = review_reports.add_facts(found, policies, sources, lambda _: None)
    text = comment.render_comment(found)
    tokens = list_tokens(text)
    assert {each.content.strip() for each in tokens if each.type == "html_block"} == BLOCKS
    fences = [each for each in tokens if each.type == "fence"]
    assert [each.info for each in fences] == ["mermaid", "mermaid"]
    used = {each.type for each in tokens}
    forbidden = {"blockquote_open", "ordered_list_open", "hr"}
    forbidden |= {"html_inline", "link_open", "image", "code_inline", "code_block", "table_open"}
    assert not used & forbidden
    assert sum(each.type == "heading_open" for each in tokens) == 2
    assert text.count("<!--") == 1
    for line in "".join(each.content for each in fences).splitlines():
        assert MERMAID_LINE.fullmatch(line.replace("<br/>", " ")), line
