"""The fields of an app and of an entitlement that attach policies to it.

A program manages these fields of an object that exists, and nothing else of it. The API has more
fields; they are not part of these messages. An empty policy id means that the policy is inherited,
which differs from a field that the program leaves alone, so each field has presence.
"""

from __future__ import annotations

from typing import Final

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
"""The field that a request carries beside the entitlement, and that no update mask names."""

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
