"""The environment of ConductorOne's expressions, declared to the CEL library.

`cel-expr-python` is an optional dependency: this module imports it inside functions only, so that
a program without expressions never loads it. No other module may import it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import permutations
from typing import TYPE_CHECKING, Any

from pulumi_c1policy._cel.environment import Environment, FieldFacts, Signature, load_environment
from pulumi_c1policy.errors import C1PolicyError

if TYPE_CHECKING:
    from google.protobuf.descriptor_pb2 import DescriptorProto

PACKAGE = "c1policy"
"""The protobuf package of our types. Messages name the types without it."""

# The library has no variadic functions, so overloads up to this count are declared. A call with
# more arguments is declared when it occurs, like a call of an unknown function.
_MAX_VARIADIC_ARGUMENTS = 8


class CheckerUnavailableError(C1PolicyError):
    """Raised when the CEL library is not installed or does not work on this machine."""


@dataclass(frozen=True, slots=True)
class StandIn:
    """A declaration of an unknown function, with parameters of any type.

    Attributes:
        name: The name of the function.
        arity: The number of arguments between the parentheses.
        is_member: Whether the function is called after a dot.
        returns: The type of the result.
    """

    name: str
    arity: int
    is_member: bool
    returns: str = "dyn"


@dataclass(frozen=True, slots=True)
class Extras:
    """Declarations of unknown names, so that the rest of an expression can be checked.

    Attributes:
        functions: Unknown functions.
        variables: Unknown variables; they have the type `dyn`.
        checks_only: Also declare undocumented overloads that a tenant may have. An expression can
            then be checked but not evaluated.
    """

    functions: frozenset[StandIn] = frozenset()
    variables: frozenset[str] = frozenset()
    checks_only: bool = True


@cache
def get_standard_environment() -> Any:  # noqa: ANN401 (the library ships no types)
    """Return the library's environment with the documented names.

    Raises:
        CheckerUnavailableError: The library is missing or does not work.
    """
    return _build(None)


@lru_cache(maxsize=32)
def get_extended_environment(extras: Extras) -> Any:  # noqa: ANN401
    """Return the library's environment with all its extensions and `extras`.

    Raises:
        CheckerUnavailableError: The library is missing or does not work.
    """
    return _build(extras)


def _build(extras: Extras | None) -> Any:  # noqa: ANN401
    try:
        from cel_expr_python import cel
        from cel_expr_python.ext import ext_strings
    except ImportError as error:
        raise CheckerUnavailableError(
            "Expressions cannot be checked here: cel-expr-python is not installed.",
            "Install it with `pip install 'pulumi-c1policy[cel]'`.",
        ) from error
    try:
        built = _declare_environment(cel, [ext_strings.ExtStrings()], extras)
        # A broken environment is reported at the first compile, as an error of the source.
        built.compile("true")
    except (AttributeError, RuntimeError, TypeError, ValueError) as error:
        raise CheckerUnavailableError(
            "Expressions cannot be checked here: cel-expr-python does not accept the environment.",
            "Install a version that this release supports: `pip install 'pulumi-c1policy[cel]'`.",
        ) from error
    return built


def _declare_environment(
    cel: Any,  # noqa: ANN401
    extensions: list[Any],
    extras: Extras | None,
) -> Any:  # noqa: ANN401
    facts = load_environment()
    extensions = [*extensions, _declare_functions(cel, facts)]
    variables = facts.variables | {name: c.type for name, c in facts.constants.items()}
    if extras is not None:
        extensions += [*_load_other_extensions(), _declare_stand_ins(cel, extras.functions)]
        if extras.checks_only:
            extensions.append(_declare_optional_overloads(cel, facts))
        variables |= dict.fromkeys(extras.variables, "dyn")
    return cel.NewEnv(
        _build_pool(),
        variables={name: _convert_type(cel, kind) for name, kind in variables.items()},
        extensions=extensions,
    )


def _load_other_extensions() -> list[Any]:
    from cel_expr_python.ext import ext_bindings, ext_encoders, ext_math, ext_optional

    return [
        ext_bindings.ExtBindings(),
        ext_encoders.ExtEncoders(),
        ext_math.ExtMath(),
        ext_optional.ExtOptional(),
    ]


def _declare_optional_overloads(cel: Any, facts: Environment) -> Any:  # noqa: ANN401
    """Declare undocumented overloads of known functions that a tenant may have.

    CEL has some as options (`1 < 2.5`, `reverse` of a list). Conversions of the vendor's own types
    depend on their representation (numbers or messages), which is not documented.
    """
    kinds = {"int": cel.Type.INT, "uint": cel.Type.UINT, "double": cel.Type.DOUBLE}
    ways: dict[str, list[Any]] = {sign: [] for sign in ("_<_", "_<=_", "_>_", "_>=_")}
    for sign, overloads in ways.items():
        for one, other in permutations(kinds, 2):
            name = f"{sign}{one}{other}"
            overloads.append(cel.Overload(name, cel.Type.BOOL, [kinds[one], kinds[other]]))
    for name in (*sorted(facts.enums), "IP", "CIDR"):
        for made in ("string", "int"):
            overload = cel.Overload(
                f"{made}#{name}", _convert_type(cel, made), [_convert_type(cel, name)]
            )
            ways.setdefault(made, []).append(overload)
    items = cel.Type.List(cel.Type.DYN)
    ways["reverse"] = [cel.Overload("reverse#list", items, [items], is_member=True)]
    for name in ("indexOf", "lastIndexOf"):
        takes = [items, cel.Type.DYN]
        ways[name] = [cel.Overload(f"{name}#list", cel.Type.INT, takes, is_member=True)]
    declarations = [cel.FunctionDecl(name, overloads) for name, overloads in ways.items()]
    return cel.CelExtension("options", declarations)


def _declare_functions(cel: Any, facts: Environment) -> Any:  # noqa: ANN401
    """Declare the vendor's functions.

    They are an extension, because `contains` as a plain function collides with that of strings.
    """
    declarations = []
    for name, signatures in facts.signatures.items():
        overloads = [
            cel.Overload(
                f"{name}#{number}#{len(parameters)}",
                _convert_type(cel, signature.returns),
                [_convert_type(cel, parameter) for parameter in parameters],
                is_member=signature.is_member,
            )
            for number, signature in enumerate(signatures)
            for parameters in _expand_parameters(signature)
        ]
        declarations.append(cel.FunctionDecl(name, overloads))
    return cel.CelExtension("conductorone", declarations)


def _expand_parameters(signature: Signature) -> Iterable[tuple[str, ...]]:
    yield signature.parameters
    if signature.is_variadic:
        for more in range(1, _MAX_VARIADIC_ARGUMENTS):
            yield signature.parameters + signature.parameters[-1:] * more


def _declare_stand_ins(cel: Any, stand_ins: Iterable[StandIn]) -> Any:  # noqa: ANN401
    declarations: dict[str, list[Any]] = {}
    for stand_in in stand_ins:
        parameters = [cel.Type.DYN] * (stand_in.arity + stand_in.is_member)
        overload = cel.Overload(
            f"{stand_in.name}#stand#{len(parameters)}#{stand_in.is_member}",
            _convert_type(cel, stand_in.returns),
            parameters,
            is_member=stand_in.is_member,
        )
        declarations.setdefault(stand_in.name, []).append(overload)
    return cel.CelExtension(
        "unknown", [cel.FunctionDecl(name, ways) for name, ways in declarations.items()]
    )


def _convert_type(cel: Any, kind: str) -> Any:  # noqa: ANN401
    if kind.startswith("list("):
        return cel.Type.List(_convert_type(cel, kind[5:-1]))
    if kind in {"bool", "string", "int", "dyn", "timestamp", "duration"}:
        return getattr(cel.Type, kind.upper())
    return cel.Type(f"{PACKAGE}.{kind}")


@cache
def _build_pool() -> Any:  # noqa: ANN401
    """Build the vendor's types as protobuf messages.

    The syntax is proto2 with `deprecated_legacy_json_field_conflicts`, because the library drops a
    proto3 message that has both spellings of a field. An enum is a message without fields: as a
    protobuf enum it would be an int, and values of two enums could be compared.
    """
    from google.protobuf import (
        descriptor_pb2,
        descriptor_pool,
        duration_pb2,
        struct_pb2,
        timestamp_pb2,
    )

    facts = load_environment()
    file = descriptor_pb2.FileDescriptorProto(
        name="c1policy.proto", package=PACKAGE, syntax="proto2"
    )
    pool = descriptor_pool.DescriptorPool()
    for known in (duration_pb2, struct_pb2, timestamp_pb2):
        file.dependency.append(known.DESCRIPTOR.name)
        pool.AddSerializedFile(known.DESCRIPTOR.serialized_pb)
    for name in sorted(facts.enums):
        file.message_type.add(name=name)
    for name, fields in facts.types.items():
        message = file.message_type.add(name=name)
        message.options.deprecated_legacy_json_field_conflicts = True
        for number, (spelling, field) in enumerate(fields.items(), 1):
            _add_field(message, spelling, number, field)
    pool.AddSerializedFile(file.SerializeToString())
    return pool


def _add_field(message: DescriptorProto, name: str, number: int, facts: FieldFacts) -> None:
    kind = facts.type
    field: Any = message.field.add(name=name, number=number, label=1)
    if kind.startswith("list("):
        field.label, kind = 3, kind[5:-1]
    if kind in _SCALARS:
        field.type = _SCALARS[kind]
        return
    field.type = 11
    if kind in _WELL_KNOWN:
        field.type_name = f".google.protobuf.{_WELL_KNOWN[kind]}"
    elif kind.startswith("map("):
        entry = message.nested_type.add(name=f"{_to_title_case(name)}Entry")
        entry.options.map_entry = True
        entry.field.add(name="key", number=1, label=1, type=9)
        entry.field.add(name="value", number=2, label=1, type=_SCALARS[kind[12:-1]])
        field.label, field.type_name = 3, f".{PACKAGE}.{message.name}.{entry.name}"
    else:
        field.type_name = f".{PACKAGE}.{kind}"


def _to_title_case(name: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))


# Numbers of FieldDescriptorProto.Type: 8 bool, 9 string, 3 int64, 11 message. Labels: 1 optional,
# 3 repeated.
_SCALARS: dict[str, Any] = {"bool": 8, "string": 9, "int": 3}
_WELL_KNOWN = {
    "timestamp": "Timestamp",
    "duration": "Duration",
    "map(string, dyn)": "Struct",
    "dyn": "Value",
}
