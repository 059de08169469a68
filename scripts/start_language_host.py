"""Start the language host without importing Pulumi's SDK for Python.

The host needs the protocol alone, and each command of the CLI starts a host: the import of the SDK
would take most of its time.
"""

from __future__ import annotations

import runpy
import sys
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

PACKAGES = ("pulumi", "pulumi.runtime", "pulumi.runtime.proto")


def replace_packages() -> None:
    """Let the modules of the protocol be imported without the packages around them."""
    spec = find_spec("pulumi")
    if spec is None or spec.origin is None:
        return  # The import in the host shows the error.
    root = Path(spec.origin).parent.parent
    for name in PACKAGES:
        package = ModuleType(name)
        package.__path__ = [str(root.joinpath(*name.split(".")))]
        sys.modules[name] = package


def main() -> None:
    """Run the host beside this file, with this process's arguments."""
    replace_packages()
    runpy.run_path(str(Path(__file__).with_name("language_host.py")), run_name="__main__")


if __name__ == "__main__":
    main()
