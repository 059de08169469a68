"""The request that a policy is asked about, and how its expressions are worked out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pulumi_c1policy._cel.cel_values import Record, Value
from pulumi_c1policy._cel.environment import Place, load_environment
from pulumi_c1policy._cel.evaluate import Functions, evaluate
from pulumi_c1policy._cel.undecided import Undecided
from pulumi_c1policy._simulate.directory import Directory
from pulumi_c1policy._simulate.functions import of_entitlement


@dataclass(frozen=True, slots=True)
class Request:
    """Who asks for what, and who and what there is.

    Attributes:
        subject: The person whom the request is for.
        variables: What expressions read, by name; what is not there is unknown.
        directory: Who and what there is.
        functions: What answers the functions of expressions.
    """

    subject: Record
    variables: Mapping[str, Value]
    directory: Directory
    functions: Functions = field(repr=False)

    def condition(self, source: str, place: Place) -> bool | Undecided:
        """Whether a condition holds."""
        value = self.evaluate(source, place)
        if isinstance(value, bool | Undecided):
            return value
        return Undecided("the condition's result is no bool")

    def people(self, source: str, place: Place) -> list[Record] | Undecided:
        """The users that an expression returns; null is nobody."""
        value = self.evaluate(source, place)
        if isinstance(value, Undecided):
            return value
        items = value if isinstance(value, list) else [value]
        found = [item for item in items if item is not None]
        if all(isinstance(item, Record) and item.type == "User" for item in found):
            return found
        return Undecided("the expression's result is no user")

    def evaluate(self, source: str, place: Place) -> Value:
        """What an expression is for this request."""
        facts = load_environment().places[place]
        known = {n: value for n, value in self.variables.items() if n in facts.variables}
        known |= {n: Undecided(reason) for n, reason in facts.doubtful.items()}
        for name in {"appOwners", "app_owners"} & facts.variables:
            known[name] = self.app_owners()
        return evaluate(source, place, known, self.functions)

    def app_owners(self) -> list[Record] | Undecided:
        """The owners of the app that the request is for."""
        entitlement = self.variables.get("entitlement")
        if entitlement is None:
            return Undecided("`entitlement.appId` is not given")
        app_id = entitlement.get("appId")
        return app_id if isinstance(app_id, Undecided) else self.directory.app_owners(app_id)

    def owners(self, relation: str) -> list[Record] | Undecided:
        """The `owners`, or the `resource_owners`, of the entitlement that the request is for."""
        entitlement = self.variables.get("entitlement")
        if entitlement is None:
            return Undecided("`entitlement` is not given")
        return of_entitlement(self.directory, entitlement, relation)

    def managers(self) -> list[Record] | Undecided:
        """The managers of the person whom the request is for."""
        return self.directory.managers(self.subject)
