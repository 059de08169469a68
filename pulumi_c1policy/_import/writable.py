"""The last check before an adoption: both files can contain the policy. Pure."""

from __future__ import annotations

import ast

from pulumi_c1policy._import import import_file, program_names, program_writer
from pulumi_c1policy._import.adoptable import CORRECTION_ADVICE, Adopted, LeftOut
from pulumi_c1policy._import.program_writer import Source

_WRITE_ERRORS = (
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

    One such policy must not prevent the adoption of the others. So this writes each policy alone
    and parses the program.
    """
    names = program_names.make_names([policy.name])
    try:
        ast.parse(program_writer.write_program(Source([policy], names)))
        import_file.make_import_file([policy], names).encode()
    except _WRITE_ERRORS as error:
        reason = f"no program can contain it ({type(error).__name__})"
        return LeftOut(policy.id, policy.name, reason, CORRECTION_ADVICE, unwritable=True)
    return policy
