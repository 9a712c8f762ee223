"""What was answered under a key, so that a request which comes again is answered the same and does nothing."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from threading import Lock
from typing import Generic, TypeVar

Answer = TypeVar("Answer")
MOST = 10_000  # answers that are remembered


class Once(Generic[Answer]):
    """Answers by who asked and their key, in memory and bounded: the oldest is forgotten first.

    What is forgotten or lost with the process is caught where it matters: the panel takes a word told twice for one,
    and the desk a signal told twice.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._lock = Lock()
        self._answers: OrderedDict[tuple[str, str], tuple[bytes, Answer]] = OrderedDict()

    def find(self, who: str, key: str, asked: bytes) -> Answer | None:
        """The answer to the same request; None where there was none. Errors: KeyError where another had the key."""
        with self._lock:
            kept = self._answers.get((who, key))
        if kept is None:
            return None
        if kept[0] != _digest(asked):
            raise KeyError(key)
        return kept[1]

    def keep(self, who: str, key: str, asked: bytes, answer: Answer) -> None:
        """Remember an answer."""
        with self._lock:
            self._answers[who, key] = (_digest(asked), answer)
            while len(self._answers) > self._most:
                self._answers.popitem(last=False)


def _digest(asked: bytes) -> bytes:
    return hashlib.sha256(asked).digest()
