"""Others who change apps, entitlements and their own policies while a stack attaches policies."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.simulation import editors
from tests.simulation.attached_objects import BOOLEANS, POLICY_FIELDS
from tests.simulation.attachment_programs import Author
from tests.simulation.guarantees import PERSON, TERRAFORM
from tests.simulation.simulated_tenant import SimulatedTenant


class ObjectEditor:
    """People and other clients who change the objects of a tenant.

    Attributes:
        author: The author of the stack's program, whose objects are changed most.
    """

    def __init__(self, chance: Random, tenant: SimulatedTenant, author: Author) -> None:
        self.chance = chance
        self.tenant = tenant
        self.objects = tenant.objects
        self.author = author

    def edit(self) -> None:
        """Let somebody else change an object, or delete a policy of their own."""
        actor, key = self.chance.choice([PERSON, TERRAFORM]), self._choose_object()
        if self._often(0.05):
            self.objects.remove(actor, key)
            return
        if self._often(0.05):
            foreign = self.objects.list_foreign_policies("GRANT")
            if foreign:
                editors.delete_as_person(self.tenant, self.chance.choice(foreign))
            return
        if self._often(0.2):
            self.objects.edit(actor, key, description=editors.make_text("somebody"))
            return
        self.objects.edit(actor, key, **self.draw_edit(key))

    def _choose_object(self) -> tuple[str, str]:
        keys = sorted(self.objects.list_keys())
        used = [each.key for each in self.author.attachments if each.key in keys]
        return self.chance.choice(used if used and self._often(0.8) else keys)

    def draw_edit(self, key: tuple[str, str]) -> dict[str, Any]:
        names = [*POLICY_FIELDS, *BOOLEANS] if key[0] else [*POLICY_FIELDS][:3]
        managed = sorted(
            {w for each in self.author.attachments if each.key == key for w in each.values}
        )
        name = self.chance.choice(managed if managed and self._often(0.7) else names)
        if name in BOOLEANS:
            return {name: not self.objects.value(key, name)}
        kind = POLICY_FIELDS[name]
        choices = ["", *self.objects.list_foreign_policies(kind)]
        if self._often(0.2):
            choices = [
                record.id
                for record in self.tenant.list_live()
                if record.fields.get("policyType") == f"POLICY_TYPE_{kind}"
            ]
        return {name: self.chance.choice(choices)} if choices else {}

    def _often(self, share: float) -> bool:
        return self.chance.random() < share
