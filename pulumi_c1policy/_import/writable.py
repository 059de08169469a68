"""The last check before a policy is adopted: a program and an import file can hold it. Pure."""

from __future__ import annotations

import ast

from pulumi_c1policy._import import entries, names, program
from pulumi_c1policy._import.adoption import MEND, Adopted, LeftOut

_DEFECTS = (
    ArithmeticError,
    LookupError,
    MemoryError,
    RecursionError,
    SyntaxError,
    TypeError,
    ValueError,
)


def writable(policy: Adopted) -> Adopted | LeftOut:
    """The policy, or why no program or no import file can hold it.

    One policy that cannot be written must not keep the others from being written, whatever is wrong
    with it: so each is written once by itself, and the program is parsed.
    """
    called = names.names([policy.name])
    try:
        ast.parse(program.program([policy], called, {}))
        entries.import_file([policy], called).encode()
    except _DEFECTS as error:
        why = f"no program can hold it ({type(error).__name__})"
        return LeftOut(policy.id, policy.name, why, MEND, unwritable=True)
    return policy
