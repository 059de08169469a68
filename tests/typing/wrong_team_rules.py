"""Mistakes in team rules. Each is reported at its line."""
# pyright: strict

from pulumi_c1policy.team_rules import CheckedPolicy, Problems, warning


def names_an_unknown_type(policy: CheckedPolicy) -> Problems:
    if policy.type == "grant":  # E: Literal['grant']
        yield policy.problem("is a grant")


def misspells_a_property(policy: CheckedPolicy) -> Problems:
    for approval in policy.approvals:
        if approval.has_fallbacks:  # E: has_fallbacks
            yield approval.problem("has fallbacks")


def yields_a_text(policy: CheckedPolicy) -> Problems:
    yield policy.name  # E: "Problem"


@warning  # E: warning
def takes_two_parameters(policy: CheckedPolicy, name: str) -> Problems:
    yield policy.problem(name)
