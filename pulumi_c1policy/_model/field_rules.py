"""The rules for the values of a form's fields.

The names are those of the `validate` package that the API uses for them.
"""

from __future__ import annotations

from pulumi_c1policy._model import enums
from pulumi_c1policy._model.schema import Field, Message, Scalar

_IGNORE_EMPTY = Field(
    name="ignore_empty",
    type=Scalar.BOOL,
    doc="True accepts an empty value whatever the other rules say. Default false.",
)

BOOL_RULES = Message(
    "validate.BoolRules",
    "The rules of a yes or no.",
    Field(name="const", type=Scalar.BOOL, doc="The one value that is accepted."),
)


def _define_int64(name: str, doc: str) -> Field:
    return Field(name=name, type=Scalar.INT64, doc=doc)


_REVERSED = "If it is above `lt` or `lte`, the values between the two are rejected instead."

INT64_RULES = Message(
    "validate.Int64Rules",
    "The rules of a number. Zero in a rule means no rule.",
    _define_int64("const", "The one value that is accepted."),
    _define_int64("lt", "The value must be less than this."),
    _define_int64("lte", "The value must be this or less."),
    _define_int64("gt", f"The value must be greater than this. {_REVERSED}"),
    _define_int64("gte", f"The value must be this or greater. {_REVERSED}"),
    Field(
        name="in",
        type=Scalar.INT64,
        shape="list",
        unordered=True,
        doc="The accepted values; the order has no meaning.",
    ),
    Field(
        name="not_in",
        type=Scalar.INT64,
        shape="list",
        unordered=True,
        doc="The rejected values; the order has no meaning.",
    ),
    _IGNORE_EMPTY,
)


def _define_text(name: str, doc: str) -> Field:
    return Field(name=name, type=Scalar.STRING, doc=doc)


def _define_size(name: str, doc: str) -> Field:
    return Field(name=name, type=Scalar.UINT64, doc=doc)


def _define_well_known(name: str, what: str) -> Field:
    return Field(name=name, type=Scalar.BOOL, oneof="well_known", doc=f"The value must be {what}.")


STRING_RULES = Message(
    "validate.StringRules",
    "The rules of a text.",
    _define_text("const", "The one value that is accepted."),
    _define_size("len", "The exact number of characters."),
    _define_size("min_len", "The minimum number of characters."),
    _define_size("max_len", "The maximum number of characters."),
    _define_size("len_bytes", "The exact number of bytes."),
    _define_size("min_bytes", "The minimum number of bytes."),
    _define_size("max_bytes", "The maximum number of bytes."),
    _define_text("pattern", "A regular expression (RE2) that the value must match."),
    _define_text("prefix", "The required beginning of the value."),
    _define_text("suffix", "The required end of the value."),
    _define_text("contains", "A required part of the value."),
    _define_text("not_contains", "A forbidden part of the value."),
    Field(
        name="in",
        type=Scalar.STRING,
        shape="list",
        unordered=True,
        doc="The accepted values; the order has no meaning.",
    ),
    Field(
        name="not_in",
        type=Scalar.STRING,
        shape="list",
        unordered=True,
        doc="The rejected values; the order has no meaning.",
    ),
    _IGNORE_EMPTY,
    _define_well_known("email", "an email address"),
    _define_well_known("hostname", "a host name"),
    _define_well_known("ip", "an IP address"),
    _define_well_known("ipv4", "an IPv4 address"),
    _define_well_known("ipv6", "an IPv6 address, without brackets"),
    _define_well_known("uri", "an absolute URI"),
    _define_well_known("uri_ref", "a URI, absolute or relative"),
    _define_well_known("address", "a host name or an IP address"),
    _define_well_known("uuid", "a UUID"),
    Field(
        name="well_known_regex",
        type=enums.KNOWN_REGEX,
        oneof="well_known",
        doc="The value must match a well-known pattern.",
    ),
    Field(
        name="strict",
        type=Scalar.BOOL,
        doc="True applies `well_known_regex` strictly as in the RFC.",
    ),
)

STRING_MAP_RULES = Message(
    "c1.api.form.v1.StringMapRules",
    "The rules of a map of texts.",
    Field(
        name="is_required",
        type=Scalar.BOOL,
        doc="True requires the map. Default false.",
    ),
    Field(
        name="validate_empty",
        type=Scalar.BOOL,
        doc="True applies the rules to an empty map as well. Default false.",
    ),
)

REPEATED_RULES = Message(
    "validate.RepeatedRules",
    "The rules of a list.",
    _define_size("min_items", "The minimum number of items."),
    _define_size("max_items", "The maximum number of items."),
    Field(name="unique", type=Scalar.BOOL, doc="True rejects equal items. Default false."),
    Field(
        name="items",
        type=Scalar.STRUCT,
        doc="The rules of each item, as the API writes them: free-form data.",
    ),
    _IGNORE_EMPTY,
)
