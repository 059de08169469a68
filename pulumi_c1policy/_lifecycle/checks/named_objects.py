"""Checks of the objects that a policy names, against facts of the tenant. Pure.

`effects/object_search.py` finds the facts. An id that is not known yet is not checked.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from pulumi_c1policy import _text
from pulumi_c1policy._findings.finding import Finding, Severity
from pulumi_c1policy._model.id_fields import ID_FIELDS, Kind
from pulumi_c1policy._model.paths import Key, Path
from pulumi_c1policy._model.schema import Field, Message, Scalar
from pulumi_c1policy._model.tree import Tree, Value

KINDS: Final[tuple[Kind, ...]] = (
    "app",
    "entitlement",
    "policy",
    "step-up provider",
    "user",
    "webhook",
)
"""The kinds of objects that a policy names."""

_PLURALS: Final[Mapping[Kind, str]] = {kind: f"{kind}s" for kind in KINDS} | {"policy": "policies"}
_LOOKUPS: Final[Mapping[Kind, str]] = {
    "app": "find_app",
    "entitlement": "find_group` or `find_entitlement",
    "policy": "get_policy",
    "step-up provider": "find_step_up_provider",
    "user": "find_user",
    "webhook": "find_webhook",
}
_MAX_CANDIDATES = 3
_MAX_NAME_LENGTH = 60


class ObjectKey(NamedTuple):
    """The identity of an object of the tenant.

    Attributes:
        kind: The kind of the object.
        id: Its id.
        app_id: The app of an entitlement, whose id is unique in its app only; "" for others.
    """

    kind: Kind
    id: str
    app_id: str = ""


class Reference(NamedTuple):
    """A place in a policy that names an object."""

    path: Path
    key: ObjectKey


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entitlement that a wrong id probably means.

    Attributes:
        key: The entitlement.
        name: Its display name; "" if it has none.
    """

    key: ObjectKey
    name: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts about one object that a policy names.

    Attributes:
        exists: False if the tenant does not have it, or has deleted it.
        is_disabled: It is a disabled user.
        candidates: The entitlements of the resource with this id, or the entitlements of other
            apps with this id; only for an entitlement that does not exist.
    """

    exists: bool = True
    is_disabled: bool = False
    candidates: tuple[Candidate, ...] = ()


def list_references(
    message: Message, inputs: Tree, kinds: Collection[Kind] = KINDS
) -> list[Reference]:
    """List the places in the inputs that name an object by a known id, in the order of the inputs.

    Args:
        message: The message of the inputs.
        inputs: The inputs; values of a wrong type are left out.
        kinds: The kinds of objects to list.
    """
    return [each for each in _walk(message, inputs, ()) if each.key.kind in kinds]


def check_references(
    references: Sequence[Reference], facts: Mapping[ObjectKey, Facts], severity: Severity
) -> list[Finding]:
    """Check the references by the facts about their objects.

    Args:
        references: The references.
        facts: The facts; an object without facts is not checked.
        severity: The severity of the findings.
    """
    found = []
    for path, key in references:
        known = facts.get(key)
        if known is None:
            continue
        app = facts.get(ObjectKey("app", key.app_id))
        if not known.exists and not (app is not None and not app.exists):
            found.append(Finding(path, "wrong-id", _explain_absence(key, known), severity))
        elif known.exists and known.is_disabled:
            text = (
                f"names the user {_show(key.id)}, who is disabled in the tenant; use an enabled "
                "user, or remove this one"
            )
            found.append(Finding(path, "disabled-user", text, severity))
    return found


def warn_of_unchecked(reasons: Mapping[Kind, str]) -> str:
    """Warn, once per run, that the ids of some kinds of objects could not be checked.

    Args:
        reasons: The kinds of objects that the tenant does not tell about, each with the reason.
    """
    kinds = [_PLURALS[kind] for kind in sorted(reasons)]
    names = " and ".join(filter(None, [", ".join(kinds[:-1]), kinds[-1]]))
    by_reason: dict[str, list[str]] = {}
    for kind, name in zip(sorted(reasons), kinds, strict=True):
        by_reason.setdefault(reasons[kind].rstrip("."), []).append(name)
    is_one = len(by_reason) == 1
    listed = "; ".join(
        reason if is_one else f"{', '.join(of)}: {reason}" for reason, of in by_reason.items()
    )
    return (
        f"Ids of {names} in the policies went unchecked ({listed}). The run goes on without this "
        "check; `pulumi config set c1policy:checkIds off` turns it off."
    )


def _walk(message: Message, tree: Tree, path: Path) -> Iterator[Reference]:
    for name, value in tree.items():
        field = message.fields.get(name)
        if field is None or field.output_only or field.ignored:
            continue
        for here, item in _list_items(field, value, (*path, name)):
            if isinstance(field.type, Message):
                if isinstance(item, dict):
                    yield from _walk(field.type, item, here)
            elif kind := _find_kind(field):
                yield from _make_reference(kind, item, tree, here)


def _find_kind(field: Field) -> Kind | None:
    """Return the kind of the object whose id a field contains."""
    if field.type is not Scalar.STRING:
        return None
    return "policy" if field.names_policy else ID_FIELDS.get(field.name)


def _list_items(field: Field, value: Value, path: Path) -> Iterator[tuple[Path, Value]]:
    if field.shape == "list":
        items = value if isinstance(value, list) else []
        yield from (((*path, index), item) for index, item in enumerate(items))
    elif field.shape == "map":
        entries = value if isinstance(value, dict) else {}
        yield from (((*path, Key(key)), item) for key, item in entries.items())
    else:
        yield path, value


def _make_reference(kind: Kind, value: Value, siblings: Tree, path: Path) -> Iterator[Reference]:
    if not isinstance(value, str) or not value:
        return
    app_id = siblings.get("app_id") if kind == "entitlement" else ""
    if isinstance(app_id, str) and (app_id or kind != "entitlement"):
        yield Reference(path, ObjectKey(kind, value, app_id))


def _explain_absence(key: ObjectKey, known: Facts) -> str:
    of_resource = [each for each in known.candidates if each.key.app_id == key.app_id]
    if of_resource:
        listed = " or ".join(map(_name, of_resource[:_MAX_CANDIDATES]))
        return (
            f"is the id of a resource ({_show(key.id)}), and must be the id of an entitlement of "
            f"it; write the id of {listed}"
        )
    if known.candidates:
        other = known.candidates[0]
        return (
            f"names {_name(other)}, which belongs to the app {_show(other.key.app_id)} and not to "
            f"the app {_show(key.app_id)} of `app_id`; correct `app_id` or the id"
        )
    of = f" of the app {_show(key.app_id)}" if key.app_id else ""
    return (
        f"names the {key.kind} {_show(key.id)}{of}, which the tenant does not have, or has "
        f"deleted; use the id of an existing {key.kind} (`{_LOOKUPS[key.kind]}` finds it)"
    )


def _name(candidate: Candidate) -> str:
    name = f"'{_show(candidate.name)}' " if candidate.name else ""
    return f"the entitlement {name}({_show(candidate.key.id)})"


def _show(text: str) -> str:
    """Return a text of the tenant or the program for a message."""
    shown = _text.to_one_line(text)
    too_long = len(shown) > _MAX_NAME_LENGTH
    return f"{shown[: _MAX_NAME_LENGTH - 1]}…" if too_long else shown
