"""Who may log in: names, roles, argon2id hashes and second factors, in one file that only its owner may read."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import RLock
from typing import Any, Literal

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from bartizan.adapters.web import second_factor
from bartizan.adapters.web.password_rules import MAX_PASSWORD, require_good
from bartizan.adapters.web.permission import POWERS, Action, Role
from bartizan.adapters.web.private_file import PrivateFile, PrivateFileError
from bartizan.adapters.web.second_factor import new_code as new_password
from bartizan.errors import CheckError, InputError

__all__ = [
    "MAX_NAME",
    "MAX_PASSWORD",
    "Account",
    "AccountRefusedError",
    "Accounts",
    "AccountsError",
    "AccountsFile",
    "new_password",
]

MAX_NAME = 64  # characters
MAX_ACCOUNTS = 1000
FIRST_PASSWORD = timedelta(hours=72)  # how long a password that somebody else knows opens the door

AccountsError = PrivateFileError

log = logging.getLogger(__name__)


class AccountRefusedError(CheckError):
    """An account cannot be made or changed as asked."""


@dataclass(frozen=True, slots=True)
class Account:
    """A person who may log in, and what they may do.

    `cameras` are those that they may see, None for all; `agency` is the partner's they belong to, None for people of
    the house. `must_change`: somebody else knows the password, which opens nothing
    after `until` (UTC). `epoch` counts whatever ends the sessions of before.
    `totp` is the secret of the second factor, None where there is none; `step` the step of its last code; `recovery`
    the hashes of the codes on paper that are not used up.
    """

    name: str
    role: Role
    hash: str
    cameras: frozenset[str] | None = None
    agency: str | None = None
    must_change: bool = False
    until: datetime | None = None
    disabled: bool = False
    epoch: int = 0
    totp: str | None = None
    step: int = 0
    recovery: tuple[str, ...] = ()


class _AccountRecord(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str = Field(min_length=1, max_length=MAX_NAME)
    role: Role
    hash: str = Field(pattern=r"^\$argon2id\$")
    cameras: list[str] | None = None
    agency: str | None = None
    must_change: bool = False
    until: AwareDatetime | None = None
    disabled: bool = False
    epoch: int = Field(0, ge=0)
    totp: str | None = Field(None, pattern=r"^[A-Z2-7]{16,64}$")
    step: int = Field(0, ge=0)
    recovery: list[str] = []


class _AccountsRecord(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)
    # 1 is the form of the first desk, which had names, roles and hashes alone
    version: Literal[1, 2] = Field(2, alias="schema")
    accounts: list[_AccountRecord]


class Accounts:
    """The accounts of one desk. `check` answers after the same work whether or not the name is known.

    `keep` makes a change durable before it counts; without it they are kept in memory alone. `now` is UTC by the
    wall, which is what telephones count by. Any thread may call.
    """

    def __init__(
        self,
        accounts: Mapping[str, Account],
        hasher: PasswordHasher | None = None,
        *,
        keep: Callable[[Mapping[str, Account]], None] = lambda _: None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._hasher = hasher or PasswordHasher()
        self._accounts = dict(accounts)
        self._keep = keep
        self._now = now
        self._lock = RLock()
        # hashed once with the same cost, so that an unknown name takes as long as a wrong password
        self._nobody = self._hasher.hash(secrets.token_urlsafe(16))

    @classmethod
    def of(
        cls, passwords: Mapping[str, tuple[str, Role]], hasher: PasswordHasher | None = None, **more: Any
    ) -> Accounts:
        """Accounts from name -> (password, role), kept in memory alone: for exercises and tests."""
        hasher = hasher or PasswordHasher()
        made = {n: Account(n, role, hasher.hash(password)) for n, (password, role) in passwords.items()}
        return cls(made, hasher, **more)

    # ---- logging in

    def check(self, name: str, password: str, code: str = "") -> Account | None:
        """The account when name, password and (where there is one) second factor fit, else None.

        `code` is of the telephone or from the paper, and is used up. Takes about 0.1 s of one core on purpose.
        """
        if len(name) > MAX_NAME or len(password) > MAX_PASSWORD:
            return None
        account = self.account(name)
        hashed = self._nobody if account is None else account.hash
        try:
            self._hasher.verify(hashed, password)
        except (Argon2Error, InvalidHashError):
            return None
        if account is None or account.disabled:
            return None
        with self._lock:
            # read again: it may have changed while the password was hashed
            account = self._accounts.get(name)
            if account is None or account.disabled or account.hash != hashed or self._too_late(account):
                return None
            account = self._second(account, code)
            if account is None:
                return None
            if self._hasher.check_needs_rehash(account.hash):
                account = replace(account, hash=self._hasher.hash(password))
            if account != self._accounts[name]:
                self._put_if_there_is_room(account)
            return account

    def _too_late(self, account: Account) -> bool:
        return account.must_change and account.until is not None and self._now() >= account.until

    def _second(self, account: Account, code: str) -> Account | None:
        """The account with this code used up; None where it does not fit."""
        if account.totp is None:
            return account
        step = second_factor.step_of(account.totp, code.replace(" ", ""), self._now(), account.step)
        if step is not None:
            return replace(account, step=step)
        used = second_factor.among(code, account.recovery)
        if used is None:
            return None
        return replace(account, recovery=tuple(one for one in account.recovery if one != used))

    # ---- what there is

    def account(self, name: str) -> Account | None:
        """The account of that name."""
        with self._lock:
            return self._accounts.get(name)

    def all(self) -> tuple[Account, ...]:
        """Every account, by name."""
        with self._lock:
            return tuple(sorted(self._accounts.values(), key=lambda one: one.name))

    def epoch(self, name: str) -> int | None:
        """What sessions of that name must have begun in to live; None where nobody may be in under it."""
        account = self.account(name)
        return None if account is None or account.disabled else account.epoch

    def __len__(self) -> int:
        return len(self._accounts)

    # ---- what people change of others

    def make(
        self, name: str, role: Role, *, cameras: Collection[str] | None = None, agency: str | None = None
    ) -> tuple[str, Account]:
        """A new account and its first password, which whoever logs in with it must change.

        Errors: InputError for a name that there cannot be or a partner without agency; AccountRefusedError where the
        name is taken, in any case of letters, or there are too many.
        """
        name = name.strip()
        if not 0 < len(name) <= MAX_NAME or not name.isprintable() or ":" in name or "/" in name:
            raise InputError(f"A name has 1 to {MAX_NAME} printable characters, none of them a colon or a slash")
        password = new_password()
        made = Account(name, role, self._hasher.hash(password), must_change=True, until=self._now() + FIRST_PASSWORD)
        made = replace(made, cameras=_cameras(cameras), agency=_agency(role, agency))
        with self._lock:
            if any(one.casefold() == name.casefold() for one in self._accounts) or name.casefold() in _TAKEN:
                raise AccountRefusedError(f"There is somebody of the name {name} already. Take another name")
            if len(self._accounts) >= MAX_ACCOUNTS:
                raise AccountRefusedError(f"There are {MAX_ACCOUNTS} accounts already. Remove those of people who left")
            self._put(made)
        return password, made

    def change(
        self, name: str, *, role: Role, cameras: Collection[str] | None, agency: str | None, disabled: bool
    ) -> Account:
        """What this person may do from now on; their sessions end. Errors: as `make`; the last who may do this."""
        with self._lock:
            account = self._known(name)
            changed = replace(
                account,
                role=role,
                cameras=_cameras(cameras),
                agency=_agency(role, agency),
                disabled=disabled,
                epoch=account.epoch + 1,
            )
            self._require_somebody(changed)
            self._put(changed)
            return changed

    def remove(self, name: str) -> None:
        """Take an account away; its sessions end. What the person did stays under their name."""
        with self._lock:
            account = self._known(name)
            self._require_somebody(replace(account, disabled=True))
            left = {key: one for key, one in self._accounts.items() if key != name}
            self._keep(left)
            self._accounts = left

    def new_password(self, name: str) -> str:
        """A first password again, for who forgot theirs; the second factor stays. Sessions end."""
        password = new_password()
        hashed = self._hasher.hash(password)
        with self._lock:
            account = self._known(name)
            until = self._now() + FIRST_PASSWORD
            self._put(replace(account, hash=hashed, must_change=True, until=until, epoch=account.epoch + 1))
        return password

    def forget_second_factor(self, name: str) -> None:
        """For who lost telephone and paper: they enrol anew. Sessions end."""
        with self._lock:
            account = self._known(name)
            self._put(replace(account, totp=None, step=0, recovery=(), epoch=account.epoch + 1))

    # ---- what people change of their own

    def set_own_password(self, name: str, password: str, about: Collection[str] = ()) -> Account:
        """A password of one's own; every session of before ends. Errors: PasswordRefusedError.

        The caller has checked the old one. `about` as for `require_good`.
        """
        require_good(password, (name, *about))
        hashed = self._hasher.hash(password)
        with self._lock:
            account = self._known(name)
            account = replace(account, hash=hashed, must_change=False, until=None, epoch=account.epoch + 1)
            self._put(account)
            return account

    def enrol(self, name: str, secret: str, code: str) -> tuple[tuple[str, ...], Account]:
        """Take a second factor, proved by a code of it; the recovery codes, given this once. Sessions end.

        Errors: AccountRefusedError where the code does not fit.
        """
        with self._lock:
            account = self._known(name)
            step = second_factor.step_of(secret, code.replace(" ", ""), self._now(), 0)
            if step is None:
                raise AccountRefusedError("The code does not fit. Check the telephone's clock, and give the next code")
            codes = second_factor.new_recovery_codes()
            hashes = tuple(second_factor.hash_of(one) for one in codes)
            account = replace(account, totp=secret, step=step, recovery=hashes, epoch=account.epoch + 1)
            self._put(account)
            return codes, account

    # ---- inside

    def _known(self, name: str) -> Account:
        account = self._accounts.get(name)
        if account is None:
            raise AccountRefusedError("There is no such person. Load the page again")
        return account

    def _require_somebody(self, changed: Account) -> None:
        """Refuse what would leave nobody who can change the accounts."""
        after = (*(one for one in self._accounts.values() if one.name != changed.name), changed)
        if not any(Action.PEOPLE in POWERS[one.role] and not one.disabled for one in after):
            raise AccountRefusedError(
                f"{changed.name} is the last who may change people and roles. Give somebody else that role first"
            )

    def _put_if_there_is_room(self, account: Account) -> None:
        """As `_put`; on a full disk a code that was used is remembered until the desk stops, and people come in."""
        try:
            self._put(account)
        except OSError as error:
            log.error("what a log-in used up is not kept over a restart: %s", error.strerror)
            self._accounts = self._accounts | {account.name: account}

    def _put(self, account: Account) -> None:
        accounts = self._accounts | {account.name: account}
        # only what is durable counts
        self._keep(accounts)
        self._accounts = accounts


# names under which the desk itself keeps what it does
_TAKEN = frozenset({"desk", "stranger", "nobody", "system"})


class AccountsFile:
    """The file of accounts in the desk's data folder, mode 0600; replaced as a whole, never half-written."""

    def __init__(self, path: Path, hasher: PasswordHasher | None = None) -> None:
        self.path = path
        self._file = PrivateFile(path, "accounts")
        self._hasher = hasher or PasswordHasher()

    def load(self, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Accounts:
        """The accounts of the file, which is written at every change; none where there is no file yet."""
        return Accounts(self._read(), self._hasher, keep=self._write, now=now)

    def set_password(self, name: str, password: str, role: Role = "officer", *, must_change: bool = False) -> None:
        """Give `name` this password, making the account where there is none: at the machine, and not by a page.

        An account that there is keeps its role and gets its powers back; its second factor is forgotten with the old
        password, since whoever sits at the machine is trusted more than both.
        """
        accounts = self._read()
        known = accounts.get(name, Account(name, role, ""))
        accounts[name] = replace(
            known,
            hash=self._hasher.hash(password),
            must_change=must_change,
            until=datetime.now(UTC) + FIRST_PASSWORD if must_change else None,
            disabled=False,
            totp=None,
            step=0,
            recovery=(),
            epoch=known.epoch + 1,
        )
        self._write(accounts)

    def _read(self) -> dict[str, Account]:
        record = self._file.read(_AccountsRecord)
        return {} if record is None else {one.name: _account(one) for one in record.accounts}

    def _write(self, accounts: Mapping[str, Account]) -> None:
        self._file.write(_AccountsRecord(accounts=[_record(one) for one in accounts.values()]))


def _cameras(cameras: Collection[str] | None) -> frozenset[str] | None:
    return None if cameras is None else frozenset(cameras)


def _agency(role: Role, agency: str | None) -> str | None:
    agency = (agency or "").strip() or None
    if (role == "partner") != (agency is not None):
        raise InputError("A partner belongs to an agency of the site file, and nobody else does. Give one, or none")
    return agency


def _record(account: Account) -> _AccountRecord:
    return _AccountRecord(
        name=account.name,
        role=account.role,
        hash=account.hash,
        cameras=None if account.cameras is None else sorted(account.cameras),
        agency=account.agency,
        must_change=account.must_change,
        until=account.until,
        disabled=account.disabled,
        epoch=account.epoch,
        totp=account.totp,
        step=account.step,
        recovery=list(account.recovery),
    )


def _account(record: _AccountRecord) -> Account:
    return Account(
        name=record.name,
        role=record.role,
        hash=record.hash,
        cameras=_cameras(record.cameras),
        agency=record.agency,
        must_change=record.must_change,
        until=record.until,
        disabled=record.disabled,
        epoch=record.epoch,
        totp=record.totp,
        step=record.step,
        recovery=tuple(record.recovery),
    )
