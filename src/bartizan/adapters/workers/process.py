"""One worker as its parent sees it: a process, the pipe to it, and why it ended."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import BinaryIO, cast

from bartizan.adapters.workers.packet import Packet, PacketError, read, write
from bartizan.app.live.wire import Ended, Report, Told, Waiting, WireError, decode

STOP = 3.0  # seconds that a worker has to end by itself
OPENING = 120.0  # seconds from the start of a process to its first word: a loaded machine compiles kernels first
SILENCE = 30.0  # seconds without a word after which a worker hangs: a live one says once a second that it lives
_LINES = 20  # of what a worker printed, kept for the words of its death
_ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "NUMBA_NUM_THREADS"), "1"
)


class Worker:
    """A child process that looks at one camera.

    `hear` is called in a thread with each message that it tells, and at last with None: the process has ended, and
    `died` says how. `ready` is set when the worker begins its job, when it has `refused` it, and when it has ended.
    """

    def __init__(
        self,
        camera: str,
        command: Sequence[str],
        job: bytes,
        environment: Mapping[str, str],
        hear: Callable[[Worker, Told | None], None],
    ) -> None:
        self.camera = camera
        self.refused: str | None = None
        self.ready = threading.Event()
        self._hear = hear
        self._printed: deque[str] = deque(maxlen=_LINES)
        self._fault = ""
        self._stopping = self._busy = False
        self._heard = self.began = time.monotonic()
        # a session of its own: Ctrl-C at the terminal is for the parent, which ends its workers in order
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**environment, **_ONE_THREAD},
            start_new_session=True,
        )
        self.pid = self._process.pid
        self._threads = [
            threading.Thread(target=work, name=f"worker-{camera}-{name}", daemon=True)
            for name, work in (("out", self._listen), ("err", self._note_print))
        ]
        with suppress(OSError):  # it died at once: the end is heard all the same
            write(self._stdin, Packet(b"J", job))
        for thread in self._threads:
            thread.start()

    @property
    def _stdin(self) -> BinaryIO:
        return cast("BinaryIO", self._process.stdin)

    @property
    def silent(self) -> float:
        """Seconds beyond what it may be silent; negative while all is well, or while nobody takes what it told."""
        if self._busy:
            return -SILENCE
        limit = SILENCE if self.ready.is_set() else OPENING
        return time.monotonic() - self._heard - limit

    def go(self, word: bytes) -> None:
        """Let it begin; it is heard of where it cannot."""
        with suppress(OSError, ValueError):
            write(self._stdin, Packet(b"G", word))

    def end(self, why: str) -> None:
        """Kill it, because of what it did."""
        self._fault = self._fault or why
        self._process.kill()

    def ask_to_stop(self) -> None:
        """Let it end by itself."""
        self._stopping = True
        with suppress(OSError):
            self._stdin.close()

    def stop(self, until: float) -> None:
        """See to it that it is gone, and wait for it: by itself until then (monotonic clock), and then by force."""
        self.ask_to_stop()
        try:
            self._process.wait(max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for thread in self._threads:
            thread.join()

    @property
    def died(self) -> str:
        """How it ended, in words."""
        code = self._process.returncode
        if self._fault:
            how = self._fault
        elif code is not None and code < 0:
            how = f"its worker was ended by {_signal(-code)}"
        else:
            how = f"its worker ended with status {code}"
        last = self._printed[-1] if self._printed else ""
        return f"{how}{': ' + last if last else ''}"

    def _listen(self) -> None:
        stream = cast("BinaryIO", self._process.stdout)
        try:
            while (packet := read(stream)) is not None and not self._stopping:
                self._heard = time.monotonic()
                if packet.kind == b"R":
                    self.ready.set()
                elif packet.kind == b"X":
                    self.refused = packet.body.decode("utf-8", "replace")
                    self.ready.set()
                elif packet.kind == b"M":
                    told = self._judged(packet.body)
                    self._busy = True
                    self._hear(self, told)
                    self._heard, self._busy = time.monotonic(), False
        except (PacketError, WireError) as error:
            self.end(f"its worker had to be ended: {error}")
        stream.close()
        self._process.wait()
        self._threads[1].join()
        with suppress(OSError):
            self._stdin.close()
        self.ready.set()
        self._hear(self, None)

    def _judged(self, body: bytes) -> Told:
        """A message of this camera; a worker that a stream has taken over may tell anything."""
        told = decode(body)
        if not isinstance(told, Report | Waiting | Ended) or told.camera != self.camera:
            raise WireError("a form", "it told of another camera than its own")
        return told

    def _note_print(self) -> None:
        stream = cast("BinaryIO", self._process.stderr)
        while line := stream.readline(2000):
            words = line.decode("utf-8", "replace").strip()
            if words:
                self._printed.append(words[:300])
        stream.close()


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def environment() -> dict[str, str]:
    """The environment that workers have: that of this process, which holds the credentials of the cameras."""
    return dict(os.environ)
