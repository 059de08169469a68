"""The typed arguments have the fields of the model, and resolve at run time."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
import typing
from pathlib import Path
from typing import Any

import pulumi
import pytest

from pulumi_c1policy import inputs
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.schema import Enum, Message, index_messages
from scripts.generated import (
    format_type_name,
    is_required,
    list_enum_choices,
    list_inputs,
    write_files,
)

ROOT = Path(__file__).parents[3]
MESSAGES = [message for message in index_messages(POLICY).values() if message is not POLICY]
ENUMS = {
    format_type_name(field.type): field.type
    for message in index_messages(POLICY).values()
    for field in message.fields.values()
    if isinstance(field.type, Enum)
}


@pytest.mark.parametrize(
    "script", ["generate_inputs", "generate_reference", "generate_resource", "generate_rules"]
)
def test_the_generated_files_are_current(script: str) -> None:
    """Generating again gives the identical text."""
    command = [sys.executable, "-m", f"scripts.{script}", "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("old\n", "new\n", id="changed"),
        pytest.param(None, "new\n", id="missing"),
        pytest.param("old\n", None, id="in-excess"),
    ],
)
def test_an_outdated_file_is_named_and_updated(
    before: str | None,
    after: str | None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A check fails and changes nothing; the same call without it brings the file up to date."""
    path = tmp_path / "generated.txt"
    if before is not None:
        path.write_text(before)
    monkeypatch.setattr(sys, "argv", ["script", "--check"])
    assert write_files({path: after}, "scripts.some") == 1
    assert str(path) in (told := capsys.readouterr().out)
    assert "python -m scripts.some" in told
    assert (path.read_text() if path.exists() else None) == before
    monkeypatch.setattr(sys, "argv", ["script"])
    assert write_files({path: after}, "scripts.some") == 0
    assert (path.read_text() if path.exists() else None) == after


def test_the_public_names_are_those_of_the_model() -> None:
    """Every message and enum has its type, and nothing else is public; the list is sorted."""
    expected = {*map(format_type_name, MESSAGES), *ENUMS, "Duration"}
    assert inputs.__all__ == sorted(expected)
    assert len({*map(format_type_name, MESSAGES)}) == len(MESSAGES)


@pytest.mark.parametrize("message", MESSAGES, ids=format_type_name)
def test_a_typed_dict_has_the_keys_of_its_message(message: Message) -> None:
    """Keys are the fields that a program may set; the required ones are required."""
    typed: Any = getattr(inputs, format_type_name(message))
    fields = list_inputs(message)
    assert typed.__required_keys__ | typed.__optional_keys__ == {field.name for field in fields}
    required = {field.name for field in fields if is_required(message, field)}
    assert typed.__required_keys__ == required


@pytest.mark.parametrize("message", MESSAGES, ids=format_type_name)
def test_every_key_has_its_docstring(message: Message) -> None:
    """An editor shows the text of the model."""
    typed: Any = getattr(inputs, format_type_name(message))
    (definition,) = ast.parse(inspect.getsource(typed)).body
    assert isinstance(definition, ast.ClassDef)
    texts = [
        " ".join(str(node.value.value).split())
        for node in definition.body
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    ]
    for field in list_inputs(message):
        assert any(field.doc in text for text in texts), field.name


@pytest.mark.parametrize("name", ENUMS)
def test_a_literal_has_the_values_of_its_enum(name: str) -> None:
    """A program may write each value; a required field has no zero value."""
    values = typing.get_args(getattr(inputs, name))
    assert values == list_enum_choices(ENUMS[name])
    assert set(ENUMS[name].values) - set(values) <= {ENUMS[name].zero}


def test_the_hints_of_a_typed_dict_resolve() -> None:
    """Tools that read annotations while a program runs find the real types."""
    names = {"Output": pulumi.Output, "T": typing.TypeVar("T")}
    hints = typing.get_type_hints(inputs.MultiStepArgsDict, localns=names)
    assert "ProvisionPolicyArgsDict" in str(hints["provision_steps"])
