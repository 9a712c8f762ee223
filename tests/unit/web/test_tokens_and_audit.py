"""What of access outlives the process: accounts of an older form, tokens, and the record of who asked for what."""

from __future__ import annotations

import json
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyotp
import pytest
from argon2 import PasswordHasher
from hypothesis import given
from hypothesis import strategies as st

from bartizan.adapters.web import AccountsFile
from bartizan.adapters.web.accounts import AccountRefusedError
from bartizan.adapters.web.login_limit import PER_ADDRESS, LoginLimit
from bartizan.adapters.web.private_file import PrivateFileError
from bartizan.adapters.web.tokens import MAX_DAYS, TokenRefusedError, Tokens
from bartizan.app.ledger import MemoryJournal
from bartizan.app.room import Room, open_room
from bartizan.app.upkeep.audit import LATEST, MACHINE
from bartizan.cli import wiring
from bartizan.desk.audit import CODEC, OUTCOMES, Asked, Outcome
from bartizan.desk.errors import HistoryError
from bartizan.errors import InputError
from bartizan.site.document import build

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
SITE = build({"schema": 1, "site": {"name": "Yard"}, "area": [{"id": "street", "outside": True}]})
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Wall:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.at = NOON

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def wall() -> Wall:
    return Wall()


def private(path: Path, content: object) -> Path:
    """A file of secrets with that content."""
    path.write_text(json.dumps(content))
    path.chmod(0o600)
    return path


def ask(room: Room, what: str = "POST /x", **more: object) -> None:
    """One record."""
    given: dict[str, object] = {"by": "mara", "role": "guard", "action": "log", "what": what}
    room.audit.record(**(given | more))  # type: ignore[arg-type]


# ---- accounts


def test_accounts_of_the_first_desk_are_read_and_keep_their_powers(tmp_path: Path) -> None:
    rows = [{"name": "officer", "role": "officer", "hash": CHEAP.hash("one")}]
    path = private(tmp_path / "accounts.json", {"schema": 1, "accounts": rows})
    accounts = AccountsFile(path, CHEAP).load()
    account = accounts.check("officer", "one")
    assert account is not None
    assert (account.role, account.cameras, account.must_change, account.totp) == ("officer", None, False, None)
    accounts.make("nova", "guard", cameras=["north"])
    again = AccountsFile(path, CHEAP).load()
    assert [one.name for one in again.all()] == ["nova", "officer"]
    assert again.account("nova") == accounts.account("nova"), "written and read is the same"
    assert json.loads(path.read_text())["schema"] == 2


def test_a_change_that_cannot_be_kept_does_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = AccountsFile(tmp_path / "accounts.json", CHEAP)
    file.set_password("officer", "one")
    accounts = file.load()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(OSError, match="No space"):
        accounts.make("nova", "guard")
    assert accounts.account("nova") is None
    assert [one.name for one in tmp_path.iterdir()] == ["accounts.json"], "nothing half-written is left"


def test_a_full_disk_keeps_nobody_out_and_forgets_no_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    rows = [{"name": "mara", "role": "guard", "hash": CHEAP.hash("one"), "totp": secret}]
    path = private(tmp_path / "accounts.json", {"schema": 2, "accounts": rows})
    accounts = AccountsFile(path, CHEAP).load(lambda: NOON)
    limit = LoginLimit(lambda: 0.0, tmp_path / "logins.json")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    code = pyotp.TOTP(secret).at(NOON)
    assert accounts.check("mara", "one", code) is not None
    assert accounts.check("mara", "one", code) is None, "once is once, whatever the disk says"
    for _ in range(PER_ADDRESS):
        limit.failed("192.0.2.1", "mara")
    assert limit.wait("192.0.2.1", "mara") > 0
    limit.succeeded("192.0.2.1")


def test_what_somebody_changes_of_nobody_is_refused_in_words(tmp_path: Path) -> None:
    accounts = AccountsFile(tmp_path / "accounts.json", CHEAP).load()
    for command in (accounts.remove, accounts.new_password, accounts.forget_second_factor):
        with pytest.raises(AccountRefusedError, match="no such person"):
            command("nobody")


def test_breaking_the_glass_lets_in_and_is_kept(tmp_path: Path) -> None:
    room = open_room(SITE, MemoryJournal(), lambda: NOON)
    _, first = wiring.desk_accounts(tmp_path, "officer", False, room.audit)
    assert first is not None
    assert wiring.desk_accounts(tmp_path, "officer", False, room.audit)[1] is None
    accounts, anew = wiring.desk_accounts(tmp_path, "officer", True, room.audit)
    assert anew not in (None, first)
    account = accounts.check("officer", anew or "")
    assert account is not None
    assert account.must_change
    assert accounts.check("officer", first) is None
    assert [(one.by, one.thing, one.detail) for one in room.audit.latest()] == [
        ("machine", "officer", "by --new-password: the glass was broken"),
        ("machine", "officer", "the first one"),
    ]


# ---- tokens


def test_tokens_outlive_the_process_and_their_secret_is_nowhere(tmp_path: Path, wall: Wall) -> None:
    path = tmp_path / "tokens.json"
    secret, made = Tokens(path, wall).make("gate", "mara", days=10)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert secret not in path.read_text()
    assert secret.split("_", 2)[2] not in path.read_text()
    again = Tokens(path, wall)
    found = again.find(secret)
    assert found is not None
    assert (found.id, found.user, found.made_by, found.expires_at) == (
        made.id,
        "token:gate",
        "mara",
        NOON + timedelta(days=10),
    )
    assert found.used_at == NOON
    again.end(made.id)
    assert Tokens(path, wall).find(secret) is None
    with pytest.raises(TokenRefusedError, match="no such token"):
        again.end(made.id)


@pytest.mark.parametrize(
    ("label", "days", "scopes"),
    [
        ("", 1, ["intake"]),
        ("x" * 65, 1, ["intake"]),
        ("a\nb", 1, ["intake"]),
        ("a", 0, ["intake"]),
        ("a", MAX_DAYS + 1, ["intake"]),
        ("a", 1, []),
        ("a", 1, ["intake", "people"]),
        ("a", 1, ["view"]),
    ],
)
def test_a_token_that_there_cannot_be_is_refused(label: str, days: int, scopes: list[str]) -> None:
    tokens = Tokens()
    with pytest.raises(InputError):
        tokens.make(label, "mara", days=days, scopes=scopes)
    assert tokens.all() == ()


@pytest.mark.parametrize(
    "content",
    [{}, {"schema": 1, "tokens": [{"id": "0"}]}, {"schema": 2, "tokens": []}, {"schema": 1, "tokens": [], "more": 1}],
)
def test_a_file_that_is_no_tokens_is_refused_in_words(tmp_path: Path, content: object) -> None:
    path = private(tmp_path / "tokens.json", content)
    with pytest.raises(PrivateFileError, match=r"tokens\.json: is not a file of tokens\. Move it away"):
        Tokens(path)
    path.chmod(0o644)
    with pytest.raises(PrivateFileError, match="chmod 600"):
        Tokens(path)


# ---- the audit


def test_the_audit_is_read_again_and_goes_on_over_days(wall: Wall) -> None:
    journal = MemoryJournal()
    room = open_room(SITE, journal, wall)
    ask(room, "one")
    wall.at += timedelta(days=1)
    ask(room, "two")
    wall.at -= timedelta(days=1)
    ask(room, "three")
    again = open_room(SITE, MemoryJournal(tuple(journal.read())), wall)
    assert [one.what for one in again.audit.latest()] == ["three", "two", "one"]
    ask(again, "four")
    streams = [(one.stream, one.version) for one in again.ledger.read() if one.stream.startswith("audit/")]
    assert streams == [
        ("audit/2026-03-01", 1),
        ("audit/2026-03-02", 1),
        ("audit/2026-03-01", 2),
        ("audit/2026-03-01", 3),
    ]


def test_memory_is_bounded_and_words_of_any_length_are_cut(wall: Wall) -> None:
    room = open_room(SITE, MemoryJournal(), wall)
    for n in range(LATEST + 5):
        ask(room, f"{n}")
    ask(room, "x" * 10_000, thing="y" * 10_000, detail="z" * 10_000)
    assert len(room.audit.latest()) == LATEST
    newest = room.audit.latest()[0]
    assert max(len(newest.what), len(newest.thing), len(newest.detail)) == 300


def test_strangers_are_kept_again_when_the_minute_is_over_or_the_clock_goes_back(wall: Wall) -> None:
    room = open_room(SITE, MemoryJournal(), wall)
    for _ in range(61):
        ask(room, "knock", by="stranger", role=None, known=False)
    assert len(room.audit.latest()) == 60
    wall.at += timedelta(seconds=59)
    ask(room, "knock", by="stranger", role=None, known=False)
    assert len(room.audit.latest()) == 60
    wall.at += timedelta(seconds=1)
    ask(room, "knock", by="stranger", role=None, known=False)
    assert room.audit.latest()[0].detail == "(2 more of strangers were not kept)"
    wall.at -= timedelta(days=1)
    ask(room, "knock", by="stranger", role=None, known=False)
    assert len(room.audit.latest()) == 62


def test_a_machine_that_tells_without_end_is_counted_and_crowds_out_nobody(wall: Wall) -> None:
    journal = MemoryJournal()
    room = open_room(SITE, journal, wall, minds=False)

    def tells(token: str, outcome: Outcome = "done") -> None:
        room.audit.record(
            by=token, role=None, action="intake", what="POST /intake/signals", outcome=outcome, machine=True
        )

    for _ in range(MACHINE + 5):
        tells("controller")
    tells("controller", "refused")
    assert len(room.audit.latest()) == MACHINE
    assert room.audit.unkept == 6
    # another token, and people, have their own room
    tells("panel")
    ask(room, "POST /alarms", by="ada")
    assert [one.by for one in room.audit.latest()[:2]] == ["ada", "panel"]
    assert room.audit.latest()[0].detail == ""
    wall.at += timedelta(seconds=59)
    room.pass_time()
    assert len(room.audit.latest()) == MACHINE + 2
    wall.at += timedelta(seconds=1)
    room.pass_time()
    # what was not kept is told by itself, though the machine fell silent
    newest = room.audit.latest()[0]
    assert (newest.by, newest.what, newest.detail) == (
        "controller",
        "what was not kept one by one",
        "5 done, 1 refused more",
    )
    kept = len(list(journal.read()))
    room.pass_time()
    assert len(list(journal.read())) == kept
    tells("controller")
    assert room.audit.latest()[0].what == "POST /intake/signals"


words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)


@given(
    version=st.integers(1, 10**9),
    at=st.datetimes(timezones=st.just(UTC)),
    by=words,
    role=st.none() | words,
    action=words,
    what=words,
    thing=st.just("") | words,
    outcome=st.sampled_from(OUTCOMES),
    detail=st.just("") | words,
)
def test_written_then_read_is_the_same(**fields: object) -> None:
    asked = Asked(**fields)  # type: ignore[arg-type]
    assert CODEC.decode(json.loads(json.dumps(CODEC.encode(asked)))) == asked


@pytest.mark.parametrize("wrong", [{"outcome": "perhaps"}, {"more": 1}, {"by": ""}, {"at": "yesterday"}, {"schema": 2}])
def test_a_record_that_no_desk_wrote_is_refused(wrong: dict[str, object]) -> None:
    asked = Asked(version=1, at=NOON, by="a", role=None, action="log", what="x", thing="", outcome="done", detail="")
    with pytest.raises(HistoryError):
        CODEC.decode(CODEC.encode(asked) | wrong)
