"""The tokens of an expression, for positions and for expressions that do not parse.

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
    """`comment`, `text`, `open-text` (one without an end), `number`, `word` or `sign`."""
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
def tokenize(source: str) -> tuple[Token, ...]:
    """Return the tokens of `source`, comments included."""
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


def find_name_start(source: str, at: int) -> int:
    """Return the start of the dotted name whose last word, or the token after it, is at `at`.

    The library points at the last dot of `a.b.c`, and at the bracket of `a.b.c(`.
    """
    words = [token for token in tokenize(source) if token.kind != "comment"]
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


def find_word_before(source: str, at: int) -> int:
    """Return the start of the word before the bracket at `at`."""
    words = [token for token in tokenize(source) if token.kind != "comment" and token.at < at]
    return words[-1].at if words and words[-1].kind == "word" else at


def find_word_after(source: str, at: int, word: str) -> int:
    """Return the start of `word` after the dot, or after the bracket of `has(`, at `at`."""
    following = (t.at for t in tokenize(source) if t.at > at and t.text.strip("`") == word)
    return next(following, at)
