"""The expression that is checked, its place, and offsets of its parts."""

from __future__ import annotations

from dataclasses import dataclass, field

from pulumi_c1policy._cel import lexer
from pulumi_c1policy._cel.diagnostics import Diagnostic, make_diagnostic
from pulumi_c1policy._cel.environment import Environment, Place, PlaceFacts, load_environment
from pulumi_c1policy._cel.name_uses import is_operator
from pulumi_c1policy._cel.syntax_tree import Node
from pulumi_c1policy._cel.type_names import join_names


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
    def variables_clause(self) -> str:
        """A clause that lists the variables of this place: "the only variable is `subject`"."""
        names = sorted(self.place_facts.variables)
        subject = "the only variable is" if len(names) == 1 else "the variables are"
        return f"{subject} {join_names(names)}"

    def error(self, offset: int, rule: str, message: str) -> Diagnostic:
        """Make a diagnostic about something that the tenant rejects."""
        return make_diagnostic(self.source, offset, rule, message)

    def warning(self, offset: int, rule: str, message: str) -> Diagnostic:
        """Make a diagnostic about something that the tenant accepts, or may accept."""
        return make_diagnostic(self.source, offset, rule, message, "warning")

    def text_from(self, offset: int) -> str:
        """Return the source from an offset to its end."""
        return self.source[offset:]

    def find_start(self, node: Node) -> int:
        """Return the offset at which the text of a node begins, without its parentheses."""
        first = node
        while True:
            if first.is_presence_test:
                return lexer.find_word_before(self.source, first.offset)
            if first.target is not None:
                first = first.target
            elif first.kind == "loop":
                first = first.loop.over
            elif is_operator(first) and first.parts and first.parts[0].offset < first.offset:
                first = first.parts[0]
            else:
                break
        is_name = first.kind == "name" or (first.kind == "call" and not is_operator(first))
        return lexer.find_name_start(self.source, first.offset) if is_name else first.offset

    def find_function_start(self, node: Node, *, is_member: bool) -> int:
        """Return the offset at which the name of a called function begins."""
        find = lexer.find_word_before if is_member else lexer.find_name_start
        return find(self.source, node.offset)
