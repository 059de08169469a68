"""Hostile bodies that cost a naive client much time or memory."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from typing import Final

_MB = 1024 * 1024
_ROOM = 64 * _MB


def _compress_zeros(times: int, size: int = 256 * _MB) -> bytes:
    """Return zeros, compressed this many times."""
    squeeze = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    piece = bytes(_MB)
    packed = b"".join(squeeze.compress(piece) for _ in range(size // _MB)) + squeeze.flush()
    for _ in range(times - 1):
        packed = gzip.compress(packed, 9)
    return packed


def _put_into_text(text: bytes) -> bytes:
    return b'{"policy":{"id":"p1","a":"' + text + b'"}}'


def _put_into_value(value: bytes) -> bytes:
    return b'{"policy":{"id":"p1","a":' + value + b"}}"


BODIES: Final[dict[str, tuple[str, Callable[[], bytes]]]] = {
    "gzip bomb": ("gzip", lambda: _compress_zeros(1)),
    "nested gzip bomb": ("gzip, gzip", lambda: _compress_zeros(2)),
    "gzip bomb inside gzip": ("gzip", lambda: _compress_zeros(2)),
    "brotli": ("br", lambda: b"x" * 1000),
    "empty gzip blocks": ("gzip", lambda: gzip.compress(b"")[:10] + b"\0\0\0\xff\xff" * 10 * _MB),
    "many gzip members": ("gzip", lambda: gzip.compress(b"{}") * 500_000),
    "huge text": ("", lambda: _put_into_text(b"x" * _ROOM)),
    "huge wide text": ("", lambda: _put_into_text(b"\xf0\x9f\x98\x80" + b"x" * (8 * _MB - 100))),
    "huge escaped text": (
        "gzip",
        lambda: gzip.compress(_put_into_text(b"\\ud83d\\ude00" + b"x" * (8 * _MB - 100))),
    ),
    "tiny lists": ("", lambda: _put_into_value(b"[" + b"[]," * 2_500_000 + b"[]]")),
    "tiny objects": ("", lambda: _put_into_value(b"[" + b'{"a":"bc"},' * 120_000 + b"{}]")),
    "tiny numbers": ("", lambda: _put_into_value(b"[" + b"1," * 4_000_000 + b"1]")),
    "nesting 100": ("", lambda: _put_into_value(b"[" * 100 + b"]" * 100)),
    "nesting 1000": ("", lambda: _put_into_value(b'{"a":' * 1_000 + b"1" + b"}" * 1_000)),
    "nesting 100000": ("", lambda: _put_into_value(b"[" * 100_000 + b"]" * 100_000)),
    "long integer": ("", lambda: _put_into_value(b"9" * 5_000)),
    "very long integer": ("", lambda: _put_into_value(b"9" * 5 * _MB)),
    "long fraction": ("", lambda: _put_into_value(b"0." + b"9" * 5 * _MB + b"e999")),
    "infinity": ("", lambda: _put_into_value(b"1e999")),
    "minus infinity": ("", lambda: _put_into_value(b"-Infinity")),
    "no number": ("", lambda: _put_into_value(b"NaN")),
}
"""The Content-Encoding of each body, and a function that returns the body."""


def answer(name: str, status: int = 200) -> bytes:
    """Return a complete HTTP answer with a body of `BODIES`."""
    encoding, body = BODIES[name][0], BODIES[name][1]()
    head = f"HTTP/1.1 {status} Said\r\nConnection: close\r\nContent-Length: {len(body)}\r\n"
    return f"{head}Content-Encoding: {encoding}\r\n\r\n".encode() + body
