"""The models of the objects that policies name: users, apps, entitlements and others.

A field of a wrong type counts as empty, because one odd object must not make a page unreadable.
This module must not import httpx.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator

from pulumi_c1policy._client.answer_models import AnswerModel

_Text = Annotated[str, BeforeValidator(lambda value: value if isinstance(value, str) else "")]
_Truth = Annotated[bool, BeforeValidator(lambda value: value is True)]


def _keep_texts(value: object) -> tuple[str, ...]:
    items = value if isinstance(value, list) else ()
    return tuple(each for each in items if isinstance(each, str))


class User(AnswerModel):
    """A user; `status` is empty if the tenant does not tell it."""

    id: _Text = ""
    email: _Text = ""
    emails: Annotated[tuple[str, ...], BeforeValidator(_keep_texts)] = ()
    display_name: _Text = ""
    status: _Text = ""
    department: _Text = ""
    job_title: _Text = ""
    deleted_at: _Text = ""


class App(AnswerModel):
    """An app."""

    id: _Text = ""
    display_name: _Text = ""
    description: _Text = ""
    created_at: _Text = ""
    deleted_at: _Text = ""


class Entitlement(AnswerModel):
    """An entitlement of an app."""

    id: _Text = ""
    app_id: _Text = ""
    display_name: _Text = ""
    alias: _Text = ""
    slug: _Text = ""
    app_resource_type_id: _Text = ""
    app_resource_id: _Text = ""
    deleted_at: _Text = ""


class Webhook(AnswerModel):
    """A webhook."""

    id: _Text = ""
    display_name: _Text = ""
    url: _Text = ""
    deleted_at: _Text = ""


class StepUpProvider(AnswerModel):
    """A provider of step-up authentication, which the API does not delete softly."""

    id: _Text = ""
    display_name: _Text = ""
    enabled: _Truth = False
    issuer_url: _Text = ""
    deleted_at: _Text = ""


class UserView(AnswerModel):
    """One row of a search for users."""

    user: User | None = None


class EntitlementView(AnswerModel):
    """One row of a search for entitlements."""

    app_entitlement: Entitlement | None = None


class UserAnswer(AnswerModel):
    """A user in an answer; the objects that belong to the user are not read."""

    user: User


class UserEnvelope(AnswerModel):
    """The answer to a get of a user."""

    user_view: UserAnswer
