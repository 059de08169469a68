"""Write the resource, the types of its outputs, and the constants of `PolicyType`.

The resource has an argument and an output for every field of the policy. The outputs are plain
values, which typed dicts describe; only type checkers and editors load them.
"""

from __future__ import annotations

import sys
import textwrap

from pulumi_c1policy._lifecycle.planning.decisions import DECISIONS, POLICY_DECISIONS
from pulumi_c1policy._model import enums
from pulumi_c1policy._model.id_fields import ID_FIELDS
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.schema import Enum, Field, Message, Scalar
from scripts.generate_inputs import ID_TYPES, INPUTS, RESULTS
from scripts.generated import ROOT, list_enum_choices, list_inputs, write_files
from scripts.typed_dicts import (
    ENUM_HOMES,
    Variant,
    format_annotation,
    format_docstring,
    generate_package,
    run_formatter,
)

_PACKAGE = ROOT / "pulumi_c1policy"
_WIDTH = 100

_OUTPUTS_DOC = """\
Typed outputs: what the outputs of a policy contain, for editors and type checkers.

Each message of the API is a typed dict of plain values. Its keys have the meaning that the
arguments of the same name have (`Rule`: `pulumi_c1policy.inputs.RuleArgsDict`). A key is missing if
it is unset.

```python
from pulumi_c1policy.outputs import Rule


def count_conditions(rules: list[Rule] | None) -> int:
    return sum("condition" in rule for rule in rules or [])


pulumi.export("conditions", policy.rules.apply(count_conditions))
```"""

OUTPUTS = Variant(
    package="pulumi_c1policy.outputs",
    generator="generate_resource",
    doc=_OUTPUTS_DOC,
    title="Typed outputs.",
    scalars={
        Scalar.BOOL: "bool",
        Scalar.STRING: "str",
        Scalar.INT32: "int",
        Scalar.UINT32: "int",
        Scalar.INT64: "int | str",
        Scalar.UINT64: "int | str",
        # A `timedelta` is sent as text.
        Scalar.DURATION: "str | int | float",
        Scalar.TIMESTAMP: "str",
        Scalar.STRUCT: "dict[str, Any]",
    },
    suffix="",
    is_input=False,
    homes=ENUM_HOMES,
)
"""The typed outputs."""

_DECISION_DOCS = {
    "on_conflict": (
        "The reaction of an update to a field that it would change, and that somebody else has "
        "changed since the last refresh: `refuse` (default), or `overwrite`."
    ),
    "on_takeover": (
        "The reaction of an update to a policy that a person has edited in the product, which "
        "removes the ownership annotations: `refuse` (default), or `take_back`."
    ),
    "on_leftover": (
        "The reaction of a create to a leftover, that is a policy with this resource's ownership "
        "annotations that is in no known state: `refuse` (default), `adopt` it if it equals what "
        "would be created, or `leave` it and create another one."
    ),
    "on_in_use": (
        "The reaction of a deletion to apps and entitlements that use the policy: `refuse` "
        "(default), or `delete` it although they do. The deletion follows the value that the last "
        "`pulumi up` recorded."
    ),
}

_OUTPUT_DOCS = {
    "annotations": (
        "Every annotation in the tenant, including the ownership annotations and those of others."
    ),
}
"""The outputs that contain more than their argument."""

_RESOURCE = '''\
{header}
"""The resource that programs declare."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

import pulumi
from pulumi import dynamic

from pulumi_c1policy._pulumi import declaration
from pulumi_c1policy.provider import PolicyProvider

if TYPE_CHECKING:
    from pulumi_c1policy import outputs
    from pulumi_c1policy.inputs import {imports}
    from {results} import {ids}


class Policy(dynamic.Resource, module="c1policy", name="Policy"):
    """A ConductorOne policy: who must approve which access, and how access is given or removed.

    The program declares the whole policy: a field that it leaves out, or stops mentioning, is unset
    in the tenant. Annotations are the exception: the program manages only the keys that it sets.
    """

    # Pulumi's SDK evaluates the annotations of a resource, which would load the modules of types.
    if TYPE_CHECKING:
{outputs}

    def __init__(
        self,
        resource_name: str,
        opts: pulumi.ResourceOptions | None = None,
        *,
{arguments}
    ) -> None:
        """Declare a policy.

        Args:
            resource_name: The resource's name in the stack; the ownership annotations contain it.
            opts: Pulumi's resource options. `import_` does not work for dynamic resources; the
                command `c1policy import` adopts existing policies.
{docs}
        """
        fields = {{{fields}}}
        decisions = {{{decisions}}}
        props = declaration.pack_policy(resource_name, opts, fields, decisions)
        super().__init__(
            PolicyProvider(), resource_name, props, declaration.add_secret_outputs(opts)
        )
        declaration.register_policy(self, resource_name, props)

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> pulumi.Output[None]:
            return declaration.make_unset_output(self, name)

    @classmethod
    def get(
        cls,
        resource_name: str,
        id: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> Policy:
        """Read a policy that the program does not manage; it is never written.

        Args:
            resource_name: A name for it in the stack.
            id: The policy's id in the tenant.
            opts: Pulumi's resource options.

        Returns:
            The policy with its outputs. The deployment fails if the tenant has no such policy.
        """
        found = cls.__new__(cls)
        chosen = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(id=id))
        super(Policy, found).__init__(
            PolicyProvider(),
            resource_name,
            declaration.pack_read(),
            declaration.add_secret_outputs(chosen),
        )
        declaration.set_known_id(found, id)
        return found
'''

_POLICY_TYPE = '''\
{header}
"""The types of policies as constants."""

from __future__ import annotations

from typing import Final


class PolicyType:
    """{doc}

    Each constant is the API's text, and can be used wherever the text can.
    """

{constants}
'''


def generate() -> dict[str, str]:
    """Return the text of each file by its path below the package."""
    outputs = generate_package(OUTPUTS)
    return {
        "resource.py": run_formatter(_format_resource()),
        "policy_type.py": run_formatter(_format_policy_type()),
        **{f"outputs/{name}": text for name, text in outputs.items()},
    }


def _format_resource() -> str:
    fields = list_inputs(POLICY)
    outputs = [field for field in POLICY.fields.values() if field.name != "id"]
    kinds = {INPUTS.name_type(f.type) for f in fields if isinstance(f.type, Message | Enum)}
    docs = {field.name: _describe(field) for field in fields} | _DECISION_DOCS
    return _RESOURCE.format(
        header=OUTPUTS.header,
        imports=", ".join(sorted(kinds)),
        results=RESULTS,
        ids=", ".join(sorted({ID_TYPES[ID_FIELDS[f.name]] for f in fields if f.name in ID_FIELDS})),
        outputs="\n".join(map(_format_output, outputs)),
        arguments="\n".join(
            [*map(_format_argument, fields), *map(_format_decision, POLICY_DECISIONS)]
        ),
        docs="\n".join(_format_argument_doc(name, doc) for name, doc in docs.items()),
        fields="".join(f'"{field.name}": {field.name}, ' for field in fields),
        decisions="".join(f'"{name}": {name}, ' for name in POLICY_DECISIONS),
    )


def _format_output(field: Field) -> str:
    kind = format_annotation(OUTPUTS, field)
    if isinstance(field.type, Message):
        name = OUTPUTS.name_type(field.type)
        kind = kind.replace(name, f"outputs.{name}")
    is_certain = field.required or (field.type is Scalar.BOOL and field.output_only)
    whole = kind if is_certain else f"{kind} | None"
    doc = _OUTPUT_DOCS.get(field.name) or _describe(field)
    return f"        {field.name}: pulumi.Output[{whole}]\n{format_docstring(doc, 8)}"


def _describe(field: Field) -> str:
    return f"{field.doc} Deprecated: {field.deprecated}." if field.deprecated else field.doc


def _format_argument(field: Field) -> str:
    default = "" if field.required else " | None = None"
    return f"        {field.name}: {format_annotation(INPUTS, field)}{default},"


def _format_decision(name: str) -> str:
    values = DECISIONS[name]
    choices = ", ".join(f'"{value}"' for value in values)
    return f'        {name}: Literal[{choices}] = "{values[0]}",'


def _format_argument_doc(name: str, doc: str) -> str:
    margin = " " * 12
    return textwrap.fill(
        f"{name}: {doc}",
        _WIDTH,
        initial_indent=margin,
        subsequent_indent=f"{margin}    ",
        break_on_hyphens=False,
    )


def _format_policy_type() -> str:
    enum = enums.POLICY_TYPE
    prefix = enum.zero.removesuffix("UNSPECIFIED")
    constants = [
        f'    {value.removeprefix(prefix)}: Final = "{value}"' for value in list_enum_choices(enum)
    ]
    return _POLICY_TYPE.format(header=OUTPUTS.header, doc=enum.doc, constants="\n".join(constants))


def main() -> int:
    """Write the files, or with `--check` only check that they are current."""
    current = {_PACKAGE / name: text for name, text in generate().items()}
    others = dict.fromkeys((_PACKAGE / "outputs").glob("*.py"))
    return write_files({**others, **current}, "scripts.generate_resource")


if __name__ == "__main__":
    sys.exit(main())
