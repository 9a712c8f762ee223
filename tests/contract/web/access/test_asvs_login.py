"""Who somebody is: passwords, second factors, guessing (ASVS 6).

Source: OWASP Application Security Verification Standard 5.0.0 (2025), levels 1 and 2; the words are ours.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyotp
import pytest
from access_post import Guarded, guarded
from asvs import NEW
from desk_post import CHEAP, PASSWORD

import bartizan
from bartizan.adapters.web import Account, Accounts, AccountsFile, second_factor
from bartizan.adapters.web.accounts import FIRST_PASSWORD
from bartizan.adapters.web.login_limit import PER_ADDRESS, PER_NAME, LoginLimit
from bartizan.adapters.web.password_rules import MIN_PASSWORD, PasswordRefusedError, require_good

STATIC = Path(bartizan.__file__).parent / "adapters" / "web" / "static"


@pytest.mark.parametrize("password", ["short", "x" * (MIN_PASSWORD - 1), ""])
def test_asvs_6_2_1_short_passwords_are_refused(password: str) -> None:
    assert MIN_PASSWORD >= 15
    with pytest.raises(PasswordRefusedError, match="too short"):
        require_good(password)


def test_asvs_6_2_2_and_6_2_3_a_password_is_changed_with_the_one_of_before(desk: Guarded) -> None:
    with guarded() as other:
        client = other.enter("guard")
        fields = {"new": NEW, "again": NEW}
        for wrong in ("", "wrong", NEW):
            assert client.post("/own/password", data=fields | {"old": wrong}).status_code == 403
        assert client.post("/own/password", data=fields | {"old": PASSWORD}).status_code == 303
        assert other.post.app.state.accounts.check("guard", NEW) is not None


@pytest.mark.parametrize(
    "password",
    [
        "passwordpassword",
        "Password12345678",
        "P@ssw0rdP@ssw0rd!",
        "123456789012345",
        "1234567890qwertyuiop",
        "qwertyuiopasdfgh",
        "1q2w3e4r5t6y7u8i",
        "1qaz2wsx3edc4rfv",
        "abcdefghijklmnop",
        "aaaaaaaaaaaaaaaa",
        "abcabcabcabcabcabc",
        "iloveyouiloveyou",
        "letmeinletmein123",
        "administrator2026",
        "welcomewelcome123",
        "trustno1trustno1",
        "zxcvbnmzxcvbnmzx",
        "qazwsxedcrfvtgby",
    ],
)
def test_asvs_6_2_4_what_everybody_tries_is_refused(password: str) -> None:
    with pytest.raises(PasswordRefusedError, match="easy to guess"):
        require_good(password)


@pytest.mark.parametrize(
    "password",
    [
        NEW,
        "correct horse battery staple",
        "vier rote fahrräder im regen",
        "十二時の鐘が鳴る前に帰りなさい。",
        "k7#Wm!q0Zr@p2Lx",
    ],
)
def test_asvs_6_2_5_any_characters_will_do(password: str) -> None:
    require_good(password, ("guard", "Yard"))


def test_asvs_6_2_6_and_6_2_7_fields_hide_what_is_typed_and_let_programs_fill_them(desk: Guarded) -> None:
    for text in (desk.post.client().get("/login").text, desk.enter("guard").get("/own").text):
        for field in re.findall(r"<input[^>]*name=\"(?:password|old|new|again)\"[^>]*>", text):
            assert 'type="password"' in field
            assert re.search(r'autocomplete="(current|new)-password"', field)
    scripts = "".join(path.read_text() for path in STATIC.glob("*.js"))
    assert not re.search(r"[\"']paste[\"']", scripts)


def test_asvs_6_2_8_and_6_2_9_a_password_counts_to_its_last_character_and_in_its_own_case(desk: Guarded) -> None:
    long = "w" + "äb c" * 31
    accounts = Accounts.of({"a": (long, "guard")}, CHEAP)
    assert accounts.check("a", long) is not None
    for other in (long[:-1], long + " ", long.upper(), long.strip("w"), long[:72]):
        assert accounts.check("a", other) is None
    require_good("a b " * 2 + "".join(chr(0x4E00 + n) for n in range(56)))


def test_asvs_6_2_10_a_password_of_ones_own_does_not_grow_old() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    accounts = Accounts.of({"a": (PASSWORD, "guard")}, CHEAP, now=lambda: now + timedelta(days=3650))
    assert accounts.check("a", PASSWORD) is not None


@pytest.mark.parametrize("about", ["mara lindqvist", "Example chancery"])
def test_asvs_6_2_11_names_of_this_place_make_no_password(about: str) -> None:
    password = "".join(about.split()) + "chancery"[: max(0, 16 - len(about))] + "2026!"
    require_good(password + "x7vq wk0")
    with pytest.raises(PasswordRefusedError, match="easy to guess"):
        require_good(f"{about.replace(' ', '')}2026!!".ljust(MIN_PASSWORD, "!"), (about, "chancery"))


def test_asvs_6_3_1_guessing_is_slowed_and_a_restart_forgives_nothing(tmp_path: Path) -> None:
    at = [1_000_000.0]
    limit = LoginLimit(lambda: at[0], tmp_path / "logins.json")
    for _ in range(PER_ADDRESS):
        limit.failed("192.0.2.1", "hunter2-typed-as-name")
    again = LoginLimit(lambda: at[0], tmp_path / "logins.json")
    assert again.wait("192.0.2.1", "other") > 0
    assert again.wait("192.0.2.2", "hunter2-typed-as-name") == 0, "one address locks nobody else out"
    kept = (tmp_path / "logins.json").read_text()
    assert "hunter2" not in kept
    assert "192.0.2.1" not in kept
    at[0] -= 86_400
    assert again.wait("192.0.2.1", "other") <= 300, "a clock that goes back makes nobody wait for longer"


def test_asvs_6_3_1_a_name_that_nobody_has_is_limited_as_one_that_somebody_has() -> None:
    waits = []
    for name in ("officer", "nobody"):
        limit = LoginLimit(lambda: 0.0)
        for n in range(PER_NAME):
            limit.failed(f"192.0.2.{n}", name)
        waits.append(limit.wait("198.51.100.1", name))
    assert waits[0] == waits[1] > 0


def test_asvs_6_3_2_there_is_no_account_that_nobody_made(tmp_path: Path) -> None:
    accounts = AccountsFile(tmp_path / "accounts.json", CHEAP).load()
    assert accounts.all() == ()
    for name in ("officer", "admin", "root", "administrator", ""):
        for password in ("", name, "admin", "password"):
            assert accounts.check(name, password) is None


def test_asvs_6_3_4_there_is_one_door(desk: Guarded) -> None:
    """Basic authentication, a cookie of another shape or a token open nothing that a log-in opens."""
    for headers in (
        {"authorization": "Basic b2ZmaWNlcjpjb3JyZWN0"},
        {"authorization": f"Bearer {desk.secret}"},
        {"cookie": "bartizan-desk=officer"},
        {"x-user": "officer", "remote-user": "officer", "x-forwarded-user": "officer"},
    ):
        assert desk.post.client().get("/site.json", headers=headers).status_code == 401


def test_asvs_6_4_1_a_first_password_is_random_changed_at_once_and_soon_over() -> None:
    at = [datetime(2026, 1, 1, tzinfo=UTC)]
    accounts = Accounts({}, CHEAP, now=lambda: at[0])
    password, account = accounts.make("nova", "guard")
    require_good(password, ("nova",))
    assert account.must_change
    at[0] += FIRST_PASSWORD - timedelta(seconds=1)
    assert accounts.check("nova", password) is not None
    at[0] += timedelta(seconds=1)
    assert accounts.check("nova", password) is None


def test_asvs_6_4_3_a_password_that_was_reset_still_takes_the_second_factor() -> None:
    people = {"a": Account("a", "guard", CHEAP.hash(PASSWORD), totp="GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")}
    accounts = Accounts(people, CHEAP)
    assert accounts.check("a", accounts.new_password("a")) is None


def test_asvs_6_5_what_stands_for_the_telephone_is_random_and_kept_as_a_hash(tmp_path: Path) -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    file = AccountsFile(tmp_path / "accounts.json", CHEAP)
    file.set_password("a", PASSWORD, "guard")
    secret = second_factor.new_secret()
    codes, _ = file.load(lambda: at).enrol("a", secret, pyotp.TOTP(secret).at(at))
    kept = file.path.read_text()
    assert not any(code in kept or code.replace("-", "") in kept for code in codes)
    # 25 letters of 31: 6.5.2 wants 112 bits for a plain hash
    assert all(len(code.replace("-", "")) == 25 for code in codes)
    assert len({one for _ in range(50) for one in second_factor.new_recovery_codes()}) == 500
