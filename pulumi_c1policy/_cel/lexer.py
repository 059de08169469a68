"""Lexer for CEL expressions, also for expressions that do not parse.

The library reports only an offset; the tokens are needed to point at the start of a name and to
explain syntax errors. This module imports nothing of ours.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class CelToken:
    """One token.

    Attributes:
        kind: `comment`, `string`, `unterminated` (a string without its closing quote),
            `number`, `word` or `sign`.
        text: The characters of the token, quotes included.
        offset: The offset of its first character.
    """

    kind: str
    text: str
    offset: int


_TOKEN = re.compile(
    r"""
      (?P<comment>//[^\n]*)
    | (?P<string>
        (?:[rR][bB]?|[bB][rR])
        (?:\"\"\".*?\"\"\"|\'\'\'.*?\'\'\'|"(?!"")[^"\n]*"|'(?!'')[^'\n]*')
      | [bB]?
        (?:\"\"\"(?:\\.|[^\\])*?\"\"\"|\'\'\'(?:\\.|[^\\])*?\'\'\'
          |"(?!"")(?:\\.|[^"\\\n])*"|'(?!'')(?:\\.|[^'\\\n])*')
      )
    | (?P<open>[bBrR]{0,2}(?:\"\"\"|'''|"|'))
    | (?P<number>(?:0x[0-9a-fA-F]+|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)[uU]?)
    | (?P<word>[^\W\d]\w*|`[^`\n]*`)
    | (?P<sign>&&|\|\||==|!=|<=|>=|\S)
    """,
    re.VERBOSE | re.DOTALL,
)


@lru_cache(maxsize=16)
def tokenize(source: str) -> tuple[CelToken, ...]:
    """Split `source` into tokens, comments included."""
    tokens: list[CelToken] = []
    position = 0
    while match := _TOKEN.search(source, position):
        kind = match.lastgroup or ""
        position = match.end()
        if kind == "open":
            long = match["open"][-3:] in ('"""', "'''")
            ending = -1 if long else source.find("\n", position)
            position = len(source) if ending < 0 else ending
            tokens.append(CelToken("unterminated", source[match.start() : position], match.start()))
        else:
            tokens.append(CelToken(kind, match[0], match.start()))
    return tuple(tokens)


def tokenize_without_comments(source: str) -> list[CelToken]:
    """Split `source` into tokens and drop the comments."""
    return [token for token in tokenize(source) if token.kind != "comment"]


def find_name_start(source: str, offset: int) -> int:
    """Return the offset at which a dotted name begins.

    Args:
        source: The expression.
        offset: The offset that the library reports: of a word of the name, of the last dot of
            `a.b.c`, or of the bracket of `a.b.c(`.
    """
    words = tokenize_without_comments(source)
    index = bisect_left([token.offset for token in words], offset)
    start = offset
    if index < len(words) and words[index].kind == "word":
        start = words[index].offset
    while index > 0:
        previous = words[index - 1]
        following = words[index].text if index < len(words) else ""
        if previous.kind == "word" and following in (".", "("):
            start = previous.offset
        elif not (previous.text == "." and index < len(words) and words[index].kind == "word"):
            break
        index -= 1
    return start


def find_word_before(source: str, offset: int) -> int:
    """Return the offset of the word before the bracket at `offset`, or `offset` without one."""
    words = [token for token in tokenize_without_comments(source) if token.offset < offset]
    return words[-1].offset if words and words[-1].kind == "word" else offset


def find_word_after(source: str, offset: int, word: str) -> int:
    """Return the offset of the first `word` after `offset`, or `offset` without one.

    The library points at the dot before a field, or at the bracket of `has(`.
    """
    following = (
        t.offset for t in tokenize(source) if t.offset > offset and t.text.strip("`") == word
    )
    return next(following, offset)
