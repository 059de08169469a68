"""The comparison of one recorded object with the live one. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from pulumi_c1policy._drift.findings import LeafChange
from pulumi_c1policy._drift.stack_state import StoredResource
from pulumi_c1policy._drift.state_secrets import Decrypt, is_secret, open_envelope
from pulumi_c1policy._lifecycle.planning.decisions import read_options
from pulumi_c1policy._lifecycle.planning.ownership import OWNERSHIP_KEYS
from pulumi_c1policy._lifecycle.planning.prior import Prior, find_drift, refresh
from pulumi_c1policy._lifecycle.planning.state_codec import (
    OPTIONS,
    OVERWRITTEN,
    PREDECESSORS,
    REWRITTEN,
    from_state,
)
from pulumi_c1policy._model.paths import Path, covers
from pulumi_c1policy._model.tree import Tree, Value

_UNREADABLE: Final = object()


@dataclass(frozen=True, slots=True)
class Opened:
    """A tree of a state with its secrets in the clear, as far as they can be known.

    Attributes:
        tree: The tree. A secret that cannot be known is left out.
        secrets: The paths of all secrets.
        unknown: The paths of those that cannot be known.
    """

    tree: dict[str, Any]
    secrets: tuple[Path, ...] = ()
    unknown: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """The result of a comparison with a live object.

    Attributes:
        changes: The changed leaves, without the ownership annotations of a policy that somebody
            else manages now.
        untold: The paths of secrets that could not be compared.
        taken_by: The manager that took the policy over; "" if none did.
    """

    changes: tuple[LeafChange, ...]
    untold: tuple[Path, ...]
    taken_by: str


def open_secrets(tree: dict[str, Any], decrypt: Decrypt | None) -> Opened:
    """Open the secrets of a tree of a state.

    Raises:
        PassphraseError: The passphrase is wrong, or a ciphertext is damaged.
    """
    secrets: list[Path] = []
    unknown: list[Path] = []

    def walk(value: Value, path: Path) -> Any:  # noqa: ANN401 (a JSON value)
        if is_secret(value):
            secrets.append(path)
            is_known, found = open_envelope(value, decrypt)  # type: ignore[arg-type]
            if not is_known:
                unknown.append(path)
                return _UNREADABLE
            return walk(found, path)
        if isinstance(value, dict):
            return {key: walk(item, (*path, key)) for key, item in value.items()}
        if isinstance(value, list):
            return [walk(item, (*path, index)) for index, item in enumerate(value)]
        return value

    return Opened(walk(tree, ()), tuple(secrets), tuple(unknown))


def fill_unknown(opened: Opened, live: Tree) -> dict[str, Any]:
    """Return the tree with the live values in place of the secrets that cannot be known."""

    def walk(value: Value, other: Value) -> Any:  # noqa: ANN401 (a JSON value)
        if isinstance(value, dict):
            fields = other if isinstance(other, dict) else {}
            return {
                key: walk(item, fields.get(key))
                for key, item in value.items()
                if item is not _UNREADABLE or fields.get(key) is not None
            }
        if isinstance(value, list):
            items = other if isinstance(other, list) else []
            return [
                walk(item, items[index] if index < len(items) else None)
                for index, item in enumerate(value)
                if item is not _UNREADABLE or index < len(items)
            ]
        return other if value is _UNREADABLE else value

    filled: dict[str, Any] = walk(opened.tree, live)
    return filled


def read_prior(stored: StoredResource, live: Tree, decrypt: Decrypt | None) -> tuple[Prior, Opened]:
    """Read the record of a resource.

    Args:
        stored: The resource.
        live: The live object (decoded), whose values stand for secrets that cannot be known.
        decrypt: Decrypts with the passphrase; None without one.

    Raises:
        StateError: The record is damaged, or a later release wrote it.
        PassphraseError: The passphrase is wrong.
    """
    inputs, outputs = stored.read()
    is_rewritten_unknown = is_secret(outputs.get(REWRITTEN)) and decrypt is None
    for name in (PREDECESSORS, OVERWRITTEN, *([REWRITTEN] if is_rewritten_unknown else [])):
        outputs.pop(name, None)
    opened = open_secrets(outputs, decrypt)
    prior = from_state(fill_unknown(opened, live), stored.kind)
    if is_rewritten_unknown:
        # The inputs beside the outputs say the same, in the clear where no input is a secret.
        own = fill_unknown(open_secrets(inputs, decrypt), live)
        written = {n: value for n, value in own.items() if n in stored.kind.writable}
        prior = dataclasses.replace(prior, inputs=written)
    return prior, opened


def compare(stored: StoredResource, live: Tree, decrypt: Decrypt | None = None) -> Comparison:
    """Compare a recorded object with the live one (decoded), as a refresh does.

    Raises:
        StateError: The record is damaged, or a later release wrote it.
        PassphraseError: The passphrase is wrong.
    """
    prior, opened = read_prior(stored, live, decrypt)
    options = read_options(stored.read()[0].get(OPTIONS))
    changes = [change for change in find_drift(prior, live) if not options.ignores(change.path)]
    may_be_taken = stored.kind.is_owned and (changes or prior.taken_by)
    taken_by = refresh(prior, live).taken_by if may_be_taken else ""
    if taken_by:
        changes = [change for change in changes if not _is_ownership(change.path)]
    names = [(name,) for name in options.secrets]
    leaves = tuple(
        LeafChange(change, _touches(change.path, [*opened.secrets, *names])) for change in changes
    )
    return Comparison(leaves, opened.unknown, taken_by)


def _touches(path: Path, secrets: Sequence[Path]) -> bool:
    """Return whether a value at a path is a secret, lies in one, or contains one."""
    return any(covers(secret, path) or covers(path, secret) for secret in secrets)


def _is_ownership(path: Path) -> bool:
    return path[0] == "annotations" and (len(path) == 1 or str(path[1]) in OWNERSHIP_KEYS)
