"""The generated resource has every field of the model, as an argument and as an output."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from typing import Any

import pytest

from pulumi_c1policy import Policy, PolicyType, outputs
from pulumi_c1policy._lifecycle.planning.decisions import POLICY_DECISIONS
from pulumi_c1policy._model.enums import POLICY_TYPE
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.schema import Message, index_messages
from scripts.generate_resource import OUTPUTS
from scripts.generated import list_inputs

MESSAGES = [message for message in index_messages(POLICY).values() if message is not POLICY]


def test_every_field_that_a_program_may_set_is_an_argument_with_a_docstring() -> None:
    parameters = inspect.signature(Policy.__init__).parameters
    names = [name for name, each in parameters.items() if each.kind is each.KEYWORD_ONLY]
    assert names == [*(field.name for field in list_inputs(POLICY)), *POLICY_DECISIONS]
    documentation = inspect.getdoc(Policy.__init__) or ""
    assert all(f"\n    {name}: " in documentation for name in names)


def test_required_arguments_have_no_default() -> None:
    parameters = inspect.signature(Policy.__init__).parameters
    for field in list_inputs(POLICY):
        assert (parameters[field.name].default is inspect.Parameter.empty) == field.required


def test_the_default_of_each_decision_is_to_refuse() -> None:
    parameters = inspect.signature(Policy.__init__).parameters
    assert {parameters[name].default for name in POLICY_DECISIONS} == {"refuse"}


def test_every_field_is_an_output() -> None:
    [definition] = ast.parse(inspect.getsource(Policy)).body
    annotated = {
        node.target.id
        for node in ast.walk(definition)
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    }
    assert {*annotated, "id"} == POLICY.fields.keys()


def test_every_message_has_the_type_of_its_outputs() -> None:
    assert outputs.__all__ == sorted(map(OUTPUTS.name_type, MESSAGES))


@pytest.mark.parametrize("message", MESSAGES, ids=OUTPUTS.name_type)
def test_outputs_may_have_every_field_of_their_message(message: Message) -> None:
    typed: Any = getattr(outputs, OUTPUTS.name_type(message))
    assert typed.__optional_keys__ == message.fields.keys()
    assert typed.__required_keys__ == frozenset()


def test_the_constants_of_policy_types_are_the_texts_of_the_api() -> None:
    constants = [value for name, value in vars(PolicyType).items() if name.isupper()]
    assert tuple(constants) == POLICY_TYPE.values[1:]
    assert PolicyType.GRANT == "POLICY_TYPE_GRANT"


PROGRAM = """
import pulumi
from pulumi.runtime.settings import SETTINGS
import pulumi_c1policy as c1

class Mocks(pulumi.runtime.Mocks):
    def new_resource(self, args):
        return args.name, args.inputs

    def call(self, args):
        return {}

pulumi.runtime.set_mocks(Mocks())

def declare():
    yield c1.Policy("access", display_name="Access", policy_type="POLICY_TYPE_GRANT",
                    policy_steps={"grant": {"steps": [{"accept": {}}]}})
    yield c1.AppPolicies("app", app_id="app-1", grant_policy_id="")
    yield c1.EntitlementPolicies("entitlement", app_id="app-1", entitlement_id="admins",
                                 grant_policy_id="")

@pulumi.runtime.test
def run():
    for resource in declare():
        outputs = [each for each in vars(resource).values() if isinstance(each, pulumi.Output)]
        print(len(outputs) > 2, sum(each._data in SETTINGS.outputs for each in outputs))

run()
"""


def test_the_sdk_waits_for_no_output_of_a_declared_resource() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False
    )
    assert done.stdout.splitlines() == ["True 0"] * 3, done.stderr
