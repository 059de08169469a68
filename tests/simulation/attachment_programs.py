"""Random programs that attach policies to the objects of a tenant, and random changes to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from pulumi_c1policy._emulator.tenant_directory import Key
from tests.simulation.attached_objects import BOOLEANS, POLICY_FIELDS, AttachedObjects
from tests.simulation.attachment_fields import to_name
from tests.support import programs
from tests.support.engine import Declared, Program, Ref


@dataclass(frozen=True)
class Attachment:
    """One attachment of a random program.

    Attributes:
        name: The resource's name.
        key: The object.
        values: The fields: the name of a policy resource as `Ref`, an id, "", or a boolean.
        options: The program's decisions for it.
        aliases: Its former names.
    """

    name: str
    key: Key
    values: Mapping[str, Any]
    options: Mapping[str, Any] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()


Attachments = tuple[Attachment, ...]


class Author:
    """The author of a random program."""

    def __init__(self, chance: Random, objects: AttachedObjects, *, decides: bool) -> None:
        self.chance = chance
        self.objects = objects
        self.decides = decides
        self.policies: programs.Sketches = programs.draw(chance, 1, 3)
        self.attachments: Attachments = ()
        self._numbers = 0
        keys = objects.list_keys()
        for key in chance.sample(keys, chance.randint(1, len(keys))):
            self.attachments += (self._draw(key),)

    def change(self, *, policies: bool) -> None:
        """Change some attachments and the content of policies.

        Args:
            policies: Policies may also come, go, and be replaced.
        """
        chance = self.chance
        if policies:
            self.policies = programs.change_anything(chance, self.policies) or self.policies
        elif self._often(0.3):
            self.policies = programs.change_contents(chance, self.policies)
        kept = tuple(each for each in self.attachments if not self._often(0.1))
        self.attachments = tuple(self._vary(e) if self._often(0.5) else e for e in kept)
        free = [*({*self.objects.list_keys()} - {each.key for each in self.attachments})]
        if free and self._often(0.3):
            self.attachments += (self._draw(chance.choice(sorted(free))),)

    def rename(self, *, alias: bool) -> None:
        """Rename one attachment."""
        if self.attachments:
            old = self.chance.choice(self.attachments)
            former = (old.name, *old.aliases) if alias else ()
            new = replace(old, name=self._make_name(old.key), aliases=former)
            self.attachments = tuple(new if e is old else e for e in self.attachments)

    def swap(self) -> None:
        """Let two attachments of one type swap their objects, or one move to a free object."""
        if not self.attachments:
            return
        one = self.chance.choice(self.attachments)
        alike = [key for key in self.objects.list_keys() if bool(key[0]) == bool(one.key[0])]
        if not alike:
            return
        key = self.chance.choice(alike)
        self.attachments = tuple(
            replace(e, key=key) if e is one else replace(e, key=one.key) if e.key == key else e
            for e in self.attachments
        )

    def drop(self, names: set[str]) -> None:
        """Take attachments out of the program."""
        self.attachments = tuple(e for e in self.attachments if e.name not in names)

    def program(self, policy_options: Mapping[str, Any]) -> Program:
        """Return the program: its policies, and its attachments to objects that exist."""
        declared = dict(programs.build_program(self.policies))
        kinds = {name: each.inputs["policy_type"] for name, each in declared.items()}
        found: dict[str, Declared] = {
            name: replace(each, options=policy_options) for name, each in declared.items()
        }
        for each in self.attachments:
            inputs: dict[str, Any] = {"app_id": each.key[0] or each.key[1]}
            if each.key[0]:
                inputs["entitlement_id"] = each.key[1]
            for wire, value in each.values.items():
                inputs[to_name(wire)] = self._resolve(wire, value, kinds)
            found[each.name] = Declared(inputs, each.options, aliases=each.aliases)
        return found

    def _resolve(self, wire: str, value: Any, kinds: Mapping[str, str]) -> Any:
        """Return a value of the program; the inherited policy where it names none that fits."""
        if isinstance(value, Ref):
            fits = kinds.get(value.name) == f"POLICY_TYPE_{POLICY_FIELDS[wire]}"
            return value if fits else ""
        if wire in POLICY_FIELDS and value not in self.objects.list_foreign_policies(
            POLICY_FIELDS[wire]
        ):
            return ""
        return value

    def _draw(self, key: Key) -> Attachment:
        options: dict[str, Any] = {}
        if self.decides and self._often(0.1):
            options["on_conflict"] = "overwrite"
        if self.decides and self._often(0.15):
            options["on_delete"] = "keep"
        return self._vary(Attachment(self._make_name(key), key, {}, options))

    def _vary(self, attachment: Attachment) -> Attachment:
        """Set some fields to other values, and drop others; at least one remains."""
        values: dict[str, Any] = dict(attachment.values)
        names = [*POLICY_FIELDS, *BOOLEANS] if attachment.key[0] else [*POLICY_FIELDS][:3]
        for name in names:
            if self._often(0.3):
                values[name] = self._draw_value(name)
            elif self._often(0.15):
                values.pop(name, None)
        if not values:
            values["grantPolicyId"] = self._draw_value("grantPolicyId")
        return replace(attachment, values=values)

    def _draw_value(self, name: str) -> Any:
        if name in BOOLEANS:
            return self._often(0.5)
        kind = POLICY_FIELDS[name]
        own = [sketch.name for sketch in self.policies if sketch.kind == kind]
        if own and self._often(0.7):
            return Ref(self.chance.choice(own))
        return self.chance.choice(["", *self.objects.list_foreign_policies(kind)])

    def _make_name(self, key: Key) -> str:
        self._numbers += 1
        return f"{'entitlement' if key[0] else 'app'}-{self._numbers}"

    def _often(self, share: float) -> bool:
        return self.chance.random() < share
