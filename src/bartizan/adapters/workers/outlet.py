"""The worker's end of its pipe: it takes the job, tells what is seen, and ends when nobody listens any more."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
from collections import deque
from contextlib import suppress
from dataclasses import replace
from typing import BinaryIO

from bartizan.adapters.workers.packet import Packet, read, write
from bartizan.app.live.wire import Report, Told, Waiting, encode
from bartizan.errors import InputError

MOST = 64  # messages that wait for the pipe: a few seconds of a camera
MEMORY = 4 << 30  # bytes of data that a worker may have: no stream of one camera needs as much
_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of Linux
_GIVE_WAY = "500"  # of 1000: the system that has no memory left ends a worker before anything else


class Outlet:
    """Takes over standard input and output of this process for the pipe; whatever prints goes to standard error.

    With `patient` a message waits until there is room, and nothing is lost. Without it the oldest message goes, and
    the next ones say how many went so.
    """

    def __init__(self) -> None:
        sys.stdout.flush()
        self._in: BinaryIO = os.fdopen(os.dup(0), "rb")
        self._out: BinaryIO = os.fdopen(os.dup(1), "wb", buffering=0)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.dup2(2, 1)
        self._patient = False
        self._waiting: deque[Told] = deque()
        self._room = threading.Condition()
        self._over = False
        self._unsent = 0
        self._thread = threading.Thread(target=self._send, name="outlet", daemon=True)

    def job(self) -> bytes:
        """The job that this process is to do."""
        packet = read(self._in)
        if packet is None or packet.kind != b"J":
            raise InputError("this process is started by `bartizan watch` and `bartizan desk`, and not by hand")
        _die_with_parent()
        return packet.body

    def refuse(self, words: str) -> None:
        """The job cannot be done, and trying again will not help."""
        with suppress(OSError):
            write(self._out, Packet(b"X", words.encode()[:10_000]))

    def ready(self, *, patient: bool) -> bytes:
        """Say that the job can begin, and wait for the word to go ahead.

        Returns what comes with that word. From then on this process ends with the one that gave the job.
        """
        self._patient = patient
        write(self._out, Packet(b"R", b""))
        packet = read(self._in)
        if packet is None or packet.kind != b"G":
            sys.exit(0)  # nobody wants it any more
        threading.Thread(target=self._end_with_input, name="leash", daemon=True).start()
        self._thread.start()
        return packet.body

    def tell(self, told: Told) -> None:
        """Tell something, when the pipe takes it."""
        with self._room:
            if self._patient:
                self._room.wait_for(lambda: len(self._waiting) < MOST)
            elif len(self._waiting) >= MOST:
                self._waiting.popleft()
                self._unsent += 1
            if self._unsent and isinstance(told, Report | Waiting):
                told = replace(told, unsent=self._unsent)
            self._waiting.append(told)
            self._room.notify_all()

    def close(self) -> None:
        """Wait until all is told."""
        with self._room:
            self._over = True
            self._room.notify_all()
        self._thread.join()

    def _send(self) -> None:
        while True:
            with self._room:
                self._room.wait_for(lambda: self._waiting or self._over)
                if not self._waiting:
                    return
                told = self._waiting.popleft()
                self._room.notify_all()
            try:
                write(self._out, Packet(b"M", encode(told)))
            except OSError:
                os._exit(0)  # nobody listens

    def _end_with_input(self) -> None:
        """The other end keeps the pipe open as long as it wants this process."""
        with suppress(OSError):
            while self._in.read(1):
                pass
        os._exit(0)


def bound_memory(most: int = MEMORY) -> None:
    """Let this process fail before it takes the memory of the others; where the system cannot, it does not."""
    with suppress(ImportError, ValueError, OSError):
        import resource  # noqa: PLC0415 - not on every system

        resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    with suppress(OSError), open("/proc/self/oom_score_adj", "w", encoding="ascii") as file:
        file.write(_GIVE_WAY)


def _die_with_parent() -> None:
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_DEATH_SIGNAL, signal.SIGKILL)
