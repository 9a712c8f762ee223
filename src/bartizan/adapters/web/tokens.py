"""Tokens of machines: what a door controller or a script shows in place of a log-in."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Final, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from bartizan.adapters.web.permission import Action
from bartizan.adapters.web.private_file import PrivateFile
from bartizan.errors import CheckError, InputError

Scope = Literal["intake"]
SCOPES: Final[tuple[Scope, ...]] = ("intake",)

PREFIX = "bzn"  # so that a token in a log or a repository is known for what it is
MAX_TOKENS = 500
MAX_LABEL = 64  # characters
DEFAULT_DAYS, MAX_DAYS = 90, 366  # how long a token is good for
MAX_SHOWN = 200  # characters of a token that are looked at; ours have 64
_ID_BYTES, _SECRET_BYTES = 6, 32


class TokenRefusedError(CheckError):
    """A token cannot be made or ended as asked."""


class _TokenRecord(BaseModel):
    model_config = ConfigDict(extra="forbid")
    id: str = Field(pattern=r"^[0-9a-f]{12}$")
    label: str = Field(min_length=1, max_length=MAX_LABEL)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    scopes: list[Scope] = Field(min_length=1)
    made_by: str
    made_at: AwareDatetime
    expires_at: AwareDatetime


class _TokensRecord(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)
    version: Literal[1] = Field(1, alias="schema")
    tokens: list[_TokenRecord]


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token as it is kept: never its secret, only the hash of it. Instants in UTC.

    It is a `Subject`: `powers` are its scopes alone, and what it does is kept under `user`, its label after
    "token:", which no person's name can look like.
    """

    id: str
    label: str
    sha256: str
    scopes: tuple[Scope, ...]
    made_by: str
    made_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    cameras: frozenset[str] | None = None
    agency: str | None = None

    @property
    def user(self) -> str:
        """The name that is kept with what it does."""
        return f"token:{self.label}"

    @property
    def powers(self) -> frozenset[Action]:
        """What it may do: its scopes."""
        return frozenset(Action(scope) for scope in self.scopes)


class Tokens:
    """The tokens of one desk. `now` is UTC by the wall: a token's end is a date.

    With `path` they are kept there (mode 0600, replaced as a whole); without, in memory alone. When a token was last
    used is remembered until the desk stops.
    """

    def __init__(self, path: Path | None = None, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._now = now
        self._file = None if path is None else PrivateFile(path, "tokens")
        self._lock = Lock()
        self._tokens = {one.id: one for one in self._read()}

    def make(
        self, label: str, by: str, *, scopes: Collection[str] = SCOPES, days: int = DEFAULT_DAYS
    ) -> tuple[str, Token]:
        """A new token and its secret, which is given this once. `by` is the person who asked for it.

        Errors: InputError for a label or scope that there cannot be, or an end out of bounds; TokenRefusedError where
        the label is taken or there are too many.
        """
        label = label.strip()
        if not 0 < len(label) <= MAX_LABEL or not label.isprintable():
            raise InputError(f"token: a label of 1 to {MAX_LABEL} printable characters is needed")
        wanted = tuple(scope for scope in SCOPES if scope in scopes)
        if len(wanted) != len(set(scopes)) or not wanted:
            raise InputError(f"token {label!r}: it may be for {', '.join(SCOPES)}, and for nothing else")
        if not 1 <= days <= MAX_DAYS:
            raise InputError(f"token {label!r}: {days} days are out of bounds. Give 1 to {MAX_DAYS}")
        at = self._now()
        name, secret = secrets.token_hex(_ID_BYTES), secrets.token_urlsafe(_SECRET_BYTES)
        shown = f"{PREFIX}_{name}_{secret}"
        made = Token(
            id=name,
            label=label,
            sha256=_hash(shown),
            scopes=wanted,
            made_by=by,
            made_at=at,
            expires_at=at + timedelta(days=days),
        )
        with self._lock:
            if any(one.label == label for one in self._tokens.values()):
                raise TokenRefusedError(f"token {label!r}: there is one of that label. End it first, or take another")
            if len(self._tokens) >= MAX_TOKENS:
                raise TokenRefusedError(f"there are {MAX_TOKENS} tokens already. End those that nobody uses")
            self._keep(self._tokens | {name: made})
        return shown, made

    def find(self, shown: str) -> Token | None:
        """The token that was shown, if it is one of ours, not ended and not past its end."""
        parts = shown.split("_", 2) if len(shown) <= MAX_SHOWN else ()
        if len(parts) != 3 or parts[0] != PREFIX:
            return None
        digest = _hash(shown)
        at = self._now()
        with self._lock:
            token = self._tokens.get(parts[1])
            if token is None or not hmac.compare_digest(token.sha256, digest) or at >= token.expires_at:
                return None
            token = self._tokens[token.id] = replace(token, used_at=at)
            return token

    def end(self, token_id: str) -> Token:
        """End a token now; what was ended. UnknownToken: TokenRefusedError."""
        with self._lock:
            token = self._tokens.get(token_id)
            if token is None:
                raise TokenRefusedError("there is no such token; it may have been ended already")
            self._keep({key: one for key, one in self._tokens.items() if key != token_id})
            return token

    def all(self) -> tuple[Token, ...]:
        """Every token, those past their end too, by label."""
        with self._lock:
            return tuple(sorted(self._tokens.values(), key=lambda one: one.label))

    def utc(self) -> datetime:
        """The present instant by which tokens end."""
        return self._now()

    def _keep(self, tokens: dict[str, Token]) -> None:
        if self._file is not None:
            self._file.write(_TokensRecord(tokens=[_record(one) for one in tokens.values()]))
        # only what is durable counts
        self._tokens = tokens

    def _read(self) -> list[Token]:
        record = None if self._file is None else self._file.read(_TokensRecord)
        return [] if record is None else [_token(one) for one in record.tokens]


def _record(token: Token) -> _TokenRecord:
    return _TokenRecord(
        id=token.id,
        label=token.label,
        sha256=token.sha256,
        scopes=list(token.scopes),
        made_by=token.made_by,
        made_at=token.made_at,
        expires_at=token.expires_at,
    )


def _token(record: _TokenRecord) -> Token:
    return Token(
        id=record.id,
        label=record.label,
        sha256=record.sha256,
        scopes=tuple(record.scopes),
        made_by=record.made_by,
        made_at=record.made_at,
        expires_at=record.expires_at,
    )


def _hash(shown: str) -> str:
    # 256 random bits need no slow hash
    return hashlib.sha256(shown.encode()).hexdigest()
