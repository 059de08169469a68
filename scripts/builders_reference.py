"""The chapter of `docs/reference.md` about the builders: signatures and purposes."""

from __future__ import annotations

import ast
import inspect
import itertools
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

from pulumi_c1policy import builders

_INTRODUCTION = """\
## Builders

Builders return the dicts of this page.
The names are those of `import pulumi_c1policy as c1`.
Each value may be a `pulumi.Output`.
An argument with `=…` may be left out, and so may every option."""
_SUBMODULES = ("on", "approve", "wait", "escalate", "ask")
_FUNCTIONS = ("when", "otherwise", "accept", "reject", "form")


def format_builders() -> str:
    """Format the chapter, from the signatures and docstrings of the builders."""
    names = [(f"c1.{name}", getattr(builders, name)) for name in _FUNCTIONS]
    parts = [_INTRODUCTION, _format_list(names)]
    for name in _SUBMODULES:
        module = getattr(builders, name)
        functions = list(_list_functions(module))
        heading = inspect.getdoc(module) or ""
        parts += [f"### c1.{name}", heading.partition("\n\n")[0].replace("\n", " ")]
        parts.append(_format_list([(f"c1.{name}.{each}", call) for each, call in functions]))
        if rows := list(_list_options(module, functions)):
            parts.append("\n".join(["| Option | Meaning | Of |", "| --- | --- | --- |", *rows]))
    return "\n\n".join(parts)


def _list_functions(module: ModuleType) -> Iterator[tuple[str, Callable[..., Any]]]:
    """List the functions that a module defines, in the order of its source."""
    for name, value in vars(module).items():
        if inspect.isfunction(value) and value.__module__ == module.__name__ and name[0] != "_":
            yield name, value


def _format_list(functions: list[tuple[str, Callable[..., Any]]]) -> str:
    """Format signatures and purposes as a list, because code in a table does not wrap."""
    lines = []
    for name, call in functions:
        purpose = (inspect.getdoc(call) or "").partition("\n\n")[0].replace("\n", " ")
        lines.append(f"- `{name}({_format_parameters(call)})`: {purpose}")
    return "\n".join(lines)


def _format_parameters(call: Callable[..., Any]) -> str:
    """Format the names of the parameters; an optional one is followed by `=…`."""
    parts: list[str] = []
    is_keyword = False
    for parameter in inspect.signature(call).parameters.values():
        if parameter.kind is parameter.KEYWORD_ONLY and not is_keyword:
            is_keyword = True
            if not any(part.startswith("*") for part in parts):
                parts.append("*")
        star = {"VAR_POSITIONAL": "*", "VAR_KEYWORD": "**"}.get(parameter.kind.name, "")
        default = "" if parameter.default is parameter.empty else "=…"
        parts.append(f"{star}{parameter.name}{default}")
    return ", ".join(parts)


def _list_options(
    module: ModuleType, functions: list[tuple[str, Callable[..., Any]]]
) -> Iterator[str]:
    """List the options of a module's builders as rows: name, meaning, and builders with it."""
    keys = {name: _list_option_keys(module, call) for name, call in functions}
    takers = [name for name, its in keys.items() if its]
    for option, meaning in _read_attribute_docs(module):
        having = [name for name in takers if option in keys[name]]
        whose = "all" if having == takers else ", ".join(f"`{name}`" for name in having)
        yield f"| `{option}` | {meaning} | {whose} |"


def _list_option_keys(module: ModuleType, call: Callable[..., Any]) -> frozenset[str]:
    for parameter in inspect.signature(call).parameters.values():
        if parameter.kind is parameter.VAR_KEYWORD:
            options = str(parameter.annotation).removeprefix("Unpack[").removesuffix("]")
            return frozenset(getattr(module, options).__optional_keys__)
    return frozenset()


def _read_attribute_docs(module: ModuleType) -> Iterator[tuple[str, str]]:
    """Read the strings below the attributes of a module's classes."""
    for statement in ast.parse(inspect.getsource(module)).body:
        body = statement.body if isinstance(statement, ast.ClassDef) else []
        for attribute, text in itertools.pairwise(body):
            if isinstance(attribute, ast.AnnAssign) and isinstance(text, ast.Expr):
                name, doc = ast.unparse(attribute.target), ast.literal_eval(text.value)
                yield name, " ".join(doc.split())
