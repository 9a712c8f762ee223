"""Small pictures of evidence for pages: decoded apart, made anew from the pixels alone, and remembered for a while."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from threading import Lock

from bartizan.app.handover.evidence import Evidence
from bartizan.desk.evidence.item import Item

MOST_KEPT = 200  # small pictures in memory, of some ten kilobytes each
LARGEST = 256 * 1024  # bytes of a small picture; what is larger did not come from our program
WAIT = 10.0  # seconds for one; the program's own bound is of processor time
_PROGRAM = Path(__file__).with_name("small_picture.py")

log = logging.getLogger(__name__)


class Thumbnails:
    """The small pictures of one desk, by what they were made of. Safe to ask from any thread; one is made at a time."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, bytes | None] = OrderedDict()
        self._lock = Lock()

    def of(self, name: str, content: Callable[[], bytes]) -> bytes | None:
        """A JPEG of at most 320 pixels a side; None where the content is no picture that can be opened.

        `name` is that of the item; `content` is asked for where it is not known yet.
        """
        with self._lock:
            if name in self._known:
                self._known.move_to_end(name)
                return self._known[name]
            made = _made(content())
            self._known[name] = made
            while len(self._known) > MOST_KEPT:
                self._known.popitem(last=False)
            return made

    def forget(self, name: str) -> None:
        """Of what is erased nothing stays."""
        with self._lock:
            self._known.pop(name, None)


def thumbnails_of(evidence: Evidence) -> Thumbnails:
    """Those of a desk's evidence: of what is erased none stays."""
    made, before = Thumbnails(), evidence.erased

    def erased(item: Item) -> None:
        before(item)
        made.forget(item.id)

    evidence.erased = erased
    return made


def _made(content: bytes) -> bytes | None:
    try:
        # isolated: neither the environment nor the folder that the desk was started in says what it loads
        ended = subprocess.run(  # noqa: S603 - our own program, with nothing of a request in its arguments
            [sys.executable, "-I", str(_PROGRAM)], input=content, capture_output=True, timeout=WAIT, env={}, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        log.warning("a picture of evidence could not be made small: its program did not answer")
        return None
    if ended.returncode != 0 or not 0 < len(ended.stdout) <= LARGEST:
        return None
    return ended.stdout
