"""Who is logged in: sessions kept on the server, named in the cookie by a secret alone."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Literal

from bartizan.adapters.web.accounts import Account
from bartizan.adapters.web.permission import ANYBODY, POWERS, Action, Role

IDLE_LIMIT = 8 * 3600.0  # seconds without a key pressed: a quiet night is watched, not typed at
ABSOLUTE_LIMIT = 13 * 3600.0  # seconds in all: a twelve-hour shift and its hand-over
PROOF_LIMIT = 900.0  # seconds that a proof of who one is counts for what cannot be undone
MAX_SESSIONS = 256
MAX_PER_PERSON = 16  # of those; more end the oldest of the same person and of nobody else
_TOKEN_BYTES = 32  # 256 bits

Owed = Literal["password", "second-factor"]
"""What a person must do before anything else: choose a password of their own, or enrol a second factor."""


@dataclass(frozen=True, slots=True)
class Session:
    """One log-in: who, as what, and the token that every change they ask for must carry.

    `epoch` is that of the account at the log-in: the session ends when the account's goes on. `owes`: see `Owed`.
    """

    key: str
    user: str
    role: Role
    csrf: str
    began: float
    cameras: frozenset[str] | None = None
    agency: str | None = None
    epoch: int = 0
    owes: Owed | None = None

    @property
    def powers(self) -> frozenset[Action]:
        """What the role allows; only what everybody may while something is owed."""
        return POWERS[self.role] if self.owes is None else ANYBODY


@dataclass(slots=True)
class _Kept:
    session: Session
    cookie: str
    used: float
    proved: float


class Sessions:
    """The sessions of one desk, bounded; `clock` is seconds that never run backwards.

    `epoch` gives what the sessions of a person must have begun in to live, and None where nobody may be in under that
    name. Only a hash of each cookie is kept, so that what is in memory opens no session.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        *,
        idle: float = IDLE_LIMIT,
        absolute: float = ABSOLUTE_LIMIT,
        epoch: Callable[[str], int | None] = lambda _: 0,
    ) -> None:
        self._clock = clock
        self._idle, self._absolute = idle, absolute
        self._epoch = epoch
        self._lock = Lock()
        self._sessions: OrderedDict[str, _Kept] = OrderedDict()

    def begin(self, account: Account, owes: Owed | None = None) -> tuple[str, Session]:
        """A new session and the secret for its cookie."""
        secret = secrets.token_urlsafe(_TOKEN_BYTES)
        now = self._clock()
        session = Session(
            key=_key(secret),
            user=account.name,
            role=account.role,
            csrf=secrets.token_urlsafe(_TOKEN_BYTES),
            began=now,
            cameras=account.cameras,
            agency=account.agency,
            epoch=account.epoch,
            owes=owes,
        )
        with self._lock:
            own = [key for key, kept in self._sessions.items() if kept.session.user == account.name]
            for key in own[: max(0, len(own) - MAX_PER_PERSON + 1)]:
                del self._sessions[key]
            self._sessions[session.key] = _Kept(session, session.key, now, now)
            while len(self._sessions) > MAX_SESSIONS:
                self._sessions.popitem(last=False)
        return secret, session

    def find(self, secret: str | None) -> Session | None:
        """The live session that this cookie names."""
        if not secret:
            return None
        cookie = _key(secret)
        with self._lock:
            named = [key for key, kept in self._sessions.items() if kept.cookie == cookie]
        return self.living(named[0]) if named else None

    def living(self, key: str) -> Session | None:
        """The session of that key, if it has neither ended nor gone past a limit, and its account still stands."""
        now = self._clock()
        with self._lock:
            kept = self._sessions.get(key)
            if kept is None:
                return None
            session = kept.session
            over = now - kept.used > self._idle or now - session.began > self._absolute
            if over or self._epoch(session.user) != session.epoch:
                del self._sessions[key]
                return None
            return session

    def used(self, session: Session) -> None:
        """A person did something in this session: its idle time starts again."""
        with self._lock:
            if session.key in self._sessions:
                self._sessions[session.key].used = self._clock()

    def prove(self, session: Session) -> str | None:
        """The person proved again who they are: the secret of a new cookie, and the one of before opens nothing.

        The session itself goes on, with what its pages hold and hear. None where it has ended.
        """
        secret = secrets.token_urlsafe(_TOKEN_BYTES)
        with self._lock:
            kept = self._sessions.pop(session.key, None)
            if kept is None:
                return None
            kept.proved = kept.used = self._clock()
            kept.cookie = _key(secret)
            self._sessions[session.key] = kept
        return secret

    def proved(self, session: Session) -> bool:
        """Whether the person proved lately who they are, by the log-in or again since."""
        with self._lock:
            kept = self._sessions.get(session.key)
            return kept is not None and self._clock() - kept.proved <= PROOF_LIMIT

    def of(self, user: str) -> int:
        """How many sessions a person has."""
        with self._lock:
            return sum(kept.session.user == user for kept in self._sessions.values())

    def end(self, session: Session) -> None:
        """Log out."""
        with self._lock:
            self._sessions.pop(session.key, None)

    def end_all(self, user: str) -> None:
        """Log a person out everywhere."""
        with self._lock:
            for key in [key for key, kept in self._sessions.items() if kept.session.user == user]:
                del self._sessions[key]


class LoginForms:
    """Tokens that tie a login form to the browser that asked for it; nothing is kept per visitor."""

    def __init__(self) -> None:
        self._secret = secrets.token_bytes(_TOKEN_BYTES)

    def issue(self) -> tuple[str, str]:
        """(cookie, form token)."""
        cookie = secrets.token_urlsafe(_TOKEN_BYTES)
        return cookie, self._sign(cookie)

    def fits(self, cookie: str | None, token: str) -> bool:
        """Whether the form came from the page that this browser was given."""
        return bool(cookie) and hmac.compare_digest(self._sign(cookie or "").encode(), token.encode())

    def _sign(self, cookie: str) -> str:
        return hmac.new(self._secret, cookie.encode(), hashlib.sha256).hexdigest()


def _key(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
