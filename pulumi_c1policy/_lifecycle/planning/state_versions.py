"""The version of a state, its migrations, and the check of its shape. Pure.

A state may be damaged (edited by hand, half written, imported with `pulumi stack import`), or a
later release may have written it. Reading it ends with a tree of a known shape, or with a
`StateError`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from pulumi_c1policy._model.field_values import iterate_items
from pulumi_c1policy._model.paths import Key, Path, format_path
from pulumi_c1policy._model.schema import Enum, Field, Message, Scalar
from pulumi_c1policy._model.tree import MAX_DEPTH, Tree, Value, is_deeper
from pulumi_c1policy.errors import StateError

STATE: Final = "__state"
"""The output with the version of the state. Without it the version is 0, which 0.1.0 wrote."""

_MAX_SHOWN_PROBLEMS = 3
_MAX_DEPTH = MAX_DEPTH + 4
"""The deepest nesting of an output: a policy's, and the levels that `__` outputs add."""
_NUMBERS = frozenset({Scalar.INT32, Scalar.UINT32, Scalar.INT64, Scalar.UINT64, Scalar.DURATION})

Problem: TypeAlias = tuple[Path, str]
"""A path, and a noun phrase for what should be there."""

Shape: TypeAlias = Callable[[Value, Path], Iterator[Problem]]
"""A check of one `__` output: it yields the problems of a value at a path."""


@dataclass(frozen=True, slots=True)
class Required:
    """The shape that the outputs of one kind of object must have.

    Attributes:
        message: The fields.
        identity: The fields without which the state cannot be used, each with a noun phrase.
        noun: The object, for errors.
    """

    message: Message
    identity: Mapping[str, str]
    noun: str


@dataclass(frozen=True, slots=True)
class Migration:
    """One step from a version of the state to the next.

    Attributes:
        doc: The difference between the two versions.
        apply: Convert the outputs (raw, `__` names included) to the next version. It must accept
            any tree: the shape is checked after the last migration.
    """

    doc: str
    apply: Callable[[Tree], Tree]


MIGRATIONS: tuple[Migration, ...] = (
    Migration("The state holds its version.", lambda state: state),
)
"""The migrations, oldest first; index n converts version n to version n + 1."""

VERSION: Final = len(MIGRATIONS)
"""The version that this release writes."""


def upgrade(state: Tree) -> Tree:
    """Convert a state to the version of this release.

    Raises:
        StateError: A later release wrote the state, or its version is not a whole number.
    """
    version = _read_version(state)
    if version > VERSION:
        raise StateError(
            f"its state has version {version}, which a later release of pulumi-c1policy wrote; "
            f"this release reads versions up to {VERSION}.",
            "Update pulumi-c1policy, or run `pulumi up --refresh`, which reads the policy again.",
        )
    for migration in MIGRATIONS[version:]:
        state = migration.apply(state)
    return state


def _read_version(state: Tree) -> int:
    found = state.get(STATE)
    if found is None:
        return 0
    if isinstance(found, bool) or not isinstance(found, int | float) or found < 0 or found % 1:
        raise make_error([((STATE,), "a whole number")])
    return int(found)


def is_current(state: Mapping[str, Value]) -> bool:
    """Return whether a state has a version that this release reads without a migration."""
    found = state.get(STATE)
    return found is None or (found in range(VERSION + 1) and not isinstance(found, bool))


def make_error(problems: list[Problem], noun: str = "the policy") -> StateError:
    """Make the error about a damaged state. It shows paths but no values, which may be secrets."""
    shown = ", ".join(
        f"`{format_path(path)}` should be {what}" for path, what in problems[:_MAX_SHOWN_PROBLEMS]
    )
    more = (
        f", and {len(problems) - _MAX_SHOWN_PROBLEMS} more"
        if len(problems) > _MAX_SHOWN_PROBLEMS
        else ""
    )
    return StateError(
        f"its state cannot be read: {shown}{more}.",
        f"Run `pulumi up --refresh`, which reads {noun} again.",
    )


def require_shape(state: Tree, internal: Mapping[str, Shape], required: Required) -> None:
    """Check that a state (after its migrations) has the shape of an object's outputs.

    Args:
        state: The outputs.
        internal: The checks of the outputs whose names begin with `__`.
        required: The shape of the other outputs.

    Raises:
        StateError: It does not; the error names the first paths.
    """
    problems = list(_find_problems(state, internal, required))
    if problems:
        raise make_error(problems, required.noun)


def _find_problems(
    state: Tree, internal: Mapping[str, Shape], required: Required
) -> Iterator[Problem]:
    for name, value in state.items():
        if is_deeper(value, _MAX_DEPTH):
            yield (name,), "less deeply nested"
            return
    for name, shape in internal.items():
        if (value := state.get(name)) is not None:
            yield from shape(value, (name,))
    outputs = {name: value for name, value in state.items() if not name.startswith("__")}
    yield from check_message(required.message, outputs, ())
    yield from (((name,), what) for name, what in required.identity.items() if not state.get(name))


def check_text(value: Value, path: Path) -> Iterator[Problem]:
    """Check that a value is text."""
    if not isinstance(value, str):
        yield path, "text"


def check_texts(value: Value, path: Path) -> Iterator[Problem]:
    """Check that a value is a map of texts."""
    if not isinstance(value, dict):
        yield path, "a map of texts"
        return
    for key, item in value.items():
        yield from check_text(item, (*path, Key(key)))


def check_message(message: Message, value: Value, path: Path) -> Iterator[Problem]:
    """Check that a value can be a message, as programs or tenants write it."""
    if not isinstance(value, dict):
        yield path, "an object"
        return
    for name, item in value.items():
        # A field of a newer API may contain anything.
        if (field := message.fields.get(name)) is not None and item is not None:
            yield from check_field(field, item, (*path, name))


def check_field(field: Field, value: Value, path: Path) -> Iterator[Problem]:
    """Check that a value can be the value of a field."""
    if field.shape == "list" and not isinstance(value, list):
        yield path, "a list"
    elif field.shape == "map" and not isinstance(value, dict):
        yield path, "an object"
    else:
        for place, item in iterate_items(field, value, path):
            yield from _check_item(field, item, place)


def _check_item(field: Field, value: Value, path: Path) -> Iterator[Problem]:
    kind = field.type
    if isinstance(kind, Message):
        yield from check_message(kind, value, path)
    elif kind is Scalar.STRUCT:
        return
    elif kind is Scalar.BOOL:
        if not isinstance(value, bool):
            yield path, "true or false"
    elif kind in _NUMBERS or isinstance(kind, Enum):
        # A program may write a duration as a number, and a tenant may send a new enum value.
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            yield path, "text or a number"
    else:
        yield from check_text(value, path)
