"""winmail.dat, written: only what the tests of the reader need, from MS-OXTNEF and MS-OXRTFCP."""

import struct
from collections.abc import Sequence

STRING, UNICODE, OBJECT, BINARY, LONG, SHORT = 0x1E, 0x1F, 0x0D, 0x102, 0x03, 0x02
Property = tuple[int, int, bytes]
"""A MAPI property: its type, its id, its bytes."""


def tnef(*attributes: tuple[int, bytes]) -> bytes:
    """The attributes (id, value) as a file."""
    body = b"".join(
        struct.pack("<BHHI", 2 if name in (0x8010, 0x800F, 0x9002, 0x9005) else 1, name, 6, len(value))
        + value
        + (sum(value) & 0xFFFF).to_bytes(2, "little")
        for name, value in attributes
    )
    return b"\x78\x9f\x3e\x22\x01\x00" + body


def properties(*given: Property) -> bytes:
    """The MAPI properties as the value of an attribute."""
    return len(given).to_bytes(4, "little") + b"".join(_property(*one) for one in given)


def _property(kind: int, name: int, data: bytes) -> bytes:
    head = struct.pack("<HH", kind, name)
    if kind in (STRING, UNICODE, OBJECT, BINARY):
        return head + struct.pack("<II", 1, len(data)) + data + b"\0" * (-len(data) % 4)
    return head + data.ljust(4, b"\0")


def packed_rtf(rtf: bytes) -> bytes:
    """RTF in the packed form, every byte as it is."""
    pieces = b"".join(b"\0" + rtf[at : at + 8] for at in range(0, len(rtf), 8))
    return struct.pack("<II4sI", len(pieces) + 12, len(rtf), b"LZFu", 0) + pieces


def with_references(pieces: Sequence[bytes | tuple[int, int]], length: int) -> bytes:
    """RTF in the packed form: bytes as they are, and (place in the window, length) of what is repeated."""
    out = b""
    for start in range(0, len(pieces), 8):
        eight = pieces[start : start + 8]
        out += bytes((sum(1 << bit for bit, piece in enumerate(eight) if isinstance(piece, tuple)),))
        for piece in eight:
            out += (
                piece if isinstance(piece, bytes) else ((piece[0] << 4) | (piece[1] - 2)).to_bytes(2, "big")
            )
    return struct.pack("<II4sI", len(out) + 12, length, b"LZFu", 0) + out
