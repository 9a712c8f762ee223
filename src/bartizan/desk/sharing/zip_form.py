"""The one form of zip that a package has: files stored as they are, in one order, without a bit to spare.

Any unzip opens it. But since every byte that is not content follows from names, sizes and check sums, a reader can say
of each single bit whether it is as it must be; and nothing is packed that could unpack to more. Source: PKWARE,
"ZIP File Format Specification", version 6.3.10 (2022), sections 4.3.7 to 4.3.16; names are ASCII, and there is no
zip64.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass

_LOCAL, _CENTRAL, _END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_VERSION = 20
_MADE_BY = (3 << 8) | _VERSION  # Unix, for the rights below
_DAY = 0x0021  # 1980-01-01, the first day there is: when a file was written is in the manifest
_RIGHTS = 0o100644 << 16  # a plain file


@dataclass(frozen=True, slots=True)
class Member:
    """A file in the zip: its name, size in bytes, CRC-32, and where its header begins."""

    name: str
    size: int
    crc: int
    offset: int


def local_header(name: str, size: int, crc: int) -> bytes:
    """What stands before the content of a file."""
    raw = name.encode("ascii")
    return _LOCAL + struct.pack("<5H3I2H", _VERSION, 0, 0, 0, _DAY, crc, size, size, len(raw), 0) + raw


def header_length(name: str) -> int:
    """The length in bytes of what stands before the content of a file."""
    return 30 + len(name)


def tail(members: Iterable[Member]) -> bytes:
    """What stands behind the last file: the list of all, and the end."""
    listed = b""
    count = end = 0
    for one in members:
        raw = one.name.encode("ascii")
        listed += _CENTRAL + struct.pack(
            "<6H3I5H2I",
            _MADE_BY,
            _VERSION,
            0,
            0,
            0,
            _DAY,
            one.crc,
            one.size,
            one.size,
            len(raw),
            0,
            0,
            0,
            0,
            _RIGHTS,
            one.offset,
        )
        listed += raw
        count += 1
        end = one.offset + header_length(one.name) + one.size
    return listed + _END + struct.pack("<4H2IH", 0, 0, count, count, len(listed), end, 0)


def size_in(header: bytes) -> int:
    """The size that the header of a file gives; the header may be anything of 30 bytes or more."""
    size: int = struct.unpack_from("<I", header, 18)[0]
    return size
