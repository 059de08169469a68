"""Evaluate the configuration of an account that a request would create."""

from __future__ import annotations

from pulumi_c1policy._cel.cel_values import Value
from pulumi_c1policy._cel.environment import Place
from pulumi_c1policy._cel.undecided import Undecided
from pulumi_c1policy._model.tree import Tree
from pulumi_c1policy._simulate.access_request import AccessRequest

_PLAIN = (str, bool, int, float)


def evaluate_config(config: Tree, request: AccessRequest) -> dict[str, Value]:
    """Return the values that the connector gets, by name.

    Args:
        config: The configuration in the policy; each text in it is an expression.
        request: The request that the expressions read.
    """
    return {name: _evaluate(value, request) for name, value in config.items()}


def _evaluate(value: Value, request: AccessRequest) -> Value:
    if isinstance(value, dict):
        return {name: _evaluate(item, request) for name, item in value.items()}
    if isinstance(value, list):
        return [_evaluate(item, request) for item in value]
    if not isinstance(value, str):
        return value
    result = request.evaluate(value, Place.ACCOUNT_CONFIG)
    if isinstance(result, Undecided) or _is_plain(result):
        return result
    return Undecided(
        f"the form in which a connector gets the result of `{value}` is not documented"
    )


def _is_plain(value: Value) -> bool:
    """Return whether JSON can represent a value without a choice."""
    if isinstance(value, dict):
        return all(isinstance(key, str) and _is_plain(item) for key, item in value.items())
    if isinstance(value, list):
        return all(map(_is_plain, value))
    return value is None or isinstance(value, _PLAIN)
