"""The secrets in a state: Pulumi's envelope around a value, and its decryption with a passphrase.

The format is that of Pulumi's own passphrase provider (pulumi/pulumi, `pkg/secrets/passphrase` and
`sdk/go/common/resource/config/crypt.go`).
"""

from __future__ import annotations

import base64
import binascii
import functools
import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path as FilePath
from typing import Any, Final, TypeAlias

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pulumi_c1policy.errors import C1PolicyError

_SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
_SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 (the mark, not a secret)
_ROUNDS: Final = 1_000_000
_KEY_BYTES: Final = 32

Decrypt: TypeAlias = Callable[[str], str]
"""Returns the plain text of a ciphertext."""


class PassphraseError(C1PolicyError):
    """A passphrase that does not fit a state."""


def is_secret(value: object) -> bool:
    """Return whether a value of a state is the envelope of a secret."""
    return isinstance(value, dict) and value.get(_SIGNATURE) == _SECRET


def open_envelope(envelope: Mapping[str, Any], decrypt: Decrypt | None) -> tuple[bool, Any]:
    """Return whether the value of a secret can be known, and the value.

    Args:
        envelope: The envelope, which is encrypted unless it was exported with its plain text.
        decrypt: Decrypts with the passphrase; None without one.

    Raises:
        PassphraseError: The ciphertext is damaged.
    """
    text = envelope.get("plaintext")
    if text is None and decrypt is not None:
        text = decrypt(str(envelope.get("ciphertext") or ""))
    return (False, None) if text is None else (True, json.loads(text))


def find_passphrase(environment: Mapping[str, str]) -> str | None:
    """Return the passphrase in the variables that the Pulumi CLI reads, or None.

    Raises:
        OSError: The file of the passphrase cannot be read.
    """
    if path := environment.get("PULUMI_CONFIG_PASSPHRASE_FILE"):
        return FilePath(path).read_text("utf-8").strip()
    return environment.get("PULUMI_CONFIG_PASSPHRASE")


def make_decrypt(provider: Mapping[str, Any], passphrase: str | None) -> Decrypt | None:
    """Return the decryption of a state's secrets; the key is derived for the first of them.

    Args:
        provider: The state's record about the encryption.
        passphrase: The passphrase; None if there is none.

    Returns:
        None if the secrets are encrypted in another way, or if there is no passphrase. The
        function raises `PassphraseError` if the passphrase is wrong.
    """
    if provider.get("type") != "passphrase" or passphrase is None:
        return None
    salt, _, proof = str((provider.get("state") or {}).get("salt") or "").partition(":v1:")

    @functools.cache
    def derive_key() -> bytes:
        key = hashlib.pbkdf2_hmac(
            "sha256", passphrase.encode(), _decode(salt.removeprefix("v1:")), _ROUNDS, _KEY_BYTES
        )
        _open(key, proof)
        return key

    return lambda ciphertext: _open(derive_key(), ciphertext.removeprefix("v1:"))


def _open(key: bytes, ciphertext: str) -> str:
    nonce, _, sealed = ciphertext.partition(":")
    try:
        return AESGCM(key).decrypt(_decode(nonce), _decode(sealed), None).decode()
    except (InvalidTag, ValueError) as error:
        raise PassphraseError(
            "The passphrase does not fit the secrets of the state.",
            "Set PULUMI_CONFIG_PASSPHRASE to the passphrase of the stack, or unset it.",
        ) from error


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise PassphraseError(
            "The state's record about its encryption is damaged.", "Export the stack again."
        ) from error
