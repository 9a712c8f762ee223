"""How others were broken, and that the same does not break this desk: one test for each lesson, by the id of its CVE.

Source: reference/desk.md, section 4; the advisories that it names.
"""

from __future__ import annotations

import json
import logging
import re
import time
from collections.abc import Iterator
from urllib.parse import quote

import click
import pytest
from access_post import PEOPLE, Guarded, gated, guarded, openapi
from argon2 import PasswordHasher
from desk_post import CHEAP, ORIGIN, PASSWORD
from hypothesis import given
from hypothesis import strategies as st

from bartizan.adapters.video.address import read_address
from bartizan.adapters.video.opencv import open_video
from bartizan.adapters.web import Account, Accounts
from bartizan.adapters.web.gate import SAFE_METHODS
from bartizan.adapters.web.pages import static_files
from bartizan.adapters.web.permission import Action, NotAllowed, NotTheirs, authorise
from bartizan.adapters.web.sessions import Sessions
from bartizan.cli.desk import desk as desk_command
from bartizan.desk.alarms import Alarm
from bartizan.errors import VideoError
from bartizan.signal import Signal

SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


@pytest.fixture(scope="module")
def desk() -> Iterator[Guarded]:
    with guarded() as made:
        yield made


def north_alarm(desk: Guarded, name: str = "s-north") -> Alarm:
    """An alarm that the camera "north" told of."""
    given = Signal(id=name, t=0.0, kind="contact", state="raised", element="gate", severity="high", cameras=("north",))
    return desk.post.desk.submit(given)


def changes(desk: Guarded) -> list[tuple[str, str]]:
    """(method, path with "x" for every id) of everything that changes something and takes a log-in."""
    return [
        (method, re.sub(r"\{\w+\}", "x", route.path))
        for route in gated(desk.post.app.routes)
        for method in route.methods or ()
        if method not in SAFE_METHODS and route.action not in (Action.PUBLIC, Action.INTAKE)
    ]


# ---- Frigate


def test_cve_2023_45670_no_change_without_the_token_of_the_session(desk: Guarded) -> None:
    client = desk.enter("officer")
    del client.headers["x-csrf-token"]
    for method, path in changes(desk):
        assert client.request(method, path, json={}).status_code == 403, path


def test_cve_2023_45671_the_path_of_a_404_is_escaped(desk: Guarded) -> None:
    answer = desk.enter("officer").get("/%3Cimg%20src=x%20onerror=alert(1)%3E/%22%3E%3Cscript%3E")
    assert answer.status_code == 404
    assert "<img src=x" not in answer.text
    assert "<script>" not in answer.text


def test_cve_2024_32874_a_name_of_any_length_costs_nothing(desk: Guarded) -> None:
    client = desk.enter("officer")
    for letter in ("ﷺ", "℀", "a"):
        began = time.perf_counter()
        assert client.get("/static/" + letter * 5_000).status_code == 404
        data = {"name": letter * 100_000, "role": "guard"}
        assert client.post("/people", data=data).status_code in (400, 413)
        assert time.perf_counter() - began < 2.0


@given(st.text(alphabet="./\\%2e5cfu0000:~", min_size=1, max_size=30))
def test_cve_2025_62382_no_spelling_of_a_path_leads_out(name: str) -> None:
    """The list of files is made at the start: what is not in it, however spelled, is not there."""
    assert static_files().get(name) is None


@pytest.mark.parametrize(
    "source",
    ["exec:id", "ffmpeg:exec:id", "-i/etc/passwd", "file:///etc/passwd", "rtsp://a b/", "echo:x#exec:y", "pipe:0"],
)
def test_cve_2026_25643_a_camera_is_an_address_and_never_a_command(source: str) -> None:
    """What is no stream of a known kind is the name of a file, and is opened only where that file is."""
    try:
        address = read_address(source, "north")
    except VideoError:
        return
    assert address.kind == "file"
    with pytest.raises(VideoError):
        next(iter(open_video(address.place, "north")))


def test_cve_2026_33124_a_password_takes_the_old_one_and_ends_what_began_with_it() -> None:
    new = "eleven yellow trams at dawn"
    with guarded() as desk:
        thief, owner = desk.enter("guard"), desk.enter("guard")
        assert thief.post("/own/password", data={"old": "", "new": new, "again": new}).status_code == 403
        assert owner.post("/own/password", data={"old": PASSWORD, "new": new, "again": new}).status_code == 303
        assert thief.get("/site.json").status_code == 401


def test_cve_2026_33125_who_only_looks_removes_nobody(desk: Guarded) -> None:
    for subject in ("viewer", "guard", "supervisor", "investigator", "police"):
        assert desk.enter(subject).post("/people/target/remove").status_code == 403
    assert desk.post.app.state.accounts.account("target") is not None


def test_cve_2026_33469_no_answer_holds_a_secret() -> None:
    """Every page and every list, asked by those who may see most, is searched for what only the file may hold."""
    people = PEOPLE | {"mara": Account("mara", "guard", CHEAP.hash(PASSWORD), totp=SECRET, recovery=("c" * 64,))}
    with guarded(accounts=Accounts(people, CHEAP)) as desk:
        north_alarm(desk)
        token = desk.post.app.state.tokens.all()[0]
        canaries = [SECRET, "c" * 64, token.sha256, desk.secret, "$argon2", PASSWORD]
        for subject in ("officer", "administrator", "investigator", "police"):
            client = desk.enter(subject)
            for route in gated(desk.post.app.routes):
                if "GET" in (route.methods or ()) and route.path != "/events":
                    text = client.get(re.sub(r"\{\w+\}", "north", route.path)).text
                    assert not any(canary in text for canary in canaries), route.path


def test_cve_2026_33470_and_2026_54258_what_is_anothers_answers_as_what_is_not(desk: Guarded) -> None:
    alarm = north_alarm(desk, "s-54258")
    south = desk.enter("south")
    south.headers["accept"] = "application/json"
    theirs = south.post(f"/alarms/{alarm.id}/acknowledge", json={})
    nowhere = south.post("/alarms/none/acknowledge", json={})
    assert (theirs.status_code, nowhere.status_code) == (404, 404)
    assert set(theirs.json()) == set(nowhere.json())
    assert south.get("/cameras/north/picture").status_code == south.get("/cameras/none/picture").status_code == 404
    assert desk.post.desk.alarm(alarm.id).handling == "raised"


def test_cve_2026_33470_no_list_names_what_is_anothers() -> None:
    """The guard of another camera, and a partner, read everything that they may read, and find no word of the alarm."""
    with guarded() as desk:
        alarm = north_alarm(desk, "s-canary-33470")
        client = desk.enter("officer")
        client.post(f"/alarms/{alarm.id}/acknowledge", json={})
        client.post(f"/alarms/{alarm.id}/assess", json={"disposition": "nuisance", "note": "canary-33470 in words"})
        named = [alarm.id, "canary-33470"]
        seen = {name: _everything_read(desk, name) for name in ("north", "south", "police", "customs")}
        assert any(word in text for text in seen["north"].values() for word in named), "it is found by who may"
        for name in ("south", "police", "customs"):
            for path, text in seen[name].items():
                assert not any(word in text for word in named), f"{name} reads of it at {path}"


def _everything_read(desk: Guarded, name: str) -> dict[str, str]:
    """Path -> text of every GET that needs no id."""
    client = desk.enter(name)
    paths = [route.path for route in gated(desk.post.app.routes) if "GET" in (route.methods or ())]
    return {path: client.get(path).text for path in paths if "{" not in path and path != "/events"}


def test_ghsa_hh3j_the_stream_tells_each_what_they_may_see(desk: Guarded) -> None:
    alarm = north_alarm(desk, "s-hh3j")
    hub = desk.post.app.state.hub
    sessions: Sessions = desk.post.app.state.sessions

    async def heard(name: str) -> str:
        _, session = sessions.begin(PEOPLE[name])
        outbox = hub.join(session)
        assert outbox is not None
        messages = await outbox.take(0.1)
        hub.leave(outbox, False)
        return "".join(messages)

    assert alarm.id in desk.post.runner.run(heard("north"))
    assert alarm.id not in desk.post.runner.run(heard("south"))


def test_ghsa_4vfc_no_answer_may_be_kept_between(desk: Guarded) -> None:
    for subject in ("officer", "stranger"):
        client = desk.enter(subject)
        for path in ("/", "/login", "/site.json", "/static/desk.js", "/cameras/north/picture", "/none"):
            assert client.get(path).headers["cache-control"] == "no-store"


def test_ghsa_c4qf_a_password_that_was_made_is_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), guarded() as desk:
        page = desk.enter("administrator").post("/people", data={"name": "nova", "role": "guard"}).text
        found = re.search(r"figure-large\">([^<]+)<", page)
        assert found is not None
        kept = json.dumps([dict(record.body) for record in desk.room.ledger.read()])
    assert found[1] not in caplog.text
    assert found[1] not in kept


# ---- ZoneMinder


def test_cve_2023_26035_nobody_is_listened_to_before_the_log_in(desk: Guarded) -> None:
    """What a stranger sends is not even read: the answer is the same for a body that is none."""
    stranger = desk.enter("stranger")
    for method, path in changes(desk):
        answers = {stranger.request(method, path, content=body).status_code for body in (b"", b"{", b"\xff" * 9)}
        assert answers == {401}, path


@pytest.mark.parametrize("hostile", ["' OR '1'='1", "x'; DROP TABLE records; --", '"; --', "x\x00y", "${7*7}{{7*7}}"])
def test_cve_2024_51482_and_2026_27470_words_are_never_part_of_a_question(hostile: str) -> None:
    """Also when they come back from the journal: what was stored is as hostile as what is sent."""
    with guarded() as desk:
        alarm = north_alarm(desk)
        client = desk.enter("officer")
        body = {"disposition": "nuisance", "note": hostile}
        client.post(f"/alarms/{alarm.id}/acknowledge", json={})
        answer = client.post(f"/alarms/{alarm.id}/assess", json=body)
        assert answer.status_code in (200, 400), answer.text
        if answer.status_code == 200:
            assert answer.json()["note"] == hostile
            assert desk.post.desk.history(alarm.id)[-1].note == hostile  # type: ignore[attr-defined]
        assert client.post(f"/alarms/{quote(hostile, safe='')}/acknowledge", json={}).status_code in (400, 404)


def test_cve_2025_65791_what_chooses_is_chosen_from_a_list(desk: Guarded) -> None:
    alarm = north_alarm(desk, "s-65791")
    client = desk.enter("officer")
    for disposition in ("$(id)", "real;id", "|id", "", "REAL"):
        answer = client.post(f"/alarms/{alarm.id}/assess", json={"disposition": disposition})
        assert answer.status_code == 400


def test_ghsa_745h_no_secret_is_given_on_the_command_line() -> None:
    options = {
        name for option in desk_command.params if isinstance(option, click.Option) for name in option.opts
        if not option.is_flag
    }  # fmt: skip
    assert not [name for name in options if re.search(r"password|secret|token", name)]


def test_zoneminder_b036408a5_no_page_sets_what_program_is_run(desk: Guarded) -> None:
    names = re.findall(r'"(\w+)": \{[^{}]*"title"', json.dumps(openapi()))
    assert len(names) > 20
    assert not [name for name in names if re.search(r"command|binary|executable|program|ffmpeg|shell", name)]


def test_zoneminder_d71fbb805_a_token_that_cannot_be_checked_opens_nothing(
    desk: Guarded, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: str) -> None:
        raise ValueError

    machine = desk.enter("machine", desk.post.client(loud=False))
    with monkeypatch.context() as patch:
        patch.setattr(desk.post.app.state.tokens, "find", broken)
        assert machine.post("/intake/signals", json={}).status_code == 500
    for shown in ("", "Bearer", "Bearer ", "bearer bzn_0_0", "Bearer\tx", "Token " + desk.secret, desk.secret):
        machine.headers["authorization"] = shown
        assert machine.post("/intake/signals", json={}).status_code == 401, shown


# ---- Home Assistant, UniFi


PATHS = ["/people", "/editor", "/site.json", "/own", "/intake/signals"]


@pytest.mark.parametrize(
    "prefix", ["//", "/./", "/login/../", "/static/..", "/static/%2e%2e/", "/static/..%2f", "/%2f", "/;x/"]
)
def test_cve_2023_27482_and_2026_34908_a_path_has_one_spelling(desk: Guarded, prefix: str) -> None:
    """The gate stands at the route that was found, so no spelling finds a route and misses its gate."""
    stranger = desk.enter("stranger")
    for path in PATHS:
        for asked in (prefix + path.lstrip("/"), path.upper(), path + "/", path + "%00", path + ";.css", path + "%2e"):
            assert stranger.get(asked).status_code in (401, 404, 405, 303), asked


def test_cve_2023_41895_the_log_in_sends_nobody_elsewhere(desk: Guarded) -> None:
    client = desk.post.client()
    form = client.get("/login?next=javascript:alert(1)&redirect_uri=https://evil.example")
    assert "evil.example" not in form.text
    assert "javascript:" not in form.text
    found = re.search(r'name="token" value="([^"]+)"', form.text)
    assert found is not None
    fields = {"user": "guard", "password": PASSWORD, "token": found[1], "next": "https://evil.example"}
    answer = client.post("/login?next=https://evil.example", data=fields, headers={"origin": ORIGIN})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


def test_cve_2023_41897_no_page_can_be_framed(desk: Guarded) -> None:
    answer = desk.enter("officer").get("/")
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-frame-options"] == "DENY"


def test_cve_2023_41899_where_somebody_comes_from_is_no_log_in(desk: Guarded) -> None:
    """Not even this machine itself, from which these tests ask."""
    for headers in ({"x-forwarded-for": "127.0.0.1"}, {"x-real-ip": "127.0.0.1"}, {"forwarded": "for=127.0.0.1"}):
        assert desk.post.client().get("/site.json", headers=headers).status_code == 401


def test_cve_2023_50715_the_door_names_nobody(desk: Guarded) -> None:
    text = desk.post.client().get("/login").text
    assert not [name for name in PEOPLE if re.search(rf"\b{name}\b", text)]


def test_cve_2023_50715_a_wrong_name_takes_as_much_work_as_a_wrong_password() -> None:
    class Counting(PasswordHasher):
        count = 0

        def verify(self, *given: object, **named: object) -> object:  # type: ignore[override]
            Counting.count += 1
            return super().verify(*given, **named)  # type: ignore[arg-type]

    accounts = Accounts(PEOPLE | {"shut": Account("shut", "guard", CHEAP.hash(PASSWORD), disabled=True)}, Counting())
    counts = []
    for name, password in (("guard", "wrong"), ("nobody", "wrong"), ("shut", PASSWORD), ("", "")):
        before = Counting.count
        assert accounts.check(name, password) is None
        counts.append(Counting.count - before)
    assert counts == [1, 1, 1, 1]


def test_cve_2026_34205_and_2026_83599_everything_stands_behind_the_one_gate(desk: Guarded) -> None:
    """No second port, no socket, no route beside the gate; `gated` fails on one."""
    assert len(list(gated(desk.post.app.routes))) > 40
    public = {route.path for route in gated(desk.post.app.routes) if route.action is Action.PUBLIC}
    assert public >= {"/login", "/static/{name}", "/favicon.ico"}


# ---- Home Assistant's policy: "every logged-in user is trusted". Not here.


class Item:
    """An item of evidence as the gate sees it."""

    about = "alarm/x"
    sha256 = "0" * 64


class Case:
    """An incident that was shared with the police."""

    partners = ("police",)


def session(name: str) -> object:
    """A live session of that person."""
    return Sessions(lambda: 0.0).begin(PEOPLE[name])[1]


def test_media_follow_every_camera_of_their_alarm_and_are_nobodys_without_it(desk: Guarded) -> None:
    alarm = north_alarm(desk, "s-media")
    for name, about, fine in (
        ("north", alarm, True),
        ("south", alarm, False),
        ("north", None, False),
        ("guard", alarm, True),
        ("guard", None, True),
    ):
        if fine:
            authorise(session(name), Action.EVIDENCE, Item(), about=about)  # type: ignore[arg-type]
        else:
            with pytest.raises(NotTheirs):
                authorise(session(name), Action.EVIDENCE, Item(), about=about)  # type: ignore[arg-type]


def test_a_partner_sees_what_was_shared_with_their_agency_and_nothing_else(desk: Guarded) -> None:
    authorise(session("police"), Action.PARTNER, Case())  # type: ignore[arg-type]
    authorise(session("police"), Action.PARTNER, Item(), about=Case())  # type: ignore[arg-type]
    for name, thing, about in (
        ("customs", Case(), None),
        ("customs", Item(), Case()),
        ("police", Item(), None),
        ("police", north_alarm(desk, "s-partner"), None),
        ("police", desk.post.site, None),
    ):
        with pytest.raises(NotTheirs):
            authorise(session(name), Action.PARTNER, thing, about=about)  # type: ignore[arg-type]
    for name in ("guard", "officer", "administrator"):
        with pytest.raises(NotAllowed):
            authorise(session(name), Action.PARTNER, Case())  # type: ignore[arg-type]
    with pytest.raises(NotAllowed):
        authorise(session("police"), Action.VIEW)  # type: ignore[arg-type]
