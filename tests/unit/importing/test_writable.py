"""Whatever a tenant answers for a policy: it is adopted, or left out with a sentence, and never a crash."""

from __future__ import annotations

import ast
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pulumi_c1policy._import import choice
from pulumi_c1policy._import.adoption import Adopted, LeftOut, adopt
from pulumi_c1policy._import.entries import import_file
from pulumi_c1policy._import.names import names
from pulumi_c1policy._import.program import program
from pulumi_c1policy._import.writable import writable
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.tree import encode
from tests.strategies import accepted_policies

_NAMES = sorted(
    {field.wire for field in POLICY.fields.values()}
    | {"steps", "approval", "provision", "provisionPolicy", "connector", "account", "config"}
    | {"grant", "stepKey", "condition", "wait", "duration", "form", "fields"}
)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(_NAMES) | st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=12,
)


def _outcome(row: dict[str, Any]) -> Adopted | LeftOut:
    found = adopt(row, take_over=True)
    return writable(found) if isinstance(found, Adopted) else found


@given(policy=accepted_policies(), odd=st.dictionaries(st.sampled_from(_NAMES), _JSON, max_size=3))
def test_any_policy_is_written_or_left_out(policy: dict[str, Any], odd: dict[str, Any]) -> None:
    rows = choice.existing([encode(POLICY, policy) | odd | {"id": "2id"}])
    choice.of_types(rows, {"POLICY_TYPE_GRANT"})
    for found in map(_outcome, rows):
        if isinstance(found, LeftOut):
            assert found.why
        else:
            called = names([found.name])
            ast.parse(program([found], called, {}))
            json.loads(import_file([found], called), parse_constant=lambda name: 1 / 0)
