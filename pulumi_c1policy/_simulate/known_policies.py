"""Policies in every form: inputs of a program, JSON of the API, an exported state."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.tree import ShapeError, Tree, Value, decode, encode
from pulumi_c1policy._simulate import wording
from pulumi_c1policy._simulate.policy_error import PolicyError
from pulumi_c1policy._simulate.state_values import reveal

_ADDRESS_ANNOTATION = "iac_resource_address"
_RESOURCE_TYPE = "c1policy:Policy"
_MAX_QUOTE_LENGTH = 60


@dataclass(frozen=True, slots=True)
class KnownPolicy:
    """A policy with the names that identify it.

    Attributes:
        tree: The policy, snake_case.
        id: Its id in the tenant; "" if it has none yet.
        resource: The name of its resource in the program; "" if no resource manages it.
    """

    tree: Tree
    id: str = ""
    resource: str = ""

    @property
    def name(self) -> str:
        """Return its display name, or the name of its resource, or its id."""
        return str(self.tree.get("display_name") or self.resource or self.id or "(unnamed)")


def read_policy(
    given: Mapping[str, Value] | KnownPolicy, *, id: str = "", resource: str = ""
) -> KnownPolicy:
    """Read a policy in any spelling.

    Args:
        given: The inputs of a program, the JSON of the API, or a policy that is read already.
        id: The id in the tenant; by default the `id` of `given`.
        resource: The name of the resource; by default the one in the ownership annotations.

    Raises:
        PolicyError: The value is not a policy.
    """
    if isinstance(given, KnownPolicy):
        return given
    try:
        # `encode` reads the spellings of a program (the duration "4h"), `decode` both cases of
        # field names.
        tree = decode(POLICY, encode(POLICY, dict(given)))
    except ShapeError as error:
        raise PolicyError(
            f"The value is not a policy: {error}.", "Give a policy or the inputs of one."
        ) from error
    if not any(tree.get(name) for name in ("policy_type", "policy_steps", "rules")):
        message = "The value is not a policy: it has no `policy_type`, `policy_steps` or `rules`."
        advice = "Give the inputs of a policy, its JSON, or an exported state."
        raise PolicyError(message, advice)
    annotations = tree.get("annotations") or {}
    address = str(annotations.get(_ADDRESS_ANNOTATION) or "").rpartition("/")[2]
    return KnownPolicy(tree, id or str(given.get("id") or ""), resource or address)


class PolicyIndex:
    """The policies that rules, baselines and escalations may lead to, by id."""

    def __init__(self, known: Iterable[KnownPolicy]) -> None:
        self._by_id = {policy.id: policy for policy in known if policy.id}

    def find(self, policy_id: str) -> KnownPolicy | None:
        """Return the policy with an id."""
        return self._by_id.get(policy_id)

    def name(self, policy_id: str) -> str:
        """Return the name of the policy with an id."""
        found = self.find(policy_id)
        return found.name if found else wording.name_unknown_policy(policy_id)


def parse_policies(text: str) -> list[KnownPolicy]:
    """Parse JSON: a policy, a list of policies, a search result, or an exported state.

    Raises:
        PolicyError: The text is not JSON, or it has no policy.
    """
    try:
        found = json.loads(text)
    except ValueError as error:
        raise PolicyError(f"The file is not JSON: {error}.", "Give a JSON file.") from error
    if isinstance(found, dict) and isinstance(found.get("deployment"), dict):
        return _list_deployment(found["deployment"])
    if isinstance(found, dict) and isinstance(found.get("list"), list):
        found = found["list"]
    rows = found if isinstance(found, list) else [found]
    return [read_policy(_unwrap(row)) for row in rows]


def _unwrap(row: Value) -> Mapping[str, Value]:
    """Return the policy in the envelopes of the API and of `c1policy`."""
    while isinstance(row, dict) and isinstance(row.get("policy"), dict):
        row = row["policy"]
    if not isinstance(row, dict):
        message = f"{str(row)[:_MAX_QUOTE_LENGTH]!r} is not a policy."
        raise PolicyError(message, "Give a JSON object, or a list of JSON objects.")
    return row


def _list_deployment(deployment: Tree) -> list[KnownPolicy]:
    """List the policies of a deployment, as `pulumi stack export` writes it."""
    found = []
    for resource in deployment.get("resources") or []:
        is_policy = str(resource.get("type", "")).endswith(_RESOURCE_TYPE)
        if not is_policy or resource.get("delete"):
            continue
        outputs: Tree = resource.get("outputs") or {}
        name = str(resource.get("urn", "")).rpartition("::")[2]
        fields = {k: reveal(value) for k, value in outputs.items() if not k.startswith("__")}
        policy_id = str(resource.get("id") or "")
        found.append(read_policy(fields, id=policy_id, resource=name))
    if not found:
        message = "The state has no policy."
        raise PolicyError(message, "Export the stack whose program declares the policies.")
    return found
