"""What people do to alarms over HTTP, what the desk answers, and what every page hears of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from typing import Any

import cv2
import numpy as np
import pytest
from desk_post import HOSTILE, Post, open_post

from bartizan.adapters.web.hub import MAX_CLOSED, MAX_PAGES, MAX_SHOWN, Hub
from bartizan.adapters.web.sessions import Session
from bartizan.adapters.web.stream import Outbox
from bartizan.desk.alarms import Alarm


@pytest.fixture
def post() -> Iterator[Post]:
    with open_post() as made:
        yield made


def test_an_alarm_goes_from_new_to_closed_and_back(post: Post) -> None:
    client = post.login()
    alarm = post.desk.submit(post.signal())
    path = f"/alarms/{alarm.id}"
    assert client.post(f"{path}/assess", json={"disposition": "nuisance"}).status_code == 409, "not taken yet"
    taken = client.post(f"{path}/acknowledge", json={"version": alarm.version}).json()
    assert (taken["handling"], taken["acknowledged_by"]) == ("acknowledged", "officer")
    assert client.post(f"{path}/send", json={"response": "guards"}).status_code == 200
    assert client.post(f"{path}/on-scene", json={"response": "guards"}).status_code == 200
    assert client.post(f"{path}/contact", json={}).json()["contact_confirmed"] is True
    assessed = client.post(f"{path}/assess", json={"disposition": "nuisance", "note": HOSTILE}).json()
    assert (assessed["disposition"], assessed["note"]) == ("nuisance", HOSTILE), "kept as it is; shown as text"
    still = client.post(f"{path}/close", json={})
    assert still.status_code == 409
    assert "active" in still.json()["error"]
    closed = client.post(f"{path}/close", json={"note": "fox in the yard"}).json()
    assert (closed["handling"], closed["forced"], closed["reason"]) == ("closed", True, "fox in the yard")
    back = client.post(f"{path}/reopen", json={}).json()
    assert back["handling"] == "reopened"
    kinds = [event.kind for event in post.desk.history(alarm.id)]
    assert kinds == [
        "raised",
        "acknowledged",
        "response-sent",
        "response-on-scene",
        "contact-confirmed",
        "assessed",
        "closed",
        "reopened",
    ]


def test_one_acknowledgement_wins_and_the_other_is_told_who(post: Post) -> None:
    alarm = post.desk.submit(post.signal())
    post.desk.acknowledge(alarm.id, "Ada")
    answer = post.login().post(f"/alarms/{alarm.id}/acknowledge", json={"version": alarm.version})
    assert answer.status_code == 409
    assert "acknowledged by Ada" in answer.json()["error"]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("none/acknowledge", {}, 404),
        ("%3Cscript%3E/acknowledge", {}, 404),
        ("{id}/acknowledge", {"version": "one"}, 400),
        ("{id}/acknowledge", {"version": -1}, 400),
        ("{id}/acknowledge", {"by": "somebody else"}, 400),
        ("{id}/acknowledge", [], 400),
        ("{id}/assess", {"disposition": "boring"}, 400),
        ("{id}/assess", {}, 400),
        ("{id}/assess", {"disposition": "real", "note": "x" * 1001}, 400),
        ("{id}/send", {"response": "nobody"}, 400),
        ("{id}/send", {"response": ""}, 400),
        ("{id}/send", {"response": ["guards"]}, 400),
    ],
)
def test_what_is_not_understood_changes_nothing(post: Post, path: str, body: Any, status: int) -> None:
    alarm = post.desk.submit(post.signal())
    answer = post.login().post("/alarms/" + path.replace("{id}", alarm.id), json=body)
    assert answer.status_code == status
    assert set(answer.json()) == {"error"}
    assert answer.headers["content-type"] == "application/json"
    assert post.desk.alarm(alarm.id).version == 1


def test_a_broken_body_is_refused(post: Post) -> None:
    alarm = post.desk.submit(post.signal())
    client = post.login()
    for content in (b"{", b"\xff\xfe", b"NaN", b""):
        answer = client.post(
            f"/alarms/{alarm.id}/assess", content=content, headers={"content-type": "application/json"}
        )
        assert answer.status_code == 400
    assert post.desk.alarm(alarm.id).version == 1


def test_the_site_reaches_the_page_with_zones_as_cameras_see_them(post: Post) -> None:
    shown = post.login().get("/site.json").json()
    assert shown["name"] == HOSTILE, "JSON carries it as it is: the page makes text of it"
    left, bottom, width, height = shown["bounds"]
    assert max(left, bottom) < 0
    assert min(left + width, bottom + height) > 20
    (camera,) = shown["cameras"]
    (outline,) = camera["zones"]
    model = post.site.camera("north").model
    assert model is not None
    corners = model.to_image(np.array([[4.0, 1.0], [16.0, 4.0]]))
    points = np.array([point for piece in outline["pieces"] for point in piece])
    for corner in corners:
        assert np.min(np.hypot(*(points - corner).T)) < 0.1, "the zone's corners are in its outline"


def test_a_picture_is_encoded_when_somebody_looks(post: Post) -> None:
    client = post.login()
    assert client.get("/cameras/north/picture").status_code == 204
    assert client.get("/cameras/none/picture").status_code == 404
    image = np.zeros((48, 64, 3), dtype=np.uint8)
    image[:, 32:] = (0, 0, 255)
    boxes = [("r-\N{SNOWMAN}", 1.04, 2.0, 3.0, 4.0), (None, float("nan"), 0.0, 1.0, 1.0)]
    post.live.publish_picture("north", 1.0, image, boxes)
    answer = client.get("/cameras/north/picture")
    assert answer.headers["content-type"] == "image/jpeg"
    shown = cv2.imdecode(np.frombuffer(answer.content, np.uint8), cv2.IMREAD_COLOR)
    assert shown is not None
    assert np.abs(shown.astype(int) - image).mean() < 3.0, "a JPEG of the picture, not another picture"
    assert json.loads(answer.headers["bartizan-boxes"]) == [["r-\N{SNOWMAN}", 1.0, 2.0, 3.0, 4.0]]
    post.live.publish_picture("north", 2.0, b"already JPEG")
    assert client.get("/cameras/north/picture").content == b"already JPEG"
    # a camera that the site does not have may publish; nobody gets its pictures by guessing its name
    post.live.publish_picture("elsewhere", 2.0, b"secret")
    assert client.get("/cameras/elsewhere/picture").status_code == 404


def test_a_picture_of_an_exercise_is_asked_for_as_one_and_never_stands_for_what_is_real(post: Post) -> None:
    client = post.login()
    feed = post.app.state.room.rehearsals.feed
    feed.publish_picture("north", 1.0, b"played")
    assert client.get("/cameras/north/picture").status_code == 204
    assert client.get("/cameras/north/picture?exercise=true").content == b"played"
    post.live.publish_picture("north", 1.0, b"real")
    assert client.get("/cameras/north/picture").content == b"real"
    feed.clear()
    assert client.get("/cameras/north/picture?exercise=true").status_code == 204


# ---- what pages hear


def heard(messages: list[str]) -> dict[str, Any]:
    """Event -> data, of messages as they go over the line."""
    found = {}
    for message in messages:
        event, data = message.strip().split("\n")
        found[event.removeprefix("event: ")] = json.loads(data.removeprefix("data: "))
    return found


async def hear(outbox: Outbox, topic: str, until: Callable[[Any], bool] = bool) -> Any:
    """Wait for word of one topic that says what is waited for; long, because a shared machine may stall."""
    async with asyncio.timeout(30):
        while True:
            found = heard(await outbox.take(1.0))
            if topic in found and until(found[topic]):
                return found[topic]


def who(key: str, cameras: frozenset[str] | None = None) -> Session:
    return Session(key, "Ada", "guard", "token", 0.0, cameras=cameras)


def joined(hub: Hub, key: str = "k", cameras: frozenset[str] | None = None) -> Outbox:
    outbox = hub.join(who(key, cameras))
    assert outbox is not None
    return outbox


def test_a_page_hears_the_present_state_first_and_then_every_change(post: Post) -> None:
    hub: Hub = post.app.state.hub
    before = post.desk.submit(post.signal("s-1"))
    post.live.publish_tracks(1.0, [("r-1", 2.0, 3.0, ("north",), [(1.0, 3.0)])])

    async def story() -> tuple[Any, ...]:
        outbox = joined(hub)
        first = heard(await outbox.take(1.0))
        clocks = await hear(outbox, "clocks")
        alarm = await asyncio.to_thread(post.desk.submit, post.signal("s-2", kind=HOSTILE))
        raised = await hear(outbox, "alarms", lambda shown: len(shown["open"]) == 2)
        await asyncio.to_thread(post.desk.acknowledge, alarm.id, "Ada")
        taken = await hear(outbox, "alarms", lambda shown: any(one["acknowledged_by"] for one in shown["open"]))
        post.live.publish_scene("next day", exercise=True)
        scene = await hear(outbox, "scene")
        post.live.publish_picture("north", 1.0, b"")
        picture = await hear(outbox, "picture")
        hub.leave(outbox, slow=False)
        return first, clocks, alarm, raised, taken, scene, picture

    async def running() -> tuple[Any, ...]:
        hub.start()
        try:
            return await story()
        finally:
            await hub.stop()

    first, clocks, alarm, raised, taken, scene, picture = post.runner.run(running())
    assert {"hello", "alarms", "tracks", "scene", "beat", "clocks"} <= set(first)
    assert [one["id"] for one in first["alarms"]["open"]] == [before.id]
    (moving,) = first["tracks"]["tracks"]
    assert moving == {"track": "r-1", "x": 2.0, "y": 3.0, "cameras": ["north"], "trail": [[1.0, 3.0]]}
    assert first["beat"]["now"].endswith("Z")
    assert clocks[before.id]["words"]
    assert [one["signal"]["kind"] for one in raised["open"] if one["id"] == alarm.id] == [HOSTILE]
    assert [one["acknowledged_by"] for one in taken["open"] if one["id"] == alarm.id] == ["Ada"]
    assert scene == {"title": "next day", "utc": None, "exercise": True}
    assert picture == {"camera": "north", "number": 1, "t": 1.0}


def test_a_flood_of_alarms_is_bounded_and_says_how_many_more(post: Post) -> None:
    hub: Hub = post.app.state.hub
    made: list[Alarm] = [post.desk.submit(post.signal(f"s-{i}")) for i in range(MAX_SHOWN + MAX_CLOSED + 30)]
    for alarm in made[: MAX_CLOSED + 5]:
        post.desk.acknowledge(alarm.id, "Ada")
        post.desk.assess(alarm.id, "Ada", "test", "a test", force=True)

    async def story() -> Any:
        outbox = joined(hub)
        shown = heard(await outbox.take(1.0))["alarms"]
        hub.leave(outbox, slow=False)
        return shown

    shown = post.runner.run(story())
    assert len(shown["open"]) == MAX_SHOWN
    assert shown["more"] == 25
    assert len(shown["closed"]) == MAX_CLOSED


def test_pages_are_bounded_and_a_slow_one_is_told_when_it_returns(post: Post) -> None:
    hub: Hub = post.app.state.hub

    async def story() -> tuple[bool, bool]:
        pages = [joined(hub, f"k-{i}") for i in range(MAX_PAGES)]
        assert hub.join(who("one more")) is None
        hub.leave(pages[0], slow=True)
        slow = heard(await joined(hub, "k-0").take(1.0))["hello"]["slow"]
        hub.leave(pages[1], slow=False)
        fine = heard(await joined(hub, "k-1").take(1.0))["hello"]["slow"]
        return slow, fine

    assert post.runner.run(story()) == (True, False)


def test_a_page_is_told_only_of_what_its_person_may_see(post: Post) -> None:
    hub: Hub = post.app.state.hub
    hidden = post.desk.submit(post.signal("s-1", cameras=("north",)))
    common = post.desk.submit(post.signal("s-2"))
    post.live.publish_tracks(1.0, [("r-1", 2.0, 3.0, ("north",), ())])
    post.live.publish_picture("north", 1.0, b"")

    async def story() -> tuple[Any, ...]:
        hub.start()
        try:
            blind, seeing = joined(hub, "k-1", frozenset({"south"})), joined(hub, "k-2")
            first = heard(await blind.take(1.0))
            clocks = await hear(blind, "clocks")
            post.live.publish_tracks(2.0, [("r-1", 2.0, 3.0, ("north",), ()), ("radar-1", 5.0, 3.0, (), ())])
            post.live.publish_picture("north", 2.0, b"")
            alarm = await asyncio.to_thread(post.desk.acknowledge, hidden.id, "Ada")
            await hear(seeing, "picture", lambda shown: shown["number"] == 2)
            await hear(seeing, "alarms", lambda shown: any(one["version"] == alarm.version for one in shown["open"]))
            later: dict[str, Any] = {}
            while "tracks" not in later or not later["tracks"]["tracks"]:
                later |= heard(await blind.take(1.0))
            return first, clocks, later
        finally:
            await hub.stop()

    first, clocks, later = post.runner.run(story())
    assert [one["id"] for one in first["alarms"]["open"]] == [common.id]
    assert set(clocks) == {common.id}
    assert first["tracks"]["tracks"] == []
    assert [one["track"] for one in later["tracks"]["tracks"]] == ["radar-1"]
    assert "picture" not in first | later
