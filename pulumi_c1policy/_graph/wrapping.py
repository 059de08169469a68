"""The width of text in a drawing, estimated without a font, and lines that fit a width."""

from __future__ import annotations

from collections.abc import Iterator

from wcwidth import wcwidth

_NARROW = frozenset("ijlIft.,:;'|!()[]{}/\\ ")
_BROAD = frozenset("mwMW@%—…&")
_MONOSPACED_EM = 0.62


def measure(text: str, *, is_code: bool = False) -> float:
    """Estimate the width of text, in em."""
    return sum(_measure_character(each, is_code=is_code) for each in text)


def wrap(text: str, width: float, *, is_code: bool = False) -> list[str]:
    """Break text into lines of a width in em: between words, or inside a longer word."""
    lines = [""]
    for word in _split(text, width, is_code=is_code):
        joined = f"{lines[-1]} {word}" if lines[-1] else word
        if measure(joined, is_code=is_code) <= width:
            lines[-1] = joined
        else:
            lines.append(word)
    return lines[1:] if len(lines) > 1 and not lines[0] else lines


def _split(text: str, width: float, *, is_code: bool) -> Iterator[str]:
    """Yield the words of a text, the longer ones in parts."""
    for word in text.split():
        part = ""
        for character in word:
            if part and measure(part + character, is_code=is_code) > width:
                yield part
                part = ""
            part += character
        yield part


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
