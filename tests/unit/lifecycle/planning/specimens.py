"""The smallest policy that sets a field, for each field of the model."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

from pulumi_c1policy._model.paths import Key, Path
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.schema import Field, Message, index_messages
from pulumi_c1policy._model.tree import Tree
from tests.support.strategies import make_minimal, make_whole_sample

ACCEPTED: Tree = {"steps": [{"accept": {}}]}


class Place(NamedTuple):
    """A field of a message of the policy."""

    message: Message
    field: Field

    def __repr__(self) -> str:
        return f"{self.message.short_name}.{self.field.name}"


PLACES = [Place(m, f) for m in index_messages(POLICY).values() for f in m.fields.values()]


@cache
def _find_routes() -> dict[str, tuple[Place, ...]]:
    """Return the shortest way from the policy to each message."""
    found: dict[str, tuple[Place, ...]] = {POLICY.name: ()}
    waiting = [POLICY]
    while waiting:
        message = waiting.pop(0)
        for field in message.fields.values():
            if isinstance(field.type, Message) and field.type.name not in found:
                found[field.type.name] = (*found[message.name], Place(message, field))
                waiting.append(field.type)
    return found


def make_message(message: Message, name: str, value: Any) -> Tree:
    """Return the smallest `message` in which the field `name` has that value."""
    field = message.fields[name]
    rivals = {*message.oneofs.get(field.oneof, ()), field.alias_of}
    out = {other: v for other, v in make_minimal(message).items() if other not in rivals}
    if field.kept_if:
        out[field.kept_if] = True
    return out | {name: value}


def make_specimen(place: Place, *values: Any) -> Tree:
    """Return the smallest valid policy that sets the field; the default has an effect."""
    tree = make_at_place(place, values[0] if values else make_whole_sample(place.field))
    if tree.get("post_actions"):
        tree["policy_type"] = "POLICY_TYPE_CERTIFY"
    steps = tree.setdefault("policy_steps", {})
    kind = tree["policy_type"]
    if not (isinstance(steps, dict) and isinstance(kind, str)):
        return tree
    if not tree.get("baseline_policy_id"):
        steps.setdefault(kind.removeprefix("POLICY_TYPE_").lower(), ACCEPTED)
    if tree.get("rules"):
        steps["sample"] = ACCEPTED
    return tree


def make_at_place(place: Place, value: Any) -> Tree:
    """Return a policy with that value at that place; the rest may be invalid."""
    tree = make_message(place.message, place.field.name, value)
    for message, field in reversed(_find_routes()[place.message.name]):
        inner = {"one": tree, "list": [tree], "map": {"grant": tree}}[field.shape]
        tree = make_message(message, field.name, inner)
    return tree


def find_path(place: Place) -> Path:
    """Return the path of the field in its specimen, or of the unordered list around it."""
    path: Path = ()
    for _, field in _find_routes()[place.message.name]:
        path += (field.name,)
        if field.unordered:
            return path
        if field.shape != "one":
            path += (0,) if field.shape == "list" else (Key("grant"),)
    return (*path, place.field.name)
