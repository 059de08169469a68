"""The fields of an app and of an entitlement that attach policies to it.

A program manages these fields of an object that exists, and nothing else of it. The API has more
fields; they are not part of these messages. An empty policy id means that the policy is inherited,
which differs from a field that the program leaves alone, so each field has presence.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, unquote

from pulumi_c1policy._model.schema import Field, Message, Scalar

_APP_ID = Field(
    name="app_id",
    type=Scalar.STRING,
    required=True,
    immutable=True,
    doc="The id of the app. A change replaces the attachment.",
)
_POLICY_FIELDS = tuple(
    Field(
        name=f"{use}_policy_id",
        type=Scalar.STRING,
        presence=True,
        names_policy=True,
        doc=f"The policy for {purpose}. Empty for the inherited one; unset leaves it unchanged.",
    )
    for use, purpose in (
        ("grant", "requests for access"),
        ("revoke", "the removal of access"),
        ("certify", "reviews of access"),
    )
)

APP_POLICIES = Message(
    "c1.api.app.v1.App",
    "The policies of an app, which decide for each of its entitlements without policies.",
    _APP_ID,
    *_POLICY_FIELDS,
)

OVERRIDE: Final = "override_access_requests_defaults"
"""The field that a request carries in the entitlement and beside it."""

ENTITLEMENT_POLICIES = Message(
    "c1.api.app.v1.AppEntitlement",
    "The policies of an entitlement, which take precedence over those of its app.",
    _APP_ID,
    Field(
        name="entitlement_id",
        type=Scalar.STRING,
        required=True,
        immutable=True,
        doc="The id of the entitlement in its app. A change replaces the attachment.",
    ),
    *_POLICY_FIELDS,
    Field(
        name="emergency_grant_policy_id",
        type=Scalar.STRING,
        presence=True,
        names_policy=True,
        doc=(
            "The policy for requests for emergency access. Empty for the inherited one; unset "
            "leaves it unchanged."
        ),
    ),
    Field(
        name="emergency_grant_enabled",
        type=Scalar.BOOL,
        presence=True,
        doc="True allows requests for emergency access. Unset leaves it unchanged.",
    ),
    Field(
        name=OVERRIDE,
        type=Scalar.BOOL,
        presence=True,
        doc=(
            "True lets the entitlement's own settings override the request defaults of its app. "
            "Sent only if the program sets it."
        ),
    ),
)


@dataclass(frozen=True, slots=True, order=True)
class AttachmentTarget:
    """The app, or the entitlement of that app, to which policies are attached.

    The id of an entitlement is unique in its app only.
    """

    app_id: str
    entitlement_id: str = ""

    @property
    def noun(self) -> str:
        """The object in messages, without an article."""
        return "entitlement" if self.entitlement_id else "app"

    @property
    def id(self) -> str:
        """The id of an attachment to it: the ids, percent-encoded, with a slash between them."""
        return "/".join(quote(part, safe="") for part in self.parts)

    @property
    def parts(self) -> tuple[str, ...]:
        """The ids in the order of the API's paths."""
        return (self.app_id, self.entitlement_id) if self.entitlement_id else (self.app_id,)


def parse_target(attachment_id: str) -> AttachmentTarget:
    """Return the target of the attachment with this id."""
    app_id, _, entitlement_id = attachment_id.partition("/")
    return AttachmentTarget(unquote(app_id), unquote(entitlement_id))


def make_target(inputs: dict[str, object]) -> AttachmentTarget:
    """Return the target that the inputs of an attachment name."""
    return AttachmentTarget(str(inputs["app_id"]), str(inputs.get("entitlement_id") or ""))
