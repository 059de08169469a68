"""The tenant's answers about expressions: compiled, or checked for brackets and quotes only.

With the `cel` extra, Google's library compiles them. Without it the tenant detects unbalanced
brackets, open strings and empty texts, and accepts everything else. Must not import anything of the
package outside `_emulator`.
"""

from __future__ import annotations

from typing import Any

from pulumi_c1policy._emulator import brackets, expression_compiler
from pulumi_c1policy._emulator.api_errors import StatusCode, TenantError, invalid
from pulumi_c1policy._emulator.declarations import Place
from pulumi_c1policy._emulator.quirks import Quirks


def validate(text: str, quirks: Quirks) -> list[dict[str, Any]]:
    """Return the editor markers of a rule's condition, the only kind that the endpoint checks."""
    return [
        _make_marker(text, line, column, message)
        for line, column, message in _find_faults(text, "condition", quirks, knows_ip=quirks.cel_ip)
    ]


def check(path: str, text: str, place: Place, quirks: Quirks) -> None:
    """Reject an expression that does not compile.

    Raises:
        TenantError: It does not; the message begins with the path and the place of the fault.
    """
    for line, column, message in _find_faults(text, place, quirks, knows_ip=True):
        raise invalid(f"{path}: failed to compile expression: {line}:{column}: {message}")


def _find_faults(
    text: str, place: Place, quirks: Quirks, *, knows_ip: bool
) -> list[tuple[int, int, str]]:
    if not expression_compiler.is_available() or not text.strip():
        return brackets.find_faults(text)
    try:
        return expression_compiler.find_faults(
            text, place, knows_ip=knows_ip, is_lenient=quirks.cel_doubtful
        )
    except expression_compiler.BrokenEnvironmentError as error:
        raise TenantError(
            StatusCode.INTERNAL, f"emulator: cel-expr-python refuses the environment: {error}"
        ) from error


def _make_marker(text: str, line: int, column: int, message: str) -> dict[str, Any]:
    lines = text.split("\n")
    rest = lines[line - 1][column - 1 :] if line <= len(lines) else ""
    return {
        "startLineNumber": line,
        "startColumn": column,
        "endLineNumber": line,
        "endColumn": column + max(len(rest), 1),
        "message": message,
        "severity": "ERROR",
    }
