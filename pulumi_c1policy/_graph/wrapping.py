"""The width of text in a drawing, estimated without a font, and lines that fit a width."""

from __future__ import annotations

from collections.abc import Iterator

from wcwidth import wcwidth

_NARROW = frozenset("ijlIft.,:;'|!()[]{}/\\ ")
_BROAD = frozenset("mwMW@%—…&")
_MONOSPACED_EM = 0.62
_BREAKS = ".,(/-@"
"""The signs after which a long word is broken."""


def measure(text: str, *, is_code: bool = False) -> float:
    """Estimate the width of text, in em."""
    return sum(_measure_character(each, is_code=is_code) for each in text)


def wrap(text: str, width: float, *, is_code: bool = False) -> list[str]:
    """Break text into lines of a width in em: between words, or inside a longer word."""
    lines = [""]
    for word in text.split():
        joined = f"{lines[-1]} {word}" if lines[-1] else word
        if measure(joined, is_code=is_code) <= width:
            lines[-1] = joined
        else:
            lines += _split(word, width, is_code=is_code)
    return lines[1:] if len(lines) > 1 and not lines[0] else lines


def _split(word: str, width: float, *, is_code: bool) -> Iterator[str]:
    """Yield a word in parts that fit the width, if possible each up to a sign."""
    while measure(word, is_code=is_code) > width:
        length = _count_fitting(word, width, is_code=is_code)
        sign = max(word.rfind(each, 0, length) for each in _BREAKS) + 1
        # A sign near the beginning would leave most of the line empty.
        length = sign if sign > length / 3 else length
        yield word[:length]
        word = word[length:]
    if word:
        yield word


def _count_fitting(word: str, width: float, *, is_code: bool) -> int:
    """Return the number of characters of a word that fit a width; at least 1."""
    used = 0.0
    for count, character in enumerate(word):
        used += _measure_character(character, is_code=is_code)
        if used > width:
            return max(count, 1)
    return len(word)


def _measure_character(character: str, *, is_code: bool) -> float:
    cells = wcwidth(character)
    if cells != 1:
        return 1.1 * max(cells, 0) / 2
    if is_code:
        return _MONOSPACED_EM
    if character in _BROAD:
        return 0.95
    if character in _NARROW:
        return 0.36
    return 0.72 if character.isupper() else 0.6
