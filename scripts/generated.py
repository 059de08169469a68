"""The common part of the generators: names and sentences from the model, and the files.

Typed arguments and reference agree because both use it.
"""

from __future__ import annotations

import difflib
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from pulumi_c1policy._model import (
    approval,
    connector,
    enums,
    escalation,
    field_rules,
    form,
    form_fields,
    policy,
    provision,
    provisioner,
    refs,
    steps,
)
from pulumi_c1policy._model.schema import Enum, Field, Message, index_messages

ROOT = Path(__file__).parents[1]
ENUMS = tuple(value for value in vars(enums).values() if isinstance(value, Enum))
DURATION_DOC = (
    'A span of time: text such as `"4h"`, `"1h30m"` or `"3600s"` (units ns, us, ms, s, m, h, d and '
    "w), a number of seconds, or a `timedelta`."
)

# Each after those that it refers to.
_MODULES = (
    refs,
    escalation,
    approval,
    connector,
    provisioner,
    provision,
    field_rules,
    form_fields,
    form,
    steps,
    policy,
)

# The form package and the policy package both have a `Form`, and `Field` alone is ambiguous.
_CLEAR_NAMES = {"c1.api.policy.v1.Form": "FormStep", "c1.api.form.v1.Field": "FormField"}
_PACKAGE = re.compile(r"^(?:[a-z0-9]+\.)+")
_SENTENCE_END = re.compile(r"(?<=[a-z0-9`)\]*\"][.!?]) +(?=[A-Z`\"\[])")


def group_messages() -> dict[str, list[Message]]:
    """Group every message below the policy by its module of the model.

    Each module comes after those that it refers to.
    """
    left = index_messages(policy.POLICY)
    del left[policy.POLICY.name]
    homes: dict[str, list[Message]] = {}
    for module in _MODULES:
        found = [value for value in vars(module).values() if isinstance(value, Message)]
        name = module.__name__.rpartition(".")[2]
        homes[name] = [left.pop(message.name) for message in found if message.name in left]
    if left:
        raise ValueError(f"no module has {', '.join(left)} as a constant")
    return homes


def read_module_doc(name: str) -> str:
    """Return the first sentence of a module's docstring."""
    (module,) = (module for module in _MODULES if module.__name__.endswith(f".{name}"))
    return (module.__doc__ or "").partition("\n\n")[0]


def format_type_name(kind: Message | Enum) -> str:
    """Return the name in Python: `c1.api.policy.v1.Rule` -> `RuleArgsDict`; enums have no
    suffix.
    """
    name = _CLEAR_NAMES.get(kind.name) or _PACKAGE.sub("", kind.name).replace(".", "")
    return name if isinstance(kind, Enum) else f"{name}ArgsDict"


def list_inputs(message: Message) -> list[Field]:
    """List the fields that a program may set."""
    return [field for field in message.fields.values() if not field.output_only]


def is_required(message: Message, field: Field) -> bool:
    """Return whether the program must set `field`, itself or as the only member of its group."""
    alone = message.oneofs.get(field.oneof) == (field.name,)
    return field.required or (alone and field.oneof in message.required_oneofs)


def format_message_doc(message: Message) -> str:
    """Format the purpose of a message, and its fields that exclude each other."""
    parts = [message.doc]
    for group, members in message.oneofs.items():
        if len(members) > 1:
            required = group in message.required_oneofs
            bound, verb = ("Exactly", "must") if required else ("At most", "may")
            parts.append(f"{bound} one of {_join_names(members)} {verb} be set.")
    return " ".join(parts)


def format_field_doc(message: Message, field: Field) -> str:
    """Format the meaning of a field, with its requirement and its deprecation."""
    required = " Required." if is_required(message, field) else ""
    deprecated = f" Deprecated: {field.deprecated}." if field.deprecated else ""
    return f"{field.doc}{required}{deprecated}"


def format_exclusions(message: Message, field: Field) -> str:
    """Format the fields that cannot be set together with `field`, or return ""."""
    others = [name for name in message.oneofs.get(field.oneof, ()) if name != field.name]
    return f"Excludes {_join_names(others)}." if others else ""


def list_enum_choices(enum: Enum) -> tuple[str, ...]:
    """List the values that a program may write: without the zero, if the field is required."""
    known = index_messages(policy.POLICY).values()
    fields = [field for message in known for field in message.fields.values()]
    asked = any(field.type is enum and field.required for field in fields)
    return enum.values[1:] if asked else enum.values


def split_sentences(page: str) -> str:
    """Write each sentence of a page in Markdown on a line of its own, except in tables."""
    lines = []
    for line in page.splitlines():
        indent = "  " if line.startswith(("- ", "  ")) else ""
        is_row = line.startswith("|")
        lines.append(line if is_row else _SENTENCE_END.sub(f"\n{indent}", line))
    return "\n".join(lines) + "\n"


def write_files(files: Mapping[Path, str | None], module: str) -> int:
    """Write the files, or with `--check` on the command line only report outdated files.

    Args:
        files: The text by path; None for a file that must not exist.
        module: The generator's name, for the message.

    Returns:
        The exit code: 1 if a check failed.
    """
    check = "--check" in sys.argv[1:]
    stale = 0
    for path, text in files.items():
        present = path.read_text() if path.exists() else None
        if present == text:
            continue
        stale += 1
        if check:
            before, after = ((side or "").splitlines(keepends=True) for side in (present, text))
            sys.stdout.writelines(difflib.unified_diff(before, after, str(path), "generated"))
        elif text is None:
            path.unlink()
        else:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
    if check and stale:
        print(f"{stale} files are outdated: run `python -m {module}`.")
    return 1 if check and stale else 0


def _join_names(names: Iterable[str]) -> str:
    *first, last = [f"`{name}`" for name in names]
    return f"{', '.join(first)} and {last}" if first else last
