"""The models of the objects that policies name: users, apps, entitlements and others.

A field of a wrong type counts as empty, because one odd object must not make a page unreadable.
This module must not import httpx.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pulumi_c1policy._client import answer_shapes

_Text = Annotated[str, answer_shapes.keep_text]
_Texts = Annotated[tuple[str, ...], answer_shapes.keep_texts]
_Truth = Annotated[bool, answer_shapes.is_true]


@dataclass(frozen=True, slots=True)
class User:
    """A user; `status` is empty if the tenant does not tell it."""

    id: _Text = ""
    email: _Text = ""
    emails: _Texts = ()
    display_name: _Text = ""
    status: _Text = ""
    department: _Text = ""
    job_title: _Text = ""
    deleted_at: _Text = ""


@dataclass(frozen=True, slots=True)
class App:
    """An app."""

    id: _Text = ""
    display_name: _Text = ""
    description: _Text = ""
    created_at: _Text = ""
    deleted_at: _Text = ""


@dataclass(frozen=True, slots=True)
class Entitlement:
    """An entitlement of an app."""

    id: _Text = ""
    app_id: _Text = ""
    display_name: _Text = ""
    alias: _Text = ""
    slug: _Text = ""
    app_resource_type_id: _Text = ""
    app_resource_id: _Text = ""
    deleted_at: _Text = ""


@dataclass(frozen=True, slots=True)
class Webhook:
    """A webhook."""

    id: _Text = ""
    display_name: _Text = ""
    url: _Text = ""
    deleted_at: _Text = ""


@dataclass(frozen=True, slots=True)
class StepUpProvider:
    """A provider of step-up authentication, which the API does not delete softly."""

    id: _Text = ""
    display_name: _Text = ""
    enabled: _Truth = False
    issuer_url: _Text = ""
    deleted_at: _Text = ""


@dataclass(frozen=True, slots=True)
class UserView:
    """One row of a search for users."""

    user: User | None = None


@dataclass(frozen=True, slots=True)
class EntitlementView:
    """One row of a search for entitlements."""

    app_entitlement: Entitlement | None = None


@dataclass(frozen=True, slots=True)
class UserAnswer:
    """A user in an answer; the objects that belong to the user are not read."""

    user: User


@dataclass(frozen=True, slots=True)
class UserEnvelope:
    """The answer to a get of a user."""

    user_view: UserAnswer
