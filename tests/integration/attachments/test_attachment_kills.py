"""A run that is killed at any boundary of a request, and run again."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from pulumi_c1policy._lifecycle.effects import attachment_operations
from pulumi_c1policy._lifecycle.effects.lifecycle_run import Run
from pulumi_c1policy._lifecycle.planning.decisions import DEFAULTS
from pulumi_c1policy._lifecycle.planning.prior import Prior
from pulumi_c1policy._model.attachment_fields import make_target
from tests.integration.attachments.attachment_company import WORKSPACE, Company
from tests.support.engine import Killed, Process


def run_until(company: Company, boundary: int, work: Callable[[Run], object]) -> bool:
    """Do some work in a process that dies at a boundary; return whether it came to its end."""
    passed = 0

    def pass_boundary(request: httpx.Request) -> None:
        nonlocal passed
        if "/api/" in request.url.path:
            passed += 1
            if passed == boundary:
                raise Killed

    process = Process(company.tenant, on_request=pass_boundary, on_answer=pass_boundary)
    company.processes.append(process)
    try:
        work(process.run)
    except Killed:
        return False
    return True


@pytest.mark.parametrize("boundary", range(1, 9))
def test_a_run_that_was_killed_at_any_request_can_be_repeated(
    company: Company, boundary: int
) -> None:
    ours, theirs = company.add_policy(workspace=WORKSPACE), company.add_policy()
    certify = company.add_policy("certify")
    company.edit(grantPolicyId=theirs, certifyPolicyId=certify)
    kind, inputs = company.name({"grant_policy_id": ours, "certify_policy_id": ""})
    was_sent = False

    def create(run: Run) -> None:
        attachment_operations.create(run, kind, inputs, WORKSPACE)

    if not run_until(company, boundary, create):
        was_sent = company.show().get("grantPolicyId") == ours
    prior = company.create(grant_policy_id=ours, certify_policy_id="")
    assert company.show() == {"grantPolicyId": ours}
    # After a kill, the predecessors may be unknown; our own policy is never one.
    before = {} if was_sent else {"grantPolicyId": theirs, "certifyPolicyId": certify}
    assert [*prior.predecessors.values()] == [
        "" if was_sent else theirs,
        before.get("certifyPolicyId", ""),
    ]

    kept = {name: value for name, value in inputs.items() if name != "certify_policy_id"}

    def drop(run: Run) -> None:
        attachment_operations.update(run, prior, kept, DEFAULTS, WORKSPACE)

    run_until(company, boundary, drop)
    dropped: Prior = company.update(prior, grant_policy_id=ours)
    target = make_target(inputs)
    run_until(
        company,
        boundary,
        lambda run: attachment_operations.delete(lambda: run, target, dropped, WORKSPACE),
    )
    company.delete(dropped)
    assert company.show() == before
