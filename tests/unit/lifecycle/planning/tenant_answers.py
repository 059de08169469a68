"""A tenant without a network: its stored policies, its possible answers, its updates.

The source is the reference, in its chapters on answers, updates and annotations.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

from pulumi_c1policy._model.policy import POLICY, RULE
from pulumi_c1policy._model.schema import Enum, Field, Message, Scalar
from pulumi_c1policy._model.tree import Tree, decode, encode

TAG = "newerField"
"""A field that the model does not know; each message of a tagged policy has its own value."""

OWN = {"id": "2own00000000000000000000policy", "systemBuiltin": False}
_INTEGERS = {Scalar.INT32, Scalar.UINT32, Scalar.INT64, Scalar.UINT64}
_ZEROS = {Scalar.INT64: "0", Scalar.UINT64: "0", Scalar.DURATION: "0s"}
_EMPTY_MESSAGES_DEEP = 2


def store(inputs: Tree, *, tagged: bool = False) -> Tree:
    """Return what the tenant stores of `inputs`, on the wire: set fields, no disabled escalation.

    Args:
        inputs: What was sent at creation.
        tagged: Whether each message also carries a field of a newer API, `TAG`.
    """
    kept = _keep(POLICY, encode(POLICY, inputs))
    if tagged:
        for number, message in enumerate(list(_list_messages(POLICY, kept))):
            message[TAG] = f"tag {number}"
    return kept


def _keep(message: Message, wire: Tree) -> Tree:
    out: Tree = {}
    for name, value in wire.items():
        field = message.wire_fields.get(name)
        if field is None:
            out[name] = value
        elif not _is_zero(field, value):
            out[name] = _map_messages(field, value, _keep)
    for name in list(out):
        field = message.wire_fields.get(name)
        if field and field.kept_if and not out.get(message.fields[field.kept_if].wire):
            del out[name]
    if message is POLICY and "annotations" in out:
        out["annotations"] = {key: value for key, value in out["annotations"].items() if value}
    return out


def _is_zero(field: Field, value: Any) -> bool:
    if field.presence or (isinstance(field.type, Message) and field.shape == "one"):
        return value is None
    if field.shape != "one" or field.type is Scalar.STRUCT:
        return not value
    if isinstance(field.type, Enum):
        return value in (None, "", field.type.zero)
    return value in (None, "", False) or (field.type in _ZEROS and value == _ZEROS[field.type])


def _map_messages(field: Field, value: Any, function: Any) -> Any:
    """Apply `function(message, tree)` to every message in `value`."""
    if not isinstance(field.type, Message):
        return value
    if field.shape == "list":
        return [function(field.type, item) for item in value]
    if field.shape == "map":
        return {key: function(field.type, item) for key, item in value.items()}
    return function(field.type, value)


def _list_messages(message: Message, wire: Tree) -> Iterator[Tree]:
    """Yield every message in `wire`, outermost first."""
    yield wire
    for name, value in list(wire.items()):
        field = message.wire_fields.get(name)
        if field and isinstance(field.type, Message):
            found: list[tuple[Message, Tree]] = []
            _map_messages(field, value, lambda kind, tree, found=found: found.append((kind, tree)))
            for kind, tree in found:
                yield from _list_messages(kind, tree)


def list_tags(wire: Tree) -> set[str]:
    """Return the tags that are left in a policy."""
    return {message[TAG] for message in _list_messages(POLICY, wire) if TAG in message}


def answer(wire: Tree, seed: int = 0, *, newer: bool = False) -> Tree:
    """Return a GET's answer for a stored policy, decoded; each seed chooses another legal spelling.

    Args:
        wire: What the tenant keeps.
        seed: Chooses among the spellings.
        newer: Whether the tenant also fills in fields that the model does not know.
    """
    return decode(POLICY, answer_raw(wire, seed, newer=newer))


def answer_raw(wire: Tree, seed: int = 0, *, newer: bool = False) -> Tree:
    """Return the JSON of the answer that `answer` decodes."""
    random = Random(seed)
    digits = random.choice(["", ".123", ".123456", ".123456789"])
    times = {name: f"2026-08-0{random.randint(1, 9)}T10:00:00{digits}Z" for name in _TIMES}
    body = _Renderer(random, newer).message(POLICY, wire, 0)
    return body | OWN | times


_TIMES = ("createdAt", "updatedAt")


class _Renderer:
    def __init__(self, random: Random, newer: bool) -> None:
        self.random = random
        self.newer = newer

    def message(self, message: Message, wire: Tree, depth: int) -> Tree:
        out = {name: value for name, value in wire.items() if name not in message.wire_fields}
        for field in message.fields.values():
            if field.name == "policy_key":
                continue
            if field.wire in wire:
                out[field.wire] = self.value(field, wire[field.wire])
            else:
                out |= self.unset(field, depth)
        if message is RULE and "stepKey" in wire:
            out |= self.step_key(wire["stepKey"])
        if self.newer and self.random.random() < 0.5:
            out["brandNew"] = self.random.choice([None, {}, [], "NEW_ENUM_VALUE", {"a_b": 1}])
        items = list(out.items())
        self.random.shuffle(items)
        return dict(items)

    def step_key(self, key: str) -> Tree:
        unset: Any = self.random.choice(["", None])
        return self.random.choice(
            [
                {"stepKey": key, "policyKey": key},
                {"stepKey": unset, "policyKey": key},
                {"stepKey": key, "policyKey": unset},
            ]
        )

    def value(self, field: Field, value: Any) -> Any:
        if field.shape == "list":
            items = [self.item(field, item) for item in value]
            if field.unordered:
                self.random.shuffle(items)
            return items
        if field.shape == "map":
            return {key: self.item(field, item) for key, item in value.items()}
        return self.item(field, value)

    def item(self, field: Field, value: Any) -> Any:
        kind = field.type
        if isinstance(kind, Message):
            return self.message(kind, value, 0)
        if kind is Scalar.DURATION and "." not in value:
            return self.random.choice([value, value.replace("s", ".000s")])
        if kind in _INTEGERS:
            return self.random.choice([int(value), str(value)])
        return value

    def unset(self, field: Field, depth: int) -> Tree:
        """Spell an unset field as absent, null or zero, where these are equal."""
        zeros: list[Any] = [None]
        if field.shape != "one":
            zeros.append([] if field.shape == "list" else {})
        elif field.presence or field.oneof:
            pass
        elif isinstance(field.type, Message):
            if depth < _EMPTY_MESSAGES_DEEP:
                zeros.append(self.message(field.type, {}, depth + 1))
        elif isinstance(field.type, Enum):
            zeros.append(field.type.zero)
        elif field.type in _INTEGERS:
            zeros += [0, "0"]
        elif field.type in (Scalar.BOOL, Scalar.STRING):
            zeros.append(False if field.type is Scalar.BOOL else "")
        chosen = self.random.choice([*zeros, "absent"])
        return {} if chosen == "absent" else {field.wire: chosen}


def apply_update(live: Tree, body: Tree, mask: Sequence[str]) -> Tree:
    """Return the stored policy after an update: masked fields are replaced, annotations merge."""
    out = copy.deepcopy(live)
    for name in mask:
        field = POLICY.wire_fields[name]
        assert not field.output_only, name
        assert not field.immutable, name
        if field.merge:
            out[name] = out.get(name, {}) | body.get(name, {})
        else:
            out.pop(name, None)
            out |= {name: body[name]} if name in body else {}
    return _keep(POLICY, out)
