"""Out of service over HTTP: who may, what is read, what a person who sees some cameras alone is told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from desk_post import CHEAP, DOCUMENT, PASSWORD, Post, open_post

from bartizan.adapters.web import Accounts
from bartizan.adapters.web.permission import Role

SITE = DOCUMENT | {"camera": [{"id": "north"}, {"id": "south", "name": "South wall"}]}
ROLES: dict[str, Role] = {
    "officer": "officer",
    "Ann": "guard",
    "Sue": "supervisor",
    "Sam": "supervisor",
    "Nick": "supervisor",
}
WORK = {"things": ["element/gate", "camera/south"], "minutes": 120, "order": "WO 17", "reason": "new hinges"}


@pytest.fixture(scope="module")
def people() -> Accounts:
    accounts = Accounts.of({name: (PASSWORD, role) for name, role in ROLES.items()}, CHEAP)
    accounts.change("Nick", role="supervisor", cameras=["north"], agency=None, disabled=False)
    return accounts


@pytest.fixture
def post(people: Accounts) -> Iterator[Post]:
    with open_post(people, SITE, second_factor=()) as made:
        yield made


def ok(answer: Any, status: int = 200) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    told: dict[str, Any] = answer.json()
    return told


def test_two_supervisors_take_out_agree_and_put_back(post: Post) -> None:
    sue, sam = post.login("Sue"), post.login("Sam")
    outage = ok(sue.post("/service", json=WORK))
    assert (outage["things"], outage["by"], outage["second"]) == (WORK["things"], "Sue", None)
    assert post.desk.submit(post.signal()).suppression is None, "high: one person alone quiets nothing"
    path = f"/service/{outage['id']}"
    assert "a second person agrees" in ok(sue.post(f"{path}/agree", json={}), 409)["error"]
    assert ok(sam.post(f"{path}/agree", json={}))["second"] == "Sam"
    alarm = post.desk.submit(post.signal("s-2"))
    shelf = alarm.to_json()["suppression"]
    assert (shelf["outage"], shelf["reason"], shelf["second"]) == (outage["id"], "new hinges", "Sam")
    shown = ok(sam.get("/service.json"))
    assert [one["id"] for one in shown["standing"]] == [outage["id"]]
    assert {"id": "camera/south", "name": "South wall"} in shown["things"]
    assert ok(sam.get("/shift.json"))["situation"]["out_of_service"][0]["order"] == "WO 17"
    assert ok(sam.post(f"{path}/back", json={"reason": "done"}))["ended_by"] == "Sam"
    assert post.desk.alarm(alarm.id).suppression is None
    shown = ok(sam.get("/service.json"))
    assert (shown["standing"], shown["over"][0]["ended_reason"]) == ([], "done")


def test_a_guard_reads_and_does_not_take_out(post: Post) -> None:
    ann = post.login("Ann")
    assert ann.post("/service", json=WORK).status_code == 403
    assert ok(ann.get("/service.json"))["things"] == []
    assert "Everything" not in ann.get("/service").text, "what stands is told by the script, as it is now"


def test_who_sees_some_cameras_alone_takes_nothing_out_and_reads_of_no_other_camera(post: Post) -> None:
    sue, nick = post.login("Sue"), post.login("Nick")
    ok(sue.post("/service", json=WORK))
    ok(sue.post("/service", json=WORK | {"things": ["camera/south"]}))
    assert nick.post("/service", json=WORK | {"things": ["camera/north"]}).status_code == 403
    shown = ok(nick.get("/service.json"))
    assert [one["things"] for one in shown["standing"]] == [["element/gate"]]
    assert "south" not in str(shown).lower()


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        ({"things": ["camera/none"]}, 400, "the site has no 'camera/none' to take out of service"),
        ({"things": []}, 400, ""),
        ({"minutes": 0}, 400, ""),
        ({"minutes": 4321}, 400, ""),
        ({"reason": ""}, 400, ""),
        ({"order": ""}, 400, ""),
        ({"second": "Sam"}, 400, ""),
    ],
)
def test_what_cannot_be_is_refused(post: Post, change: dict[str, Any], status: int, words: str) -> None:
    answer = post.login("Sue").post("/service", json=WORK | change)
    assert answer.status_code == status
    assert words in answer.text
    assert post.app.state.room.service.standing() == ()


def test_what_made_no_sound_by_design_is_shown(post: Post) -> None:
    post.desk.take(post.signal(silent="patrol rounds", zone="pavement"))
    post.desk.take(post.signal("s-2", silent="disarmed", cameras=("south",)))
    found = ok(post.login("Ann").get("/service.json"))["silent"]
    assert [one["silent"] for one in found] == ["disarmed", "patrol rounds"], "the latest first"
    assert [one["silent"] for one in ok(post.login("Nick").get("/service.json"))["silent"]] == ["patrol rounds"]
