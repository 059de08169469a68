"""The files of states: exports, backends and folders of both; what is no state is an error."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from pulumi_c1policy._drift.state_files import StateFileError, list_files, read_file
from tests.support.exports import make_export, make_resource, write

ONE = make_resource("one", "id-1", inputs={"a": 1}, outputs={"b": [1.5, {"c": None}]})


def make_checkpoint(export: dict[str, Any]) -> dict[str, Any]:
    """Return the file of a backend for an export."""
    return {"version": 3, "checkpoint": {"stack": "x", "latest": export["deployment"]}}


def test_an_export_has_the_resources_of_this_package(tmp_path: Path) -> None:
    foreign = {**make_resource("two", "id-2"), "type": "aws:s3:Bucket"}
    component = {**make_resource("three", ""), "custom": False}
    state = read_file(write(tmp_path / "x.json", make_export(ONE, foreign, component)))
    [stored] = state.resources
    assert (stored.name, stored.id, stored.type) == ("one", "id-1", "c1policy:Policy")
    assert stored.read() == ({"a": 1}, {"b": [1.5, {"c": None}]})
    assert state.label == "shop/dev"
    assert state.secrets_provider["type"] == "passphrase"


@pytest.mark.parametrize("left", [{"external": True}, {"delete": True}])
def test_a_resource_that_the_stack_does_not_manage_is_marked(
    tmp_path: Path, left: dict[str, bool]
) -> None:
    [stored] = read_file(write(tmp_path / "x.json", make_export({**ONE, **left}))).resources
    assert not stored.is_managed


def test_attachments_are_resources_of_this_package(tmp_path: Path) -> None:
    found = [make_resource(t, "a", type=t) for t in ("AppPolicies", "EntitlementPolicies")]
    state = read_file(write(tmp_path / "x.json", make_export(*found)))
    assert [each.type for each in state.resources] == [
        "c1policy:AppPolicies",
        "c1policy:EntitlementPolicies",
    ]


def test_operations_in_progress_are_told(tmp_path: Path) -> None:
    pending = [{"resource": ONE, "type": "creating"}]
    state = read_file(write(tmp_path / "x.json", make_export(pending_operations=pending)))
    assert state.pending == [ONE["urn"]]


def test_a_stack_without_resources_is_named_after_its_file(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(json.dumps({"version": 3, "deployment": {"manifest": {}}}))
    assert read_file(path).label == str(path)


@pytest.mark.parametrize("compressed", [False, True])
def test_a_backend_has_the_states_of_all_its_stacks(tmp_path: Path, compressed: bool) -> None:
    for name in ("dev", "prod"):
        path = tmp_path / ".pulumi" / "stacks" / "shop" / f"{name}.json"
        text = json.dumps(make_checkpoint(make_export(ONE))).replace(":dev::", f":{name}::")
        write(path, json.loads(text))
        (path.parent / f"{name}.json.bak").write_text("{}")
        (path.parent / f"{name}.json.attrs").write_text("{}")
        if compressed:
            path.with_name(f"{name}.json.gz").write_bytes(gzip.compress(path.read_bytes()))
            path.unlink()
    write(tmp_path / ".pulumi" / "backups" / "shop" / "dev.json", make_export())
    for source in (str(tmp_path), f"file://{tmp_path}", str(tmp_path / ".pulumi")):
        states = [read_file(path) for path in list_files(source)]
        assert [state.label for state in states] == ["shop/dev", "shop/prod"]
        assert all(len(state.resources) == 1 for state in states)


def test_a_folder_of_exports_has_the_states_of_all_its_files(tmp_path: Path) -> None:
    paths = [write(tmp_path / name, make_export(ONE)) for name in ("a.json", "deep/b.json")]
    assert list_files(str(tmp_path)) == sorted(paths)


def test_a_path_without_a_state_is_an_error(tmp_path: Path) -> None:
    for source in (tmp_path, tmp_path / "gone.json"):
        with pytest.raises(StateFileError, match=source.name):
            list_files(str(source))


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"policy": {}}', "not json"])
def test_a_file_without_a_state_is_an_error(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(text)
    with pytest.raises(StateFileError, match=r"x\.json is not a state"):
        read_file(path)


@pytest.mark.parametrize("suffix", [".json", ".json.gz"])
def test_a_state_that_was_cut_off_is_an_error(tmp_path: Path, suffix: str) -> None:
    whole = json.dumps(make_export(ONE)).encode()
    path = tmp_path / f"x{suffix}"
    path.write_bytes(gzip.compress(whole)[:-20] if suffix.endswith("gz") else whole[:-20])
    with pytest.raises(StateFileError, match="not whole"):
        read_file(path)
