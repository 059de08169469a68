"""Find the people that a step asks, by the source that the policy names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pulumi_c1policy._cel.cel_values import CelObject
from pulumi_c1policy._cel.environment import Place
from pulumi_c1policy._cel.undecided import Undecided
from pulumi_c1policy._simulate.access_request import AccessRequest
from pulumi_c1policy._simulate.approval_rules import Group, PeopleSource
from pulumi_c1policy._simulate.causes import Unresolved
from pulumi_c1policy._simulate.step_results import Person


@dataclass(frozen=True, slots=True)
class FoundPeople:
    """The people that a source finds.

    Attributes:
        people: The user records; empty if there are none.
        expression: The index of the expression that found them; None for other sources.
    """

    people: list[CelObject] | Undecided
    expression: int | None = None


def find_people(source: PeopleSource, place: Place, request: AccessRequest) -> FoundPeople:
    """Find the people of a source.

    Args:
        source: The source.
        place: The place of its expressions, which decides their variables.
        request: The request.
    """
    if source.by != "expression":
        return FoundPeople(_find_related(source, request))
    for index, expression in enumerate(source.expressions):
        people = request.evaluate_people(expression, place)
        if people != []:
            return FoundPeople(people, index)
    return FoundPeople([])


def _find_related(source: PeopleSource, request: AccessRequest) -> list[CelObject] | Undecided:
    match source.by:
        case "users":
            return request.directory.get_people(source.user_ids)
        case "manager":
            return request.find_managers()
        case "app_owners":
            return request.find_app_owners()
        case "entitlement_owners":
            return request.find_owners("owners")
        case "resource_owners":
            return request.find_owners("resource_owners")
        case "group":
            return find_members([source.group or Group("", "")], request)
        case "self":
            return [request.subject]
        case _:
            return Unresolved(code="unknown-source")


def find_members(groups: Iterable[Group], request: AccessRequest) -> list[CelObject] | Undecided:
    """Find the members of several groups; undecided if those of one group are."""
    people: list[CelObject] = []
    for group in groups:
        members = request.directory.find_members(group.app_id, group.id)
        if isinstance(members, Undecided):
            return members
        people += members
    return people


def list_persons(people: list[CelObject]) -> tuple[Person, ...]:
    """Return the people that user records describe, each once."""
    return tuple(dict.fromkeys(map(Person.of, people)))
