"""The checks of chains of policies, for the part of a chain that the program shows."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from pulumi_c1policy._lifecycle.checks.chains import Chains
from pulumi_c1policy._model.paths import format_path
from pulumi_c1policy._model.tree import Tree
from pulumi_c1policy._model.unknown import UNKNOWN

KIND = "POLICY_TYPE_GRANT"


def make_policy(*targets: Any, kind: str = KIND) -> Tree:
    """Return a policy that hands requests to others by its rules."""
    rules = [{"condition": f"a == {n}", "policy_id": target} for n, target in enumerate(targets)]
    return {"policy_type": kind, "rules": rules}


def make_chains(**policies: Tree) -> Chains:
    chains = Chains()
    for policy_id, policy in policies.items():
        chains.note(policy_id, policy)
    return chains


def make_row(length: int) -> Chains:
    """Return chains in which `p0` leads to `p1`, and so on, over this number of links."""
    return make_chains(
        **{f"p{n}": make_policy(*([f"p{n + 1}"] if n < length else [])) for n in range(length + 1)}
    )


@pytest.mark.parametrize(
    ("chains", "policy", "found"),
    [
        pytest.param(Chains(), make_policy("p"), [], id="an unknown policy"),
        pytest.param(make_chains(p=make_policy()), make_policy("p"), [], id="the same type"),
        pytest.param(
            make_chains(p=make_policy(kind="POLICY_TYPE_REVOKE")),
            make_policy("x", "p"),
            [("rules[1].policy_id", "other-type")],
            id="another type",
        ),
        pytest.param(
            make_chains(p=make_policy(kind="POLICY_TYPE_REVOKE")),
            {"policy_type": KIND, "baseline_policy_id": "p"},
            [("baseline_policy_id", "other-type")],
            id="another type for the baseline",
        ),
        pytest.param(
            make_chains(p=make_policy(kind="POLICY_TYPE_REVOKE")),
            make_policy("p") | {"policy_type": UNKNOWN},
            [],
            id="a type that is not known yet",
        ),
        pytest.param(
            make_chains(p=make_policy()),
            make_policy(UNKNOWN, None, ""),
            [],
            id="an id that is not known yet",
        ),
        pytest.param(make_row(4), make_policy("p0"), [], id="five links"),
        pytest.param(
            make_row(5), make_policy("p0"), [("rules[0].policy_id", "long-chain")], id="six links"
        ),
        pytest.param(make_row(5), make_policy("p1"), [], id="five links of a longer chain"),
        pytest.param(
            make_chains(a=make_policy("b"), b=make_policy("a")),
            make_policy("a"),
            [],
            id="a cycle of other policies",
        ),
        pytest.param(
            make_chains(p=make_policy()),
            {"policy_type": KIND, "rules": "all"},
            [],
            id="rules of wrong shape",
        ),
    ],
)
def test_a_chain_has_one_policy_type_and_at_most_five_links(
    chains: Chains, policy: Tree, found: list[tuple[str, str]]
) -> None:
    assert [(format_path(f.path), f.rule) for f in chains.check(policy)] == found


@pytest.mark.parametrize(
    ("chains", "policy", "paths"),
    [
        pytest.param(
            make_chains(b=make_policy("a")),
            make_policy("b"),
            ["rules[0].policy_id"],
            id="a cycle of two policies",
        ),
        pytest.param(
            make_chains(b=make_policy("c"), c=make_policy("a")),
            make_policy("x", "b"),
            ["rules[1].policy_id"],
            id="a cycle of three policies",
        ),
        pytest.param(
            make_chains(b=make_policy("b")), make_policy("b"), [], id="a cycle without this policy"
        ),
        pytest.param(make_chains(b=make_policy("c")), make_policy("b"), [], id="no cycle"),
        pytest.param(
            make_chains(), make_policy("a"), [], id="the policy itself, which the plan refuses"
        ),
    ],
)
def test_a_cycle_is_reported_at_the_rule_that_leads_into_it(
    chains: Chains, policy: Tree, paths: list[str]
) -> None:
    assert [format_path(path) for path in chains.find_cycle("a", policy)] == paths


def test_a_removed_link_is_not_a_part_of_a_cycle() -> None:
    """A link that the program removed."""
    chains = make_chains(b=make_policy("a"))
    chains.note("b", make_policy())
    assert chains.find_cycle("a", make_policy("b")) == []


class CountingLinks(dict[str, list[str]]):
    """Links that count how often they are looked up."""

    looks = 0

    def get(self, *args: Any) -> Any:
        self.looks += 1
        return super().get(*args)


@pytest.mark.parametrize("bottom", ["q", "goal"], ids=["no cycle", "a cycle"])
def test_each_link_is_followed_once(bottom: str) -> None:
    """Four rows of 16 policies, each of which leads to all of the next row: 65,536 paths."""
    rows = [[f"{n}-{m}" for m in range(16)] for n in range(4)] + [[bottom]]
    chains = make_chains(
        **{p: make_policy(*below) for above, below in pairwise(rows) for p in above}
    )
    chains.links = links = CountingLinks(chains.links)
    chains.check(make_policy(*rows[0]))
    assert links.looks <= 2 * len(chains.types)
    links.looks = 0
    assert bool(chains.find_cycle("goal", make_policy(rows[0][0]))) == (bottom == "goal")
    assert links.looks <= 2 * len(chains.types)
