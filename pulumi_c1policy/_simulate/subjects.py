"""Read the people of a simulation from a file: one request is simulated for each."""

from __future__ import annotations

import csv
import io
import json

from pulumi_c1policy._cel.cel_values import Value, normalize_name
from pulumi_c1policy._cel.environment import load_environment
from pulumi_c1policy._simulate.fixtures import FixtureError


def parse_subjects(text: str) -> list[dict[str, Value]]:
    """Parse a JSON list of objects, or a CSV whose first line names the fields.

    In a CSV, `attributes.Job Code` is a key of a map, `;` separates the items of a list, and an
    empty cell is an empty field. A field without a column is unknown.

    Raises:
        FixtureError: The text is neither, or it has no people.
    """
    if text.lstrip()[:1] in ("[", "{"):
        return _parse_json(text)
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), strict=True)
    try:
        rows = list(reader)
    except csv.Error as error:
        raise FixtureError(
            f"The file of subjects is not CSV: {error}.", "Correct the file."
        ) from error
    advice = "Write a line of field names, then one line for each person."
    if not rows:
        raise FixtureError("The file of subjects has no people.", advice)
    if any(None in row or None in row.values() for row in rows):
        message = "A line of the file of subjects has too many or too few cells."
        raise FixtureError(message, advice)
    return [_build_person(row) for row in rows]


def _parse_json(text: str) -> list[dict[str, Value]]:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise FixtureError(
            f"The file of subjects is not JSON: {error}.", "Correct the file."
        ) from error
    people = found if isinstance(found, list) else [found]
    if not people or not all(isinstance(person, dict) for person in people):
        message = "The file of subjects is not a list of people."
        raise FixtureError(message, "Write a JSON list of objects.")
    return people


def _build_person(row: dict[str, str]) -> dict[str, Value]:
    types = {
        normalize_name(name): facts.type for name, facts in load_environment().types["User"].items()
    }
    person: dict[str, Value] = {}
    for name, cell in row.items():
        field, dot, key = name.strip().partition(".")
        kind = types.get(normalize_name(field), "")
        if dot:
            person.setdefault(field, {})[key] = cell
        elif kind.startswith("list("):
            person[field] = [part.strip() for part in cell.split(";") if part.strip()]
        elif cell or kind not in load_environment().enums:
            # An enum has no empty value, so an empty cell leaves it unknown.
            person[field] = cell
    return person
