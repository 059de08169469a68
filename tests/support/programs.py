"""Random valid programs, and random valid changes of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random
from typing import Any

from tests.support.engine import Declared, Program, Ref

_TYPES = ("GRANT", "REVOKE", "CERTIFY")
_MAX_CHAIN = 3
_CONDITION = "subject.employmentType == 'contractor'"


@dataclass(frozen=True)
class Sketch:
    """One policy of a random program."""

    name: str
    kind: str
    title: str
    description: str = ""
    steps: int = 1
    note: str = ""
    scoped: bool = False
    points_to: str = ""
    """The name of another policy; ignored if its type differs."""
    as_baseline: bool = False


Sketches = tuple[Sketch, ...]


def draw(chance: Random, fewest: int = 3, most: int = 8) -> Sketches:
    """Draw a program, in which policies may have the same display name."""
    sketches: Sketches = ()
    for number in range(chance.randint(fewest, most)):
        sketches += (_draw_sketch(chance, f"policy-{number}", sketches),)
    return sketches


def _draw_sketch(chance: Random, name: str, before: Sketches) -> Sketch:
    pointed = chance.choice(before).name if before and chance.random() < 0.5 else ""
    sketch = Sketch(
        name=name,
        kind=chance.choice(_TYPES),
        title=chance.choice(["Access", "Everyday access", f"Access {name}"]),
        note=chance.choice(["", "a"]),
        scoped=chance.random() < 0.2,
        points_to=pointed,
        as_baseline=chance.random() < 0.3,
    )
    if pointed and chance.random() < 0.8:
        [other] = [each for each in before if each.name == pointed]
        sketch = replace(sketch, kind=other.kind)
    return change_content(chance, sketch)


def change_content(chance: Random, sketch: Sketch) -> Sketch:
    """Change the fields of a policy that an update can change."""
    return replace(
        sketch,
        description=f"Version {chance.randint(1, 999)}." if chance.random() < 0.8 else "",
        steps=chance.randint(1, 3),
        # The removal of a key has limits: see docs/reliability.md.
        note=chance.choice(["a", "b"]) if sketch.note else "",
    )


def change_contents(chance: Random, sketches: Sketches) -> Sketches:
    """Change some policies of a program; replace, add and remove none."""
    return tuple(change_content(chance, s) if chance.random() < 0.4 else s for s in sketches)


def change_anything(chance: Random, sketches: Sketches) -> Sketches:
    """Change, replace, add and remove some policies of a program."""
    kept = tuple(sketch for sketch in sketches if chance.random() < 0.9)
    changed: Sketches = ()
    for sketch in change_contents(chance, kept):
        if chance.random() < 0.15:
            sketch = replace(sketch, kind=chance.choice(_TYPES))  # noqa: PLW2901 (the same one)
        if chance.random() < 0.1:
            sketch = replace(sketch, scoped=not sketch.scoped)  # noqa: PLW2901 (the same one)
        changed += (sketch,)
    number = max((int(s.name.rpartition("-")[2]) for s in sketches), default=0)
    for extra in range(chance.choice([0, 0, 1, 2])):
        changed += (_draw_sketch(chance, f"policy-{number + 1 + extra}", changed),)
    return changed


def build_program(sketches: Sketches) -> Program:
    """Build the program that the sketches describe."""
    depths: dict[str, int] = {}
    declared: dict[str, Declared] = {}
    kinds: dict[str, str] = {}
    for sketch in sketches:
        other = sketch.points_to
        points = kinds.get(other) == sketch.kind and depths.get(other, 0) < _MAX_CHAIN
        depths[sketch.name] = depths[other] + 1 if points else 0
        kinds[sketch.name] = sketch.kind
        declared[sketch.name] = Declared(_build_inputs(sketch, points=points))
    return declared


def _build_inputs(sketch: Sketch, *, points: bool) -> dict[str, Any]:
    baseline = sketch.kind.lower()
    manager = {"approval": {"manager": {"fallback": True, "fallback_user_ids": ["u1"]}}}
    steps = [manager] * (sketch.steps - 1) + [{"accept": {}}]
    inputs: dict[str, Any] = {
        "display_name": sketch.title,
        "policy_type": f"POLICY_TYPE_{sketch.kind}",
        "policy_steps": {baseline: {"steps": steps}},
    }
    if sketch.description:
        inputs["description"] = sketch.description
    if sketch.note:
        inputs["annotations"] = {"note": sketch.note}
    if sketch.scoped:
        inputs["scope"] = {"app_id": "app-1"}
    if points and sketch.as_baseline:
        del inputs["policy_steps"]
        inputs["baseline_policy_id"] = Ref(sketch.points_to)
    elif points:
        inputs["rules"] = [{"condition": _CONDITION, "policy_id": Ref(sketch.points_to)}]
    return inputs


def format_source(sketches: Sketches) -> str:
    """Format the program as text, for the real CLI."""
    lines = ["import pulumi", "from pulumi_c1policy import Policy", "", "policies = {}"]
    for name, declared in build_program(sketches).items():
        arguments = ", ".join(f"{k}={_format_literal(v)}" for k, v in declared.inputs.items())
        lines.append(f"policies[{name!r}] = Policy({name!r}, {arguments})")
    return "\n".join([*lines, ""])


def _format_literal(value: Any) -> str:
    if isinstance(value, Ref):
        return f"policies[{value.name!r}].id"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k!r}: {_format_literal(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_format_literal, value)) + "]"
    return repr(value)
