"""Facts about annotations."""

from __future__ import annotations

from acceptance.context import Context, expect_rejection
from acceptance.fact import API, Case, Fact, expect
from acceptance.http import Json

_MAX_KEYS, _MAX_KEY, _MAX_VALUE, _MAX_BYTES = 16, 128, 256, 4096
_OWNERSHIP = {
    "managed_by": "pulumi",
    "iac_workspace": "prod/c1-config",
    "iac_resource_address": "urn:pulumi:prod::shop::c1policy:index:Policy::engineering",
    "iac_tool_version": "0.1.0",
}


def _create_and_read(context: Context, annotations: Json) -> Json:
    made = context.read(context.create(annotations=annotations)["id"])
    held: Json = made.get("annotations") or {}
    return held


def _expect_kept(annotations: Json) -> Case:
    def case(context: Context) -> None:
        expect(_create_and_read(context, annotations) == annotations, "the annotations changed")

    return case


def _expect_rejected(annotations: Json) -> Case:
    def case(context: Context) -> None:
        expect_rejection(context.send_rejected_create(annotations=annotations), status=400)

    return case


def _merge_on_update(context: Context) -> None:
    made = context.create(annotations={"a": "1", "b": "2"})["id"]
    held = context.update(made, "annotations", annotations={"b": "3", "c": "4"})
    expect(held["annotations"] == {"a": "1", "b": "3", "c": "4"}, "the annotations are replaced")


def _remove_by_empty_value(context: Context) -> None:
    made = context.create(annotations={"a": "1", "b": "2"})["id"]
    held = context.update(made, "annotations", annotations={"a": ""})
    expect(held["annotations"] == {"b": "2"}, "the key is still there")


def _keep_on_api_edit(context: Context) -> None:
    made = context.create(annotations=_OWNERSHIP)["id"]
    held = context.update(made, "description", description="edited by an API client")
    expect(held["annotations"] == _OWNERSHIP, "an API edit changes the annotations")


def _make_annotations(count: int) -> Json:
    """Return annotations of so many bytes, in keys of 6 and values of at most 250."""
    found: Json = {}
    left = count
    while left > 0:
        size = min(left, _MAX_VALUE)
        found[f"key{len(found):03}"] = "v" * (size - 6)
        left -= size
    return found


FACTS = (
    Fact("annotations-merge", "Annotations merge on update.", "docs", API, _merge_on_update),
    Fact(
        "annotations-delete",
        "A key with an empty value is deleted.",
        "docs",
        API,
        _remove_by_empty_value,
    ),
    Fact(
        "annotations-16",
        "A policy can have 16 annotations.",
        "docs",
        API,
        _expect_kept({f"key{number}": "v" for number in range(_MAX_KEYS)}),
    ),
    Fact(
        "annotations-17",
        "A policy with 17 annotations: 400.",
        "docs",
        API,
        _expect_rejected({f"key{number}": "v" for number in range(_MAX_KEYS + 1)}),
    ),
    Fact(
        "key-128",
        "A key can have 128 characters.",
        "docs",
        API,
        _expect_kept({"k" * _MAX_KEY: "v"}),
    ),
    Fact(
        "key-129", "A key of 129: 400.", "docs", API, _expect_rejected({"k" * (_MAX_KEY + 1): "v"})
    ),
    Fact(
        "key-signs",
        "A key can have `.`, `_`, `/` and `-`.",
        "docs",
        API,
        _expect_kept({"a._/-": "v"}),
    ),
    Fact(
        "key-digit",
        "A key that begins with a digit: 400.",
        "docs",
        API,
        _expect_rejected({"1a": "v"}),
    ),
    Fact("key-space", "A key with a space: 400.", "docs", API, _expect_rejected({"a b": "v"})),
    Fact(
        "key-reserved",
        "A key that begins with `c1/`: 400.",
        "docs",
        API,
        _expect_rejected({"c1/a": "v"}),
    ),
    Fact(
        "value-256", "A value can have 256 characters.", "docs", API, _expect_kept({"a": "v" * 256})
    ),
    Fact("value-257", "A value of 257: 400.", "docs", API, _expect_rejected({"a": "v" * 257})),
    Fact(
        "value-ascii", "A value outside ASCII: 400.", "docs", API, _expect_rejected({"a": "\u00fc"})
    ),
    Fact("value-space", "A value with a space: 400.", "docs", API, _expect_rejected({"a": "b c"})),
    Fact(
        "annotations-4096",
        "Annotations can have 4096 bytes in all, keys and values.",
        "docs",
        API,
        _expect_kept(_make_annotations(_MAX_BYTES)),
    ),
    Fact(
        "annotations-4097",
        "Annotations of more than 4096 bytes in all: 400.",
        "docs",
        API,
        _expect_rejected({f"key{number:03}": "v" * 256 for number in range(_MAX_KEYS)}),
    ),
    Fact(
        "ownership-keys",
        "The ownership keys are `managed_by` (`pulumi` is one of its values), `iac_workspace`, "
        "`iac_resource_address` and `iac_tool_version`.",
        "docs",
        API,
        _expect_kept(_OWNERSHIP),
    ),
    Fact(
        "ownership-api-edit",
        "An API edit leaves the ownership keys.",
        "docs",
        API,
        _keep_on_api_edit,
    ),
)
