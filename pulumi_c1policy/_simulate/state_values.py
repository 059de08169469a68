"""Values in an exported state, with the plain text of secrets."""

from __future__ import annotations

import json

from pulumi_c1policy._model.tree import Value
from pulumi_c1policy._simulate.policy_error import PolicyError

# Pulumi's own marks of a secret in an exported state.
_SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 (the mark, not a secret)


def reveal(value: Value) -> Value:
    """Return a value of a state with the plain text of its secrets.

    Raises:
        PolicyError: A secret is encrypted.
    """
    if isinstance(value, list):
        return [reveal(item) for item in value]
    if not isinstance(value, dict):
        return value
    if value.get(_SIGNATURE) != _SECRET:
        return {key: reveal(item) for key, item in value.items()}
    if "plaintext" not in value:
        message = "The state has an encrypted secret in a policy or an attachment."
        raise PolicyError(message, "Export it with `pulumi stack export --show-secrets`.")
    return json.loads(value["plaintext"])
