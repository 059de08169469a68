"""The step from JSON to the models of answers: dataclasses with annotated fields.

A library for this costs more time and memory at the start of the plugin than a request, so this
module has the few rules that the models need. Names may be camelCase or snake_case, as both are
valid protobuf JSON; unknown fields are ignored. This module must not import httpx.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from functools import lru_cache
from types import UnionType
from typing import (
    Annotated,
    Any,
    TypeAlias,
    TypeVar,
    Union,
    cast,
    get_args,
    get_origin,
    get_type_hints,
)

_Model = TypeVar("_Model")
_Arguments: TypeAlias = Mapping[Any, Any]
"""The types in the place of type variables."""


class ShapeError(Exception):
    """JSON of another shape.

    Attributes:
        place: The path of the part that is wrong, such as `list.0.user`.
    """

    def __init__(self, place: str) -> None:
        super().__init__(place)
        self.place = place


def read_model(model: type[_Model], value: object) -> _Model:
    """Return JSON as a model.

    The type of a field is a model, a list, a dict, `Any`, or `Annotated` with a function that
    returns the value. The function raises TypeError, ValueError or ArithmeticError for a value that
    does not fit. A field with a default may be missing, and a type with None may be null.

    Raises:
        ShapeError: The JSON has another shape.
    """
    return cast(_Model, _read(model, value, (), {}))


def _read(kind: Any, value: Any, place: tuple[str, ...], arguments: _Arguments) -> Any:  # noqa: ANN401
    kind = arguments.get(kind, kind) if isinstance(kind, TypeVar) else kind
    origin = get_origin(kind) or kind
    if origin is Any:
        return value
    if origin is Annotated:
        try:
            return kind.__metadata__[0](value)
        except (ArithmeticError, TypeError, ValueError) as error:
            raise ShapeError(".".join(place)) from error
    if origin in (Union, UnionType):
        if value is None:
            return None
        [kind] = [each for each in get_args(kind) if each is not type(None)]
        return _read(kind, value, place, arguments)
    if origin is list and isinstance(value, list):
        [row] = get_args(kind)
        return [
            _read(row, item, (*place, str(index)), arguments) for index, item in enumerate(value)
        ]
    if not isinstance(value, dict) or origin is list:
        raise ShapeError(".".join(place))
    if origin is dict:
        return value
    parameters = getattr(origin, "__parameters__", ())
    inner = dict(zip(parameters, get_args(kind), strict=True)) if get_args(kind) else {}
    return origin(**dict(_read_fields(origin, value, place, inner)))


def _read_fields(
    model: Any,  # noqa: ANN401 (a dataclass)
    value: Mapping[str, Any],
    place: tuple[str, ...],
    arguments: _Arguments,
) -> Iterator[tuple[str, Any]]:
    for name, names, kind, is_required in _list_fields(model):
        found = next((each for each in names if each in value), None)
        if found is not None:
            yield name, _read(kind, value[found], (*place, found), arguments)
        elif is_required:
            raise ShapeError(".".join((*place, names[0])))


@lru_cache(maxsize=64)
def _list_fields(model: Any) -> tuple[tuple[str, tuple[str, ...], Any, bool], ...]:  # noqa: ANN401
    """List the fields of a model: the name, its spellings, the type, and whether it is required."""
    kinds = get_type_hints(model, include_extras=True)
    return tuple(
        (
            field.name,
            tuple(dict.fromkeys([field.metadata.get("name") or _to_camel(field.name), field.name])),
            kinds[field.name],
            field.default is dataclasses.MISSING,
        )
        for field in dataclasses.fields(model)
    )


def _to_camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))


def read_text(value: object) -> str:
    """Return a text; null is empty."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise TypeError
    return value


def read_number(value: object) -> int:
    """Return an integer, also one in a text; null is 0."""
    if value is None:
        return 0
    if isinstance(value, str):
        return int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError
    return value


def keep_text(value: object) -> str:
    """Return a text; any other value is empty."""
    return value if isinstance(value, str) else ""


def keep_texts(value: object) -> tuple[str, ...]:
    """Return the texts of a list; any other value is empty."""
    items = value if isinstance(value, list) else ()
    return tuple(each for each in items if isinstance(each, str))


def find_text(value: object) -> str | None:
    """Return a text; any other value is absent."""
    return value if isinstance(value, str) else None


def find_number(value: object) -> int | None:
    """Return an integer; any other value is absent."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def is_true(value: object) -> bool:
    """Return whether a value is true."""
    return value is True
