"""Who may log in: names, roles and argon2id hashes in one file that only its owner may read."""

from __future__ import annotations

import json
import os
import secrets
import stat
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from types import MappingProxyType
from typing import Literal

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bartizan.adapters.web.permission import Role
from bartizan.errors import InputError

MAX_NAME = 64  # characters
MAX_PASSWORD = 256  # characters; longer ones are refused before any hashing
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that reads like something else: no i, l, o, 0, 1
_GROUPS, _GROUP = 5, 5  # 25 letters of 31 are 124 bits


class AccountsError(InputError):
    """The file of accounts cannot be read, or others may read it."""


@dataclass(frozen=True, slots=True)
class Account:
    """A person who may log in, and what they may do."""

    name: str
    role: Role
    hash: str
    cameras: frozenset[str] | None = None
    agency: str | None = None


class _AccountRecord(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str = Field(min_length=1, max_length=MAX_NAME)
    role: Role
    hash: str = Field(pattern=r"^\$argon2id\$")


class _AccountsRecord(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)
    version: Literal[1] = Field(alias="schema")
    accounts: list[_AccountRecord]


class Accounts:
    """The accounts of one desk. `check` answers after the same work whether or not the name is known."""

    def __init__(self, accounts: Mapping[str, Account], hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._accounts = MappingProxyType(dict(accounts))
        # hashed once with the same cost, so that an unknown name takes as long as a wrong password
        self._nobody = self._hasher.hash(secrets.token_urlsafe(16))

    @classmethod
    def of(cls, passwords: Mapping[str, tuple[str, Role]], hasher: PasswordHasher | None = None) -> Accounts:
        """Accounts from name -> (password, role), kept in memory alone: for exercises and tests."""
        hasher = hasher or PasswordHasher()
        return cls({n: Account(n, role, hasher.hash(password)) for n, (password, role) in passwords.items()}, hasher)

    def check(self, name: str, password: str) -> Account | None:
        """The account when name and password fit, else None. Takes about 0.1 s of one core on purpose."""
        if len(name) > MAX_NAME or len(password) > MAX_PASSWORD:
            return None
        account = self._accounts.get(name)
        try:
            self._hasher.verify(self._nobody if account is None else account.hash, password)
        except (Argon2Error, InvalidHashError):
            return None
        return account

    def account(self, name: str) -> Account | None:
        """The account of that name."""
        return self._accounts.get(name)

    def __len__(self) -> int:
        return len(self._accounts)


class AccountsFile:
    """The file of accounts in the desk's data folder, mode 0600; replaced as a whole, never half-written."""

    def __init__(self, path: Path, hasher: PasswordHasher | None = None) -> None:
        self.path = path
        self._hasher = hasher or PasswordHasher()
        self._lock = Lock()

    def load(self) -> Accounts:
        """The accounts of the file; none where there is no file yet."""
        return Accounts(self._read(), self._hasher)

    def set_password(self, name: str, password: str, role: Role = "officer") -> None:
        """Give `name` this password, making the account where there is none."""
        with self._lock:
            accounts = self._read()
            accounts[name] = Account(name, role, self._hasher.hash(password))
            self._write(accounts)

    def _read(self) -> dict[str, Account]:
        try:
            with self.path.open("rb") as file:
                if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                    message = f"{self.path}: other users of this machine may read the accounts. Run: chmod 600 on it"
                    raise AccountsError(message)
                record = _AccountsRecord.model_validate_json(file.read())
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise AccountsError(f"{self.path}: {error.strerror}. Make it readable for the user who runs it") from error
        except ValidationError as error:
            message = f"{self.path}: is not a file of accounts. Move it away, and a new one is made at the next start"
            raise AccountsError(message) from error
        return {one.name: Account(one.name, one.role, one.hash) for one in record.accounts}

    def _write(self, accounts: Mapping[str, Account]) -> None:
        rows = [{"name": one.name, "role": one.role, "hash": one.hash} for one in accounts.values()]
        text = json.dumps({"schema": 1, "accounts": rows}, indent=1)
        # mkstemp makes the file 0600 from its first byte on
        handle, name = tempfile.mkstemp(dir=self.path.parent, prefix=".accounts-")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, self.path)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
        _sync_folder(self.path.parent)


def new_password() -> str:
    """A password of 124 random bits in groups that can be read aloud."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP)) for _ in range(_GROUPS))


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
