"""The facts about this Python environment, as JSON: `python -m pulumi_c1policy._pulumi.self_check`.

`c1policy doctor` runs it with the interpreter of the program, which may be another one than that of
the command. It reads the config keys of the stack as a JSON list from standard input, and no value.
The keys of the answer may grow, and never change their meaning: the doctor of another version of
the package reads it.
"""

from __future__ import annotations

import json
import platform
import sys
from importlib import metadata, util
from typing import Any

from pulumi_c1policy import _extras

_DISTRIBUTIONS = ("pulumi-c1policy", "pulumi", "grpcio", "httpx")
_CEL_MODULE = "cel_expr_python"


def main() -> None:
    """Write the facts to standard output."""
    keys = [key for key in json.load(sys.stdin) if isinstance(key, str)]
    json.dump(collect_facts(keys), sys.stdout)


def collect_facts(keys: list[str]) -> dict[str, Any]:
    """Return the facts.

    Args:
        keys: The config keys of the stack in our namespace, without it.
    """
    from pulumi_c1policy._pulumi import config_keys

    return {
        "python": platform.python_version(),
        "executable": sys.executable,
        "versions": {name: _find_version(name) for name in _DISTRIBUTIONS},
        "required_sdk": _find_requirement("pulumi"),
        "extras": _find_extras(),
        "config_problems": config_keys.find_near_misses(keys) + config_keys.find_unknown(keys),
        **_check_hooks(),
    }


def _check_hooks() -> dict[str, Any]:
    import grpc

    from pulumi_c1policy._pulumi import hook_check

    try:
        return {"hooks": hook_check.check_hooks(), "hooks_error": None}
    except (OSError, ValueError, grpc.RpcError) as error:
        return {"hooks": {}, "hooks_error": type(error).__name__}


def _find_version(distribution: str) -> str | None:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None


def _find_requirement(name: str) -> str:
    """Return the versions of a distribution that this package accepts, such as `<4,>=3.272`."""
    found = metadata.requires("pulumi-c1policy") or []
    return next(
        (
            each.removeprefix(name)
            for each in found
            if ";" not in each
            and each.startswith(name)
            and each[len(name) : len(name) + 1] in "<>=~!"
        ),
        "",
    )


def _find_extras() -> dict[str, bool]:
    found = {str(name): all(map(_is_installed, each)) for name, each in _extras.MODULES.items()}
    return {"cel": _is_installed(_CEL_MODULE), **found}


def _is_installed(module: str) -> bool:
    try:
        return util.find_spec(module) is not None
    except (ImportError, ValueError):
        return False


if __name__ == "__main__":
    main()
