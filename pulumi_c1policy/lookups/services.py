"""The lookups of services that approvals use: `find_webhook` and `find_step_up_provider`.

A tenant has few of them, so one request reads them all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import pulumi

from pulumi_c1policy._pulumi import lookup_choice, program_lookups
from pulumi_c1policy._pulumi.lookup_choice import Candidate
from pulumi_c1policy._pulumi.program_lookups import Lookup, LookupTenant
from pulumi_c1policy.lookup_results import FindStepUpProviderResult, FindWebhookResult

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pulumi_c1policy._client.directory_models import StepUpProvider, Webhook

_T = TypeVar("_T")


def find_webhook(*, name: str) -> FindWebhookResult:
    """Look up a webhook of the tenant by its display name.

    ```python
    c1.approve.webhook(c1.find_webhook(name="Risk score"))
    ```

    The token for mocks is `c1policy:index:findWebhook`.

    Args:
        name: The whole display name. A webhook of another letter case counts only if none has
            exactly this name.

    Returns:
        The webhook.

    Raises:
        RunError: No webhook was found, or several: the message lists the candidates. Or there are
            no credentials, or the tenant does not answer.
    """
    lookup = Lookup("find_webhook", ("webhook", "webhooks"), {"name": name}, "webhooks")
    mocked = program_lookups.find_mocked(lookup)
    if mocked is not None:
        return FindWebhookResult(
            **{"id": program_lookups.make_mocked_id(name), "display_name": name} | mocked
        )
    with program_lookups.connect(lookup) as tenant:
        directory = tenant.client.directory
        webhooks = tenant.read_once("webhooks", lambda: [*directory.list_webhooks()])
    found = _choose(lookup, tenant, [_make_webhook_candidate(each) for each in webhooks])
    return FindWebhookResult(id=found.id, display_name=found.display_name, url=found.url)


def find_webhook_output(*, name: pulumi.Input[str]) -> pulumi.Output[FindWebhookResult]:
    """Look up a webhook whose name is the output of another resource: see `find_webhook`.

    The result is unknown in a preview if the argument is.
    """
    return program_lookups.call_aside(find_webhook, name=name)


def find_step_up_provider(*, name: str) -> FindStepUpProviderResult:
    """Look up a provider of step-up authentication by its display name.

    ```python
    provider = c1.find_step_up_provider(name="Okta")
    c1.approve.manager(requires_step_up_provider_id=provider)
    ```

    The token for mocks is `c1policy:index:findStepUpProvider`.

    Args:
        name: The whole display name. A provider of another letter case counts only if none has
            exactly this name.

    Returns:
        The provider, enabled or not.

    Raises:
        RunError: No provider was found, or several: the message lists the candidates. Or there are
            no credentials, or the tenant does not answer.
    """
    noun = ("step-up provider", "step-up providers")
    lookup = Lookup("find_step_up_provider", noun, {"name": name}, noun[1])
    mocked = program_lookups.find_mocked(lookup)
    if mocked is not None:
        invented: dict[str, Any] = {
            "id": program_lookups.make_mocked_id(name),
            "display_name": name,
            "enabled": True,
        }
        return FindStepUpProviderResult(**invented | mocked)
    with program_lookups.connect(lookup) as tenant:
        directory = tenant.client.directory
        providers = tenant.read_once(noun, lambda: [*directory.list_step_up_providers()])
    found = _choose(lookup, tenant, [_make_provider_candidate(each) for each in providers])
    return FindStepUpProviderResult(
        id=found.id, display_name=found.display_name, enabled=found.enabled
    )


def find_step_up_provider_output(
    *, name: pulumi.Input[str]
) -> pulumi.Output[FindStepUpProviderResult]:
    """Look up a provider whose name is the output of another resource.

    The result is unknown in a preview if the argument is. See `find_step_up_provider`.
    """
    return program_lookups.call_aside(find_step_up_provider, name=name)


def _choose(lookup: Lookup, tenant: LookupTenant, candidates: Sequence[Candidate[_T]]) -> _T:
    name = lookup.criteria["name"]
    return lookup_choice.choose_one(
        lookup,
        f"the tenant {tenant.name}",
        lookup_choice.match_name(candidates, name),
        lambda: candidates,
        name=name,
    )


def _make_webhook_candidate(webhook: Webhook) -> Candidate[Webhook]:
    return Candidate(webhook, webhook.id, webhook.display_name, (webhook.url,))


def _make_provider_candidate(provider: StepUpProvider) -> Candidate[StepUpProvider]:
    state = "enabled" if provider.enabled else "disabled"
    return Candidate(provider, provider.id, provider.display_name, (provider.issuer_url, state))
