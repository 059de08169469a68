"""The order of the checks; the failure of one never hides the others."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pulumi_c1policy import _text
from pulumi_c1policy._client import credentials
from pulumi_c1policy._client.policy_client import PolicyClient
from pulumi_c1policy._client.settings import ENVIRONMENT, SECRET_KEYS, Settings
from pulumi_c1policy._doctor import (
    connection_checks,
    environment_checks,
    identity_checks,
    leftover_checks,
    project,
    settings_checks,
)
from pulumi_c1policy._doctor.findings import CHECKS, Check, DoctorFinding, DoctorReport
from pulumi_c1policy._doctor.project import StackConfig
from pulumi_c1policy._drift.stack_state import StackState
from pulumi_c1policy.errors import SettingsError

_ALLOWED_TENANT = "PULUMI_C1POLICY_ALLOW_TENANT_CHANGE"


@dataclass
class _Examination:
    """The state of one examination."""

    env: Mapping[str, str]
    findings: list[DoctorFinding] = field(default_factory=list)

    @contextmanager
    def check(self, name: Check) -> Iterator[None]:
        """Run a check in a block; a bug or an odd error of it becomes a finding."""
        try:
            yield
        except Exception as error:  # noqa: BLE001 - the other checks go on
            # The text of an unknown error may hold anything, so only its class is told.
            text = f"The check failed with {type(error).__name__}."
            advice = "Report it as a bug of pulumi-c1policy."
            self.findings.append(DoctorFinding(name, "cannot-tell", text, advice, is_error=True))


def examine(
    paths: Sequence[str],
    stacks: Sequence[str],
    env: Mapping[str, str] = os.environ,
    inform: Callable[[str], None] = lambda _: None,
) -> DoctorReport:
    """Run all checks, and return their findings without any secret.

    Args:
        paths: State files, and folders with them.
        stacks: Stacks of the Pulumi CLI.
        env: The environment variables.
        inform: Tells a person about the progress.
    """
    done = _Examination(env)
    config, loaded, found = StackConfig(), None, project.find_project(Path.cwd())
    with ThreadPoolExecutor(1) as pool:
        cli = pool.submit(environment_checks.check_cli)
        with done.check("config"):
            config = project.read_config(found) if found else config
        facts = pool.submit(environment_checks.read_facts, found, config.keys)
        with done.check("credential"):
            loaded, told = settings_checks.check_settings(config, env, time.time())
            done.findings += told
        states: list[StackState] = []
        with done.check("leftovers"):
            states, told = leftover_checks.read_states(paths, stacks, found)
            done.findings += told
        if loaded is not None:
            is_told = any(each.check == "leftovers" for each in done.findings)
            done.findings += examine_tenant(
                loaded, None if is_told and not states else states, env, inform
            )
        with done.check("pulumi-cli"):
            done.findings += cli.result()
        environment: Mapping[str, Any] | str = "the check failed"
        with done.check("package"):
            environment = facts.result()
            done.findings += environment_checks.check_environment(found, environment)
        with done.check("config"):
            problems = _find_config_problems(environment, config.keys)
            done.findings += settings_checks.check_config(found, config, problems)
    findings = sorted(done.findings, key=lambda each: CHECKS.index(each.check))
    report = DoctorReport(loaded.tenant if loaded else "", findings)
    with _text.hide_secrets(_list_secrets(config, loaded, env)):
        return report.map_texts(_text.mask_secrets)


def examine_tenant(
    loaded: Settings,
    states: Sequence[StackState] | None,
    env: Mapping[str, str],
    inform: Callable[[str], None] = lambda _: None,
) -> list[DoctorFinding]:
    """Run the checks that need the network.

    Args:
        loaded: The settings.
        states: The states whose leftovers to search; None if they could not be read.
        env: The environment variables.
        inform: Tells a person about the progress.
    """
    done = _Examination(env)
    with done.check("connection"):
        answer, told = connection_checks.check_connection(loaded, env, time.time())
        done.findings += told
        if answer is None:
            return done.findings
        with PolicyClient(loaded) as client:
            with done.check("access-token"):
                told = identity_checks.check_identity(client, loaded, time.time())
                done.findings += told
            is_readable = any(each.check == "policies" and each.status == "right" for each in told)
            if is_readable and states is not None:
                with done.check("leftovers"):
                    allowed = env.get(_ALLOWED_TENANT, "").strip().lower()
                    done.findings += leftover_checks.check_leftovers(
                        client, loaded.tenant, states, allowed, inform
                    )
    return done.findings


def _find_config_problems(
    environment: Mapping[str, Any] | str, keys: Sequence[str]
) -> Sequence[str] | None:
    """Return a sentence for each unknown config key; None if they are not known."""
    if isinstance(environment, str) and keys:
        # The package of the command knows the keys as well.
        environment = environment_checks.read_facts(None, keys)
    return None if isinstance(environment, str) else environment.get("config_problems", [])


def _list_secrets(
    config: StackConfig, loaded: Settings | None, env: Mapping[str, str]
) -> frozenset[str]:
    """List every text that no report may show."""
    found = {value for key, value in config.values.items() if key in SECRET_KEYS}
    found |= {*config.secrets}
    found |= {env.get(ENVIRONMENT[key], "") for key in SECRET_KEYS}
    found |= {"".join(each.split()) for each in found}
    for each in [*found]:
        # Also those that another credential takes precedence over.
        with suppress(SettingsError):
            found |= {*credentials.list_secrets(credentials.parse_client_secret("", each))}
    if loaded is not None:
        found |= {*credentials.list_secrets(loaded.credential)}
    return frozenset(found)
