"""The tenant of a run: the emulator, or a real tenant whose host two settings name."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from acceptance.clean import new_run_id
from acceptance.context import Context
from acceptance.http import Api
from pulumi_c1policy._client import settings
from pulumi_c1policy.errors import SettingsError

VARIABLE = "ACCEPTANCE_TENANT"
# A real tenant is shared with people: at most ten requests a second.
_PAUSE_SECONDS = 0.1
_PREFIX = "CONDUCTORONE_"
_CREDENTIALS = ("ACCESS_TOKEN", "OIDC_TOKEN", "CLIENT_ID", "CLIENT_SECRET")
_MADE_UP_ID = "2AcceptanceUser000000000"


class RefusedError(Exception):
    """The suite does not run; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The tenant to run against.

    Attributes:
        settings: The real tenant; None for the emulator.
        note: A sentence for a user who may expect another tenant.
    """

    settings: settings.Settings | None
    note: str = ""


def choose(environment: Mapping[str, str]) -> Choice:
    """Choose a real tenant if two settings name its host, and otherwise the emulator.

    Raises:
        RefusedError: `ACCEPTANCE_TENANT` is set, and the credentials are missing or lead elsewhere.
    """
    named = environment.get(VARIABLE, "").strip().lower().rstrip(".")
    has_credentials = any(environment.get(f"{_PREFIX}{key}", "").strip() for key in _CREDENTIALS)
    if not named:
        note = (
            f"Credentials are set, but {VARIABLE} is not: this run uses the emulator."
            if has_credentials
            else ""
        )
        return Choice(None, note)
    if not has_credentials:
        raise RefusedError(f"{VARIABLE} is set, but no CONDUCTORONE_* credential is.")
    try:
        found = settings.load({}, environment)
    except SettingsError as error:
        raise RefusedError(
            f"The CONDUCTORONE_* settings cannot be used: {error.summary}"
        ) from error
    host = urlsplit(found.server_url).netloc.lower().rstrip(".")
    if host != named:
        raise RefusedError(
            f"{VARIABLE} names {named}, but the credentials lead to {host}: nothing was sent."
        )
    return Choice(found)


@contextmanager
def open_tenant(
    choice: Choice,
    environment: Mapping[str, str],
    *,
    run_id: str = "",
    quirks: Sequence[str] = (),
    faults: str = "",
) -> Iterator[Context]:
    """Open the chosen tenant for the time of a run.

    Args:
        choice: The result of `choose`.
        environment: The variables of this process.
        run_id: The run to continue; a new one by default.
        quirks: `NAME=VALUE` for the emulator.
        faults: Faults of the emulator as JSON.

    Raises:
        RefusedError: A quirk or a fault is malformed, or given for a real tenant.
    """
    run_id = run_id or new_run_id()
    if choice.settings is not None:
        if quirks or faults:
            raise RefusedError("--quirk and --fault are for the emulator; this is a real tenant.")
        api = Api(choice.settings, pause=_PAUSE_SECONDS)
        ours = {key: value for key, value in environment.items() if key.startswith(_PREFIX)}
        try:
            yield Context(api, run_id, ours)
        finally:
            api.close()
        return
    with _start_emulator(quirks, faults) as (found, compiles):
        api = Api(settings.load({}, found))
        try:
            yield Context(
                api,
                run_id,
                found,
                users=tuple(f"{_MADE_UP_ID}{number:03}" for number in range(40)),
                group={
                    "appId": "2AcceptanceApp0000000000000",
                    "appEntitlementId": "2AcceptanceEntitlement00000",
                },
                compiles=compiles,
            )
        finally:
            api.close()


@contextmanager
def _start_emulator(quirks: Sequence[str], faults: str) -> Iterator[tuple[dict[str, str], bool]]:
    from pulumi_c1policy._emulator import Emulator, Quirks
    from pulumi_c1policy._emulator.faults import parse

    try:
        wanted = Quirks().replace(**dict(map(_parse_quirk, quirks)))
        chosen, seed = parse(json.loads(faults)) if faults else ([], 0)
    except (TypeError, ValueError) as error:
        raise RefusedError(f"The emulator cannot be set up: {error}.") from error
    with Emulator(wanted) as emulator:
        emulator.set_faults(*chosen, seed=seed)
        yield emulator.environment, emulator.compiles_expressions


def _parse_quirk(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals:
        raise ValueError(f"--quirk takes NAME=VALUE, not {text!r}")
    name = name.strip().replace("-", "_")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value
