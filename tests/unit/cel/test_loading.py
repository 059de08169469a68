"""The CEL library is loaded only if there is an expression."""

from __future__ import annotations

import subprocess
import sys

import pytest

PRINT_MODULES = (
    "import sys; print(sorted(m for m in sys.modules if m.startswith('cel_expr_python')))"
)


def list_modules_after(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{PRINT_MODULES}"],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


@pytest.mark.parametrize(
    "code",
    [
        "import pulumi_c1policy",
        "import pulumi_c1policy._cel.policy_expressions",
        "import pulumi_c1policy._cli.check_expression",
        "from pulumi_c1policy._cel import policy_expressions as c; c.check_policy({'rules': []})",
    ],
)
def test_the_library_is_not_loaded_without_an_expression(code: str) -> None:
    assert list_modules_after(code) == "[]"


def test_an_expression_loads_the_library() -> None:
    code = (
        "from pulumi_c1policy._cel.policy_expressions import check_policy;"
        "check_policy({'rules': [{'condition': 'ip.is4'}]})"
    )
    assert "cel_expr_python" in list_modules_after(code)
