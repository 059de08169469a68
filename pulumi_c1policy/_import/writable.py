"""The last check before an adoption: a program and an import file can contain the policy. Pure."""

from __future__ import annotations

import ast

from pulumi_c1policy._import import entries, program_names, program_writer
from pulumi_c1policy._import.adoptable import MEND, Adopted, LeftOut

_DEFECTS = (
    ArithmeticError,
    LookupError,
    MemoryError,
    RecursionError,
    SyntaxError,
    TypeError,
    ValueError,
)


def check_writable(policy: Adopted) -> Adopted | LeftOut:
    """Return the policy, or the reason why no program or import file can contain it.

    One policy that cannot be written must not prevent the others. So each is written once by
    itself, and the program is parsed.
    """
    called = program_names.make_names([policy.name])
    try:
        ast.parse(program_writer.write_program([policy], called, {}))
        entries.make_import_file([policy], called).encode()
    except _DEFECTS as error:
        why = f"no program can hold it ({type(error).__name__})"
        return LeftOut(policy.id, policy.name, why, MEND, unwritable=True)
    return policy
