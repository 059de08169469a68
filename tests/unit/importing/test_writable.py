"""Any answer of a tenant: each policy is adopted, or left out with a reason."""

from __future__ import annotations

import ast
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pulumi_c1policy._import import policy_selection
from pulumi_c1policy._import.adoptable import Adopted, LeftOut, prepare_adoption
from pulumi_c1policy._import.import_file import make_import_file
from pulumi_c1policy._import.program_names import make_names
from pulumi_c1policy._import.program_writer import Source, write_program
from pulumi_c1policy._import.writable import check_writable
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.tree import encode
from tests.support.strategies import accepted_policies

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


def _prepare(row: dict[str, Any]) -> Adopted | LeftOut:
    found = prepare_adoption(row, take_over=True)
    return check_writable(found) if isinstance(found, Adopted) else found


@given(policy=accepted_policies(), odd=st.dictionaries(st.sampled_from(_NAMES), _JSON, max_size=3))
def test_any_policy_is_written_or_left_out(policy: dict[str, Any], odd: dict[str, Any]) -> None:
    rows = policy_selection.list_existing([encode(POLICY, policy) | odd | {"id": "2id"}])
    policy_selection.select_types(rows, {"POLICY_TYPE_GRANT"})
    for found in map(_prepare, rows):
        if isinstance(found, LeftOut):
            assert found.reason
        else:
            names = make_names([found.name])
            ast.parse(write_program(Source([found], names)))
            json.loads(make_import_file([found], names), parse_constant=lambda name: 1 / 0)
