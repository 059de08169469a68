"""Random programs, and random changes to them, all of them valid."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random
from typing import Any

from tests.support.engine import Declared, Program, Ref

_TYPES = ("GRANT", "REVOKE", "CERTIFY")
_LONGEST_CHAIN = 3
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
    """Another policy, which counts only while it is of the same type."""
    as_baseline: bool = False


Sketches = tuple[Sketch, ...]


def draw(chance: Random, fewest: int = 3, most: int = 8) -> Sketches:
    """A program of so many policies, some of them of the same display name."""
    sketches: Sketches = ()
    for number in range(chance.randint(fewest, most)):
        sketches += (_sketch(chance, f"policy-{number}", sketches),)
    return sketches


def _sketch(chance: Random, name: str, before: Sketches) -> Sketch:
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
    """The policy with other content: what an update can change."""
    return replace(
        sketch,
        description=f"Version {chance.randint(1, 999)}." if chance.random() < 0.8 else "",
        steps=chance.randint(1, 3),
        # A key that comes and goes is another matter: see docs/reliability.md.
        note=chance.choice(["a", "b"]) if sketch.note else "",
    )


def change_contents(chance: Random, sketches: Sketches) -> Sketches:
    """The program with some of its policies changed, none replaced, added or taken out."""
    return tuple(change_content(chance, s) if chance.random() < 0.4 else s for s in sketches)


def change_anything(chance: Random, sketches: Sketches) -> Sketches:
    """The program with some policies replaced, added or taken out too."""
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
        changed += (_sketch(chance, f"policy-{number + 1 + extra}", changed),)
    return changed


def program(sketches: Sketches) -> Program:
    """The program that the sketches describe."""
    depths: dict[str, int] = {}
    declared: dict[str, Declared] = {}
    kinds: dict[str, str] = {}
    for sketch in sketches:
        other = sketch.points_to
        points = kinds.get(other) == sketch.kind and depths.get(other, 0) < _LONGEST_CHAIN
        depths[sketch.name] = depths[other] + 1 if points else 0
        kinds[sketch.name] = sketch.kind
        declared[sketch.name] = Declared(_inputs(sketch, points=points))
    return declared


def _inputs(sketch: Sketch, *, points: bool) -> dict[str, Any]:
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


def source(sketches: Sketches) -> str:
    """The program as text, for the real CLI."""
    lines = ["import pulumi", "from pulumi_c1policy import Policy", "", "made = {}"]
    for name, declared in program(sketches).items():
        arguments = ", ".join(f"{k}={_literal(v)}" for k, v in declared.inputs.items())
        lines.append(f"made[{name!r}] = Policy({name!r}, {arguments})")
    return "\n".join([*lines, ""])


def _literal(value: Any) -> str:
    if isinstance(value, Ref):
        return f"made[{value.name!r}].id"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k!r}: {_literal(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_literal, value)) + "]"
    return repr(value)
