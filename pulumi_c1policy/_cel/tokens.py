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
    at: int


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
def read(source: str) -> tuple[Token, ...]:
    """The tokens of `source`, comments among them."""
    found: list[Token] = []
    place = 0
    while match := _TOKEN.search(source, place):
        kind = match.lastgroup or ""
        place = match.end()
        if kind == "open":
            long = match["open"][-3:] in ('"""', "'''")
            ending = -1 if long else source.find("\n", place)
            place = len(source) if ending < 0 else ending
            found.append(Token("open-text", source[match.start() : place], match.start()))
        else:
            found.append(Token(kind, match[0], match.start()))
    return tuple(found)


def name_start(source: str, at: int) -> int:
    """Where the dotted name begins whose last word, or what follows that, stands at `at`.

    The library points at the last dot of `a.b.c`, and at the bracket of `a.b.c(`.
    """
    words = [token for token in read(source) if token.kind != "comment"]
    index = bisect_left([token.at for token in words], at)
    start = at
    if index < len(words) and words[index].kind == "word":
        start = words[index].at
    while index > 0:
        previous = words[index - 1]
        wanted = words[index].text if index < len(words) else ""
        if previous.kind == "word" and wanted in (".", "("):
            start = previous.at
        elif not (previous.text == "." and index < len(words) and words[index].kind == "word"):
            break
        index -= 1
    return start


def word_before(source: str, at: int) -> int:
    """Where the word begins that stands before the bracket at `at`."""
    words = [token for token in read(source) if token.kind != "comment" and token.at < at]
    return words[-1].at if words and words[-1].kind == "word" else at


def word_after(source: str, at: int, word: str) -> int:
    """Where `word` begins that follows the dot, or the bracket of `has(`, at `at`."""
    following = (t.at for t in read(source) if t.at > at and t.text.strip("`") == word)
    return next(following, at)
