"""The lookup of an app: `find_app`."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import pulumi

from pulumi_c1policy._pulumi import lookup_choice, program_lookups
from pulumi_c1policy._pulumi.lookup_choice import Candidate
from pulumi_c1policy._pulumi.program_lookups import Lookup, LookupTenant
from pulumi_c1policy.lookup_results import FindAppResult

if TYPE_CHECKING:
    from pulumi_c1policy._client.directory_models import App

NOUN = ("app", "apps")
# The number of apps from which an error takes similar ones.
_MAX_OTHERS = 1_000


def find_app(*, name: str) -> FindAppResult:
    """Look up an app of the tenant by its display name.

    ```python
    c1.Policy("access", scope={"app_id": c1.find_app(name="GitHub")}, ...)
    ```

    The token for mocks is `c1policy:index:findApp`.

    Args:
        name: The whole display name. An app of another letter case counts only if no app has
            exactly this name.

    Returns:
        The app.

    Raises:
        RunError: No app was found, or several: the message lists the candidates. Or there are no
            credentials, or the tenant does not answer.
    """
    lookup = Lookup("find_app", NOUN, {"name": name}, "apps")
    mocked = program_lookups.find_mocked(lookup)
    if mocked is not None:
        return FindAppResult(
            **{"id": program_lookups.make_mocked_id(name), "display_name": name} | mocked
        )
    with program_lookups.connect(lookup) as tenant:
        return search_app(lookup, tenant, name)


def find_app_output(*, name: pulumi.Input[str]) -> pulumi.Output[FindAppResult]:
    """Look up an app whose name is the output of another resource: see `find_app`.

    The result is unknown in a preview if the argument is.
    """
    return program_lookups.call_aside(find_app, name=name)


def search_app(lookup: Lookup, tenant: LookupTenant, name: str) -> FindAppResult:
    """Return the app that a lookup names.

    Raises:
        RunError: No app was found, or several.
        C1PolicyError: The tenant does not answer.
    """
    search = tenant.client.directory.search_apps
    apps = tenant.read_once(("apps", name), lambda: [*search(display_name=name)])
    app = lookup_choice.choose_one(
        lookup,
        f"the tenant {tenant.name}",
        lookup_choice.match_name(map(_make_candidate, apps), name),
        lambda: map(_make_candidate, islice(search(), _MAX_OTHERS)),
        name=name,
        noun=NOUN,
    )
    return FindAppResult(id=app.id, display_name=app.display_name)


def _make_candidate(app: App) -> Candidate[App]:
    created = f"created {app.created_at}" if app.created_at else ""
    return Candidate(app, app.id, app.display_name, (app.description, created))
