"""The lookups of entitlements of an app: `find_entitlement` and `find_group`."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import TYPE_CHECKING, TypeVar, overload

import pulumi

from pulumi_c1policy._pulumi import lookup_choice, program_lookups
from pulumi_c1policy._pulumi.lookup_choice import Candidate
from pulumi_c1policy._pulumi.program_lookups import Lookup, LookupTenant
from pulumi_c1policy.lookup_results import (
    FindAppResult,
    FindEntitlementResult,
    FindGroupResult,
)
from pulumi_c1policy.lookups import apps

if TYPE_CHECKING:
    from pulumi_c1policy._client.directory_models import Entitlement

_READS = "apps and entitlements"
# The number of entitlements from which an error takes similar ones.
_MAX_OTHERS = 500
_Result = TypeVar("_Result", bound=FindEntitlementResult)


def find_group(*, app: str | FindAppResult, name: str) -> FindGroupResult:
    """Look up a group of an app by its display name.

    The result is the group's entitlement, which approvals name, and not its resource.

    ```python
    c1.approve.group(c1.find_group(app="Okta", name="Security"))
    ```

    The token for mocks is `c1policy:index:findGroup`.

    Args:
        app: The app's display name, as for `find_app`, or the result of `find_app`.
        name: The whole display name of the entitlement; upper and lower case differ.

    Returns:
        The group.

    Raises:
        RunError: No entitlement was found, or several: the message lists the candidates. Or no app
            was found, or several. Or there are no credentials, or the tenant does not answer.
    """
    noun = ("group", "groups")
    return _find(FindGroupResult, "find_group", noun, app, {"name": name})


def find_group_output(
    *, app: pulumi.Input[str | FindAppResult], name: pulumi.Input[str]
) -> pulumi.Output[FindGroupResult]:
    """Look up a group by the outputs of other resources: see `find_group`.

    The result is unknown in a preview if an argument is.
    """
    return program_lookups.call_aside(find_group, app=app, name=name)


@overload
def find_entitlement(*, app: str | FindAppResult, name: str) -> FindEntitlementResult: ...
@overload
def find_entitlement(*, app: str | FindAppResult, alias: str) -> FindEntitlementResult: ...
def find_entitlement(
    *, app: str | FindAppResult, name: str | None = None, alias: str | None = None
) -> FindEntitlementResult:
    """Look up an entitlement of an app, by its display name or by its alias.

    ```python
    admin = c1.find_entitlement(app="GitHub", alias="github-admin")
    c1.Policy("admin", scope={"app_id": admin.app_id, "app_entitlement_id": admin}, ...)
    ```

    The token for mocks is `c1policy:index:findEntitlement`.

    Args:
        app: The app's display name, as for `find_app`, or the result of `find_app`.
        name: The whole display name; upper and lower case differ.
        alias: The whole alias; upper and lower case differ.

    Returns:
        The entitlement.

    Raises:
        RunError: No entitlement was found, or several: the message lists the candidates. Or no app
            was found, or several. Or there are no credentials, or the tenant does not answer.
    """
    given = {"name": name, "alias": alias}
    criteria = {key: value for key, value in given.items() if value is not None}
    noun = ("entitlement", "entitlements")
    return _find(FindEntitlementResult, "find_entitlement", noun, app, criteria)


def find_entitlement_output(
    *,
    app: pulumi.Input[str | FindAppResult],
    name: pulumi.Input[str] | None = None,
    alias: pulumi.Input[str] | None = None,
) -> pulumi.Output[FindEntitlementResult]:
    """Look up an entitlement by the outputs of other resources: see `find_entitlement`.

    The result is unknown in a preview if an argument is.
    """
    return program_lookups.call_aside(find_entitlement, app=app, name=name, alias=alias)


def _find(
    result: type[_Result],
    function: str,
    noun: tuple[str, str],
    app: str | FindAppResult,
    criteria: Mapping[str, str],
) -> _Result:
    app_name, known = (app, None) if isinstance(app, str) else (app.display_name, app)
    lookup = Lookup(function, noun, {"app": app_name, **criteria}, _READS)
    if len(criteria) != 1:
        raise lookup.refuse(
            "has a wrong combination of arguments.",
            f"Call {function} with `app`, and with either `name` or `alias`.",
        )
    mocked = program_lookups.find_mocked(lookup, **({"app_id": known.id} if known else {}))
    if mocked is not None:
        app_id = known.id if known else program_lookups.make_mocked_id(app_name)
        [[criterion, text]] = criteria.items()
        field = "display_name" if criterion == "name" else criterion
        return result(
            **{"id": program_lookups.make_mocked_id(text), "app_id": app_id, field: text} | mocked
        )
    with program_lookups.connect(lookup) as tenant:
        found = known or apps.search_app(lookup, tenant, app_name)
        entitlement = _search(lookup, tenant, found)
    return result(
        id=entitlement.id,
        app_id=entitlement.app_id,
        display_name=entitlement.display_name,
        alias=entitlement.alias,
        resource_type_id=entitlement.app_resource_type_id,
        resource_id=entitlement.app_resource_id,
    )


def _search(lookup: Lookup, tenant: LookupTenant, app: FindAppResult) -> Entitlement:
    by_alias = "alias" in lookup.criteria
    wanted = lookup.criteria["alias" if by_alias else "name"]
    filters = {"alias" if by_alias else "display_name": wanted}
    search = tenant.client.directory.search_entitlements
    entitlements = tenant.read_once(
        ("entitlements", app.id, *filters.items()), lambda: [*search(app.id, **filters)]
    )

    def make_candidate(each: Entitlement) -> Candidate[Entitlement]:
        facts = (
            f"resource type {each.app_resource_type_id or 'unknown'}",
            f"resource {each.app_resource_id or 'unknown'}",
            each.display_name if by_alias else f"alias {each.alias}" if each.alias else "",
            each.slug,
        )
        return Candidate(each, each.id, each.alias if by_alias else each.display_name, facts)

    candidates = map(make_candidate, entitlements)
    return lookup_choice.choose_one(
        lookup,
        f"the app {program_lookups.quote(app.display_name)} ({app.id}) of the tenant {tenant.name}",
        [each for each in candidates if each.name == wanted],
        lambda: map(make_candidate, islice(search(app.id), _MAX_OTHERS)),
        name=wanted,
    )
