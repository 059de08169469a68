"""The repository's own programs run with any Pulumi CLI."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest
import yaml

from scripts.environment import ROOT

PROJECTS = sorted([ROOT / "Pulumi.yaml", *ROOT.glob("examples/*/Pulumi.yaml")])


@pytest.mark.parametrize(
    "project", PROJECTS, ids=lambda project: str(project.parent.relative_to(ROOT))
)
def test_program_and_provider_find_the_same_virtual_environment(project: Path) -> None:
    """Pulumi searches from Pulumi.yaml for the program, but from `main` for the provider."""
    settings = yaml.safe_load(project.read_text())
    virtualenv = settings["runtime"]["options"]["virtualenv"]
    main = project.parent / settings.get("main", ".")
    assert (main / "__main__.py").is_file()
    assert (project.parent / virtualenv).resolve() == (ROOT / ".venv").resolve()
    assert (main / virtualenv).resolve() == (ROOT / ".venv").resolve()


def test_the_package_tells_pulumi_that_it_has_no_plugin_to_download() -> None:
    """The file `pulumi-plugin.json`: without it, a host takes the package for a plugin's SDK."""
    spec = importlib.util.find_spec("pulumi_c1policy")
    assert spec is not None
    assert spec.origin is not None
    marker = Path(spec.origin).with_name("pulumi-plugin.json")
    assert json.loads(marker.read_text()) == {"resource": False}
