"""How often a login may fail, by address and by name."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable
from threading import Lock

PER_ADDRESS = 8  # failures
PER_NAME = 20  # failures; higher, so that one address cannot lock an officer out of the desk
WINDOW = 300.0  # seconds
MAX_KEYS = 4096


class LoginLimit:
    """Counts failed logins in a sliding window; memory is bounded, the least recent are forgotten first.

    Kept in memory: a restart of the desk forgets it.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = Lock()
        self._failures: OrderedDict[tuple[str, str], deque[float]] = OrderedDict()

    def wait(self, address: str, name: str) -> float:
        """Seconds until the next attempt is heard; 0 when it is heard now."""
        with self._lock:
            return max(
                self._wait(("address", address), PER_ADDRESS),
                self._wait(("name", name), PER_NAME),
            )

    def failed(self, address: str, name: str) -> None:
        """Count one failure."""
        with self._lock:
            for key, bound in ((("address", address), PER_ADDRESS), (("name", name), PER_NAME)):
                self._failures.setdefault(key, deque(maxlen=bound)).append(self._clock())
                self._failures.move_to_end(key)
            while len(self._failures) > MAX_KEYS:
                self._failures.popitem(last=False)

    def succeeded(self, address: str) -> None:
        """Forget what this address got wrong before it got it right."""
        with self._lock:
            self._failures.pop(("address", address), None)

    def _wait(self, key: tuple[str, str], bound: int) -> float:
        failures = self._failures.get(key)
        if failures is None or len(failures) < bound:
            return 0.0
        return max(0.0, failures[0] + WINDOW - self._clock())
