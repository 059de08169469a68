"""Links between the policies of one program, known before any of them has an id.

At the first preview the provider does not know the ids of other policies. The program knows the
resource of each Output in the inputs. A link by `other.id` itself is certain; a link by an Output
that `apply` computed from it is likely. The options of the resource carry the links.
"""

from __future__ import annotations

from collections.abc import Awaitable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

from pulumi_c1policy._lifecycle.checks.chains import Link
from pulumi_c1policy._model.paths import Path, format_path, parse_path

KEY = "links"
"""The name of the links among the options."""


@dataclass(frozen=True, slots=True)
class _DeclaredPolicy:
    name: str
    kind: str
    depth: int
    id: pulumi.Output[str]


class Program:
    """The policies that the running program has declared so far."""

    def __init__(self) -> None:
        self._by_resource: dict[pulumi.Resource, _DeclaredPolicy] = {}
        self._by_id: dict[int, _DeclaredPolicy] = {}

    def declare(self, resource: pulumi.Resource, name: str, props: Mapping[str, Any]) -> None:
        """Register a policy that was just declared."""
        kind = props.get("policy_type")
        depth = 0
        for _, value in _list_targets(props):
            if (other := self._by_id.get(id(value))) is not None:
                depth = max(depth, other.depth + 1)
        own_id: pulumi.Output[str] = resource.id  # type: ignore[attr-defined]
        found = _DeclaredPolicy(name, kind if isinstance(kind, str) else "", depth, own_id)
        self._by_resource[resource] = found
        # The entry keeps the Output alive, so that its address is not reused.
        self._by_id[id(own_id)] = found

    def has_declared(self, value: pulumi.Output[Any]) -> bool:
        """Return whether an Output is the id of a declared policy itself."""
        return id(value) in self._by_id

    def pack(self, props: Mapping[str, Any]) -> Awaitable[list[dict[str, Any]]] | None:
        """Return the links of a policy to others of the program, as plain data.

        None if no place names another policy by an Output, so that nothing is recorded.
        """
        targets = [*_list_targets(props)]
        return self._pack(targets) if targets else None

    async def _pack(
        self, targets: Sequence[tuple[Path, pulumi.Output[Any]]]
    ) -> list[dict[str, Any]]:
        found = []
        for path, value in targets:
            certain = self._by_id.get(id(value))
            others = [certain] if certain else await self._find_policies(value)
            found += [
                {
                    "path": format_path(path),
                    "name": other.name,
                    "type": other.kind,
                    "depth": other.depth,
                    "certain": certain is not None,
                }
                for other in others
            ]
        return found

    async def _find_policies(self, value: pulumi.Output[Any]) -> list[_DeclaredPolicy]:
        """Find the policies from which an Output was computed."""
        resources = await value.resources()
        return [self._by_resource[each] for each in resources if each in self._by_resource]


PROGRAM = Program()


def unpack(options: object) -> list[Link]:
    """Return the links that the program has packed."""
    packed = options.get(KEY) if isinstance(options, Mapping) else None
    found = []
    for each in packed if isinstance(packed, list) else ():
        path = parse_path(str(each.get("path"))) if isinstance(each, Mapping) else None
        if path is not None:
            depth = int(each.get("depth") or 0)
            name, kind = str(each.get("name")), str(each.get("type"))
            found.append(Link(path, name, kind, depth, certain=bool(each.get("certain"))))
    return found


def _list_targets(props: Mapping[str, Any]) -> Iterator[tuple[Path, pulumi.Output[Any]]]:
    """List the Outputs at the places where a policy names another one."""
    rules = props.get("rules")
    for index, rule in enumerate(rules if isinstance(rules, list) else ()):
        target = rule.get("policy_id") if isinstance(rule, dict) else None
        if isinstance(target, pulumi.Output):
            yield ("rules", index, "policy_id"), target
    baseline = props.get("baseline_policy_id")
    if isinstance(baseline, pulumi.Output):
        yield ("baseline_policy_id",), baseline
