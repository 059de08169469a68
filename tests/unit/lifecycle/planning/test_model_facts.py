"""Each fact that the model states about a field is needed: its example fails without it.

The table is made from the model. A new kind of fact has no example, and fails.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.schema import Field, Message, Scalar, index_messages
from tests.unit.lifecycle.planning.fact_examples import EXAMPLES, list_rules
from tests.unit.lifecycle.planning.specimens import PLACES, Place, make_specimen

TESTED_ELSEWHERE = {
    "name": "not a fact but the field itself",
    "doc": "tests/unit/model",
    "cel": "the expression checker",
}
OTHER_VALUES = {"shape": "one", "least": None, "most": None, "bounds_rule": "out-of-bounds"}


def list_facts(field: Field) -> Iterator[str]:
    """Yield the facts that the model states about a field, without defaults and implied facts."""
    for fact in dataclasses.fields(Field):
        value = getattr(field, fact.name)
        stated = value != fact.default and not _is_implied(field, fact.name)
        if stated and fact.name not in TESTED_ELSEWHERE:
            yield fact.name


def _is_implied(field: Field, fact: str) -> bool:
    if fact == "least":
        return field.type in (Scalar.UINT32, Scalar.UINT64) and field.least == 0
    # A field that is never compared has no order either.
    return fact == "unordered" and field.output_only


FACTS = [
    pytest.param(place, fact, id=f"{place!r}-{fact}")
    for place in PLACES
    for fact in list_facts(place.field)
]


@contextmanager
def without_fact(place: Place, fact: str) -> Iterator[None]:
    """Provide the model without that fact."""
    whole = getattr(place.field, fact)
    other: Any = (
        OTHER_VALUES.get(fact, type(whole)()) if fact != "type" else _choose_other_type(whole)
    )
    try:
        _set(place, fact, other)
        yield
    finally:
        _set(place, fact, whole)


def _choose_other_type(kind: Any) -> Scalar:
    return Scalar.BOOL if kind in (Scalar.STRING, Scalar.TIMESTAMP) else Scalar.STRING


def _set(place: Place, fact: str, value: Any) -> None:
    object.__setattr__(place.field, fact, value)
    for message in index_messages(POLICY).values():
        message.forget()


@pytest.mark.parametrize(("place", "fact"), FACTS)
def test_an_example_fails_without_its_fact(place: Place, fact: str) -> None:
    example = EXAMPLES[fact](place)
    example()
    with (
        without_fact(place, fact),
        pytest.raises((AssertionError, ValueError, AttributeError, TypeError)),
    ):
        example()
    example()


@pytest.mark.parametrize(
    "message",
    [m for m in index_messages(POLICY).values() if m.required_oneofs],
    ids=lambda m: m.short_name,
)
def test_an_empty_message_is_accepted_without_its_required_group(
    message: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = next(p for p in PLACES if p.field.type is message or message is POLICY)
    empty: Any = {"one": {}, "list": [{}], "map": {"grant": {}}}[place.field.shape]
    policy = make_specimen(place, empty)
    rules = {"one-of", "empty-step"}
    assert rules & list_rules(policy)
    monkeypatch.setattr(message, "required_oneofs", frozenset())
    assert not rules & list_rules(policy)
