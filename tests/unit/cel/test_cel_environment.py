"""The environment data is consistent, and the library compiles all of it."""

from __future__ import annotations

import json
import re
from importlib import resources

import pytest

from pulumi_c1policy._cel import cel_library, compiler
from pulumi_c1policy._cel.environment import Place, Signature, load_environment
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.schema import index_messages

FACTS = load_environment()
PLAIN = {"bool", "string", "int", "dyn", "timestamp", "duration"}
SAMPLES = {
    "User": "subject",
    "AppUser": "account",
    "Entitlement": "entitlement",
    "Task": "task",
    "IP": "ip",
    "CIDR": "cidr('10.0.0.0/8')",
    "string": "''",
    "int": "1",
    "timestamp": "now()",
    "list(string)": "['']",
    "list(User)": "appOwners",
}


def list_words(kind: str) -> set[str]:
    return set(re.findall(r"\w+", kind)) - {"list", "map"}


def test_the_data_has_a_version_and_a_source() -> None:
    file = resources.files("pulumi_c1policy._cel").joinpath("environment.json")
    data = json.loads(file.read_text("utf-8"))
    assert re.fullmatch(r"20\d\d-\d\d", data["version"])
    assert "ConductorOne" in data["source"]


def test_every_type_that_is_used_is_declared() -> None:
    named = {word for kind in FACTS.variables.values() for word in list_words(kind)}
    for fields in FACTS.types.values():
        named |= {word for field in fields.values() for word in list_words(field.type)}
    for signatures in FACTS.signatures.values():
        for signature in signatures:
            for kind in (*signature.parameters, signature.returns):
                named |= list_words(kind)
    assert named <= PLAIN | FACTS.types.keys() | FACTS.enums


def test_the_model_and_the_environment_have_the_same_places() -> None:
    named = {f.cel for m in index_messages(POLICY).values() for f in m.fields.values() if f.cel}
    assert named == set(FACTS.places) == set(Place)


@pytest.mark.parametrize("name", sorted(FACTS.types))
def test_both_spellings_of_every_field_are_declared(name: str) -> None:
    env = cel_library.get_standard_environment()
    for field, facts in FACTS.types[name].items():
        kind = env.compile(f"c1policy.{name}{{}}.{field}").return_type()
        assert facts.preferred_spelling == "" or facts.preferred_spelling in FACTS.types[name]
        assert "error" not in kind.name().lower()


@pytest.mark.parametrize(
    "signature", [s for ways in FACTS.signatures.values() for s in ways], ids=str
)
def test_every_signature_compiles(signature: Signature) -> None:
    owner = f"{SAMPLES[signature.parameters[0]]}." if signature.is_member else ""
    shown = ", ".join(SAMPLES[kind] for kind in signature.parameters[signature.is_member :])
    compilation = compiler.compile_expression(f"{owner}{signature.name}({shown})")
    assert not compilation.errors
    assert not compilation.missing
    assert compilation.tree is not None
    assert compilation.tree.type == signature.returns


def test_an_enum_is_comparable_with_itself_only() -> None:
    enums = sorted(FACTS.enums - {"TimeFormat"})
    for one in enums:
        assert not compiler.compile_expression(
            f"{FACTS.list_values(one)[0]} == {FACTS.list_values(one)[-1]}"
        ).errors
        for other in [FACTS.list_values(e)[0] for e in enums if e != one] + ["1", "'ENABLED'"]:
            assert compiler.compile_expression(f"{FACTS.list_values(one)[0]} == {other}").errors


@pytest.mark.parametrize("is_member", [True, False])
def test_the_library_has_every_standard_function(is_member: bool) -> None:
    """Otherwise each expression with such a name would need an environment of its own."""
    names = FACTS.member_functions if is_member else FACTS.global_functions
    for name in (
        names - FACTS.signatures.keys() - {"has", "all", "exists", "exists_one", "map", "filter"}
    ):
        for count in FACTS.list_arities(name, is_member=is_member):
            arguments = ", ".join(["dyn(1)"] * count)
            called = f"dyn(1).{name}({arguments})" if is_member else f"{name}({arguments})"
            assert compiler.compile_expression(called).missing == (), called
