"""The requests of a refresh of many entitlements."""

from __future__ import annotations

import random
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from pulumi_c1policy._emulator import Emulator, Fault
from pulumi_c1policy._lifecycle.effects import attachment_operations
from pulumi_c1policy._lifecycle.effects.attachment_reads import SINGLE_READS, AttachmentReads
from pulumi_c1policy._lifecycle.effects.reads import FRESH_SECONDS
from pulumi_c1policy._lifecycle.planning.attachment_kind import ENTITLEMENT_POLICIES_KIND as KIND
from pulumi_c1policy._lifecycle.planning.prior import Prior, record_answer
from pulumi_c1policy._model.attachment_fields import make_target
from tests.integration.attachments.attachment_company import Company
from tests.support.engine import QuickClock

THREADS = 4
"""The number of reads that the engine shows at a time."""


def add(company: Company, count: int, policy: str = "") -> list[Prior]:
    """Add entitlements with a policy; return their records."""
    found = []
    for number in range(count):
        given = {"grantPolicyId": policy} if policy else {}
        own_id = company.tenant.add_entitlement(company.app, f"Role {number}", **given)
        inputs = {"app_id": company.app, "entitlement_id": own_id, "grant_policy_id": policy}
        found.append(record_answer(inputs, inputs, kind=KIND))
    return found


def read_all(company: Company, priors: list[Prior]) -> tuple[list[Prior | None], Counter[str]]:
    """Refresh attachments in one run, in random order; count the requests by endpoint."""
    company.tenant.clear_requests()
    run = company.run()
    order = random.sample(range(len(priors)), len(priors))

    def read(index: int) -> Prior | None:
        prior = priors[index]
        return attachment_operations.read(run, KIND, make_target(prior.inputs), prior)

    with ThreadPoolExecutor(THREADS) as pool:
        found = dict(zip(order, pool.map(read, order), strict=True))
    sent = Counter(
        f"{each.method} {re.sub('/apps/.*', '/apps', each.path)}"
        for each in company.tenant.requests
        if each.path.startswith("/api/")
    )
    return [found[index] for index in range(len(priors))], sent


def test_a_thousand_entitlements_take_110_requests(company: Company) -> None:
    priors = add(company, 1000, company.add_policy())
    found, sent = read_all(company, priors)
    assert [each.inputs for each in found if each] == [each.inputs for each in priors]
    assert sent.total() <= 110, sent


def test_entitlements_of_many_apps_take_110_requests(company: Company) -> None:
    policy, priors = company.add_policy(), list[Prior]()
    for number in range(10):
        company.app = company.tenant.add_app(f"App {number}")
        priors += add(company, 100, policy)
    found, sent = read_all(company, priors)
    assert all(found)
    assert sent.total() <= 110, sent


@pytest.mark.parametrize(("managed", "most"), [(4, 4), (5, 30), (6, 45)])
def test_a_large_app_with_the_same_policy_is_not_read_whole(
    company: Company, managed: int, most: int
) -> None:
    policy = company.add_policy()
    add(company, 600, policy)
    found, sent = read_all(company, add(company, managed, policy))
    assert all(found)
    assert sent.total() <= most, sent


@pytest.mark.parametrize("managed", [3, 20])
def test_a_large_app_is_not_read_whole(company: Company, managed: int) -> None:
    add(company, 600, company.add_policy())
    priors = add(company, managed, company.add_policy())
    found, sent = read_all(company, priors)
    assert all(found)
    assert sent.total() <= (managed if managed <= 4 else 2 * managed + 5), sent


def test_drift_is_confirmed_and_a_missing_object_is_proven(company: Company) -> None:
    policy, theirs = company.add_policy(), company.add_policy()
    priors = add(company, 30, policy)
    edited, gone = (make_target(priors[index].inputs).entitlement_id for index in (7, 9))
    company.tenant.edit_entitlement(company.app, edited, {"grantPolicyId": theirs})
    company.tenant.remove_entitlement(company.app, gone)
    found, _ = read_all(company, priors)
    assert [index for index, each in enumerate(found) if each is None] == [9]
    drifted = [each.inputs["grant_policy_id"] for each in found if each]
    assert drifted.count(theirs) == 1


def test_a_page_that_lags_behind_a_write_is_not_drift(company: Company) -> None:
    policy, next_one = company.add_policy(), company.add_policy()
    company.tenant.set_quirks(search_lag=3600)
    priors = add(company, 12, policy)
    for prior in priors:
        target = make_target(prior.inputs)
        changes = {"grantPolicyId": next_one}
        company.tenant.edit_entitlement(target.app_id, target.entitlement_id, changes)
    written = [prior.inputs | {"grant_policy_id": next_one} for prior in priors]
    found, sent = read_all(company, [record_answer(each, each, kind=KIND) for each in written])
    assert [each.inputs for each in found if each] == written
    assert sent["POST /api/v1/search/entitlements"] > 0


def test_reads_continue_if_the_search_fails(company: Company) -> None:
    priors = add(company, 12, company.add_policy())
    company.tenant.set_faults(
        Fault(do="answer", status=403, method="POST", path="/search/entitlements", times=None)
    )
    found, sent = read_all(company, priors)
    assert all(found)
    assert sent["POST /api/v1/search/entitlements"] <= 2


class SlowClock(QuickClock):
    """A clock for which each look at it takes a second."""

    def monotonic(self) -> float:
        self.waited += 1.0
        return super().monotonic()


def test_a_read_does_not_wait_for_all_pages_of_a_slow_tenant(company: Company) -> None:
    priors = add(company, 300, company.add_policy())
    client = company.run().attachments
    reads = AttachmentReads(client, SlowClock())
    targets = [make_target(prior.inputs) for prior in priors]
    policies = [str(priors[0].inputs["grant_policy_id"])]
    for target in targets[:SINGLE_READS]:
        assert reads.get(target, policies)[1]
    company.tenant.clear_requests()
    found, is_fresh = reads.get(targets[-1], policies)
    assert (found["id"], is_fresh) == (targets[-1].entitlement_id, True)
    pages = [each for each in company.tenant.requests if each.path.endswith("/search/entitlements")]
    assert 1 <= len(pages) <= 10


def test_an_old_row_is_read_again(company: Company) -> None:
    priors = add(company, 12, company.add_policy())
    clock = QuickClock()
    reads = AttachmentReads(company.run().attachments, clock)
    targets = [make_target(prior.inputs) for prior in priors]
    policies = [str(priors[0].inputs["grant_policy_id"])]
    for target in targets:
        reads.get(target, policies)
    other = company.add_policy()
    company.tenant.edit_entitlement(
        company.app, targets[0].entitlement_id, {"grantPolicyId": other}
    )
    assert reads.get(targets[0], policies)[0]["grantPolicyId"] != other
    clock.wait(Event(), FRESH_SECONDS + 1)
    assert reads.get(targets[0], policies)[0]["grantPolicyId"] == other


def test_an_object_is_read_again_after_a_write(company: Company, c1_tenant: Emulator) -> None:
    policy, other = company.add_policy(), company.add_policy()
    priors = add(company, 12, policy)
    run = company.run()
    for prior in priors:
        attachment_operations.read(run, KIND, make_target(prior.inputs), prior)
    target = make_target(priors[-1].inputs)
    run.attachment_reads.forget(target)
    c1_tenant.edit_entitlement(target.app_id, target.entitlement_id, {"grantPolicyId": other})
    again = attachment_operations.read(run, KIND, target, priors[-1])
    assert again
    assert again.inputs["grant_policy_id"] == other
