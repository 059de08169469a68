"""Reason codes of results that the simulator cannot decide.

A plain `Undecided` comes from an expression or from the directory: a fact is not given or not
documented. The modules that follow a request add a code and its facts, so that no caller has to
read a sentence; `wording` renders the sentence.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from pulumi_c1policy._cel.undecided import Undecided
from pulumi_c1policy._simulate import wording

if TYPE_CHECKING:
    from pulumi_c1policy._simulate.step_results import Person

Code: TypeAlias = Literal[
    "rule-condition",
    "wait-condition",
    "missing-steps",
    "empty-steps",
    "policy-cycle",
    "too-many-policies",
    "unknown-step",
    "unknown-source",
    "no-approvers",
    "barred-approvers",
]
"""The reason codes.

- `rule-condition`, `wait-condition`: the condition cannot be evaluated.
- `missing-steps`, `empty-steps`: a rule leads to no steps.
- `policy-cycle`, `too-many-policies`: the chain of policies has no end, or is too long.
- `unknown-step`, `unknown-source`: this version does not know the kind.
- `no-approvers`: no approver is found and there is no fallback.
- `barred-approvers`: none of the people found may approve.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unresolved(Undecided):
    """An undecided result with its reason code.

    Two of them are equal if their codes and facts are equal.

    Attributes:
        reason: The sentence, rendered from the code and the facts.
        code: The reason code.
        rule: The index of the rule (`rule-condition`).
        condition: The condition of the wait step (`wait-condition`).
        key: The key in `policy_steps` (`missing-steps`, `empty-steps`).
        limit: The number of policies that may follow one another (`too-many-policies`).
        by: The kind of approvers (`no-approvers`).
        people: The people found (`barred-approvers`).
        because: The value of the condition (`rule-condition`, `wait-condition`).
    """

    reason: str = field(init=False, compare=False)
    code: Code
    rule: int | None = None
    condition: str = ""
    key: str = ""
    limit: int | None = None
    by: str = ""
    people: tuple[Person, ...] = ()
    because: Undecided | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "reason", wording.render_reason(self))
