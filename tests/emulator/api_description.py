"""The check of answers about objects around policies against the API's description."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import yaml

PATH = Path(__file__).parents[1] / "reference" / "around-policies.openapi.yaml"


@cache
def load_description() -> dict[str, Any]:
    """Return the description of the objects around policies."""
    loaded: dict[str, Any] = yaml.safe_load(PATH.read_text("utf-8"))
    return loaded


def judge(path: str, method: str, answer: object) -> None:
    """Assert that the description allows the answer of a request."""
    parts = path.partition("?")[0].split("/")
    # A fixed path comes before a template that fits as well.
    for template, methods in sorted(
        load_description()["paths"].items(), key=lambda x: x[0].count("{")
    ):
        pattern = template.split("/")
        fits = len(pattern) == len(parts) and all(
            a == b or a.startswith("{") for a, b in zip(pattern, parts, strict=True)
        )
        if fits and method in methods:
            schema = methods[method]["responses"]["200"]["content"]["application/json"]["schema"]
            jsonschema.validate(answer, _close() | schema)
            return
    raise AssertionError(f"{method} {path} is not in the API's description")


@cache
def _close() -> dict[str, Any]:
    """Return the structure with every object closed, so that no unknown field is allowed."""
    # Null matches both sides of a oneOf with a message without published fields.
    components = json.loads(
        json.dumps(load_description()["components"]).replace('"oneOf"', '"anyOf"')
    )
    for schema in components["schemas"].values():
        if "properties" in schema:
            schema.setdefault("additionalProperties", False)
    return {"components": components}
