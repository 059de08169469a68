"""The version of a recorded state, the migrations to the current one, and the check of its shape. Pure.

A state may be damaged (edited by hand, half written, brought in by `pulumi stack import`), or a later
release may have written it. Reading one ends with a tree that the rest of the lifecycle can rely on,
or with a `StateError`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from pulumi_c1policy._model.paths import Key, Path, text
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.schema import Enum, Field, Message, Scalar
from pulumi_c1policy._model.tree import MAX_DEPTH, Tree, Value, is_deeper
from pulumi_c1policy.errors import StateError

STATE: Final = "__state"
"""The output that holds the version of the state. Without it the version is 0, as 0.1.0 wrote it."""

_SHOWN = 3
_MAX_DEPTH = MAX_DEPTH + 4
"""The deepest nesting of an output: a policy's, and the levels that an output of ours adds."""
_NUMBERS = frozenset({Scalar.INT32, Scalar.UINT32, Scalar.INT64, Scalar.UINT64, Scalar.DURATION})

Problem: TypeAlias = tuple[Path, str]
"""A path, and what should stand there."""

Shape: TypeAlias = Callable[[Value, Path], Iterator[Problem]]
"""A check of one output of ours: the problems of a value at a path."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One step from a version of the state to the next.

    Attributes:
        doc: The difference between the two versions.
        apply: The outputs (raw, `__` names included) in the form of the next version. It must accept any
            tree: the shape is checked after the last migration.
    """

    doc: str
    apply: Callable[[Tree], Tree]


MIGRATIONS: tuple[Migration, ...] = (
    Migration("The state holds its version.", lambda state: state),
)
"""The migrations, oldest first: the one at index n leads from version n to n + 1."""

VERSION: Final = len(MIGRATIONS)
"""The version that this release writes."""


def upgrade(state: Tree) -> Tree:
    """The state in the form of this release.

    Raises:
        StateError: A later release wrote the state, or it holds no version where one should stand.
    """
    version = _version(state)
    if version > VERSION:
        raise StateError(
            f"its state has version {version}, which a later release of pulumi-c1policy wrote; this "
            f"release reads versions up to {VERSION}.",
            "Update pulumi-c1policy, or run `pulumi up --refresh`, which reads the policy anew.",
        )
    for migration in MIGRATIONS[version:]:
        state = migration.apply(state)
    return state


def _version(state: Tree) -> int:
    found = state.get(STATE)
    if found is None:
        return 0
    if isinstance(found, bool) or not isinstance(found, int | float) or found < 0 or found % 1:
        raise unreadable([((STATE,), "a whole number")])
    return int(found)


def is_current(state: Mapping[str, Value]) -> bool:
    """Whether this release can read a state of that version as it is."""
    found = state.get(STATE)
    return found is None or (found in range(VERSION + 1) and not isinstance(found, bool))


def unreadable(problems: list[Problem]) -> StateError:
    """The error about a damaged state. It shows paths and no values, which may be secrets."""
    shown = ", ".join(f"`{text(path)}` should be {what}" for path, what in problems[:_SHOWN])
    more = f", and {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else ""
    return StateError(
        f"its recorded state cannot be read: {shown}{more}.",
        "Run `pulumi up --refresh`, which reads the policy anew.",
    )


def require_shape(state: Tree, internal: Mapping[str, Shape]) -> None:
    """Check that a state (migrated) has the shape of a policy's outputs.

    Args:
        state: The outputs.
        internal: The shapes of our own outputs, whose names begin with `__`.

    Raises:
        StateError: It has not; the error names the first paths.
    """
    problems = list(_problems(state, internal))
    if problems:
        raise unreadable(problems)


def _problems(state: Tree, internal: Mapping[str, Shape]) -> Iterator[Problem]:
    for name, value in state.items():
        if is_deeper(value, _MAX_DEPTH):
            yield (name,), "less deeply nested"
            return
    for name, shape in internal.items():
        if (value := state.get(name)) is not None:
            yield from shape(value, (name,))
    yield from of_message(POLICY, {k: v for k, v in state.items() if not k.startswith("__")}, ())
    if not state.get("policy_type"):
        # Read as a change of the type, its loss would replace the policy.
        yield ("policy_type",), "the policy's type"


def of_text(value: Value, path: Path) -> Iterator[Problem]:
    """The path, where the value is no text."""
    if not isinstance(value, str):
        yield path, "text"


def of_texts(value: Value, path: Path) -> Iterator[Problem]:
    """The places at which a value is no map of texts."""
    if not isinstance(value, dict):
        yield path, "a map of texts"
        return
    for key, item in value.items():
        yield from of_text(item, (*path, Key(key)))


def of_message(message: Message, value: Value, path: Path) -> Iterator[Problem]:
    """The places at which a value cannot be a message, as programs or tenants write it."""
    if not isinstance(value, dict):
        yield path, "an object"
        return
    for name, item in value.items():
        # A field of a newer API may hold anything.
        if (field := message.fields.get(name)) is not None and item is not None:
            yield from of_field(field, item, (*path, name))


def of_field(field: Field, value: Value, path: Path) -> Iterator[Problem]:
    """The places at which a value cannot be that of a field."""
    if field.shape == "list":
        if not isinstance(value, list):
            yield path, "a list"
            return
        for index, item in enumerate(value):
            yield from _item(field, item, (*path, index))
    elif field.shape == "map":
        if not isinstance(value, dict):
            yield path, "an object"
            return
        for key, item in value.items():
            yield from _item(field, item, (*path, Key(key)))
    else:
        yield from _item(field, value, path)


def _item(field: Field, value: Value, path: Path) -> Iterator[Problem]:
    kind = field.type
    if isinstance(kind, Message):
        yield from of_message(kind, value, path)
    elif kind is Scalar.STRUCT:
        return
    elif kind is Scalar.BOOL:
        if not isinstance(value, bool):
            yield path, "true or false"
    elif kind in _NUMBERS or isinstance(kind, Enum):
        # A program may write a span of time as a number, and a tenant an enum's value that is new.
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            yield path, "text or a number"
    else:
        yield from of_text(value, path)
