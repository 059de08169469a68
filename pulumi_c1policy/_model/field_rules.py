"""The rules for the values of a form's fields.

The names are those of the `validate` package that the API uses for them.
"""

from __future__ import annotations

from pulumi_c1policy._model import enums
from pulumi_c1policy._model.schema import Field, Message, Scalar

_IGNORE_EMPTY = Field(
    name="ignore_empty",
    type=Scalar.BOOL,
    doc="Whether an empty value passes, whatever the other rules say. Default false.",
)

BOOL_RULES = Message(
    "validate.BoolRules",
    "What a yes or no must be.",
    Field(name="const", type=Scalar.BOOL, doc="The one value that is accepted."),
)


def _int64(name: str, doc: str) -> Field:
    return Field(name=name, type=Scalar.INT64, doc=doc)


_REVERSED = "Above `lt` or `lte`, what lies between the two is refused instead."

INT64_RULES = Message(
    "validate.Int64Rules",
    "What a number must be. Zero in a rule is the same as no rule.",
    _int64("const", "The one value that is accepted."),
    _int64("lt", "The value must be less than this."),
    _int64("lte", "The value must be this or less."),
    _int64("gt", f"The value must be greater than this. {_REVERSED}"),
    _int64("gte", f"The value must be this or greater. {_REVERSED}"),
    Field(
        name="in",
        type=Scalar.INT64,
        shape="list",
        unordered=True,
        doc="The values that are accepted; the order means nothing.",
    ),
    Field(
        name="not_in",
        type=Scalar.INT64,
        shape="list",
        unordered=True,
        doc="The values that are not accepted; the order means nothing.",
    ),
    _IGNORE_EMPTY,
)


def _text(name: str, doc: str) -> Field:
    return Field(name=name, type=Scalar.STRING, doc=doc)


def _size(name: str, doc: str) -> Field:
    return Field(name=name, type=Scalar.UINT64, doc=doc)


def _well_known(name: str, what: str) -> Field:
    return Field(name=name, type=Scalar.BOOL, oneof="well_known", doc=f"The value must be {what}.")


STRING_RULES = Message(
    "validate.StringRules",
    "What a text must be.",
    _text("const", "The one value that is accepted."),
    _size("len", "How many characters the value must have."),
    _size("min_len", "The smallest number of characters."),
    _size("max_len", "The largest number of characters."),
    _size("len_bytes", "How many bytes the value must have."),
    _size("min_bytes", "The smallest number of bytes."),
    _size("max_bytes", "The largest number of bytes."),
    _text("pattern", "A regular expression (RE2) that the value must match."),
    _text("prefix", "What the value must begin with."),
    _text("suffix", "What the value must end with."),
    _text("contains", "What must occur in the value."),
    _text("not_contains", "What must not occur in the value."),
    Field(
        name="in",
        type=Scalar.STRING,
        shape="list",
        unordered=True,
        doc="The values that are accepted; the order means nothing.",
    ),
    Field(
        name="not_in",
        type=Scalar.STRING,
        shape="list",
        unordered=True,
        doc="The values that are not accepted; the order means nothing.",
    ),
    _IGNORE_EMPTY,
    _well_known("email", "an email address"),
    _well_known("hostname", "a host name"),
    _well_known("ip", "an IP address"),
    _well_known("ipv4", "an IPv4 address"),
    _well_known("ipv6", "an IPv6 address, without brackets"),
    _well_known("uri", "an absolute URI"),
    _well_known("uri_ref", "a URI, absolute or relative"),
    _well_known("address", "a host name or an IP address"),
    _well_known("uuid", "a UUID"),
    Field(
        name="well_known_regex",
        type=enums.KNOWN_REGEX,
        oneof="well_known",
        doc="The value must match a well-known pattern.",
    ),
    Field(
        name="strict",
        type=Scalar.BOOL,
        doc="Whether `well_known_regex` is held to the letter of the RFC.",
    ),
)

STRING_MAP_RULES = Message(
    "c1.api.form.v1.StringMapRules",
    "What a map of texts must be.",
    Field(
        name="is_required",
        type=Scalar.BOOL,
        doc="Whether the map must be filled in. Default false.",
    ),
    Field(
        name="validate_empty",
        type=Scalar.BOOL,
        doc="Whether the rules are applied to an empty map too. Default false.",
    ),
)

REPEATED_RULES = Message(
    "validate.RepeatedRules",
    "What a list must be.",
    _size("min_items", "The smallest number of items."),
    _size("max_items", "The largest number of items."),
    Field(name="unique", type=Scalar.BOOL, doc="Whether no two items may be equal. Default false."),
    Field(
        name="items",
        type=Scalar.STRUCT,
        doc="The rules of each item, as the API writes them: free-form data.",
    ),
    _IGNORE_EMPTY,
)
