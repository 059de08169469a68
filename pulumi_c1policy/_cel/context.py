"""The expression under check, its place, and the positions in its text."""

from __future__ import annotations

from dataclasses import dataclass, field

from pulumi_c1policy._cel import cel_tokens
from pulumi_c1policy._cel.cel_types import join_names
from pulumi_c1policy._cel.environment import Environment, Place, PlaceFacts, load_environment
from pulumi_c1policy._cel.remarks import Remark, Severity, make_remark
from pulumi_c1policy._cel.syntax_tree import Node
from pulumi_c1policy._cel.uses import is_operator


@dataclass(frozen=True, slots=True)
class Context:
    """An expression at a place."""

    source: str
    place: Place
    facts: Environment = field(default_factory=load_environment)

    @property
    def place_facts(self) -> PlaceFacts:
        """The facts about this place."""
        return self.facts.places[self.place]

    @property
    def variables(self) -> str:
        """Return the variables of this place, as a part of a sentence: "there is `subject`"."""
        names = sorted(self.place_facts.variables)
        return f"there {'is' if len(names) == 1 else 'are'} {join_names(names)}"

    def error(self, at: int, rule: str, message: str) -> Remark:
        """Make a remark that the tenant rejects something."""
        return make_remark(self.source, at, rule, message)

    def warning(self, at: int, rule: str, message: str) -> Remark:
        """Make a remark about something that the tenant accepts, or may accept."""
        severity: Severity = "warning"
        return make_remark(self.source, at, rule, message, severity)

    def text(self, at: int) -> str:
        """Return the rest of the text from an offset on."""
        return self.source[at:]

    def start(self, node: Node) -> int:
        """Return the start of a node's text, without its brackets."""
        first = node
        while True:
            if first.presence:
                return cel_tokens.find_word_before(self.source, first.at)
            if first.target is not None:
                first = first.target
            elif first.kind == "loop":
                first = first.loop.over
            elif is_operator(first) and first.parts and first.parts[0].at < first.at:
                first = first.parts[0]
            else:
                break
        is_name = first.kind == "name" or (first.kind == "call" and not is_operator(first))
        return cel_tokens.find_name_start(self.source, first.at) if is_name else first.at

    def function_start(self, node: Node, *, member: bool) -> int:
        """Return the start of a called function's name."""
        find = cel_tokens.find_word_before if member else cel_tokens.find_name_start
        return find(self.source, node.at)
