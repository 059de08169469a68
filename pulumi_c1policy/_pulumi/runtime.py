"""What the provider's process holds: the stack's configuration, and one run for all threads.

The provider object itself holds nothing, because it is pickled into the state.
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
from pulumi_c1policy._pulumi import config_keys, decisions, failures, interruption, tenants
from pulumi_c1policy._pulumi.config_keys import FORMER, NAMESPACE, SEVERITY
from pulumi_c1policy._pulumi.tenants import Tenants
from pulumi_c1policy.errors import C1PolicyError, RefusedError

if TYPE_CHECKING:
    from pulumi.dynamic import Config

    from pulumi_c1policy._client.settings import Settings
    from pulumi_c1policy._lifecycle.effects.lifecycle_run import Run


GRACE_SECONDS = 3.0
"""For how long a request that is under way may still be answered after Ctrl-C."""

known = KnownState()
"""What the engine has shown us of its state."""
chains = Chains()
"""What the engine has shown us of the program's policies."""
shown = Tenants()
"""The tenants that the engine has shown us beside its resources."""

_lock = Lock()
_config: Config | None = None
_run: Run | None = None
_cancelled = False


def configure(config: Config) -> None:
    """Take the stack's configuration; the run begins when it is first needed."""
    global _config, _run
    with _lock:
        _config, _run = config, None
    _announce()
    interruption.on_cancel(_cancel)


def setting(key: str) -> str | None:
    """The stack's value for a key of our namespace."""
    value = _config.get(f"{NAMESPACE}:{key}") if _config else None
    return None if value is None else str(value)


def severities() -> Severities:
    """The severities of rules that the stack's config sets; none where that is malformed."""
    try:
        return severity.parse(setting(SEVERITY) or "")
    except severity.SeverityError:
        return Severities()


def decided(packed: object) -> dict[str, str]:
    """Return the decisions that hold for a resource with these packed options."""
    return decisions.made(packed, setting, os.environ)


def decision_problems(packed: object) -> list[tuple[str, str]]:
    """Return the places that give a decision an unknown value, each with a sentence."""
    return decisions.problems(packed, setting, os.environ)


def require_tenant(state: Tree) -> None:
    """Refuse to touch a resource of another tenant, where credentials are at hand.

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
        urn: The resource at hand.
        phase: The call that shows the policy now, if it is one that shows it.

    Raises:
        RefusedError: Another resource holds it, too.
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
    return os.environ.get(tenants.VARIABLE) or setting(tenants.ALLOW) or ""


def _settings() -> Settings:
    from pulumi_c1policy._client.settings import ENVIRONMENT, load

    found: dict[str, Any] = {key: setting(key) for key in ENVIRONMENT}
    return load(found, os.environ)


def _settings_at_hand() -> Settings | None:
    """The settings, or None where they are not usable: what needs them will say so."""
    try:
        return _settings()
    except C1PolicyError:
        return None


def _announce() -> None:
    """Say once which tenant this process speaks to, and as whom."""
    if settings := _settings_at_hand():
        failures.inform(f"c1policy: tenant {settings.tenant}, credential from {settings.source}")


def config_problems() -> list[str]:
    """Sentences about config values of our namespace that cannot be followed."""
    from pulumi_c1policy._client.settings import MixedSettingsError

    problems = []
    try:
        _settings()
    except MixedSettingsError as error:
        problems.append(" ".join(str(error).splitlines()))
    except C1PolicyError:
        # A preview needs no credentials: what needs them says what is missing.
        pass
    if (former := setting(FORMER)) is not None:
        problems.append(f"{severity.successor(former, f'{NAMESPACE}:{FORMER}')}.")
    try:
        severity.parse(setting(SEVERITY) or "")
    except severity.SeverityError as error:
        problems.append(f"The config value {NAMESPACE}:{SEVERITY} cannot be read: {error}.")
    return problems + config_keys.near_misses(config_keys.ours(_config))


def config_warnings() -> list[str]:
    """Sentences about config keys of our namespace that have no effect."""
    # In a project of that name the program's own keys stand there too.
    if getattr(_config, "_project_name", "") == NAMESPACE:
        return []
    return config_keys.strangers(config_keys.ours(_config))


def run() -> Run:
    """The one run of this process.

    Raises:
        SettingsError: No usable credentials or server in the configuration or the environment.
    """
    # Heavy to import, and a preview without refresh needs none of it.
    from pulumi_c1policy._client.policies import PolicyClient
    from pulumi_c1policy._lifecycle.effects.lifecycle_run import Run

    global _run  # noqa: PLW0603 - as above
    with _lock:
        if _run is None:
            settings = _settings()
            client = PolicyClient(settings)
            _run = Run.over(client, known, tenant=settings.tenant, warn=failures.warn_at_hand)
            interruption.on_death(_run.client.close)
            if _cancelled:
                _run.client.close()
        return _run


def _cancel() -> None:
    """End every wait at once, and a moment later the requests that are still under way."""
    global _cancelled
    with _lock:
        _cancelled, found = True, _run
    if found is not None:
        found.client.close()
        cut = Timer(GRACE_SECONDS, found.client.cut)
        cut.daemon = True
        cut.start()
