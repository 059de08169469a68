"""The state of the provider's process: the stack's configuration, and one run for all threads.

The provider object itself is empty, because Pulumi pickles it into the state.
"""

from __future__ import annotations

import os
from functools import cache
from threading import Lock, Timer
from typing import TYPE_CHECKING

from pulumi_c1policy._findings import severity
from pulumi_c1policy._findings.severity import Severities
from pulumi_c1policy._lifecycle.checks.chains import Chains
from pulumi_c1policy._lifecycle.effects.known_state import KnownState, Phase
from pulumi_c1policy._lifecycle.planning import refusals
from pulumi_c1policy._lifecycle.planning.state_codec import read_tenant
from pulumi_c1policy._model.tree import Tree
from pulumi_c1policy._pulumi import (
    config_keys,
    decision_sources,
    dynamic_server,
    failures,
    id_check_level,
    tenants,
)
from pulumi_c1policy._pulumi.config_keys import FORMER, NAMESPACE, SEVERITY
from pulumi_c1policy._pulumi.declared_targets import DeclaredTargets
from pulumi_c1policy._pulumi.id_check_level import Level
from pulumi_c1policy._pulumi.tenants import ShownTenants
from pulumi_c1policy.errors import C1PolicyError, RefusedError

if TYPE_CHECKING:
    from pulumi.dynamic import Config

    from pulumi_c1policy._client.settings import Settings
    from pulumi_c1policy._lifecycle.effects.lifecycle_run import Run


GRACE_SECONDS = 3.0
"""The time that requests in progress have after Ctrl-C."""

known_state = KnownState()
"""The policies that the engine has shown."""
chains = Chains()
"""The links of the program's policies that the engine has shown."""
declared_targets = DeclaredTargets()
"""The objects to which the program's resources attach policies."""
shown_tenants = ShownTenants()
"""The tenants of the resources that the engine has shown."""

_lock = Lock()
_config: Config | None = None
_run: Run | None = None
_settings: tuple[object, Settings] | None = None
"""The settings, after what they were read from."""
_cancelled = False


def configure(config: Config) -> None:
    """Store the stack's configuration; the run begins when it is first needed.

    The server configures the provider of each kind of resource, and all kinds share the run.
    """
    global _config, _run  # noqa: PLW0603 (the run of the process)
    with _lock:
        if _config is None or not dynamic_server.have_same_values(_config, config):
            _run = None
        _config = config
    _show_tenant()
    dynamic_server.call_on_cancel(_cancel)
    _watch_engine()


@cache
def _watch_engine() -> None:
    dynamic_server.call_on_engine_death(_stop_without_engine)


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


def get_id_check_level() -> Level:
    """Return the level of the checks that ask the tenant: by default, warn with credentials."""
    chosen = id_check_level.read(get_setting, os.environ)
    return chosen or ("warn" if _find_settings() else "off")


def find_decision_problems(packed: object) -> list[tuple[str, str]]:
    """Find the sources that give a decision an unknown value, each with a sentence."""
    return decision_sources.find_problems(packed, get_setting, os.environ)


def require_tenant(state: Tree) -> None:
    """Refuse an operation on a resource of another tenant, if there are credentials.

    Args:
        state: The recorded outputs of the resource.

    Raises:
        RefusedError: The state and the credentials name different tenants.
    """
    recorded = read_tenant(state)
    shown_tenants.show(recorded)
    if recorded and (settings := _find_settings()):
        shown_tenants.require(recorded, settings.tenant, _get_allowed_tenant())


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
        known_state.note_holder(policy_id, urn, phase)
    if rivals := known_state.find_rivals(policy_id, urn):
        raise RefusedError(*refusals.refuse_two_holders(rivals))


def require_shown_tenants() -> None:
    """Refuse a create if the resources that the engine has shown are in another tenant.

    Raises:
        RefusedError: The credentials are of another tenant.
    """
    if settings := _find_settings():
        shown_tenants.require_all(settings.tenant, _get_allowed_tenant())


def _get_allowed_tenant() -> str:
    return os.environ.get(tenants.VARIABLE) or get_setting(tenants.ALLOW) or ""


def _load_settings() -> Settings:
    from pulumi_c1policy._client.settings import ENVIRONMENT, load

    global _settings  # noqa: PLW0603 (the settings of the process)
    config = {key: get_setting(key) for key in ENVIRONMENT}
    source = config, {name: os.environ.get(name) for name in ENVIRONMENT.values()}
    # Every call of the engine needs the settings; parse them only if they changed.
    if _settings is None or _settings[0] != source:
        _settings = source, load(config, os.environ)
    return _settings[1]


def _find_settings() -> Settings | None:
    """Return the settings, or None if they are unusable, which the first request reports."""
    try:
        return _load_settings()
    except C1PolicyError:
        return None


def _show_tenant() -> None:
    """Show, once per process, the tenant and the source of the credential."""
    if settings := _find_settings():
        failures.inform(f"c1policy: tenant {settings.tenant}, credential from {settings.source}")


def find_config_problems() -> list[str]:
    """Return a sentence for each config value of our namespace that cannot be used."""
    from pulumi_c1policy._client.settings import MixedSettingsError

    problems = []
    try:
        _load_settings()
    except MixedSettingsError as error:
        problems.append(" ".join(str(error).splitlines()))
    except C1PolicyError:
        # A preview needs no credentials; the first request reports missing ones.
        pass
    if (former := get_setting(FORMER)) is not None:
        problems.append(f"{severity.explain_former(former, f'{NAMESPACE}:{FORMER}')}.")
    try:
        severity.parse(get_setting(SEVERITY) or "")
    except severity.SeverityError as error:
        problems.append(f"The config value {NAMESPACE}:{SEVERITY} cannot be read: {error}.")
    problems += id_check_level.find_problems(get_setting, os.environ)
    return problems + config_keys.find_near_misses(config_keys.select_ours(_config))


def list_config_warnings() -> list[str]:
    """Return a sentence for each config key of our namespace that has no effect."""
    # In a project with our name, the namespace also contains the keys of the program.
    if dynamic_server.get_project_name(_config) == NAMESPACE:
        return []
    return config_keys.find_unknown(config_keys.select_ours(_config))


def get_run() -> Run:
    """Return the run of this process; the first call creates it.

    Raises:
        SettingsError: The configuration and the environment have no usable credentials or server.
    """
    # These imports are slow, and a preview without refresh needs none of them.
    from pulumi_c1policy._client.policy_client import PolicyClient
    from pulumi_c1policy._lifecycle.effects.lifecycle_run import Run

    global _run  # noqa: PLW0603 (the run of the process)
    with _lock:
        if _run is None:
            settings = _load_settings()
            client = PolicyClient(settings)
            _run = Run.start(
                client, known_state, tenant=settings.tenant, warn=failures.warn_of_current
            )
            if _cancelled:
                _run.client.close()
        return _run


def _close_client() -> Run | None:
    """End every wait at once, and let no further request begin; return the run."""
    global _cancelled
    with _lock:
        _cancelled, found = True, _run
    if found is not None:
        found.client.close()
    return found


def _stop_without_engine() -> None:
    """Let the requests in progress finish, and then end the process."""
    _close_client()
    dynamic_server.exit_when_idle()


def _cancel() -> None:
    """End every wait at once, and the requests in progress after `GRACE_SECONDS`."""
    if (found := _close_client()) is not None:
        cut = Timer(GRACE_SECONDS, found.client.cut)
        cut.daemon = True
        cut.start()
