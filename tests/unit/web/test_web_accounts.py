"""Accounts are hashed, for their owner's eyes alone, and written whole or not at all; failures are limited."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Literal

import pytest
from argon2 import PasswordHasher, extract_parameters

from bartizan.adapters.web import Account, Accounts, AccountsError, AccountsFile, new_password
from bartizan.adapters.web.accounts import MAX_PASSWORD
from bartizan.adapters.web.login_limit import MAX_KEYS, PER_ADDRESS, PER_NAME, WINDOW, LoginLimit
from bartizan.adapters.web.sessions import MAX_SESSIONS, Sessions

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def test_passwords_are_kept_as_argon2id_in_a_file_of_mode_0600(tmp_path: Path) -> None:
    file = AccountsFile(tmp_path / "accounts.json")
    file.set_password("officer", "correct horse")
    text = file.path.read_text()
    assert "correct horse" not in text
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["accounts.json"], "nothing half-written is left"
    parameters = extract_parameters(json.loads(text)["accounts"][0]["hash"])
    # OWASP's floor for argon2id: 19 MiB, two passes
    assert parameters.memory_cost >= 19_456
    assert parameters.time_cost >= 2
    account = file.load().check("officer", "correct horse")
    assert account is not None
    assert account.role == "officer"
    assert file.load().check("officer", "wrong") is None
    assert file.load().check("nobody", "correct horse") is None


def test_a_new_password_replaces_the_old_one_and_spares_the_others(tmp_path: Path) -> None:
    file = AccountsFile(tmp_path / "accounts.json", CHEAP)
    file.set_password("officer", "one")
    file.set_password("guest", "two", "viewer")
    file.set_password("officer", "three")
    accounts = file.load()
    assert len(accounts) == 2
    assert accounts.check("officer", "one") is None
    assert accounts.check("officer", "three") is not None
    assert accounts.check("guest", "two") is not None


def test_no_file_is_no_account(tmp_path: Path) -> None:
    assert len(AccountsFile(tmp_path / "accounts.json", CHEAP).load()) == 0


@pytest.mark.parametrize("text", ["", "{", "[]", '{"schema": 3, "accounts": []}', '{"schema": 1}'])
def test_a_file_that_is_no_accounts_is_refused_in_words(tmp_path: Path, text: str) -> None:
    path = tmp_path / "accounts.json"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(AccountsError, match=r"accounts\.json: is not a file of accounts\. Move it away"):
        AccountsFile(path, CHEAP).load()


def test_a_plain_password_in_the_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "accounts.json"
    path.write_text(json.dumps({"schema": 1, "accounts": [{"name": "officer", "role": "officer", "hash": "secret"}]}))
    path.chmod(0o600)
    with pytest.raises(AccountsError) as caught:
        AccountsFile(path, CHEAP).load()
    assert "secret" not in str(caught.value)


def test_a_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    file = AccountsFile(tmp_path / "accounts.json", CHEAP)
    file.set_password("officer", "one")
    file.path.chmod(0o640)
    with pytest.raises(AccountsError, match="chmod 600"):
        file.load()


def test_a_very_long_password_is_refused_before_any_hashing() -> None:
    class Counting(PasswordHasher):
        verified = 0

        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002 - the library's name
            Counting.verified += 1
            return super().verify(hash, password)

    accounts = Accounts.of({"officer": ("one", "officer")}, Counting(time_cost=1, memory_cost=8, parallelism=1))
    assert accounts.check("officer", "x" * (MAX_PASSWORD + 1)) is None
    assert Counting.verified == 0
    accounts.check("nobody", "one")
    accounts.check("officer", "two")
    assert Counting.verified == 2, "an unknown name costs as much as a wrong password"


def test_new_passwords_differ_and_read_aloud_well() -> None:
    made = {new_password() for _ in range(200)}
    assert len(made) == 200
    assert all(len(one.replace("-", "")) == 25 for one in made)
    assert not set("ilo01") & set("".join(made))


class Seconds:
    """A clock that goes when it is told to."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_failures_are_counted_by_address_and_by_name_in_a_sliding_window() -> None:
    seconds = Seconds()
    limit = LoginLimit(seconds)
    for i in range(PER_ADDRESS):
        assert limit.wait("a", "officer") == 0
        limit.failed("a", f"name-{i}")
        seconds.now += 1
    assert limit.wait("a", "officer") == WINDOW - PER_ADDRESS
    assert limit.wait("b", "officer") == 0, "another address may still try"
    limit.succeeded("a")
    assert limit.wait("a", "officer") == 0
    for i in range(PER_NAME):
        limit.failed(f"address-{i}", "officer")
    assert limit.wait("fresh", "officer") == WINDOW
    assert limit.wait("fresh", "other") == 0
    seconds.now += WINDOW
    assert limit.wait("fresh", "officer") == 0


def test_a_flood_of_addresses_does_not_fill_the_memory() -> None:
    limit = LoginLimit(Seconds())
    for i in range(3 * MAX_KEYS):
        limit.failed(f"address-{i}", "officer")
    assert len(limit._failures) <= MAX_KEYS


def test_sessions_are_bounded_and_the_oldest_go_first() -> None:
    sessions = Sessions(Seconds())
    secrets = [sessions.begin(Account(f"officer-{n}", "officer", ""))[0] for n in range(MAX_SESSIONS + 1)]
    assert sessions.find(secrets[0]) is None
    assert sessions.find(secrets[1]) is not None
    assert len(set(secrets)) == len(secrets)
    assert sessions.find("") is None
    assert sessions.find(None) is None
