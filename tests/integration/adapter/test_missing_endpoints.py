"""The life of policies in a tenant in which an endpoint around policies does not answer."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable

import pytest

from pulumi_c1policy._emulator import Emulator, Fault
from pulumi_c1policy._emulator.directory_calls import DIRECTORY_OPERATIONS
from pulumi_c1policy._emulator.wire_schema import load_document
from pulumi_c1policy._pulumi import failures
from tests.integration.trust.trust_cases import list_live, make_grant
from tests.support.engine import Process, Program, QuickClock, Stack

_READ = re.compile(r"\w+\.(Get|List|Search)\w*")

READS = sorted(
    path
    for path, methods in load_document()["paths"].items()
    for each in methods.values()
    for name in [".".join(each["operationId"].rsplit(".", 2)[1:])]
    if name in DIRECTORY_OPERATIONS and _READ.fullmatch(name)
)
"""The paths of the endpoints that lookups, the guard of deletions and `c1policy usage` read."""

GUARDED = {"/api/v1/search/apps", "/api/v1/search/entitlements"}
"""The paths that a deletion of a policy reads."""

FIRST: Program = {
    "one": make_grant("1", display_name="One"),
    "two": make_grant("2", display_name="Two"),
}
SECOND: Program = {**FIRST, "one": make_grant("changed", display_name="One")}


def make_faults(status: int, *paths: str) -> list[Fault]:
    """Let every request to these paths fail."""
    patterns = [re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path)) for path in paths]
    return [Fault(do="answer", status=status, times=None, path=f"{each}$") for each in patterns]


def import_policy(tenant: Emulator, policy_id: str) -> None:
    """Read a policy as `pulumi import` does."""
    with Process(tenant).alive() as provider:
        found = provider.read(policy_id, {})
    assert found.id == policy_id


@pytest.mark.parametrize("status", [403, 404, 503])
@pytest.mark.parametrize("paths", [*([path] for path in READS), READS], ids=[*READS, "all"])
def test_the_life_of_policies_goes_on(
    paths: list[str], status: int, c1_tenant: Emulator, caplog: pytest.LogCaptureFixture
) -> None:
    """Create, preview, update, refresh, import and delete: at most one warning, of the deletion."""
    stack = Stack(c1_tenant)

    def run(command: Callable[[], object]) -> list[str]:
        failures._warn_once.cache_clear()
        caplog.clear()
        command()
        return [*caplog.messages]

    c1_tenant.set_faults(*make_faults(status, *paths))
    with caplog.at_level(logging.WARNING):
        assert run(lambda: stack.up(FIRST)) == []
        assert run(lambda: stack.list_changes(SECOND)) == []
        assert run(lambda: stack.up(SECOND)) == []
        assert run(stack.refresh) == []
        assert run(lambda: import_policy(c1_tenant, stack.id_of("two"))) == []
        assert list_live(c1_tenant)[0]["description"] == "changed"
        warnings = run(stack.destroy)
    assert list_live(c1_tenant) == []
    assert stack.state == []
    failed = sorted(GUARDED & {*paths})
    assert len(warnings) == bool(failed)
    for path in failed:
        assert f"{path.rpartition('/')[2]}: " in warnings[0]
        assert f" {status} " in warnings[0]


@pytest.mark.parametrize(("status", "most"), [(404, 0.5), (403, 0.5), (503, 6.0)])
def test_the_searches_for_uses_delay_a_run_by_seconds_only(
    status: int, most: float, c1_tenant: Emulator
) -> None:
    """Both searches fail, and each is repeated a few times once per run, and never again."""
    stack = Stack(c1_tenant)
    stack.up({f"access-{number}": make_grant(str(number)) for number in range(8)})
    c1_tenant.set_faults(*make_faults(status, *GUARDED))
    c1_tenant.clear_requests()
    clock = QuickClock()
    stack.destroy(process=Process(c1_tenant, clock=clock))
    assert list_live(c1_tenant) == []
    searches = [each.path for each in c1_tenant.requests if each.path in GUARDED]
    assert len(searches) == (8 if status == 503 else 2)
    assert clock.waited <= most
