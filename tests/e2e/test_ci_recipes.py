"""The recipes of examples/ci with the real Pulumi CLI: preview on GitHub, the rest on GitLab."""

from __future__ import annotations

from collections.abc import Callable

from pulumi_c1policy._emulator import Emulator
from tests.support.ci_hosts import CiHost, serve
from tests.support.ci_jobs import Repository
from tests.support.cli import Stack

PROGRAM = """
    Policy(
        "one",
        display_name="One",
        policy_type="POLICY_TYPE_GRANT",
        policy_steps={"grant": {"steps": [{"accept": {}}]}},
    )
"""


def make_repository(stack: Stack, host: CiHost) -> Repository:
    """Make a repository of a stack, without the credentials of the stack's own environment."""
    settings = {k: v for k, v in stack.environment.items() if not k.startswith("CONDUCTORONE_")}
    host.make_oidc_token = lambda: stack.tenant.oidc_token
    return Repository(stack.folder, stack.tenant, host, settings)


def test_a_preview_is_a_comment_on_the_pull_request(stack: Callable[..., Stack]) -> None:
    one = stack(PROGRAM)
    with serve("github") as host:
        done = make_repository(one, host).run("preview")
    assert done.code == 0, done.log
    assert one.list_names() == []
    [comment] = host.comments
    assert '"One"' in comment.text
    assert "to create" in comment.text


def test_a_merge_is_deployed_and_then_reviews_and_drift_are_compared_with_it(
    stack: Callable[..., Stack], c1_tenant: Emulator
) -> None:
    one = stack(PROGRAM)
    with serve("gitlab") as host:
        repository = make_repository(one, host)
        deployed = repository.run("deploy")
        assert deployed.code == 0, deployed.log
        assert one.list_names() == ["One"]
        one.write(PROGRAM.replace('{"accept": {}}', '{"reject": {}}'))
        reviewed = repository.run("review")
        assert reviewed.code == 0, reviewed.log
        c1_tenant.api_edit(one.id_of("One"), {"description": "by hand"})
        checked = repository.run("drift")
        assert checked.code == 0, checked.log
    [issue] = host.list_open()
    assert '"by hand"' in issue.text
    [comment] = host.comments
    assert "no request gets through with less than before" in comment.text
