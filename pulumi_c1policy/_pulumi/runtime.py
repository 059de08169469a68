"""The state of the provider's process: the stack's configuration, and one run for all threads.

The provider object itself is empty, because Pulumi pickles it into the state.
"""

from __future__ import annotations

import os
from threading import Lock, Timer
from typing import TYPE_CHECKING, Any

from pulumi_c1policy._findings import severity
from pulumi_c1policy._findings.severity import Severities
from pulumi_c1policy._lifecycle.checks.chains import Chains
from pulumi_c1policy._lifecycle.effects.known_state import KnownState, Phase
from pulumi_c1policy._lifecycle.planning import refusals
from pulumi_c1policy._lifecycle.planning.state_codec import read_tenant
from pulumi_c1policy._model.tree import Tree
from pulumi_c1policy._pulumi import config_keys, decision_sources, failures, interruption, tenants
from pulumi_c1policy._pulumi.config_keys import FORMER, NAMESPACE, SEVERITY
from pulumi_c1policy._pulumi.tenants import Tenants
from pulumi_c1policy.errors import C1PolicyError, RefusedError

if TYPE_CHECKING:
    from pulumi.dynamic import Config

    from pulumi_c1policy._client.settings import Settings
    from pulumi_c1policy._lifecycle.effects.lifecycle_run import Run


GRACE_SECONDS = 3.0
"""The time in which a request in progress may still be answered after Ctrl-C."""

known = KnownState()
"""The policies that the engine has shown."""
chains = Chains()
"""The links of the program's policies that the engine has shown."""
shown = Tenants()
"""The tenants that the engine has shown beside its resources."""

_lock = Lock()
_config: Config | None = None
_run: Run | None = None
_cancelled = False


def configure(config: Config) -> None:
    """Store the stack's configuration; the run begins when it is first needed."""
    global _config, _run
    with _lock:
        _config, _run = config, None
    _announce()
    interruption.on_cancel(_cancel)


def get_setting(key: str) -> str | None:
    """Return the stack's value for a key of our namespace."""
    value = _config.get(f"{NAMESPACE}:{key}") if _config else None
    return None if value is None else str(value)


def get_severities() -> Severities:
    """Return the severities of rules in the stack's config; none if they are malformed."""
    try:
        return severity.parse(get_setting(SEVERITY) or "")
    except severity.SeverityError:
        return Severities()


def get_decisions(packed: object) -> dict[str, str]:
    """Return the decisions that apply to a resource with these packed options."""
    return decision_sources.combine(packed, get_setting, os.environ)


def find_decision_problems(packed: object) -> list[tuple[str, str]]:
    """Find the sources that give a decision an unknown value, each with a sentence."""
    return decision_sources.find_problems(packed, get_setting, os.environ)


def require_tenant(state: Tree) -> None:
    """Refuse to touch a resource of another tenant, if credentials are available.

    Raises:
        RefusedError: Its state names another tenant than the credentials do.
    """
    recorded = read_tenant(state)
    shown.show(recorded)
    if recorded and (settings := _settings_at_hand()):
        shown.require(recorded, settings.tenant, _allowed_tenant())


def require_one_holder(policy_id: str, urn: str, phase: Phase | None = None) -> None:
    """Refuse to write a policy that the engine has shown under two resources.

    Args:
        policy_id: The policy's id.
        urn: The current resource.
        phase: The call that shows the policy now, if it shows it.

    Raises:
        RefusedError: Another resource holds it as well.
    """
    if phase:
        known.hold(policy_id, urn, phase)
    if rivals := known.find_rivals(policy_id, urn):
        raise RefusedError(*refusals.refuse_two_holders(rivals))


def require_shown_tenants() -> None:
    """Refuse to create in another tenant than that of the resources which the engine has shown.

    Raises:
        RefusedError: The credentials are of another tenant.
    """
    if settings := _settings_at_hand():
        shown.require_all(settings.tenant, _allowed_tenant())


def _allowed_tenant() -> str:
    return os.environ.get(tenants.VARIABLE) or get_setting(tenants.ALLOW) or ""


def _settings() -> Settings:
    from pulumi_c1policy._client.settings import ENVIRONMENT, load

    found: dict[str, Any] = {key: get_setting(key) for key in ENVIRONMENT}
    return load(found, os.environ)


def _settings_at_hand() -> Settings | None:
    """Return the settings, or None if they are unusable; whoever needs them reports it."""
    try:
        return _settings()
    except C1PolicyError:
        return None


def _announce() -> None:
    """Say once which tenant this process uses, and with which credentials."""
    if settings := _settings_at_hand():
        failures.inform(f"c1policy: tenant {settings.tenant}, credential from {settings.source}")


def find_config_problems() -> list[str]:
    """Find config values of our namespace that cannot be used; return a sentence for each."""
    from pulumi_c1policy._client.settings import MixedSettingsError

    problems = []
    try:
        _settings()
    except MixedSettingsError as error:
        problems.append(" ".join(str(error).splitlines()))
    except C1PolicyError:
        # A preview needs no credentials: the code that needs them reports missing ones.
        pass
    if (former := get_setting(FORMER)) is not None:
        problems.append(f"{severity.explain_former(former, f'{NAMESPACE}:{FORMER}')}.")
    try:
        severity.parse(get_setting(SEVERITY) or "")
    except severity.SeverityError as error:
        problems.append(f"The config value {NAMESPACE}:{SEVERITY} cannot be read: {error}.")
    return problems + config_keys.find_near_misses(config_keys.select_ours(_config))


def list_config_warnings() -> list[str]:
    """List a sentence for each config key of our namespace that has no effect."""
    # In a project of that name, the namespace contains the program's own keys as well.
    if getattr(_config, "_project_name", "") == NAMESPACE:
        return []
    return config_keys.find_unknown(config_keys.select_ours(_config))


def run() -> Run:
    """Return the one run of this process.

    Raises:
        SettingsError: The configuration and the environment have no usable credentials or server.
    """
    # These imports are slow, and a preview without refresh needs none of them.
    from pulumi_c1policy._client.policy_client import PolicyClient
    from pulumi_c1policy._lifecycle.effects.lifecycle_run import Run

    global _run  # noqa: PLW0603 - as above
    with _lock:
        if _run is None:
            settings = _settings()
            client = PolicyClient(settings)
            _run = Run.over(client, known, tenant=settings.tenant, warn=failures.warn_of_current)
            interruption.on_death(_run.client.close)
            if _cancelled:
                _run.client.close()
        return _run


def _cancel() -> None:
    """End every wait at once, and the requests in progress a moment later."""
    global _cancelled
    with _lock:
        _cancelled, found = True, _run
    if found is not None:
        found.client.close()
        cut = Timer(GRACE_SECONDS, found.client.cut)
        cut.daemon = True
        cut.start()
