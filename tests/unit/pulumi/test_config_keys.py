"""Config keys of our namespace: known keys, near misses and unknown keys."""

from __future__ import annotations

import pytest
from pulumi.dynamic import Config

from pulumi_c1policy._client.settings import ENVIRONMENT
from pulumi_c1policy._pulumi import config_keys

NEAR = {
    "serverURL": "serverUrl",
    "server-url": "serverUrl",
    "server_url": "serverUrl",
    "ServerUrl": "serverUrl",
    "clientID": "clientId",
    "acessToken": "accessToken",
    "CONDUCTORONE_CLIENT_SECRET": "clientSecret",
    "onconflict": "onConflict",
    "on_take_over": "onTakeover",
    "allowTenantchange": "allowTenantChange",
}


@pytest.mark.parametrize(("key", "known"), NEAR.items())
def test_a_near_miss_names_the_known_key(key: str, known: str) -> None:
    [sentence] = config_keys.find_near_misses([key])
    assert f"c1policy:{key} does not exist; c1policy:{known} does." in sentence
    assert config_keys.find_unknown([key]) == []


@pytest.mark.parametrize("key", ["approver", "token", "x", "ignore", ""])
def test_a_key_that_is_similar_to_no_known_one_has_no_effect(key: str) -> None:
    assert config_keys.find_near_misses([key]) == []
    [sentence] = config_keys.find_unknown([key])
    assert f"c1policy:{key} has no effect" in sentence


def test_every_key_that_is_read_is_known() -> None:
    keys = [*config_keys.KEYS, config_keys.FORMER]
    assert {*ENVIRONMENT, "severity"} <= {*keys}
    assert config_keys.find_near_misses(keys) == config_keys.find_unknown(keys) == []


def test_the_advice_about_a_secret_sets_it_encrypted() -> None:
    [sentence] = config_keys.find_near_misses(["clientsecret"])
    assert "`pulumi config set --secret c1policy:clientSecret`" in sentence


def test_the_keys_of_other_namespaces_are_not_ours() -> None:
    raw = {"c1policy:a": "1", "shop:c1policy": "2", "c1policyx:b": "3", "pulumi:tags": {}}
    assert config_keys.select_ours(Config(raw, "shop")) == ["a"]
    assert config_keys.select_ours(None) == []
