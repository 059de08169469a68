"""Explanations of syntax errors.

The library lists each token that could follow. The messages here name the likely cause: an open
bracket, a missing quote, an operator of another language.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import TypeAlias

from pulumi_c1policy._cel.compiler import RawError
from pulumi_c1policy._cel.diagnostics import Diagnostic, make_diagnostic
from pulumi_c1policy._cel.environment import load_environment
from pulumi_c1policy._cel.lexer import CelToken, tokenize_without_comments

RULE = "syntax"

_TYPOGRAPHIC_QUOTES = frozenset("\u201c\u201d\u2018\u2019\u00ab\u00bb")
_OPENING_BRACKETS = {")": "(", "]": "[", "}": "{"}
_VALUE_KINDS = frozenset(["word", "string", "number"])
_FOREIGN_SIGNS = {
    "=": "`=` is not an operator; write `==` to compare",
    "&": "`&` is not an operator; write `&&`",
    "|": "`|` is not an operator; write `||`",
    ";": "`;` is not allowed; combine conditions with `&&` or `||`",
    "\\": "`\\` is not an operator; write `/` to divide",
    "#": "`#` does not begin a comment; write `//`",
}
_FOREIGN_OPERATORS = {
    "{{": "`{{ }}` is for workflows only; write the expression without it",
    "===": "`===` is not an operator; write `==`",
    "<>": "`<>` is not an operator; write `!=`",
    "->": "`->` is not an operator; write `.` before a field",
    "=>": "`=>` is not an operator; write `>=`",
    "/*": "`/*` does not begin a comment; write `//`, for the rest of the line",
    "??": "`??` is not an operator; write `has(x) ? x : other`",
}
_FOREIGN_WORDS = {"and": "&&", "or": "||", "not": "!", "is": "=="}
_RESERVED_WORDS = {
    "if": "CEL has no `if`; write `condition ? one : other`",
    "else": "CEL has no `else`; write `condition ? one : other`",
    "return": "CEL has no `return`; write the expression alone",
    "let": "CEL has no `let`; write the value where it is used",
    "var": "CEL has no `var`; write the value where it is used",
    "const": "CEL has no `const`; write the value where it is used",
    "for": "CEL has no `for`; write `list.exists(item, ...)` or `list.all(item, ...)`",
    "while": "CEL has no `while`; write `list.exists(item, ...)` or `list.all(item, ...)`",
}
_ESCAPES = frozenset("abfnrtv\\?\"'`xXuU01234567")


def explain(source: str, errors: Sequence[RawError]) -> Diagnostic:
    """Explain the first syntax error of `source`."""
    tokens = tokenize_without_comments(source)
    if not tokens:
        return make_diagnostic(source, 0, RULE, "the expression is empty")
    grammar_errors = [each for each in errors if each.text.startswith("Syntax error")]
    error = min(grammar_errors or errors, key=lambda each: each.offset)
    reserved = next((e for e in errors if e.text.startswith("reserved identifier")), None)
    if reserved is not None and reserved.offset <= error.offset:
        return _explain_reserved(source, reserved)
    if not error.text.startswith("Syntax error"):
        return _explain_parser_error(source, error)
    offset, message = (
        _explain_character(source, error)
        or _explain_quotes(source, tokens, error)
        or _explain_foreign_syntax(tokens, error.offset)
        or _explain_brackets(tokens, error.offset)
        or _explain_position(tokens, error.offset, len(source.rstrip()))
    )
    return make_diagnostic(source, offset, RULE, message)


Explanation: TypeAlias = tuple[int, str]
"""The offset of a syntax error and its message."""


def _explain_character(source: str, error: RawError) -> Explanation | None:
    """Explain an invisible character outside of a string."""
    character = source[error.offset : error.offset + 1]
    if "token recognition" not in error.text or (character.isprintable() and character.isascii()):
        return None
    if character in _TYPOGRAPHIC_QUOTES or unicodedata.category(character)[0] in "LNSP":
        return None
    name = unicodedata.name(character, "a control character").lower()
    return (
        error.offset,
        f"the character U+{ord(character):04X} ({name}) is not allowed here; remove it",
    )


def _explain_quotes(source: str, tokens: list[CelToken], error: RawError) -> Explanation | None:
    unreadable = "token recognition" in error.text
    for token in tokens:
        if token.text in _TYPOGRAPHIC_QUOTES:
            return token.offset, f"`{token.text}` is a typographic quote; write `\"` or `'`"
        inside = token.offset <= error.offset < token.offset + len(token.text)
        if token.kind == "string" and unreadable and inside:
            return _explain_escape(token)
        if token.kind == "unterminated":
            quote = token.text.lstrip("bBrR")[0]
            after = source[token.offset + len(token.text) :]
            if after.startswith("\n") and quote in after:
                message = (
                    f"a string in `{quote}` cannot span lines; "
                    f"write `{quote * 3}` before and after it"
                )
                return token.offset, message
            return token.offset, f"this string is never closed; end it with `{quote}`"
    return None


def _explain_escape(token: CelToken) -> Explanation | None:
    for match in re.finditer(r"\\(.)", token.text, re.DOTALL):
        if match[1] not in _ESCAPES:
            message = (
                f"`\\{match[1]}` is not an escape sequence; write `\\\\{match[1]}` for a "
                f"backslash, or put `r` before the string"
            )
            return token.offset + match.start(), message
    return (
        token.offset,
        "an escape sequence in this string is invalid; write `\\\\` for a backslash",
    )


def _explain_foreign_syntax(tokens: list[CelToken], offset: int) -> Explanation | None:
    """Explain operators and words of other languages, and template braces."""
    for index, token in enumerate(tokens):
        following = tokens[index + 1] if index + 1 < len(tokens) else None
        touching = following is not None and following.offset == token.offset + len(token.text)
        if token.offset > offset and token.text != "{":
            break
        if following is not None and touching and token.text + following.text in _FOREIGN_OPERATORS:
            return token.offset, _FOREIGN_OPERATORS[token.text + following.text]
        if token.offset == offset and token.text in _FOREIGN_SIGNS:
            return token.offset, _FOREIGN_SIGNS[token.text]
        if token.text.lower() == "not" and following is not None:
            if following.text == "in":
                return token.offset, "`not in` is not an operator; write `!(value in list)`"
            if following.offset == offset:
                return (
                    token.offset,
                    f"`{token.text}` is not an operator; write `!` before the condition",
                )
        if token.offset == offset and token.text.lower() in _FOREIGN_WORDS and index:
            return (
                token.offset,
                f"`{token.text}` is not an operator; write `{_FOREIGN_WORDS[token.text.lower()]}`",
            )
    return None


def _explain_brackets(tokens: list[CelToken], offset: int) -> Explanation | None:
    open_brackets: list[CelToken] = []
    for token in tokens:
        if token.text in ("(", "[", "{"):
            open_brackets.append(token)
        elif token.text in _OPENING_BRACKETS:
            if not open_brackets:
                return (
                    token.offset,
                    f"`{token.text}` has no opening bracket; remove it or add one",
                )
            if open_brackets[-1].text != _OPENING_BRACKETS[token.text]:
                opened = open_brackets[-1]
                return token.offset, f"`{token.text}` does not close the `{opened.text}` before it"
            open_brackets.pop()
    if open_brackets and open_brackets[-1].offset < offset:
        return open_brackets[
            -1
        ].offset, f"this `{open_brackets[-1].text}` is never closed; close it"
    return None


def _explain_position(tokens: list[CelToken], offset: int, length: int) -> Explanation:
    index = next((i for i, token in enumerate(tokens) if token.offset >= offset), len(tokens))
    if index == len(tokens) or offset >= length:
        return length, _explain_ending(tokens)
    token = tokens[index]
    if not index:
        return token.offset, f"an expression cannot begin with `{token.text}`"
    before = tokens[index - 1]
    if before.kind not in _VALUE_KINDS and before.text not in _OPENING_BRACKETS:
        return token.offset, f"`{token.text}` cannot follow `{before.text}`; a value is missing"
    if token.text == "?":
        return token.offset, "a nested `? :` needs parentheses: `a ? (b ? c : d) : e`"
    if token.kind not in _VALUE_KINDS and token.text != "!":
        return (
            token.offset,
            f"`{token.text}` cannot follow `{before.text}`; an expression has a single value",
        )
    message = f"`{token.text}` follows `{before.text}` with no operator between them"
    if _is_key(tokens, index):
        message += f'; write a key with a space as `["{before.text} {token.text}"]`'
    return token.offset, message


def _is_key(tokens: list[CelToken], index: int) -> bool:
    """Return whether a word follows a key of a map, as in `profile.Cost Center`."""
    if tokens[index].kind != "word" or index < 3 or tokens[index - 2].text != ".":
        return False
    return tokens[index - 3].text in load_environment().map_fields


def _explain_ending(tokens: list[CelToken]) -> str:
    signs = [token.text for token in tokens]
    if signs.count("?") > signs.count(":"):
        return "a `?` needs a `:`, as in `condition ? one : other`"
    return f"the expression ends after `{signs[-1]}`; a value is missing"


def _explain_reserved(source: str, error: RawError) -> Diagnostic:
    word = error.text.rpartition(" ")[2]
    message = _RESERVED_WORDS.get(word, f"`{word}` is a reserved word and cannot be a name")
    return make_diagnostic(source, error.offset, RULE, message)


_MACRO = re.compile(r"(?P<name>\w+)\(\) variable name")


def _explain_parser_error(source: str, error: RawError) -> Diagnostic:
    """Explain an error that the parser reports although the grammar allows the source."""
    if error.text.startswith("has()"):
        message = (
            "`has` takes a field, as in `has(subject.profile.team)`; "
            'for a key in brackets, write `"Job Code" in subject.profile`'
        )
        return make_diagnostic(source, error.offset, "has-argument", message)
    if macro := _MACRO.match(error.text):
        message = (
            f"the first argument of `{macro['name']}` must be a new name, "
            f"as in `list.{macro['name']}(item, ...)`"
        )
        return make_diagnostic(source, error.offset, RULE, message)
    if error.text.startswith("invalid"):
        kind = error.text.split()[1]
        return make_diagnostic(
            source, error.offset, RULE, f"this {kind} is too large or malformed; correct it"
        )
    return make_diagnostic(source, error.offset, RULE, "this cannot be parsed as an expression")
