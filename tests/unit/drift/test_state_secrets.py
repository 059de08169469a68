"""The secrets of a state: opened with the passphrase, told as unknown without it."""

from __future__ import annotations

from pathlib import Path

import pytest

from pulumi_c1policy._drift.comparison import fill_unknown, open_secrets
from pulumi_c1policy._drift.state_secrets import (
    Decrypt,
    PassphraseError,
    find_passphrase,
    make_decrypt,
)
from tests.support.cli import PASSPHRASE
from tests.support.exports import CIPHERTEXT, SALT, encrypt, reveal

PROVIDER = {"type": "passphrase", "state": {"salt": SALT}}


@pytest.fixture(scope="module")
def decrypt() -> Decrypt:
    """The decryption of a state that the Pulumi CLI wrote."""
    found = make_decrypt(PROVIDER, PASSPHRASE)
    assert found
    return found


def test_the_passphrase_opens_a_secret_of_the_pulumi_cli(decrypt: Decrypt) -> None:
    assert decrypt(CIPHERTEXT) == '"hush"'


def test_a_wrong_passphrase_is_an_error() -> None:
    decrypt = make_decrypt(PROVIDER, "wrong")
    assert decrypt
    with pytest.raises(PassphraseError, match="does not fit"):
        decrypt(CIPHERTEXT)


@pytest.mark.parametrize("damaged", ["", "v1:", "v1:AAAA:AAAA", "v1:%:%", CIPHERTEXT[:-8]])
def test_a_damaged_ciphertext_is_an_error(decrypt: Decrypt, damaged: str) -> None:
    with pytest.raises(PassphraseError):
        decrypt(damaged)


@pytest.mark.parametrize(
    ("provider", "passphrase"),
    [(PROVIDER, None), ({}, PASSPHRASE), ({"type": "service"}, PASSPHRASE)],
    ids=["no-passphrase", "no-provider", "other-provider"],
)
def test_other_secrets_stay_closed(provider: dict[str, object], passphrase: str | None) -> None:
    assert make_decrypt(provider, passphrase) is None


def test_the_passphrase_comes_from_the_variables_of_the_pulumi_cli(tmp_path: Path) -> None:
    path = tmp_path / "phrase"
    path.write_text("from a file\n")
    assert find_passphrase({}) is None
    assert find_passphrase({"PULUMI_CONFIG_PASSPHRASE": ""}) == ""
    environment = {
        "PULUMI_CONFIG_PASSPHRASE": "text",
        "PULUMI_CONFIG_PASSPHRASE_FILE": str(path),
    }
    assert find_passphrase(environment) == "from a file"


def test_secrets_are_opened_at_any_depth(decrypt: Decrypt) -> None:
    tree = {"a": encrypt(), "b": [{"c": reveal({"d": [1]})}], "e": 1}
    opened = open_secrets(tree, decrypt)
    assert opened.tree == {"a": "hush", "b": [{"c": {"d": [1]}}], "e": 1}
    assert opened.secrets == (("a",), ("b", 0, "c"))
    assert opened.unknown == ()


def test_the_live_value_stands_for_a_secret_that_stays_closed() -> None:
    tree = {"a": encrypt(), "b": [encrypt(), {"c": encrypt()}], "d": encrypt(), "e": "own"}
    opened = open_secrets(tree, None)
    assert opened.unknown == (("a",), ("b", 0), ("b", 1, "c"), ("d",))
    live = {"a": "live", "b": ["first", {"c": "second"}], "e": "other"}
    filled = fill_unknown(opened, live)
    assert filled == {"a": "live", "b": ["first", {"c": "second"}], "e": "own"}
