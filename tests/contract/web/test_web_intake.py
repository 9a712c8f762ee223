"""What machines tell the desk with a token, and what people report by hand."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import desk_post
import httpx
import pytest
from desk_post import HOSTILE, Post, open_post
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bartizan.app.room import Room
from bartizan.errors import StoreError

INPUTS = [
    {"id": "gate-in", "kind": "contact", "element": "gate", "on": "OPEN", "off": "CLOSED"},
    {"id": "pir", "kind": "detector", "area": "yard", "field": "on", "on": True, "off": False},
]
REPORT: dict[str, Any] = {
    "key": "0f8fad5b-d9cb-469f-a165-70867728950e",
    "channel": "telephone",
    "reliability": "B",
    "credibility": 2,
    "reported_by": HOSTILE,
    "text": "A man with a rifle walks up and down before the gate",
}
Tell = Callable[..., httpx.Response]


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> Iterator[Post]:
    monkeypatch.setitem(desk_post.DOCUMENT, "input", INPUTS)
    with open_post() as made:
        yield made


@pytest.fixture
def tell(post: Post) -> Tell:
    """What a machine with a token posts."""
    client = post.client()
    secret, _ = post.app.state.tokens.make("door-controller", "officer")

    def send(path: str, **given: Any) -> httpx.Response:
        headers = {"authorization": f"Bearer {secret}"} | given.pop("headers", {})
        return client.post(path, headers=headers, **given)

    return send


def room_of(post: Post) -> Room:
    room: Room = post.app.state.room
    return room


# ---- words of inputs


def test_a_word_of_an_input_is_an_alarm_that_is_durable_before_the_answer(post: Post, tell: Tell) -> None:
    answer = tell("/intake/inputs/gate-in", content=b"OPEN")
    assert answer.status_code == 200
    (alarm,) = post.desk.alarms()
    assert answer.json() == {"taken": True, "alarms": [alarm.id]}
    assert (alarm.source.kind, alarm.signal["element"]) == ("door-open", "gate")
    again = tell("/intake/inputs/gate-in", content=b"OPEN")
    assert again.json() == {"taken": True, "alarms": []}, "a word told twice is one word"
    assert tell("/intake/inputs/pir", content=b'{"on": true}').json()["alarms"] != []


@pytest.mark.parametrize(
    ("path", "content", "refused"),
    [
        ("/intake/inputs/gate-in", b"ajar", (400, "unknown-word")),
        ("/intake/inputs/pir", b"{", (400, "not-json")),
        ("/intake/inputs/pir", b"[" * 60_000, (400, "not-json")),
        ("/intake/inputs/nobody", b"OPEN", (400, "no input 'nobody'")),
        ("/intake/inputs/gate-in", b"x" * 70_000, (413, "")),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(
    post: Post, tell: Tell, path: str, content: bytes, refused: tuple[int, str]
) -> None:
    answer = tell(path, content=content)
    assert answer.status_code == refused[0]
    assert refused[1] in answer.text
    assert post.desk.alarms() == ()


@pytest.mark.parametrize("path", ["/intake/inputs/gate-in", "/intake/signals"])
def test_only_a_token_may_tell(post: Post, path: str) -> None:
    for headers in ({}, {"authorization": "Bearer bzn_000000000000_x"}, {"authorization": "Basic eDp4"}):
        assert post.client().post(path, content=b"OPEN", headers=headers).status_code == 401
    assert post.login().post(path, content=b"OPEN").status_code == 401, "a person is no machine"
    assert post.desk.alarms() == ()


def test_a_token_that_was_ended_tells_nothing_more(post: Post, tell: Tell) -> None:
    (token,) = post.app.state.tokens.all()
    post.app.state.tokens.end(token.id)
    assert tell("/intake/inputs/gate-in", content=b"OPEN").status_code == 401


def test_a_key_makes_a_repeat_harmless_and_belongs_to_one_message(post: Post, tell: Tell) -> None:
    headers = {"idempotency-key": "a-1"}
    first = tell("/intake/inputs/gate-in", content=b"OPEN", headers=headers)
    tell("/intake/inputs/gate-in", content=b"CLOSED")
    again = tell("/intake/inputs/gate-in", content=b"OPEN", headers=headers)
    assert (again.status_code, again.json()) == (200, first.json())
    assert room_of(post).inbox.taken == 2
    other = tell("/intake/inputs/gate-in", content=b"CLOSED", headers=headers)
    assert other.status_code == 409
    assert "Idempotency-Key" in other.json()["error"]
    for bad in ("", "with blank", "x" * 129):
        assert tell("/intake/inputs/gate-in", content=b"OPEN", headers={"idempotency-key": bad}).status_code == 400


def test_what_the_disk_refuses_is_said_and_not_remembered_as_taken(
    post: Post, tell: Tell, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = {"idempotency-key": "a-1"}
    with monkeypatch.context() as patch:

        def full(*_: object) -> None:
            raise StoreError("the disk is full")

        patch.setattr(room_of(post).desk, "take", full)
        assert tell("/intake/inputs/gate-in", content=b"OPEN", headers=headers).status_code == 503
    assert tell("/intake/inputs/gate-in", content=b"OPEN", headers=headers).status_code == 200
    assert len(post.desk.alarms()) == 1


# ---- signals of other programs


def test_a_signal_of_another_program_is_an_alarm_of_its_own_run(post: Post, tell: Tell) -> None:
    body = {"id": "x-1", "t": 5, "kind": "fence", "state": "raised", "zone": "front", "because": {"shakes": 3}}
    (alarm_id,) = tell("/intake/signals", json=body).json()["alarms"]
    alarm = post.desk.alarm(alarm_id)
    assert (alarm.source.run, alarm.signal["area"], alarm.signal["because"]) == (
        "token:door-controller",
        "street",
        {"shakes": 3},
    )
    assert tell("/intake/signals", json=body).json()["alarms"] == [alarm_id]
    assert post.desk.alarm(alarm_id).version == 1
    tell("/intake/signals", json=body | {"t": 9, "state": "ended"})
    assert post.desk.alarm(alarm_id).condition == "cleared"
    mixed = tell("/intake/signals", json=body | {"t": 10, "state": "updated", "exercise": True})
    assert mixed.status_code == 409


@pytest.mark.parametrize(
    "change",
    [
        {"id": ""},
        {"id": "a\nb"},
        {"t": "nan"},
        {"t": 1e300},
        {"kind": "<script>"},
        {"state": "begun"},
        {"zone": "nowhere"},
        {"cameras": ["nobody"]},
        {"at": [0, 1e9]},
        {"utc": "2026-01-01T00:00:00"},
        {"because": {"deep": {"er": 1}}},
        {"because": {str(one): 1 for one in range(51)}},
        {"silent": "patrol"},
        {"tracks": ["t-1"]},
        {"severity": "urgent"},
        {"exercise": "no"},
    ],
)
def test_a_signal_that_is_none_is_refused(post: Post, tell: Tell, change: dict[str, Any]) -> None:
    body = {"id": "x-1", "t": 5, "kind": "fence", "state": "raised"} | change
    answer = tell("/intake/signals", json=body)
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]
    assert post.desk.alarms() == ()


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**9), 10**9)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
)
JSON = st.recursive(
    SCALARS,
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=8), below, max_size=3),
    max_leaves=6,
)
FIELDS = st.sampled_from(["id", "t", "kind", "state", "zone", "at", "since", "because", "cameras", "exercise", "utc"])


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.dictionaries(FIELDS, JSON, max_size=3), raw=st.binary(max_size=60))
def test_whatever_is_posted_is_taken_or_refused_and_nothing_breaks(
    post: Post, tell: Tell, changes: dict[str, Any], raw: bytes
) -> None:
    body = {"id": "x-1", "t": 5, "kind": "fence", "state": "raised"} | changes
    assert tell("/intake/signals", content=json.dumps(body).encode()).status_code in (200, 400, 409)
    assert tell("/intake/signals", content=raw).status_code == 400
    assert tell("/intake/inputs/pir", content=raw).status_code == 400


# ---- reports by hand


def test_a_report_by_hand_is_an_alarm_with_its_source_and_grade(post: Post) -> None:
    answer = post.login().post("/reports", json=REPORT | {"element": "gate", "at": [9.5, 4], "severity": "high"})
    assert answer.status_code == 201
    (alarm,) = post.desk.queue()
    assert answer.json()["id"] == alarm.id
    assert (alarm.source.kind, alarm.source.run, alarm.priority, alarm.condition) == (
        "report",
        "by-hand",
        "high",
        "cleared",
    )
    assert alarm.signal["because"] == {
        "reported_by": HOSTILE,
        "channel": "telephone",
        "reliability": "B",
        "credibility": 2,
        "text": REPORT["text"],
        "taken_by": "officer",
    }
    assert (alarm.signal["element"], alarm.signal["at"]) == ("gate", [9.5, 4.0])
    assert post.desk.situation(alarm.id).reading is not None, "it is at the gate: the clock goes"


def test_a_report_can_be_closed_by_who_judged_it(post: Post) -> None:
    client = post.login()
    alarm = client.post("/reports", json=REPORT).json()
    client.post(f"/alarms/{alarm['id']}/acknowledge", json={})
    judged = client.post(f"/alarms/{alarm['id']}/assess", json={"disposition": "false"}).json()
    assert (judged["handling"], judged["forced"]) == ("closed", False)


def test_a_report_that_is_sent_twice_is_one(post: Post) -> None:
    client = post.login()
    first = client.post("/reports", json=REPORT).json()
    assert client.post("/reports", json=REPORT).json()["id"] == first["id"]
    client.post("/reports", json=REPORT | {"key": "another-key"})
    assert len(post.desk.alarms()) == 2


def test_when_the_thing_was_seen_is_when_it_was_known(post: Post) -> None:
    seen = datetime.now(UTC) - timedelta(minutes=3)
    post.login().post("/reports", json=REPORT | {"seen_at": seen.isoformat()})
    (alarm,) = post.desk.alarms()
    assert abs((alarm.known_at - seen).total_seconds()) < 0.01


def test_an_exercise_stays_one(post: Post) -> None:
    post.login().post("/reports", json=REPORT | {"exercise": True})
    assert post.desk.alarms()[0].exercise is True


@pytest.mark.parametrize(
    "change",
    [
        {"key": "short"},
        {"channel": "rumour"},
        {"reliability": "G"},
        {"credibility": 0},
        {"credibility": 7},
        {"credibility": "2"},
        {"reported_by": ""},
        {"reported_by": "   "},
        {"text": ""},
        {"text": "x" * 4001},
        {"zone": "nowhere"},
        {"at": [0, 1e6]},
        {"seen_at": (datetime.now(UTC) + timedelta(days=1)).isoformat()},
        {"seen_at": "2026-01-01T00:00:00"},
        {"taken_by": "somebody else"},
    ],
)
def test_a_report_that_says_too_little_is_refused(post: Post, change: dict[str, Any]) -> None:
    answer = post.login().post("/reports", json=REPORT | change)
    assert answer.status_code == 400, answer.text
    assert post.desk.alarms() == ()


def test_who_may_only_look_reports_nothing(post: Post) -> None:
    guest = post.login("guest")
    assert guest.post("/reports", json=REPORT).status_code == 403
    assert guest.get("/report").status_code == 403
    assert post.client().post("/reports", json=REPORT).status_code in (401, 403)
    assert post.desk.alarms() == ()


def test_the_form_offers_every_grade_and_no_markup_of_the_site(post: Post) -> None:
    page = post.login().get("/report")
    assert page.status_code == 200
    for option in ("A: completely reliable", "F: cannot be judged", "1: confirmed", "6: cannot be judged"):
        assert option in page.text
    assert HOSTILE not in page.text
