"""The facts about one kind of object (such as a policy) that the lifecycle needs. Pure.

Planning asks a `Kind` for everything that is particular to one kind of object. A second kind is a
second value of this class.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pulumi_c1policy._lifecycle.planning.refusals import Refuse
from pulumi_c1policy._model.schema import Message
from pulumi_c1policy._model.tree import Tree


@dataclass(frozen=True, slots=True)
class Objection:
    """A rule against an update that only the identity of the object can show.

    Attributes:
        rule: The rule's id; the user sets its severity.
        refusal: The refusal, if the severity is "error".
    """

    rule: str
    refusal: Refuse


@dataclass(frozen=True, slots=True)
class ObjectKind:
    """One kind of object.

    Attributes:
        message: The fields of the object.
        noun: The object in messages, with its article.
        select_managed: Select from a live object (second argument) the part that a program with
            these inputs (first argument) decides about.
        identity: The fields without which a state cannot be used, each with a noun phrase.
        is_owned: The object has ownership annotations, and can be taken over.
        defaults: The outputs of an object about which the tenant's answer says nothing.
        drop_unwritten: Drop from the prior inputs (second argument) parts that the desired inputs
            (first argument) may omit without a change.
        find_held: Find the parts of a live object (second argument) that the tenant rejects in a
            write and the inputs (first argument) do not contain: the rule id by the path.
        held_field: The wire name of the field that contains held parts; "" if there are none.
        find_written_rules: Find the rules of held parts that the inputs contain themselves.
        find_objections: Find the objections to the desired inputs (second argument) of the object
            with this id (first argument).
        extend_mask: Return the update mask (third argument) with the fields that the API needs
            besides the changed ones, for these prior and desired inputs.
        writable: The names of the fields that a program may set.
    """

    message: Message
    noun: str
    select_managed: Callable[[Tree, Tree], Tree]
    identity: Mapping[str, str]
    is_owned: bool
    defaults: Tree = field(default_factory=dict)
    drop_unwritten: Callable[[Tree, Tree], Tree] = lambda _desired, prior: prior
    find_held: Callable[[Tree, Tree], dict[str, str]] = lambda _inputs, _live: {}
    held_field: str = ""
    find_written_rules: Callable[[Tree], frozenset[str]] = lambda _inputs: frozenset()
    find_objections: Callable[[str | None, Tree], list[Objection]] = lambda _id, _desired: []
    extend_mask: Callable[[Tree, Tree, tuple[str, ...]], tuple[str, ...]] = (
        lambda _prior, _desired, mask: mask
    )
    writable: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        fields = self.message.fields.values()
        names = tuple(f.name for f in fields if not (f.output_only or f.ignored))
        object.__setattr__(self, "writable", names)
