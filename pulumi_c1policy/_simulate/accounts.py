"""The configuration of an account that a request would create."""

from __future__ import annotations

from pulumi_c1policy._cel.cel_values import Value
from pulumi_c1policy._cel.environment import Place
from pulumi_c1policy._cel.undecided import Undecided
from pulumi_c1policy._model.tree import Tree
from pulumi_c1policy._simulate.request import Request

_PLAIN = (str, bool, int, float)


def configured(config: Tree, request: Request) -> dict[str, Value]:
    """The values that the connector gets, by their name; each text of the policy is an expression."""
    return {name: _value(given, request) for name, given in config.items()}


def _value(given: Value, request: Request) -> Value:
    if isinstance(given, dict):
        return {name: _value(item, request) for name, item in given.items()}
    if isinstance(given, list):
        return [_value(item, request) for item in given]
    if not isinstance(given, str):
        return given
    found = request.evaluate(given, Place.ACCOUNT_CONFIG)
    if isinstance(found, Undecided) or _is_plain(found):
        return found
    return Undecided(f"how the result of `{given}` is sent to a connector is not documented")


def _is_plain(value: Value) -> bool:
    """Whether a value is the same in every language."""
    if isinstance(value, dict):
        return all(isinstance(key, str) and _is_plain(item) for key, item in value.items())
    if isinstance(value, list):
        return all(map(_is_plain, value))
    return value is None or isinstance(value, _PLAIN)


def told(config: Value) -> str:
    """The configuration in words."""
    return ", ".join(f"{name}: {_told(value)}" for name, value in config.items())


def _told(value: Value) -> str:
    if isinstance(value, dict):
        return f"{{{told(value)}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_told, value))}]"
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    return f"({value})" if isinstance(value, Undecided) else str(value)
