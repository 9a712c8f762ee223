"""What passes through the pipe of a worker: packets of a kind, a length and bytes."""

from __future__ import annotations

import struct
from typing import BinaryIO, Literal, NamedTuple, cast

Kind = Literal[b"J", b"G", b"R", b"X", b"M"]
"""To the worker: J its job, G go ahead. From it: R ready, X refused with words, M a message of `app.live.wire`."""

LONGEST = 2 << 20  # bytes of a packet: a message is bounded to half of that
_HEAD = struct.Struct(">cI")
_KINDS = (b"J", b"G", b"R", b"X", b"M")


class Packet(NamedTuple):
    """One packet."""

    kind: Kind
    body: bytes


class PacketError(Exception):
    """The other end says what is no packet: it is not one of ours any more."""


def write(stream: BinaryIO, packet: Packet) -> None:
    """Send a packet at once; BrokenPipeError where nobody listens."""
    data = memoryview(_HEAD.pack(packet.kind, len(packet.body)) + packet.body)
    while data:
        data = data[stream.write(data) or 0 :]
    stream.flush()


def read(stream: BinaryIO) -> Packet | None:
    """The next packet; None at the end, also where it ends within a packet. Raises PacketError."""
    head = stream.read(_HEAD.size)
    if len(head) < _HEAD.size:
        return None
    kind, length = _HEAD.unpack(head)
    if kind not in _KINDS or length > LONGEST:
        raise PacketError(f"it told something that is no packet ({kind!r}, {length:,} bytes)")
    body = stream.read(length)
    return Packet(cast("Kind", kind), body) if len(body) == length else None
