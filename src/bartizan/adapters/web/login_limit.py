"""How often a login may fail, by address and by name; a restart of the desk forgives nothing."""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
from collections import OrderedDict, deque
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from threading import Lock
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from bartizan.adapters.web.private_file import PrivateFile

PER_ADDRESS = 8  # failures
PER_NAME = 20  # failures; higher, so that one address cannot lock an officer out of the desk
WINDOW = 300.0  # seconds
MAX_KEYS = 4096
MAX_KEPT = 512  # of those, the latest, are written down at each failure
_SALT = 32  # bytes

log = logging.getLogger(__name__)


class _LimitRecord(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)
    version: Literal[1] = Field(1, alias="schema")
    salt: str = Field(pattern=r"^[0-9a-f]{64}$")
    failures: dict[str, list[float]]


class LoginLimit:
    """Counts failed logins in a sliding window; memory is bounded, the least recent are forgotten first.

    `clock` is in seconds, and of the wall where the failures are kept in a file at `path`, so that they outlive the
    process. Addresses and names are kept as keyed hashes: what is typed as a name is sometimes a password. A clock
    that goes back makes nobody wait for longer than WINDOW.
    """

    def __init__(self, clock: Callable[[], float], path: Path | None = None) -> None:
        self._clock = clock
        self._file = None if path is None else PrivateFile(path, "failed log-ins")
        self._lock = Lock()
        record = None if self._file is None else self._file.read(_LimitRecord)
        self._salt = secrets.token_bytes(_SALT) if record is None else bytes.fromhex(record.salt)
        self._failures: OrderedDict[str, deque[float]] = OrderedDict()
        for key, times in (record.failures if record is not None else {}).items():
            self._failures[key] = deque(times, maxlen=PER_NAME if key.startswith("name-") else PER_ADDRESS)

    def wait(self, address: str, name: str) -> float:
        """Seconds until the next attempt is heard; 0 when it is heard now."""
        with self._lock:
            return max(self._wait(key, bound) for key, bound in self._keys(address, name))

    def failed(self, address: str, name: str) -> None:
        """Count one failure; it is on the disk when this returns, where the disk takes it."""
        with self._lock:
            for key, bound in self._keys(address, name):
                self._failures.setdefault(key, deque(maxlen=bound)).append(self._clock())
                self._failures.move_to_end(key)
            while len(self._failures) > MAX_KEYS:
                self._failures.popitem(last=False)
            self._keep()

    def succeeded(self, address: str) -> None:
        """Forget what this address got wrong before it got it right."""
        with self._lock:
            if self._failures.pop(self._key("address", address), None) is not None:
                self._keep()

    def _keys(self, address: str, name: str) -> tuple[tuple[str, int], tuple[str, int]]:
        return (self._key("address", address), PER_ADDRESS), (self._key("name", name), PER_NAME)

    def _key(self, kind: str, value: str) -> str:
        return f"{kind}-{hmac.new(self._salt, f'{kind}:{value}'.encode(), hashlib.sha256).hexdigest()}"

    def _wait(self, key: str, bound: int) -> float:
        failures = self._failures.get(key)
        if failures is None or len(failures) < bound:
            return 0.0
        return min(max(0.0, failures[0] + WINDOW - self._clock()), WINDOW)

    def _keep(self) -> None:
        if self._file is None:
            return
        now = self._clock()
        latest = islice(reversed(self._failures.items()), MAX_KEPT)
        kept = {key: list(times) for key, times in latest if now - times[-1] < WINDOW}
        try:
            self._file.write(_LimitRecord(salt=self._salt.hex(), failures=dict(reversed(kept.items()))))
        except OSError as error:
            # a full disk must not keep people out of the desk: it counts on in memory
            log.error("failed log-ins are not kept over a restart: %s", error.strerror)
