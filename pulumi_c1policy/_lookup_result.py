"""The base class of the results of lookups, apart from them so that a plugin loads no more."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar


class LookupResult:
    """An object that a lookup has found; in the inputs of a resource it becomes its id.

    Attributes:
        KIND: The kind of the object, as in `_model/id_fields.py`.
        id: The object's id.
    """

    __slots__ = ()
    KIND: ClassVar[str]
    if TYPE_CHECKING:

        @property
        def id(self) -> str:
            """The object's id."""
