"""The start of the command line, as `c1policy` and as `python -m pulumi_c1policy`.

It loads without the extra `cli`, and names the command to install it when it runs.
"""

from __future__ import annotations

import sys

from pulumi_c1policy import _extras

_FAILED = 2


def main() -> None:
    """Run the command line."""
    try:
        with _extras.require("cli", "The command `c1policy`"):
            from pulumi_c1policy._cli import main as command_line
        command_line.main()
    except _extras.MissingExtraError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(_FAILED)


if __name__ == "__main__":
    main()
