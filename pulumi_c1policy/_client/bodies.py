"""The bodies of answers, read within bounds of time, bytes, nesting and numbers.

A hostile or broken server must not cost more than its deadline and a bounded amount of memory.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from typing import Final

import httpx

ENCODING: Final = "gzip"
"""The encoding that a request accepts."""

# A page of 100 policies takes 0.1 to 1 MB.
_MAX_BYTES = 8 * 1024 * 1024
_MAX_VALUES = 500_000
# About the memory that all pages of a listing would take together (they are not kept), and that of
# one JSON value.
_MAX_LISTED_BYTES = 1024 * 1024 * 1024
_BYTES_PER_VALUE = 90
# One odd policy of somebody else must not make a whole page unreadable: those who decode a policy
# check it. These are the bounds of what is safe to keep in memory.
_MAX_DEPTH = 400
_MAX_DIGITS = 1_000
_CHUNK = 64 * 1024
# zlib's parameter for a body with a gzip header.
_GZIP = zlib.MAX_WBITS | 16


class Budget:
    """The memory that the answers to one listing may take together."""

    def __init__(self) -> None:
        """Start with the whole budget."""
        self._left = _MAX_LISTED_BYTES

    def spend(self, body: bytes) -> bool:
        """Return whether there is room for the JSON of a body, and take it."""
        # One character beyond ASCII makes Python use up to 4 bytes for each character of the text.
        width = 1 if body.isascii() and b"\\u" not in body else 4
        self._left -= width * len(body) + _BYTES_PER_VALUE * _values(body)
        return self._left >= 0


def read(response: httpx.Response, is_over: Callable[[], bool]) -> bytes:
    """Return the body of an answer, inflated.

    Args:
        response: The answer, of which nothing was read yet.
        is_over: Return whether the deadline has passed.

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
        raise httpx.DecodingError("an encoding that was not asked for")
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
            raise httpx.DecodingError("the body is larger than any of the API")
    if inflate is not None and wire and (not inflate.eof or inflate.unused_data):
        raise httpx.DecodingError("the compressed body does not end as it should")
    return bytes(body)


def _inflate(inflate: zlib._Decompress, chunk: bytes, body: bytearray) -> None:
    try:
        while chunk and len(body) <= _MAX_BYTES:
            body += inflate.decompress(chunk, _CHUNK)
            chunk = inflate.unconsumed_tail
    except zlib.error as error:
        raise httpx.DecodingError("the compressed body is broken") from error


def parse(body: bytes) -> object:
    """Return the JSON value of a body, or None for null and for anything the API never sends.

    The API never sends text that is not JSON, or JSON with more values, deeper nesting or longer
    numbers than its policies have.
    """
    if _values(body) > _MAX_VALUES:
        return None
    try:
        text = body.decode("utf-8-sig")
        value: object = json.loads(
            text, parse_constant=_refuse, parse_int=_integer, parse_float=_number
        )
        if "\\ud" in text.lower():
            # Half a surrogate pair: protobuf strings, terminals and files cannot contain it.
            json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    return None if _is_deep(body, value) else value


def _values(body: bytes) -> int:
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


def _integer(text: str) -> int:
    if len(text) > _MAX_DIGITS:
        raise ValueError("an integer that no protobuf message holds")
    return int(text)


def _number(text: str) -> float:
    if len(text) > _MAX_DIGITS:
        raise ValueError("a number that no protobuf message holds")
    return float(text)


def _refuse(name: str) -> object:
    raise ValueError(name)
