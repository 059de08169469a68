"""The people that a file lists, one request for each."""

from __future__ import annotations

import csv
import io
import json

from pulumi_c1policy._cel.cel_values import Value, normalize_name
from pulumi_c1policy._cel.environment import load_environment
from pulumi_c1policy._simulate.fixtures import FixtureError


def parse(text: str) -> list[dict[str, Value]]:
    """The people in a JSON list of objects, or in a CSV with a line of field names.

    In a CSV a dot goes into a map (`attributes.Job Code`), `;` stands between the items of a list, and
    an empty cell says that the field is empty; a field that has no column is unknown.

    Raises:
        FixtureError: It is neither.
    """
    if text.lstrip()[:1] in ("[", "{"):
        return _from_json(text)
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), strict=True)
    try:
        rows = list(reader)
    except csv.Error as error:
        raise FixtureError(f"The subjects are no CSV: {error}.", "Repair the file.") from error
    if not rows or any(None in row or None in row.values() for row in rows):
        message = "The subjects' file has no people, or lines with more or fewer cells than names."
        raise FixtureError(message, "Write a line of field names, then one line for each person.")
    return [_person(row) for row in rows]


def _from_json(text: str) -> list[dict[str, Value]]:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise FixtureError(f"The subjects are no JSON: {error}.", "Repair the file.") from error
    people = found if isinstance(found, list) else [found]
    if not people or not all(isinstance(person, dict) for person in people):
        raise FixtureError("The subjects are no list of people.", "Write a JSON list of objects.")
    return people


def _person(row: dict[str, str]) -> dict[str, Value]:
    types = {
        normalize_name(name): facts.type for name, facts in load_environment().types["User"].items()
    }
    person: dict[str, Value] = {}
    for name, cell in row.items():
        owner, dot, key = name.strip().partition(".")
        kind = types.get(normalize_name(owner), "")
        if dot:
            person.setdefault(owner, {})[key] = cell
        elif kind.startswith("list("):
            person[owner] = [part.strip() for part in cell.split(";") if part.strip()]
        elif cell or kind not in load_environment().enums:
            person[owner] = cell
    return person
