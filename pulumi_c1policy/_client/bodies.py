"""The bodies of answers, read within limits of time, bytes, nesting and number length.

A hostile or broken server costs at most the deadline and a limited amount of memory.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from typing import Final

import httpx

ENCODING: Final = "gzip"
"""The content encoding that a request accepts."""

# A page of 100 policies takes 0.1 to 1 MB.
_MAX_BYTES = 8 * 1024 * 1024
_MAX_VALUES = 500_000
# Roughly the memory of all pages of a list together (they are not kept), and of one JSON value.
_MAX_LISTED_BYTES = 1024 * 1024 * 1024
_BYTES_PER_VALUE = 90
# The limits of what is safe to keep. They are wide, because one odd policy must not make a whole
# page unreadable; the decoder of a policy checks the rest.
_MAX_DEPTH = 400
_MAX_DIGITS = 1_000
_CHUNK_BYTES = 64 * 1024
# Tells zlib to expect a gzip header.
_GZIP = zlib.MAX_WBITS | 16


class Budget:
    """The memory that the pages of one list may take together."""

    def __init__(self) -> None:
        """Start with the whole budget."""
        self._left_bytes = _MAX_LISTED_BYTES

    def spend(self, body: bytes) -> bool:
        """Take the memory for the JSON of a body; return whether the budget sufficed."""
        # One non-ASCII character makes Python store each character of a text in up to 4 bytes.
        width = 1 if body.isascii() and b"\\u" not in body else 4
        self._left_bytes -= width * len(body) + _BYTES_PER_VALUE * _count_values(body)
        return self._left_bytes >= 0


def read(response: httpx.Response, is_over: Callable[[], bool]) -> bytes:
    """Return the body of an answer, decompressed.

    Args:
        response: The answer, not read yet.
        is_over: Returns whether the deadline has passed.

    Raises:
        httpx.ReadTimeout: The deadline has passed.
        httpx.DecodingError: The encoding is broken or unknown, or the body is too large.
    """
    if response.is_stream_consumed:
        # A transport in memory has no stream.
        return response.content
    encoding = response.headers.get("content-encoding", "").strip().lower()
    if encoding in ("", "identity"):
        inflate = None
    elif encoding in ("gzip", "x-gzip"):
        inflate = zlib.decompressobj(_GZIP)
    else:
        raise httpx.DecodingError("an encoding that was not requested")
    body, wire = bytearray(), 0
    for chunk in response.iter_raw():
        wire += len(chunk)
        if is_over():
            raise httpx.ReadTimeout("the body was not complete in time")
        if inflate is None:
            body += chunk
        elif inflate.eof:
            raise httpx.DecodingError("more than one compressed body")
        else:
            _inflate(inflate, chunk, body)
        if max(wire, len(body)) > _MAX_BYTES:
            raise httpx.DecodingError("the body is larger than any body of the API")
    if inflate is not None and wire and (not inflate.eof or inflate.unused_data):
        raise httpx.DecodingError("the compressed body is incomplete")
    return bytes(body)


def _inflate(inflate: zlib._Decompress, chunk: bytes, body: bytearray) -> None:
    try:
        while chunk and len(body) <= _MAX_BYTES:
            body += inflate.decompress(chunk, _CHUNK_BYTES)
            chunk = inflate.unconsumed_tail
    except zlib.error as error:
        raise httpx.DecodingError("the compressed body is broken") from error


def parse(body: bytes) -> object:
    """Return the JSON value of a body; None for null and for anything that the API never sends.

    The API never sends text that is not JSON, nor JSON with more values, deeper nesting or longer
    numbers than the limits of this module.
    """
    if _count_values(body) > _MAX_VALUES:
        return None
    try:
        text = body.decode("utf-8-sig")
        value: object = json.loads(
            text,
            parse_constant=_reject_constant,
            parse_int=_parse_integer,
            parse_float=_parse_float,
        )
        if "\\ud" in text.lower():
            # Raises for half a surrogate pair, which no protobuf string, terminal or file can hold.
            json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    return None if _is_deep(body, value) else value


def _count_values(body: bytes) -> int:
    """Return an upper bound of the number of JSON values in a body."""
    return sum(map(body.count, (b",", b"[", b"{", b":")))


def _is_deep(body: bytes, value: object) -> bool:
    if body.count(b"[") + body.count(b"{") <= _MAX_DEPTH:
        return False
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > _MAX_DEPTH:
            return True
        level = [
            item
            for each in level
            if isinstance(each, dict | list)
            for item in (each.values() if isinstance(each, dict) else each)
            if isinstance(item, dict | list)
        ]
    return False


def _parse_integer(text: str) -> int:
    if len(text) > _MAX_DIGITS:
        raise ValueError("an integer that is longer than any of the API")
    return int(text)


def _parse_float(text: str) -> float:
    if len(text) > _MAX_DIGITS:
        raise ValueError("a number that is longer than any of the API")
    return float(text)


def _reject_constant(name: str) -> object:
    raise ValueError(name)
