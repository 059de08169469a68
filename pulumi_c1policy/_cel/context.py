"""The expression that is being checked, its place, and how to point into it."""

from __future__ import annotations

from dataclasses import dataclass, field

from pulumi_c1policy._cel import tokens
from pulumi_c1policy._cel.environment import Environment, Place, PlaceFacts, load
from pulumi_c1policy._cel.remarks import Remark, Severity, remark
from pulumi_c1policy._cel.syntax_tree import Node
from pulumi_c1policy._cel.types import listed
from pulumi_c1policy._cel.uses import is_operator


@dataclass(frozen=True, slots=True)
class Context:
    """An expression at a place."""

    source: str
    place: Place
    facts: Environment = field(default_factory=load)

    @property
    def place_facts(self) -> PlaceFacts:
        """What an expression finds at this place."""
        return self.facts.places[self.place]

    @property
    def variables(self) -> str:
        """The variables of this place, as a part of a sentence: "there is `subject`"."""
        names = sorted(self.place_facts.variables)
        return f"there {'is' if len(names) == 1 else 'are'} {listed(names)}"

    def error(self, at: int, rule: str, message: str) -> Remark:
        """Something that the tenant refuses."""
        return remark(self.source, at, rule, message)

    def warning(self, at: int, rule: str, message: str) -> Remark:
        """Something that the tenant accepts, or may accept."""
        severity: Severity = "warning"
        return remark(self.source, at, rule, message, severity)

    def text(self, at: int) -> str:
        """What the text goes on with at an offset."""
        return self.source[at:]

    def start(self, node: Node) -> int:
        """Where the text of a node begins, its brackets left aside."""
        first = node
        while True:
            if first.presence:
                return tokens.word_before(self.source, first.at)
            if first.target is not None:
                first = first.target
            elif first.kind == "loop":
                first = first.loop.over
            elif is_operator(first) and first.parts and first.parts[0].at < first.at:
                first = first.parts[0]
            else:
                break
        is_name = first.kind == "name" or (first.kind == "call" and not is_operator(first))
        return tokens.name_start(self.source, first.at) if is_name else first.at

    def function_start(self, node: Node, *, member: bool) -> int:
        """Where the name of a called function begins."""
        find = tokens.word_before if member else tokens.name_start
        return find(self.source, node.at)
