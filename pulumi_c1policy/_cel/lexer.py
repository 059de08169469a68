"""The words of an expression, for finding a place in it and for reading one that does not parse.

This module imports nothing of ours.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a text, a number, a sign or a comment."""

    kind: str
    """`comment`, `text`, `open-text` (one that never ends), `number`, `word` or `sign`."""
    text: str
    offset: int


_TOKEN = re.compile(
    r"""
      (?P<comment>//[^\n]*)
    | (?P<text>
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
def tokenize(source: str) -> tuple[Token, ...]:
    """The tokens of `source`, comments among them."""
    tokens: list[Token] = []
    position = 0
    while match := _TOKEN.search(source, position):
        kind = match.lastgroup or ""
        position = match.end()
        if kind == "open":
            long = match["open"][-3:] in ('"""', "'''")
            ending = -1 if long else source.find("\n", position)
            position = len(source) if ending < 0 else ending
            tokens.append(Token("open-text", source[match.start() : position], match.start()))
        else:
            tokens.append(Token(kind, match[0], match.start()))
    return tuple(tokens)


def find_name_start(source: str, offset: int) -> int:
    """Where the dotted name begins whose last word, or what follows that, stands at `at`.

    The library points at the last dot of `a.b.c`, and at the bracket of `a.b.c(`.
    """
    words = [token for token in tokenize(source) if token.kind != "comment"]
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
    """Where the word begins that stands before the bracket at `at`."""
    words = [
        token for token in tokenize(source) if token.kind != "comment" and token.offset < offset
    ]
    return words[-1].offset if words and words[-1].kind == "word" else offset


def find_word_after(source: str, offset: int, word: str) -> int:
    """Where `word` begins that follows the dot, or the bracket of `has(`, at `at`."""
    following = (
        t.offset for t in tokenize(source) if t.offset > offset and t.text.strip("`") == word
    )
    return next(following, offset)
