"""Policies however they come: as a program writes them, as the wire carries them, as a state keeps
them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.tree import ShapeError, Tree, Value, decode, encode
from pulumi_c1policy.errors import C1PolicyError

_ADDRESS = "iac_resource_address"
_TYPE = "c1policy:Policy"
_SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 (how Pulumi marks one)


class PolicyError(C1PolicyError):
    """What should be a policy, or a file of policies, is none."""


@dataclass(frozen=True, slots=True)
class KnownPolicy:
    """A policy, and what it is known by.

    Attributes:
        tree: The policy, snake_case.
        id: Its id in the tenant, "" where it has none yet.
        resource: The name of its resource in the program, "" where it is kept by none.
    """

    tree: Tree
    id: str = ""
    resource: str = ""

    @property
    def name(self) -> str:
        """What to call it: its display name, or its resource's name, or its id."""
        return str(self.tree.get("display_name") or self.resource or self.id or "(unnamed)")


def read(
    given: Mapping[str, Value] | KnownPolicy, *, id: str = "", resource: str = ""
) -> KnownPolicy:
    """A policy in any spelling.

    Raises:
        PolicyError: It is none.
    """
    if isinstance(given, KnownPolicy):
        return given
    try:
        # Encoding takes a program's spellings (a duration such as "4h"), decoding both cases of
        # names.
        tree = decode(POLICY, encode(POLICY, dict(given)))
    except ShapeError as error:
        raise PolicyError(
            f"This is no policy: {error}.", "Give a policy, or its inputs."
        ) from error
    if not any(tree.get(name) for name in ("policy_type", "policy_steps", "rules")):
        message = "This is no policy: it has neither a type, nor steps, nor rules."
        raise PolicyError(message, "Give a policy's inputs, its JSON, or an export of the state.")
    notes = tree.get("annotations") or {}
    address = str(notes.get(_ADDRESS) or "").rpartition("/")[2]
    return KnownPolicy(tree, id or str(given.get("id") or ""), resource or address)


class Policies:
    """The policies that are known, to which rules and escalations may point."""

    def __init__(self, known: Iterable[KnownPolicy]) -> None:
        self._by_id = {policy.id: policy for policy in known if policy.id}

    def find(self, policy_id: str) -> KnownPolicy | None:
        """The policy with this id."""
        return self._by_id.get(policy_id)

    def name(self, policy_id: str) -> str:
        """What to call the policy with this id."""
        found = self.find(policy_id)
        return found.name if found else f"{policy_id} (not known here)"


def parse(text: str) -> list[KnownPolicy]:
    """The policies in a JSON text: one, a list, a search's answer, or an export of a state.

    Raises:
        PolicyError: There is none.
    """
    try:
        found = json.loads(text)
    except ValueError as error:
        raise PolicyError(f"This is no JSON: {error}.", "Give a JSON file.") from error
    if isinstance(found, dict) and isinstance(found.get("deployment"), dict):
        return _of_state(found["deployment"])
    if isinstance(found, dict) and isinstance(found.get("list"), list):
        found = found["list"]
    rows = found if isinstance(found, list) else [found]
    return [read(_unwrapped(row)) for row in rows]


def _unwrapped(row: Value) -> Mapping[str, Value]:
    """A policy out of what the API and `c1policy` put around one."""
    while isinstance(row, dict) and isinstance(row.get("policy"), dict):
        row = row["policy"]
    if not isinstance(row, dict):
        message = f"This is no policy: {str(row)[:60]!r}."
        raise PolicyError(message, "Give a JSON object, or a list of them.")
    return row


def _of_state(deployment: Mapping[str, Value]) -> list[KnownPolicy]:
    """The policies in what `pulumi stack export` writes."""
    found = []
    for resource in deployment.get("resources") or []:
        if not str(resource.get("type", "")).endswith(_TYPE) or resource.get("delete"):
            continue
        outputs = resource.get("outputs") or {}
        name = str(resource.get("urn", "")).rpartition("::")[2]
        fields = {key: value for key, value in outputs.items() if not key.startswith("__")}
        found.append(read(_revealed(fields), id=str(resource.get("id") or ""), resource=name))
    if not found:
        message = "The state has no policy."
        raise PolicyError(message, "Export the stack whose program declares the policies.")
    return found


def _revealed(value: Value) -> Value:
    """`value` with its secrets as what they are, where the export shows them."""
    if isinstance(value, list):
        return [_revealed(item) for item in value]
    if not isinstance(value, dict):
        return value
    if value.get(_SIGNATURE) != _SECRET:
        return {key: _revealed(item) for key, item in value.items()}
    if "plaintext" not in value:
        message = "The state keeps a part of a policy secret."
        raise PolicyError(message, "Export it with `pulumi stack export --show-secrets`.")
    return json.loads(value["plaintext"])
