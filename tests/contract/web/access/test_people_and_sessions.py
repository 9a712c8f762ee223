"""People come, change, are shut out and leave: accounts, first passwords, second factors, proofs and tokens."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from access_post import PEOPLE, Guarded, guarded
from desk_post import CHEAP, ORIGIN, PASSWORD, Browser

from bartizan.adapters.web import Account, Accounts
from bartizan.adapters.web.login_limit import PER_ADDRESS
from bartizan.adapters.web.sessions import MAX_PER_PERSON, PROOF_LIMIT

NEW = "eleven yellow trams at dawn"
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


class Wall:
    """The wall's clock, which goes when it is told to."""

    def __init__(self) -> None:
        self.at = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def code(self, secret: str, later: float = 0.0) -> str:
        """What a telephone with the right time shows."""
        return pyotp.TOTP(secret).at(self.at + timedelta(seconds=later))


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def desk(wall: Wall) -> Iterator[Guarded]:
    people = PEOPLE | {"mara": Account("mara", "supervisor", CHEAP.hash(PASSWORD), totp=SECRET)}
    with guarded(accounts=Accounts(people, CHEAP, now=wall)) as made:
        yield made


def login(desk: Guarded, user: str, password: str, code: str = "") -> tuple[int, Browser]:
    """Fill in the form; the status of the answer, and the browser."""
    client = desk.post.client()
    form = re.search(r'name="token" value="([^"]+)"', client.get("/login").text)
    assert form is not None
    fields = {"user": user, "password": password, "code": code, "token": form[1]}
    answer = client.post("/login", data=fields, headers={"origin": ORIGIN})
    client.headers.update({"origin": ORIGIN})
    if answer.status_code == 303:
        found = re.search(r'name="csrf-token" content="([^"]+)"', client.get("/own").text)
        assert found is not None
        client.headers.update({"x-csrf-token": found[1]})
    return answer.status_code, client


def given(text: str) -> list[str]:
    """What a page shows once."""
    return re.findall(r'<code class="figure-large">([^<]+)</code>', text)


def test_somebody_new_gets_a_first_password_and_must_change_it(desk: Guarded) -> None:
    chief = desk.enter("administrator")
    answer = chief.post("/people", data={"name": "nova", "role": "guard"})
    (first,) = given(answer.text)
    status, client = login(desk, "nova", first)
    assert status == 303
    assert client.get("/", headers={"accept": "text/html"}).headers["location"] == "/own"
    assert client.get("/site.json").status_code == 403, "nothing before the password is changed"
    change = {"old": first, "new": NEW, "again": NEW}
    assert client.post("/own/password", data=change | {"old": "wrong"}).status_code == 403
    assert client.post("/own/password", data=change | {"again": NEW + "."}).status_code == 400
    assert client.post("/own/password", data=change | {"new": "short", "again": "short"}).status_code == 400
    assert client.post("/own/password", data={"old": first, "new": first, "again": first}).status_code == 400
    assert client.post("/own/password", data=change).status_code == 303
    assert client.get("/").status_code == 200
    assert login(desk, "nova", first)[0] == 401
    assert login(desk, "nova", NEW)[0] == 303
    assert first not in "".join(f"{one.thing} {one.detail} {one.what}" for one in desk.audit.latest())


def test_changing_the_password_ends_every_other_session_of_that_person_and_of_nobody_else(desk: Guarded) -> None:
    one, other, stranger = desk.enter("guard"), desk.enter("guard"), desk.enter("viewer")
    cookie = one.cookies["bartizan-desk"]
    answer = one.post("/own/password", data={"old": PASSWORD, "new": NEW, "again": NEW})
    assert answer.status_code == 303
    assert one.cookies["bartizan-desk"] != cookie, "and this one is a new session"
    assert one.get("/site.json").status_code == 200
    assert other.get("/site.json").status_code == 401
    assert stranger.get("/site.json").status_code == 200


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("change", {"role": "viewer"}),
        ("change", {"role": "guard", "sees": "some", "cameras": ["north"]}),
        ("change", {"role": "guard", "disabled": "true"}),
        ("password", {}),
        ("second-factor", {}),
        ("log-out", {}),
        ("remove", {}),
    ],
)
def test_what_somebody_changes_of_a_person_ends_their_sessions_at_once(
    desk: Guarded, path: str, fields: dict[str, object]
) -> None:
    guard, chief = desk.enter("guard"), desk.enter("administrator")
    assert guard.get("/site.json").status_code == 200
    answer = chief.post(f"/people/guard/{path}", data=fields)
    assert answer.status_code in (200, 303), answer.text
    assert guard.get("/site.json").status_code == 401
    assert chief.get("/people").status_code == 200


def test_a_stream_ends_with_the_rights_of_who_listens(desk: Guarded) -> None:
    desk.enter("guard")
    state = desk.post.app.state
    (kept,) = [one.session for one in state.sessions._sessions.values()]
    assert state.sessions.living(kept.key) is not None
    state.accounts.change("guard", role="viewer", cameras=None, agency=None, disabled=False)
    assert state.sessions.living(kept.key) is None, "what the stream asks once a second"


def test_nobody_changes_their_own_rights_and_the_last_who_may_is_kept(desk: Guarded) -> None:
    chief = desk.enter("administrator")
    assert chief.post("/people/administrator/change", data={"role": "officer"}).status_code == 409
    assert chief.post("/people/administrator/remove").status_code == 409
    assert chief.post("/people/officer/remove").status_code == 303
    accounts = desk.post.app.state.accounts
    with pytest.raises(Exception, match="is the last who may change people"):
        accounts.change("administrator", role="guard", cameras=None, agency=None, disabled=False)
    with pytest.raises(Exception, match="is the last who may change people"):
        accounts.remove("administrator")


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "", "role": "guard"},
        {"name": "x" * 65, "role": "guard"},
        {"name": "token:x", "role": "guard"},
        {"name": "GUARD", "role": "guard"},
        {"name": "desk", "role": "guard"},
        {"name": "a\u202eb", "role": "guard"},
        {"name": "nova", "role": "emperor"},
        {"name": "nova", "role": "partner"},
        {"name": "nova", "role": "guard", "agency": "police"},
        {"name": "nova", "role": "guard", "sees": "some", "cameras": ["elsewhere"]},
        {"name": "nova", "role": "guard", "powers": "all"},
    ],
)
def test_an_account_that_there_cannot_be_is_refused_in_words(desk: Guarded, fields: dict[str, object]) -> None:
    before = len(desk.post.app.state.accounts)
    answer = desk.enter("administrator").post("/people", data=fields)
    assert answer.status_code in (400, 409)
    assert len(desk.post.app.state.accounts) == before
    assert not given(answer.text)


def test_what_cannot_be_undone_takes_a_fresh_proof(desk: Guarded) -> None:
    chief = desk.enter("administrator")
    desk.post.seconds.now += PROOF_LIMIT + 1
    refused = chief.post("/people/guard/log-out")
    assert (refused.status_code, refused.json()["prove"]) == (403, True)
    page = chief.request("POST", "/people/guard/log-out", headers={"accept": "text/html"})
    assert page.headers["location"] == "/own#prove"
    assert chief.get("/people").status_code == 200, "looking takes none"
    assert chief.post("/own/prove", data={"password": "wrong"}).status_code == 403
    assert chief.post("/people/guard/log-out").status_code == 403
    assert chief.post("/own/prove", data={"password": PASSWORD}).json() == {"proved": True}
    assert chief.post("/people/guard/log-out").status_code == 303


def test_guessing_at_a_proof_waits_as_at_the_door(desk: Guarded) -> None:
    chief = desk.enter("administrator")
    for _ in range(PER_ADDRESS):
        assert chief.post("/own/prove", data={"password": "wrong"}).status_code == 403
    assert chief.post("/own/prove", data={"password": PASSWORD}).status_code == 429


def test_a_second_factor_is_asked_for_and_its_code_opens_once(desk: Guarded, wall: Wall) -> None:
    code = wall.code(SECRET)
    assert login(desk, "mara", PASSWORD)[0] == 401
    assert login(desk, "mara", "wrong", code)[0] == 401, "and a wrong password uses no code up"
    assert login(desk, "mara", PASSWORD, code)[0] == 303
    assert login(desk, "mara", PASSWORD, code)[0] == 401, "a code that was used is refused"
    wall.at += timedelta(seconds=30)
    assert login(desk, "mara", PASSWORD, code)[0] == 401
    assert login(desk, "mara", PASSWORD, wall.code(SECRET))[0] == 303
    assert login(desk, "mara", PASSWORD, wall.code(SECRET, -30))[0] == 401, "nor is an older one that was not used"


@pytest.mark.parametrize("drift", [-30, 0, 30])
def test_a_telephone_may_be_half_a_minute_off(desk: Guarded, wall: Wall, drift: int) -> None:
    assert login(desk, "mara", PASSWORD, wall.code(SECRET, drift))[0] == 303


@pytest.mark.parametrize("drift", [-90, 90])
def test_a_code_of_another_time_is_refused(desk: Guarded, wall: Wall, drift: int) -> None:
    assert login(desk, "mara", PASSWORD, wall.code(SECRET, drift))[0] == 401


def test_enrolling_shows_the_secret_once_and_gives_codes_that_open_once(desk: Guarded, wall: Wall) -> None:
    other = desk.enter("guard")
    _, client = login(desk, "guard", PASSWORD)
    assert client.post("/own/second-factor/begin").status_code == 403, "the password first"
    page = client.post("/own/second-factor/begin", data={"password": PASSWORD}).text
    shown = re.search(r"<code>([A-Z2-7 ]+)</code>", page)
    assert shown is not None
    secret = shown[1].replace(" ", "")
    assert len(secret) == 32, "160 bits"
    assert client.post("/own/second-factor", data={"code": "000000"}).status_code == 400
    assert desk.post.app.state.accounts.account("guard").totp is None
    codes = given(client.post("/own/second-factor", data={"code": wall.code(secret)}).text)
    assert len(set(codes)) == 10
    assert other.get("/site.json").status_code == 401, "every session of before has ended"
    assert client.get("/site.json").status_code == 200
    assert secret not in client.get("/own").text
    wall.at += timedelta(hours=1)
    assert login(desk, "guard", PASSWORD)[0] == 401
    assert login(desk, "guard", PASSWORD, codes[0].upper().replace("-", " "))[0] == 303
    assert login(desk, "guard", PASSWORD, codes[0])[0] == 401, "each opens once"
    assert login(desk, "guard", PASSWORD, codes[1])[0] == 303


def test_a_role_that_takes_a_second_factor_gets_nowhere_without(wall: Wall) -> None:
    with guarded(accounts=Accounts(PEOPLE, CHEAP, now=wall), second_factor=("guard",)) as desk:
        _, client = login(desk, "guard", PASSWORD)
        assert client.get("/site.json").status_code == 403
        assert client.get("/", headers={"accept": "text/html"}).headers["location"] == "/own"
        page = client.post("/own/second-factor/begin").text
        secret = re.search(r"<code>([A-Z2-7 ]+)</code>", page)
        assert secret is not None, "who has just given the password is not asked for it again"
        client.post("/own/second-factor", data={"code": wall.code(secret[1].replace(" ", ""))})
        assert client.get("/site.json").status_code == 200
        assert login(desk, "viewer", PASSWORD)[1].get("/site.json").status_code == 200


def test_second_factors_are_taken_by_every_role_where_pages_come_over_tls() -> None:
    with guarded(tls=True, second_factor=None) as desk:
        assert set(desk.post.app.state.second_factor) >= {one.role for one in PEOPLE.values()}
    with guarded(second_factor=None) as desk:
        assert set(desk.post.app.state.second_factor) == {"administrator", "partner"}


def test_leaving_everywhere_ends_all_of_ones_own_sessions(desk: Guarded) -> None:
    one, two, other = desk.enter("guard"), desk.enter("guard"), desk.enter("viewer")
    assert one.post("/own/leave-everywhere").status_code == 303
    assert [client.get("/site.json").status_code for client in (one, two, other)] == [401, 401, 200]


def test_one_person_cannot_crowd_the_others_out(desk: Guarded) -> None:
    other = desk.enter("viewer")
    mine = [desk.enter("guard") for _ in range(MAX_PER_PERSON + 1)]
    assert mine[0].get("/site.json").status_code == 401
    assert mine[1].get("/site.json").status_code == 200
    assert other.get("/site.json").status_code == 200


def test_a_token_is_shown_once_and_ends_when_it_is_ended(desk: Guarded) -> None:
    chief = desk.enter("administrator")
    (secret,) = given(chief.post("/tokens", data={"label": "gate"}).text)
    assert secret not in chief.get("/people").text
    machine = desk.post.client()
    machine.headers.update({"authorization": f"Bearer {secret}"})
    signal = {"id": "m-1", "t": 0, "kind": "contact", "state": "raised", "element": "gate"}
    assert machine.post("/intake/signals", json=signal).status_code == 200
    (token,) = [one for one in desk.post.app.state.tokens.all() if one.label == "gate"]
    assert chief.post("/tokens", data={"label": "gate"}).status_code == 409, "one of each label"
    assert chief.post(f"/tokens/{token.id}/end").status_code == 303
    assert machine.post("/intake/signals", json=signal).status_code == 401
    assert desk.audit.latest()[0].what == "POST /tokens/{token_id}/end"


def test_a_log_in_is_no_token_and_a_token_no_log_in(desk: Guarded) -> None:
    officer = desk.enter("officer")
    signal = {"id": "m-1", "t": 0, "kind": "contact", "state": "raised", "element": "gate"}
    assert officer.post("/intake/signals", json=signal).status_code == 401
    officer.headers.update({"authorization": f"Bearer {desk.secret}"})
    assert officer.post("/intake/signals", json=signal).status_code == 200, "as the machine, not as the officer"
    assert desk.audit.latest()[0].by == "token:controller"
