"""Write `pulumi_c1policy/inputs`: a typed dict for every message that a program may write.

Pulumi's Python SDKs describe nested arguments as `...ArgsDict`; an editor completes the keys of a
plain dict literal from it, with a docstring for each. There is one module per module of the model.
"""

from __future__ import annotations

import sys

from pulumi_c1policy._model.schema import Scalar
from scripts.generated import (
    DURATION_DOC,
    ENUMS,
    ROOT,
    format_type_name,
    list_enum_choices,
    write_files,
)
from scripts.typed_dicts import (
    Variant,
    format_docstring,
    format_module,
    generate_package,
    run_formatter,
)

_FOLDER = ROOT / "pulumi_c1policy" / "inputs"
_VALUES_DOC = "Typed arguments. The values of enumerations, and spans of time."

ID_TYPES = {
    "app": "AppId",
    "entitlement": "EntitlementId",
    "policy": "PolicyId",
    "step-up provider": "StepUpProviderId",
    "user": "UserId",
    "webhook": "WebhookId",
}
"""The types of ids, by the kind of the object."""

RESULTS = "pulumi_c1policy.lookup_results"
"""The module of these types."""

_PACKAGE_DOC = """\
Typed arguments: what the dicts of a policy may hold, for editors and type checkers.

Each message of the API is a typed dict named as in Pulumi's SDKs. Every value may be a
`pulumi.Output`, too.

```python
from pulumi_c1policy.inputs import RuleArgsDict

contractors: RuleArgsDict = {
    "condition": "subject.employmentType == 'Contractor'",
    "step_key": "contractors",
}
```"""

INPUTS = Variant(
    package="pulumi_c1policy.inputs",
    generator="generate_inputs",
    doc=_PACKAGE_DOC,
    title="Typed arguments.",
    scalars={
        Scalar.BOOL: "bool",
        Scalar.STRING: "str",
        Scalar.INT32: "int",
        Scalar.UINT32: "int",
        Scalar.INT64: "int | str",
        Scalar.UINT64: "int | str",
        Scalar.DURATION: "Duration",
        Scalar.TIMESTAMP: "str",
        Scalar.STRUCT: "Mapping[str, Any]",
    },
    suffix="ArgsDict",
    is_input=True,
    homes=dict.fromkeys([*ID_TYPES.values(), "FindEntitlementResult"], RESULTS),
    ids=ID_TYPES,
)
"""The typed arguments."""


def generate() -> dict[str, str]:
    """Return the text of each module of the package, by its file name."""
    values = run_formatter(format_module(INPUTS.header, _VALUES_DOC, _format_values(), {}))
    first = {"Duration": "values"} | {format_type_name(enum): "values" for enum in ENUMS}
    return {"values.py": values, **generate_package(INPUTS, first)}


def _format_values() -> str:
    duration = "Duration: TypeAlias = str | int | float | timedelta"
    parts = [f"{duration}\n{format_docstring(DURATION_DOC, 0)}\n"]
    for enum in ENUMS:
        choices = ", ".join(f'"{value}"' for value in list_enum_choices(enum))
        alias = f"{format_type_name(enum)}: TypeAlias = Literal[{choices}]"
        parts.append(f"{alias}\n{format_docstring(enum.doc, 0)}\n")
    return "\n".join(parts)


def main() -> int:
    """Write the package, or with `--check` only check that it is current."""
    current = {_FOLDER / name: text for name, text in generate().items()}
    others = dict.fromkeys(_FOLDER.glob("*.py"))
    return write_files({**others, **current}, "scripts.generate_inputs")


if __name__ == "__main__":
    sys.exit(main())
