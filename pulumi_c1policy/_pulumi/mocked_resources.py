"""A run of a Pulumi program without an engine, which records its resources of this package.

Start it with `python -m pulumi_c1policy._pulumi.mocked_resources PROGRAM RESULT PROJECT STACK`.
A program may change its process, so it gets a process of its own. Standard input contains a JSON
object with the config and the directory, whose tables answer lookups.
"""

from __future__ import annotations

import json
import runpy
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pulumi
from pulumi.runtime import mocks, rpc

from pulumi_c1policy._client import settings
from pulumi_c1policy._pulumi import config_keys, engine_values, fixture_lookups, program_lookups

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_TYPE = "c1policy:Policy"
_ATTACHMENT_TYPES = ("c1policy:AppPolicies", "c1policy:EntitlementPolicies")


class _Engine(mocks.Mocks):
    """Mocks that give every resource an id, and every function an answer from a directory."""

    def __init__(self, directory: Mapping[str, Any]) -> None:
        self.directory = directory
        self.policies: list[dict[str, Any]] = []
        self.attachments: list[dict[str, Any]] = []
        self.invented: set[str] = set()
        self.named_policies: dict[str, dict[str, str]] = {}

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        found = args.resource_id or f"{args.name}_id"
        inputs = engine_values.read_properties(_unwrap_secrets(args.inputs))
        # `Policy.get` has no inputs: the policy is unknown.
        if args.typ.endswith(_TYPE) and inputs:
            self.policies.append({"resource": args.name, "id": found, "inputs": inputs})
        if args.typ.endswith(_ATTACHMENT_TYPES) and inputs:
            self.attachments.append({"resource": args.name, "inputs": inputs})
        return found, args.inputs

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[str, Any], None]:
        found = fixture_lookups.answer(self.directory, args.token, args.args)
        if "id" not in found:
            names = [args.args.get(criterion) for criterion in ("name", "alias", "app")]
            self.invented |= {program_lookups.make_mocked_id(name) for name in names if name}
            if policy_name := args.args.get("display_name"):
                invented = program_lookups.make_mocked_id(policy_name)
                # Policies of two types may have one name, and get one invented id.
                is_same = self.named_policies.setdefault(invented, args.args) == args.args
                self.named_policies[invented] = args.args if is_same else {}
        return found, None


def _unwrap_secrets(value: Any) -> Any:  # noqa: ANN401 (any input)
    """Unwrap secrets at any depth; the values do not leave this machine."""
    value = rpc.unwrap_rpc_secret(value)
    if isinstance(value, dict):
        return {key: _unwrap_secrets(item) for key, item in value.items()}
    return [_unwrap_secrets(item) for item in value] if isinstance(value, list) else value


def run(program: Path, project: str, stack: str, directory: Mapping[str, Any]) -> dict[str, Any]:
    """Run a program; return its policies (resource, made-up id, inputs) and its attachments.

    `invented` lists the ids of apps and entitlements that the directory does not contain, and
    `named_policies` has the criteria of lookups of policies by the invented ids; none for an id of
    several lookups.
    """
    engine = _Engine(directory)
    mocks.set_mocks(engine, project=project, stack=stack, preview=False)
    sys.path.insert(0, str(program.parent))
    awaited = cast("Callable[[Callable[[], None]], Callable[[], None]]", mocks.test)

    @awaited
    def run_program() -> None:
        runpy.run_path(str(program), run_name="__main__")

    run_program()
    return {
        "policies": engine.policies,
        "attachments": engine.attachments,
        "invented": sorted(engine.invented),
        "named_policies": engine.named_policies,
    }


def main() -> None:
    """Run the program that the command line names."""
    program, result, project, stack = sys.argv[1:]
    # The config is decrypted and unmarked, so every key that may be a secret counts as one.
    secrets = [f"{config_keys.NAMESPACE}:{key}" for key in settings.SECRET_KEYS]
    given = json.loads(sys.stdin.read())
    pulumi.runtime.set_all_config(given["config"], secrets)
    try:
        found = run(Path(program), project, stack, given["directory"])
    except pulumi.RunError as error:
        # The program ends with a sentence of its own, as under an engine.
        sys.exit(str(error))
    Path(result).write_text(json.dumps(found), "utf-8")


if __name__ == "__main__":
    main()
