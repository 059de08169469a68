"""Why an expression does not parse, in a sentence of ours.

The library lists every sign that might have followed; what a person wants to know is which bracket
is open, which quote is missing, which operator another language would have.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from pulumi_c1policy._cel.compiler import RawError
from pulumi_c1policy._cel.diagnostics import Diagnostic, make_diagnostic
from pulumi_c1policy._cel.environment import load_environment
from pulumi_c1policy._cel.lexer import Token, tokenize

RULE = "syntax"

_TYPOGRAPHIC_QUOTES = frozenset("\u201c\u201d\u2018\u2019\u00ab\u00bb")
_CLOSES = {")": "(", "]": "[", "}": "{"}
_VALUES = frozenset(["word", "text", "number"])
_SIGNS = {
    "=": "`=` compares nothing; write `==`",
    "&": "`&` is no operator here; write `&&`",
    "|": "`|` is no operator here; write `||`",
    ";": "an expression has no `;`; join conditions with `&&` or `||`",
    "\\": "`\\` is no operator; write `/` to divide",
    "#": "comments begin with `//`, not with `#`",
}
_PAIRS = {
    "{{": "`{{ }}` is for workflows; write the expression without it",
    "===": "`===` is no operator; write `==`",
    "<>": "`<>` is no operator; write `!=`",
    "->": "`->` is no operator; write `.` before a field",
    "=>": "`=>` is no operator; write `>=`",
    "/*": "comments begin with `//` and end with the line",
    "??": "`??` is no operator; write `has(x) ? x : other`",
}
_WORDS = {"and": "&&", "or": "||", "not": "!", "is": "=="}
_RESERVED = {
    "if": "there is no `if`; write `condition ? one : other`",
    "else": "there is no `else`; write `condition ? one : other`",
    "return": "there is no `return`; an expression is its own result",
    "let": "there is no `let`; write the value where it is used",
    "var": "there is no `var`; write the value where it is used",
    "const": "there is no `const`; write the value where it is used",
    "for": "there is no `for`; write `list.exists(item, ...)` or `list.all(item, ...)`",
    "while": "there is no `while`; write `list.exists(item, ...)` or `list.all(item, ...)`",
}
_ESCAPES = frozenset("abfnrtv\\?\"'`xXuU01234567")


def explain(source: str, errors: Sequence[RawError]) -> Diagnostic:
    """The first reason why `source` does not parse."""
    tokens = [token for token in tokenize(source) if token.kind != "comment"]
    if not tokens:
        return make_diagnostic(source, 0, RULE, "the expression is empty")
    real = [error for error in errors if error.text.startswith("Syntax error")] or list(errors)
    error = min(real, key=lambda found: found.offset)
    reserved = next((e for e in errors if e.text.startswith("reserved identifier")), None)
    if reserved is not None and reserved.offset <= error.offset:
        return _explain_reserved(source, reserved)
    if not error.text.startswith("Syntax error"):
        return _explain_parser_error(source, error)
    offset, message = (
        _explain_character(source, error)
        or _explain_quotes(source, tokens, error)
        or _explain_foreign_sign(tokens, error.offset)
        or _explain_brackets(tokens, error.offset)
        or _explain_position(tokens, error.offset, len(source.rstrip()))
    )
    return make_diagnostic(source, offset, RULE, message)


Found = tuple[int, str]


def _explain_character(source: str, error: RawError) -> Found | None:
    """A character that no expression has outside of a text, and that is not to be seen."""
    character = source[error.offset : error.offset + 1]
    if "token recognition" not in error.text or (character.isprintable() and character.isascii()):
        return None
    if character in _TYPOGRAPHIC_QUOTES or unicodedata.category(character)[0] in "LNSP":
        return None
    name = unicodedata.name(character, "a control character").lower()
    return error.offset, f"the character U+{ord(character):04X} ({name}) cannot stand here"


def _explain_quotes(source: str, tokens: list[Token], error: RawError) -> Found | None:
    unreadable = "token recognition" in error.text
    for token in tokens:
        if token.text in _TYPOGRAPHIC_QUOTES:
            return token.offset, f"`{token.text}` is a typographic quote; write `\"` or `'`"
        inside = token.offset <= error.offset < token.offset + len(token.text)
        if token.kind == "text" and unreadable and inside:
            return _explain_escape(token)
        if token.kind == "open-text":
            quote = token.text.lstrip("bBrR")[0]
            after = source[token.offset + len(token.text) :]
            if after.startswith("\n") and quote in after:
                message = (
                    f"a text between single `{quote}` ends on its own line; "
                    f"write `{quote * 3}` before and after it"
                )
                return token.offset, message
            return token.offset, f"this text is never closed; end it with `{quote}`"
    return None


def _explain_escape(token: Token) -> Found | None:
    for match in re.finditer(r"\\(.)", token.text, re.DOTALL):
        if match[1] not in _ESCAPES:
            message = (
                f"`\\{match[1]}` is no escape; write `\\\\{match[1]}` for a backslash, "
                f"or put `r` before the text"
            )
            return token.offset + match.start(), message
    return token.offset, "an escape in this text is wrong; write `\\\\` for a backslash"


def _explain_foreign_sign(tokens: list[Token], offset: int) -> Found | None:
    """Signs and words of other languages, and templates."""
    for index, token in enumerate(tokens):
        following = tokens[index + 1] if index + 1 < len(tokens) else None
        touching = following is not None and following.offset == token.offset + len(token.text)
        if token.offset > offset and token.text != "{":
            break
        if following is not None and touching and token.text + following.text in _PAIRS:
            return token.offset, _PAIRS[token.text + following.text]
        if token.offset == offset and token.text in _SIGNS:
            return token.offset, _SIGNS[token.text]
        if token.text.lower() == "not" and following is not None:
            if following.text == "in":
                return token.offset, "`not in` is no operator; write `!(value in list)`"
            if following.offset == offset:
                return (
                    token.offset,
                    f"`{token.text}` is no operator; write `!` before what is to be false",
                )
        if token.offset == offset and token.text.lower() in _WORDS and index:
            return (
                token.offset,
                f"`{token.text}` is no operator; write `{_WORDS[token.text.lower()]}`",
            )
    return None


def _explain_brackets(tokens: list[Token], offset: int) -> Found | None:
    waiting: list[Token] = []
    for token in tokens:
        if token.text in ("(", "[", "{"):
            waiting.append(token)
        elif token.text in _CLOSES:
            if not waiting:
                return (token.offset, f"nothing is open that `{token.text}` could close")
            if waiting[-1].text != _CLOSES[token.text]:
                opened = waiting[-1]
                return token.offset, f"`{token.text}` does not close the `{opened.text}` before it"
            waiting.pop()
    if waiting and waiting[-1].offset < offset:
        return waiting[-1].offset, f"this `{waiting[-1].text}` is never closed"
    return None


def _explain_position(tokens: list[Token], offset: int, length: int) -> Found:
    index = next((i for i, token in enumerate(tokens) if token.offset >= offset), len(tokens))
    if index == len(tokens) or offset >= length:
        return length, _explain_ending(tokens)
    token = tokens[index]
    if not index:
        return token.offset, f"an expression cannot begin with `{token.text}`"
    before = tokens[index - 1]
    if before.kind not in _VALUES and before.text not in _CLOSES:
        return token.offset, f"`{token.text}` cannot follow `{before.text}`; a value is missing"
    if token.text == "?":
        return token.offset, "a choice within a choice needs brackets: `a ? (b ? c : d) : e`"
    if token.kind not in _VALUES and token.text != "!":
        return (
            token.offset,
            f"`{token.text}` cannot follow `{before.text}`; an expression is one value",
        )
    message = f"`{token.text}` follows `{before.text}` with no operator between them"
    if _is_key(tokens, index):
        message += f'; a key with a space is written `["{before.text} {token.text}"]`'
    return token.offset, message


def _is_key(tokens: list[Token], index: int) -> bool:
    """Whether a word follows the key of a map, such as `profile.Cost`."""
    if tokens[index].kind != "word" or index < 3 or tokens[index - 2].text != ".":
        return False
    return tokens[index - 3].text in load_environment().map_fields


def _explain_ending(tokens: list[Token]) -> str:
    signs = [token.text for token in tokens]
    if signs.count("?") > signs.count(":"):
        return "a `?` needs a `:`, as in `condition ? one : other`"
    return f"the expression ends after `{signs[-1]}`, where a value is missing"


def _explain_reserved(source: str, error: RawError) -> Diagnostic:
    word = error.text.rpartition(" ")[2]
    message = _RESERVED.get(word, f"`{word}` is a reserved word and cannot be a name")
    return make_diagnostic(source, error.offset, RULE, message)


_MACRO = re.compile(r"(?P<name>\w+)\(\) variable name")


def _explain_parser_error(source: str, error: RawError) -> Diagnostic:
    """What the parser refuses although the grammar allows it."""
    if error.text.startswith("has()"):
        message = (
            "`has` takes a field, as in `has(subject.profile.team)`; "
            'for a key in brackets write `"Job Code" in subject.profile`'
        )
        return make_diagnostic(source, error.offset, "has-argument", message)
    if macro := _MACRO.match(error.text):
        message = (
            f"`{macro['name']}` takes a new name first, as in `list.{macro['name']}(item, ...)`"
        )
        return make_diagnostic(source, error.offset, RULE, message)
    if error.text.startswith("invalid"):
        kind = error.text.split()[1]
        return make_diagnostic(
            source, error.offset, RULE, f"this {kind} is too large, or is written wrongly"
        )
    return make_diagnostic(source, error.offset, RULE, "this cannot be read as an expression")
