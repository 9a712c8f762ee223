"""Who is logged in: sessions kept on the server, named in the cookie by a secret alone."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from bartizan.adapters.web.permission import POWERS, Action, Role

IDLE_LIMIT = 8 * 3600.0  # seconds without a key pressed: a quiet night is watched, not typed at
ABSOLUTE_LIMIT = 13 * 3600.0  # seconds in all: a twelve-hour shift and its hand-over
PROOF_LIMIT = 900.0  # seconds that a log-in counts as proof for what cannot be undone
MAX_SESSIONS = 256
_TOKEN_BYTES = 32  # 256 bits


@dataclass(frozen=True, slots=True)
class Session:
    """One log-in: who, as what, and the token that every change they ask for must carry."""

    key: str
    user: str
    role: Role
    csrf: str
    began: float
    cameras: frozenset[str] | None = None
    agency: str | None = None

    @property
    def powers(self) -> frozenset[Action]:
        """What the role allows."""
        return POWERS[self.role]


class Sessions:
    """The sessions of one desk, bounded; `clock` is seconds that never run backwards.

    Only a hash of each cookie is kept, so that what is in memory opens no session.
    """

    def __init__(
        self, clock: Callable[[], float], *, idle: float = IDLE_LIMIT, absolute: float = ABSOLUTE_LIMIT
    ) -> None:
        self._clock = clock
        self._idle, self._absolute = idle, absolute
        self._lock = Lock()
        self._sessions: OrderedDict[str, tuple[Session, float]] = OrderedDict()

    def begin(self, user: str, role: Role) -> tuple[str, Session]:
        """A new session and the secret for its cookie."""
        secret = secrets.token_urlsafe(_TOKEN_BYTES)
        session = Session(_key(secret), user, role, secrets.token_urlsafe(_TOKEN_BYTES), self._clock())
        with self._lock:
            self._sessions[session.key] = (session, session.began)
            while len(self._sessions) > MAX_SESSIONS:
                self._sessions.popitem(last=False)
        return secret, session

    def find(self, secret: str | None) -> Session | None:
        """The live session that this cookie names."""
        return None if not secret else self.living(_key(secret))

    def living(self, key: str) -> Session | None:
        """The session of that key, if it has neither ended nor gone past a limit."""
        now = self._clock()
        with self._lock:
            entry = self._sessions.get(key)
            if entry is None:
                return None
            session, used = entry
            if now - used > self._idle or now - session.began > self._absolute:
                del self._sessions[key]
                return None
            return session

    def used(self, session: Session) -> None:
        """A person did something in this session: its idle time starts again."""
        with self._lock:
            if session.key in self._sessions:
                self._sessions[session.key] = (session, self._clock())

    def proved(self, session: Session) -> bool:
        """Whether the person proved lately who they are, by a log-in or again since."""
        return self._clock() - session.began <= PROOF_LIMIT

    def end(self, session: Session) -> None:
        """Log out."""
        with self._lock:
            self._sessions.pop(session.key, None)


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
