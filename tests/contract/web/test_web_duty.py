"""Duty, rounds, the log-book, shelving by two and disposing in one go, over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from desk_post import CHEAP, DOCUMENT, PASSWORD, Browser, Post, open_post

from bartizan.adapters.web import Accounts
from bartizan.adapters.web.duty import in_role
from bartizan.adapters.web.hub import Hub
from bartizan.adapters.web.permission import Role
from bartizan.app.room import Room
from bartizan.signal import Signal

SITE = DOCUMENT | {
    "site": {"name": "x", "time_zone": "Europe/Vienna"},
    "desk": {"unmanned_after": 60, "answer_every": 600, "duress_digit": 7},
    "tour": [{"id": "round", "name": "Night round", "checkpoint": [{"id": "gate", "element": "gate", "closes": 600}]}],
}


ROLES: dict[str, Role] = {"Ann": "guard", "Bob": "guard", "Sue": "supervisor", "Vic": "viewer", "Ivy": "investigator"}


@pytest.fixture(scope="module")
def people() -> Accounts:
    return Accounts.of({name: (PASSWORD, role) for name, role in ROLES.items()}, CHEAP)


@pytest.fixture
def post(people: Accounts) -> Iterator[Post]:
    with open_post(people, SITE, second_factor=()) as made:
        yield made


def room_of(post: Post) -> Room:
    room: Room = post.app.state.room
    return room


def ok(answer: Any, status: int = 200) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    told: dict[str, Any] = answer.json()
    return told


def test_an_alarm_is_disposed_of_by_one_request(post: Post) -> None:
    ann = post.login("Ann")
    alarm = post.desk.submit(post.signal(severity="low"))
    post.desk.submit(post.signal(t=1.0, state="ended"))
    told = ok(ann.post(f"/alarms/{alarm.id}/dispose", json={"disposition": "nuisance", "note": "a cat"}))
    assert (told["handling"], told["disposition"], told["acknowledged_by"], told["note"]) == (
        "closed",
        "nuisance",
        "Ann",
        "a cat",
    )
    other = post.desk.submit(post.signal("s-2"))
    assert ok(ann.post(f"/alarms/{other.id}/begin-assessment", json={}), 409)["error"].startswith("alarm 2 is not ack")
    ok(ann.post(f"/alarms/{other.id}/acknowledge", json={}))
    assert ok(ann.post(f"/alarms/{other.id}/begin-assessment", json={}))["handling"] == "assessing"
    late = ann.post(f"/alarms/{other.id}/dispose", json={"disposition": "false", "version": 1})
    assert late.status_code == 409


def test_a_high_alarm_is_made_quiet_by_two_people_under_their_own_log_ins(post: Post) -> None:
    ann, bob = post.login("Ann"), post.login("Bob")
    alarm = post.desk.submit(post.signal())
    path = f"/alarms/{alarm.id}"
    asked = ok(ann.post(f"{path}/shelve", json={"minutes": 30, "reason": "works at the gate"}))
    assert asked["suppression"] is None
    assert asked["shelf_proposal"]["by"] == "Ann"
    refused = ok(ann.post(f"{path}/shelve/agree", json={}), 409)["error"]
    assert "a second person agrees" in refused
    quiet = ok(bob.post(f"{path}/shelve/agree", json={"version": asked["version"]}))
    assert (quiet["suppression"]["by"], quiet["suppression"]["second"]) == ("Ann", "Bob")
    assert ok(bob.post(f"{path}/unshelve", json={}))["suppression"] is None
    ok(bob.post(f"{path}/shelve", json={"minutes": 1, "reason": "again"}))
    assert ok(ann.post(f"{path}/shelve/decline", json={"note": "no"}))["shelf_proposal"] is None
    for body in ({"minutes": 481, "reason": "x"}, {"minutes": 0, "reason": "x"}, {"minutes": 5, "reason": ""}):
        assert ann.post(f"{path}/shelve", json=body).status_code == 400
    by_name = ann.post(f"{path}/shelve", json={"minutes": 5, "reason": "x", "second": "Bob"})
    assert by_name.status_code == 400, "a second person agrees; nobody names one"


def test_closing_by_force_takes_a_right_of_its_own(post: Post) -> None:
    ann, sue = post.login("Ann"), post.login("Sue")
    alarm = post.desk.submit(post.signal())
    ok(ann.post(f"/alarms/{alarm.id}/dispose", json={"disposition": "nuisance"}))
    assert ann.post(f"/alarms/{alarm.id}/close", json={"note": "it sticks"}).status_code == 403
    assert post.desk.alarm(alarm.id).is_open
    assert ok(sue.post(f"/alarms/{alarm.id}/close", json={"note": "it sticks"}))["forced"] is True


def test_the_history_tells_what_happened_and_who_was_told(post: Post) -> None:
    ann = post.login("Ann")
    alarm = post.desk.submit(post.signal())
    room_of(post).pass_time()
    ok(ann.post(f"/alarms/{alarm.id}/acknowledge", json={}))
    told = ok(ann.get(f"/alarms/{alarm.id}/history.json"))
    assert [event["kind"] for event in told["events"]] == ["raised", "acknowledged"]
    assert told["escalation"]["chain"] == "built-in-high"
    assert [event["kind"] for event in told["escalations"]] == ["armed"]
    assert ann.get("/alarms/none/history.json").status_code == 404


def test_rows_of_the_queue_hold_only_what_the_person_may_see(post: Post) -> None:
    ann = post.login("Ann")
    for n in range(30):
        post.desk.submit(post.signal(f"s-{n}", severity="low"))
    room_of(post).duty.call_for_help("Ann")
    rows = ok(ann.get("/alarms/groups.json"))["groups"]
    assert [(row["count"], row["kind"]) for row in rows] == [(30, "contact")]
    rows = ok(post.login("Bob").get("/alarms/groups.json"))["groups"]
    assert [(row["count"], row["kind"]) for row in rows] == [(1, "duress"), (30, "contact")]


def test_people_put_themselves_on_duty_and_nobody_else(post: Post) -> None:
    ann = post.login("Ann")
    assert [one["person"] for one in ok(ann.post("/duty/come", json={}))["on_duty"]] == ["Ann"]
    assert ann.post("/duty/come", json={"person": "Bob"}).status_code == 400
    assert post.login("Vic").post("/duty/come", json={}).status_code == 403
    told = ok(post.login("Bob").get("/duty.json"))
    assert (told["you"], told["minded"], [one["person"] for one in told["on_duty"]]) == ("Bob", True, ["Ann"])
    assert ok(ann.post("/duty/go", json={}))["on_duty"] == []
    assert ok(ann.post("/duty/answer", json={"digit": 1}), 409)["error"].startswith("Ann is not on duty")


def without_times(told: dict[str, Any]) -> dict[str, Any]:
    return {
        key: [{"person": one["person"]} for one in value] if key == "on_duty" else value
        for key, value in told.items()
        if key != "now"
    }


def test_a_call_for_help_cannot_be_told_from_a_sign_of_life(post: Post) -> None:
    ann, bob = post.login("Ann"), post.login("Bob")
    ok(ann.post("/duty/come", json={}))
    plain, silent = ann.post("/duty/answer", json={"digit": 3}), ann.post("/duty/answer", json={"digit": 7})
    room_of(post).pass_time()
    assert without_times(ok(plain)) == without_times(ok(silent)) == without_times(ok(ann.get("/duty.json")))
    assert set(plain.headers) == set(silent.headers)
    assert len(plain.content) == len(silent.content)
    for digit in (-1, 10, "7", None, True):
        assert ann.post("/duty/answer", json={"digit": digit}).status_code == 400
    (alarm,) = post.desk.queue()
    assert (alarm.source.kind, alarm.hidden_from) == ("duress", "Ann")
    # who called for help finds nothing of it, whatever they ask
    for path in ("acknowledge", "dispose", "shelve", "close"):
        body = (
            {"disposition": "test"} if path == "dispose" else {"minutes": 5, "reason": "x"} if path == "shelve" else {}
        )
        assert ann.post(f"/alarms/{alarm.id}/{path}", json=body).status_code == 404
    assert ann.get(f"/alarms/{alarm.id}/history.json").status_code == 404
    assert ok(ann.get("/duty.json"))["escalations"] == []
    assert [one["number"] for one in ok(bob.get("/duty.json"))["escalations"]] == [alarm.number]
    ok(bob.post(f"/alarms/{alarm.id}/acknowledge", json={}))


def test_neither_the_line_of_events_nor_a_closed_call_shows_it_to_who_called(post: Post) -> None:
    ann, bob = (session_of(post, post.login(name)) for name in ("Ann", "Bob"))
    hub: Hub = post.app.state.hub
    room_of(post).duty.call_for_help("Ann")
    (alarm,) = post.desk.queue()
    assert hub._alarms(ann)["open"] == []
    assert [one["id"] for one in hub._alarms(bob)["open"]] == [alarm.id]
    post.desk.dispose(alarm.id, "Bob", "test")
    post.desk.close(alarm.id, "Bob", force=True, reason="over")
    assert hub._alarms(ann)["closed"] == []
    assert [one["id"] for one in hub._alarms(bob)["closed"]] == [alarm.id]


def session_of(post: Post, client: Browser) -> Any:
    state = post.app.state
    found = [state.sessions.find(cookie.value) for cookie in client.cookies.jar if cookie.name == state.cookie]
    return next(one for one in found if one is not None)


def test_an_open_page_is_a_living_screen(post: Post) -> None:
    ann = post.login("Ann")
    ok(ann.post("/duty/come", json={}))
    hub: Hub = post.app.state.hub
    duty = room_of(post).duty
    duty._beats.clear()
    hub._pass_time({"Ann", "Bob"})
    assert set(duty._beats) == {"Ann"}, "Bob is not on duty"


def test_a_round_is_walked(post: Post) -> None:
    ann = post.login("Ann")
    walk = ok(ann.post("/duty/tours/round/begin", json={}))
    assert (walk["state"], walk["by"], walk["stops"][0]["state"]) == ("under-way", "Ann", "waiting")
    done = ok(ann.post(f"/duty/rounds/{walk['id']}/checkpoints/gate", json={}))
    assert (done["state"], done["stops"][0]["reached_by"]) == ("ended", "Ann")
    second = ok(ann.post("/duty/tours/round/begin", json={"exercise": True}))
    over = ok(ann.post(f"/duty/rounds/{second['id']}/end", json={"reason": "called away"}))
    assert (over["state"], over["reason"], over["exercise"]) == ("ended", "called away", True)
    told = ok(ann.get("/duty.json"))
    assert [one["id"] for one in told["rounds"]] == [walk["id"], second["id"]]
    stops = [{"id": "gate", "name": "gate", "plate": False}]
    assert told["tours"] == [{"id": "round", "name": "Night round", "checkpoints": stops}]
    assert ann.post("/duty/rounds/none/checkpoints/gate", json={}).status_code == 404
    assert ann.post(f"/duty/rounds/{second['id']}/end", json={"reason": ""}).status_code == 400
    assert post.login("Ivy").post("/duty/tours/round/begin", json={}).status_code == 403


def test_a_line_of_the_log_book_has_the_time_of_its_key(post: Post) -> None:
    ann = post.login("Ann")
    before = datetime.now(UTC)
    line = ok(ann.post("/logbook", json={"text": "a van <b>waits</b>", "seconds_ago": 40}), 201)
    happened = datetime.fromisoformat(line["happened_at"])
    assert abs(happened - (before - timedelta(seconds=40))) < timedelta(seconds=5)
    assert line["by"] == "Ann"
    ok(ann.post("/logbook", json={"text": "it left", "corrects": 1}), 201)
    told = ok(ann.get("/logbook.json"))
    assert [(one["number"], one["text"], one["corrects"]) for one in told["lines"]] == [
        (2, "it left", 1),
        (1, "a van <b>waits</b>", None),
    ]
    assert told["last"] == 2
    assert [one["number"] for one in ok(ann.get("/logbook.json?words=VAN"))["lines"]] == [1]
    assert [one["number"] for one in ok(ann.get("/logbook.json?before=2&count=5"))["lines"]] == [1]
    for body in ({"text": ""}, {"text": "x", "seconds_ago": 86_401}, {"text": "x", "by": "Bob"}, {"text": "a" * 4001}):
        assert ann.post("/logbook", json=body).status_code == 400
    assert ann.post("/logbook", json={"text": "x", "corrects": 9}).status_code == 400
    assert ann.get("/logbook.json?count=501").status_code == 400
    assert post.login("Vic").get("/logbook.json").status_code == 403


def test_who_is_told_by_role(people: Accounts) -> None:
    assert in_role(people, "supervisor") == ("Sue",)
    assert in_role(people, "guard") == ("Ann", "Bob")
    assert in_role(people, None) == ("Ann", "Bob", "Sue")
    assert in_role(Accounts.of({"officer": (PASSWORD, "officer")}, CHEAP), "supervisor") == ("officer",)


def test_the_application_lets_escalation_find_its_people(post: Post) -> None:
    paged: list[tuple[str, ...]] = []

    def page(people: Any, words: str, key: str, exercise: bool) -> tuple[str, ...]:
        paged.append(tuple(people))
        return tuple(people)

    room = room_of(post)
    room.escalations.page = page
    room.desk.submit(Signal(id="d", t=0.0, kind="contact", state="raised", severity="high"))
    room.duty.call_for_help("Ann")
    room.pass_time()
    assert paged == [("Sue",)]


def test_the_code_of_a_plate_is_taken_and_never_given(people: Accounts) -> None:
    plate = {"id": "gate", "closes": 600, "code": "gate-4711"}
    with open_post(people, SITE | {"tour": [{"id": "round", "checkpoint": [plate]}]}, second_factor=()) as post:
        ann, vic = post.login("Ann"), post.login("Vic")
        ok(ann.post("/duty/tours/round/begin", json={}))
        assert ok(ann.post("/duty/code", json={"code": "gate-0000"}), 400)["error"].startswith("no plate of a round")
        assert vic.post("/duty/code", json={"code": "gate-4711"}).status_code == 403
        assert ok(ann.post("/duty/code", json={"code": " gate-4711 "}))["state"] == "ended"
        for path in ("/duty.json", "/duty", "/site.json"):
            assert "4711" not in ann.get(path).text, path
        kept = [str(entry) for entry in room_of(post).audit.latest()]
        assert not any("4711" in entry or "gate-0000" in entry for entry in kept), (
            "nor is it in the record of who asked"
        )


def test_every_key_that_is_answered_is_told_in_the_reference(post: Post) -> None:
    ann = post.login("Ann")
    alarm = post.desk.submit(post.signal())
    room_of(post).pass_time()
    ok(ann.post("/duty/come", json={}))
    ok(ann.post("/duty/tours/round/begin", json={}))
    ok(ann.post("/logbook", json={"text": "a"}), 201)
    ok(ann.post(f"/alarms/{alarm.id}/shelve", json={"minutes": 5, "reason": "x"}))
    told = [ok(ann.get(path)) for path in ("/duty.json", "/logbook.json", "/alarms/groups.json")]
    told.append({"escalation": ok(ann.get(f"/alarms/{alarm.id}/history.json"))["escalation"]})
    told.append({"alarm": {key: one for key, one in post.desk.alarm(alarm.id).to_json().items() if key != "signal"}})
    assert sorted({key for key in keys_of(told) if f"`{key}`" not in REFERENCE}) == []


REFERENCE = Path(__file__).parents[3].joinpath("docs", "reference", "json.md").read_text(encoding="utf-8")


def keys_of(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, part in value.items():
            yield str(key)
            yield from keys_of(part)
    elif isinstance(value, list):
        for part in value:
            yield from keys_of(part)


def test_the_pages_are_served(post: Post) -> None:
    ann = post.login("Ann")
    for path, script in (("/duty", "duty.js"), ("/logbook", "logbook.js")):
        page = ann.get(path)
        assert page.status_code == 200
        assert f'src="/static/{script}"' in page.text
        assert 'src="/static/jot.js"' in page.text
    assert 'href="/logbook"' not in post.login("Vic").get("/duty").text
