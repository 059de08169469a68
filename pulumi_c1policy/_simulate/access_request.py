"""The request that a simulation is about, and the evaluation of expressions for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pulumi_c1policy._cel.cel_values import CelObject, Value
from pulumi_c1policy._cel.environment import Place, load_environment
from pulumi_c1policy._cel.evaluate import Functions, evaluate
from pulumi_c1policy._cel.undecided import Undecided
from pulumi_c1policy._simulate.cel_functions import find_related_users
from pulumi_c1policy._simulate.directory import Directory


@dataclass(frozen=True, slots=True)
class AccessRequest:
    """A request of a person for an entitlement.

    Attributes:
        subject: The person whom the request is for.
        variables: The values of the variables of expressions, by name; a variable that is not in
            it is unknown.
        directory: The people, groups, apps and entitlements.
        functions: The functions of expressions, by name.
    """

    subject: CelObject
    variables: Mapping[str, Value]
    directory: Directory
    functions: Functions = field(repr=False)

    def evaluate_condition(self, source: str, place: Place) -> bool | Undecided:
        """Return the value of a condition."""
        value = self.evaluate(source, place)
        if isinstance(value, bool | Undecided):
            return value
        return Undecided("the result of the condition is not a bool")

    def evaluate_people(self, source: str, place: Place) -> list[CelObject] | Undecided:
        """Return the users that an expression finds; null is an empty list."""
        value = self.evaluate(source, place)
        if isinstance(value, Undecided):
            return value
        items = value if isinstance(value, list) else [value]
        found = [item for item in items if item is not None]
        if all(isinstance(item, CelObject) and item.type == "User" for item in found):
            return found
        return Undecided("the result of the expression is not a user or a list of users")

    def evaluate(self, source: str, place: Place) -> Value:
        """Return the value of an expression at a place."""
        facts = load_environment().places[place]
        known = {n: value for n, value in self.variables.items() if n in facts.variables}
        known |= {n: Undecided(reason) for n, reason in facts.doubtful.items()}
        for name in {"appOwners", "app_owners"} & facts.variables:
            known[name] = self.find_app_owners()
        return evaluate(source, place, known, self.functions)

    def find_app_owners(self) -> list[CelObject] | Undecided:
        """Return the owners of the app that the request is for."""
        entitlement = self.variables.get("entitlement")
        if entitlement is None:
            return Undecided("`entitlement.appId` is not given")
        app_id = entitlement.get("appId")
        return app_id if isinstance(app_id, Undecided) else self.directory.find_app_owners(app_id)

    def find_owners(self, relation: str) -> list[CelObject] | Undecided:
        """Return the owners of the entitlement that the request is for.

        Args:
            relation: `owners` or `resource_owners`.
        """
        entitlement = self.variables.get("entitlement")
        if entitlement is None:
            return Undecided("`entitlement` is not given")
        return find_related_users(self.directory, entitlement, relation)

    def find_managers(self) -> list[CelObject] | Undecided:
        """Return the managers of the person whom the request is for."""
        return self.directory.find_managers(self.subject)
