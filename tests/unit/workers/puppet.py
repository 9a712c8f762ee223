"""A worker for tests that does what its job asks for, with nothing but the standard library: it starts fast."""

from __future__ import annotations

import json
import os
import signal
import struct
import sys
import threading
import time
from typing import Any

HEAD = struct.Struct(">cI")


def packet(kind: bytes, body: bytes = b"") -> bytes:
    return HEAD.pack(kind, len(body)) + body


def report(camera: str, number: int) -> bytes:
    told: dict[str, Any] = {"schema": 1, "what": "report", "sender": f"p{os.getpid()}", "number": number}
    told |= {"site": "ab", "camera": camera, "t": float(number), "zero": None, "detections": [], "observations": []}
    told |= {"health": None, "source": None, "unsent": 0, "unusable": 0, "picture": None}
    return packet(b"M", json.dumps(told).encode())


def ended(camera: str) -> bytes:
    told = {"schema": 1, "what": "ended", "sender": "x", "number": 999, "site": "ab", "camera": camera, "t": 1.0}
    return packet(b"M", json.dumps({**told, "zero": None, "why": "over"}).encode())


class Puppet:
    def __init__(self) -> None:
        _, length = HEAD.unpack(sys.stdin.buffer.read(HEAD.size))
        job = json.loads(sys.stdin.buffer.read(length))
        self.camera, self.acts, self.number = job["camera"], job["acts"], 0

    def _go(self) -> None:
        _, length = HEAD.unpack(sys.stdin.buffer.read(HEAD.size))
        assert sys.stdin.buffer.read(length) == b"go"
        threading.Thread(target=self._leash, daemon=True).start()

    def _leash(self) -> None:
        os.read(0, 1)
        os._exit(0)

    def say(self, data: bytes) -> None:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()

    def ready(self) -> None:
        self.say(packet(b"R"))
        self._go()

    def refuse(self, words: str) -> None:
        self.say(packet(b"X", words.encode()))
        sys.exit(2)

    def tell(self, count: int) -> None:
        for _ in range(count):
            self.number += 1
            self.say(report(self.camera, self.number))

    def other(self) -> None:
        self.say(report("another", 1))

    def garbage(self) -> None:
        self.say(b"\x00" * 1000)

    def endless(self) -> None:
        self.say(HEAD.pack(b"M", 0xFFFFFFFF))

    def no_message(self) -> None:
        self.say(packet(b"M", b'{"schema":1,"what":"report"}'))

    def end(self) -> None:
        self.say(ended(self.camera))

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    def segfault(self) -> None:
        os.kill(os.getpid(), signal.SIGSEGV)

    def fail(self, words: str) -> None:
        raise ValueError(words)

    def environment(self) -> None:
        sys.stderr.write(f"{os.environ['OMP_NUM_THREADS']} thread\n")
        sys.exit(3)


if __name__ == "__main__":
    puppet = Puppet()
    for act, *rest in puppet.acts:
        getattr(puppet, act)(*rest)
