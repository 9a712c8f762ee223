from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bartizan.desk.alarms import HistoryError
from bartizan.desk.alarms.events import (
    Acknowledged,
    Assessed,
    Cleared,
    Closed,
    Event,
    Raised,
    Reopened,
    ResponseOnScene,
    ResponseSent,
    Updated,
)
from bartizan.desk.figures import Origin, life_of
from bartizan.desk.figures.life import origins_of

T0 = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
SIGNAL: dict[str, Any] = {
    "id": "s",
    "t": 0.0,
    "kind": "loitering",
    "rule": "loiter",
    "cameras": ["north"],
    "element": "gate",
}


def at(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


def events(*rest: tuple[type[Event], float, dict[str, Any]]) -> list[Event]:
    first: list[Event] = [
        Raised(
            alarm="a",
            version=1,
            at=T0,
            by="desk",
            signal=SIGNAL,
            number=7,
            run="",
            priority="low",
            exercise=False,
            known_at=T0,
        )
    ]
    return first + [
        kind(alarm="a", version=number, at=at(seconds), by="eva", **more)
        for number, (kind, seconds, more) in enumerate(rest, start=2)
    ]


def test_a_whole_life() -> None:
    life = life_of(
        events(
            (Acknowledged, 12, {}),
            (ResponseSent, 30, {"response": "guard"}),
            (Assessed, 40, {"disposition": "real"}),
            (Cleared, 50, {"signal": SIGNAL}),
            (ResponseOnScene, 190, {"response": "guard"}),
            (Closed, 600, {}),
        ),
        contained_at=at(300),
    )
    assert (life.number, life.place, life.disposition) == (7, "gate", "real")
    assert (life.acknowledged_at, life.assessed_at) == (at(12), at(40))
    assert (life.dispatched_at, life.on_scene_at, life.contained_at, life.closed_at) == (
        at(30),
        at(190),
        at(300),
        at(600),
    )
    assert life.sounded == (T0,)
    assert life.active == ((T0, at(50)),)


def test_a_condition_that_comes_back_sounds_again() -> None:
    life = life_of(
        events(
            (Updated, 5, {"signal": SIGNAL, "priority": "medium"}),
            (Cleared, 10, {"signal": SIGNAL}),
            (Updated, 20, {"signal": SIGNAL, "priority": "high"}),
        )
    )
    assert life.sounded == (T0, at(20))
    assert life.active == ((T0, at(10)), (at(20), None))
    assert life.priority == "high"


def test_what_people_did_first_counts_and_what_it_was_last() -> None:
    life = life_of(
        events(
            (Acknowledged, 10, {}),
            (Assessed, 20, {"disposition": "nuisance"}),
            (Closed, 30, {}),
            (Reopened, 40, {"reason": "it came back"}),
            (Acknowledged, 50, {}),
            (Assessed, 60, {"disposition": "real"}),
        )
    )
    assert (life.acknowledged_at, life.assessed_at, life.disposition) == (at(10), at(20), "real")
    assert life.closed_at is None


def test_a_reopened_alarm_is_judged_anew() -> None:
    closed = events((Assessed, 20, {"disposition": "nuisance"}), (Closed, 30, {}), (Reopened, 40, {"reason": "worse"}))
    assert life_of(closed).disposition is None


def test_the_first_response_there_counts_though_another_was_sent_first() -> None:
    life = life_of(
        events(
            (ResponseSent, 30, {"response": "police"}),
            (ResponseSent, 60, {"response": "guard"}),
            (ResponseOnScene, 90, {"response": "guard"}),
            (ResponseOnScene, 400, {"response": "police"}),
        )
    )
    assert (life.dispatched_at, life.on_scene_at) == (at(30), at(90))


def test_origins() -> None:
    assert origins_of(SIGNAL) == (Origin("rule", "loiter"), Origin("camera", "north"))
    assert origins_of({"kind": "contact", "because": {"sensor": "door-3"}}) == (Origin("sensor", "door-3"),)
    # what a stranger wrote is no name unless it is text
    assert origins_of({"kind": "contact", "because": {"sensor": ["x"], "channel": ""}}) == (Origin("kind", "contact"),)


def test_a_life_begins_by_being_raised() -> None:
    with pytest.raises(HistoryError, match="begins with acknowledged"):
        life_of(events((Acknowledged, 1, {}))[1:])
    with pytest.raises(HistoryError, match="without events"):
        life_of([])
