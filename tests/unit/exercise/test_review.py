"""What an exercise comes to: reactions, arrivals beside the site's figures, and the same again from the journal."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from math import erf, sqrt
from pathlib import Path

import pytest

from bartizan.adapters.files.site_proposal import SiteProposalFile
from bartizan.adapters.report.drill import render
from bartizan.app.exercise import Came, ExerciseReport, Happening, Review, SceneReport, review
from bartizan.app.exercise.kept import review_of_json, review_to_json
from bartizan.app.exercise.officer import NAME
from bartizan.app.ledger import MemoryJournal
from bartizan.app.room import Room, open_room
from bartizan.errors import InputError
from bartizan.signal import Signal
from bartizan.site import build

BEGAN = datetime(2031, 5, 5, 12, 0, tzinfo=UTC)
SITE = build(
    {
        "schema": 1,
        "site": {"name": "Test", "default_sd": 0.3},
        "area": [
            {"id": "street", "outside": True, "polygon": [[0, 0], [30, 0], [30, 10], [0, 10]]},
            {"id": "yard", "polygon": [[0, 10], [30, 10], [30, 30], [0, 30]]},
        ],
        "element": [
            {
                "id": "gate",
                "kind": "gate",
                "between": ["street", "yard"],
                "way": [{"id": "climb", "detect_at": "end", "delay": {"mean": 20}}],
            }
        ],
        "sensor": [{"id": "beam", "kind": "beam", "covers": ["gate/climb"], "p_sensed": 0.9}],
        "target": [{"id": "safe", "area": "yard", "way": [{"id": "open", "delay": {"mean": 60}}]}],
        "response": [{"id": "guards", "arrival": {"mean": 40, "sd": 10}}],
        "camera": [
            {
                "id": "north",
                "size": [64, 48],
                "fps": 2,
                "model": {"points": [[8, 40, 2, 2], [56, 40, 28, 2], [48, 12, 28, 28], [16, 12, 2, 28]]},
            }
        ],
    }
)


class Clock:
    """Time that a test moves."""

    def __init__(self) -> None:
        self.at = BEGAN

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def room(clock: Clock) -> Room:
    numbers = count(1)
    return open_room(SITE, MemoryJournal(), clock, new_id=lambda: f"id-{next(numbers)}")


def signal() -> Signal:
    return Signal(
        id="s-1",
        t=3.0,
        state="raised",
        kind="beam",
        element="gate",
        severity="high",
        exercise=True,
        because={"sensor": "beam"},
    )


def played(room: Room, clock: Clock, by: str = "Ann") -> Review:
    alarm = room.desk.submit(signal())
    clock.at = BEGAN + timedelta(seconds=4)
    room.desk.acknowledge(alarm.id, by)
    clock.at = BEGAN + timedelta(seconds=9)
    room.desk.assess(alarm.id, by, "real")
    clock.at = BEGAN + timedelta(seconds=10)
    room.desk.send(alarm.id, "guards", by)
    clock.at = BEGAN + timedelta(seconds=50)
    room.desk.on_scene(alarm.id, "guards", by)
    scene = SceneReport(
        id="one",
        name="At noon",
        start=BEGAN,
        happenings=(Happening(t=3.0, utc=BEGAN + timedelta(seconds=3), what="alarm 1: <beam>"),),
        met=("beam: came at 3.0 s",),
        missed=(),
        alarms=(Came(alarm=alarm.id, t=3.0, what="beam at gate", response="guards", chance=0.7),),
        rendered=10,
        detected=2,
        dropped=0,
    )
    report = ExerciseReport(scenario="noon", scenes=(scene,), site_hash=SITE.hash, seed=1)
    return review(report, room.desk)


def test_steps_are_timed_from_the_alarm_and_the_arrival_is_held_against_the_site(room: Room, clock: Clock) -> None:
    found = played(room, clock)
    (one,) = found.reactions
    assert (one.acknowledged, one.assessed, one.sent, one.on_scene) == (4.0, 9.0, 10.0, 50.0)
    (there,) = found.responses
    assert (there.seconds, there.mean, there.sd) == (50.0, 40.0, 10.0)
    # one standard deviation later than assumed: the normal law by the error function
    assert there.share == pytest.approx(0.5 * (1.0 + erf(1.0 / sqrt(2.0))), abs=1e-12)
    assert not found.scripted


def test_what_the_scripts_officer_did_measures_nobody(room: Room, clock: Clock) -> None:
    found = played(room, clock, NAME)
    assert found.scripted
    assert "measure nobody" in render(found)


def test_a_response_whose_total_is_in_parts_is_their_sum(clock: Clock) -> None:
    parts = {"assessment": {"mean": 10, "sd": 3}, "communication": {"mean": 5}, "deployment": {"mean": 20, "sd": 4}}
    site = build({"schema": 1, "site": {"name": "T", "default_sd": 0.0}, "response": [{"id": "guards", **parts}]})
    room = open_room(site, MemoryJournal(), clock)
    (there,) = played(room, clock).responses
    assert (there.mean, there.sd) == (35.0, 5.0)


def test_a_review_is_the_same_from_the_journal(room: Room, clock: Clock) -> None:
    found = played(room, clock)
    assert review_of_json(review_to_json(found)) == found


def test_what_is_no_review_is_refused_in_words(room: Room, clock: Clock) -> None:
    kept = review_to_json(played(room, clock))
    kept["reactions"][0]["acknowledged"] = "soon"
    with pytest.raises(InputError, match="not a finite number"):
        review_of_json(kept)
    with pytest.raises(InputError, match="not an object with"):
        review_of_json({})


def test_the_report_says_what_was_measured_and_escapes_what_was_said(room: Room, clock: Clock) -> None:
    page = render(played(room, clock))
    assert "slower than 84% of what is assumed" in page
    assert "&lt;beam&gt;" in page
    assert "<beam>" not in page
    assert page.count("<circle") == 4


# ---- back to the site


def alarms_of(found: Review) -> set[str]:
    return {came.alarm for scene in found.report.scenes for came in scene.alarms}


def test_the_report_offers_what_the_exercise_measured_with_its_effect(room: Room, clock: Clock) -> None:
    first = alarms_of(played(room, clock))
    # one arrival says nothing of its spread; that one alarm was taken for what it was is one trial
    (one,) = room.figures.gains(first).gains
    assert (one.offer.name, one.offer.measured) == ("sensor/beam/p_assessed@exercise", 1)
    clock.at = BEGAN + timedelta(minutes=10)
    again = room.desk.submit(replace(signal(), id="s-2", t=600.0))
    room.desk.acknowledge(again.id, "Ann")
    room.desk.assess(again.id, "Ann", "real")
    room.desk.send(again.id, "guards", "Ann")
    clock.at += timedelta(seconds=70)
    room.desk.on_scene(again.id, "guards", "Ann")
    gains = room.figures.gains({again.id})
    assert [gain.offer.at for gain in gains.gains] == ["sensor/beam", "response/guards"]
    assessed, arrival = gains.gains
    # two of two: (2 + 1/2) / (2 + 1), detected at the end of the climb, 60 s of delay left, 40 s of response:
    # EASI, mu = 60 - 40, var = (0.3 * 60)^2 + 10^2
    timely = 0.5 * (1.0 + erf(20.0 / sqrt(2.0 * (18.0**2 + 10.0**2))))
    assert assessed.row is not None
    assert assessed.row["before"] == pytest.approx(0.9 * timely, abs=1e-4)
    assert assessed.row["after"] == pytest.approx(0.9 * 2.5 / 3.0 * timely, abs=1e-4)
    # 50 and 70 s: mean 60, deviation sqrt(200)
    assert arrival.row is not None
    assert arrival.row["after"] == pytest.approx(0.9 * 0.5, abs=1e-4)
    page = render(_report({again.id}), gains)
    assert "Back to the site" in page
    assert "detected 2, trials 2" in page
    assert "mean 60, sd 14.1, trials 2" in page
    assert "guards (as the file says)" in page


def _report(alarms: set[str]) -> Review:
    came = tuple(Came(alarm=one, t=3.0, what="beam at gate", response=None, chance=None) for one in sorted(alarms))
    scene = SceneReport(
        id="one",
        name="At noon",
        start=BEGAN,
        happenings=(),
        met=(),
        missed=(),
        alarms=came,
        rendered=0,
        detected=0,
        dropped=0,
    )
    report = ExerciseReport(scenario="noon", scenes=(scene,), site_hash=SITE.hash, seed=1)
    return Review(report=report, scripted=False, reactions=(), responses=())


def test_what_was_measured_elsewhere_is_not_this_exercises(room: Room, clock: Clock) -> None:
    played(room, clock)
    assert room.figures.gains({"another"}).gains == ()
    assert "measured often enough" in render(_report({"another"}), room.figures.gains({"another"}))


def test_what_is_real_is_no_gain_of_an_exercise(room: Room, clock: Clock) -> None:
    for number in range(2):
        alarm = room.desk.submit(replace(signal(), id=f"r-{number}", exercise=False))
        room.desk.acknowledge(alarm.id, "Ann")
        room.desk.assess(alarm.id, "Ann", "real")
        room.desk.send(alarm.id, "guards", "Ann")
        clock.at += timedelta(seconds=50)
        room.desk.on_scene(alarm.id, "guards", "Ann")
    # two real arrivals are on offer, and no exercise measured them
    assert [one.name for one in room.figures.offers()] == ["response/guards/arrival"]
    assert room.figures.gains({alarm.id}).gains == ()


def test_a_site_file_with_faults_keeps_no_report_back(clock: Clock, tmp_path: Path) -> None:
    (tmp_path / "site.toml").write_text("schema = 2\n")
    room = open_room(SITE, MemoryJournal(), clock, site_file=SiteProposalFile(tmp_path))
    gains = room.figures.gains(alarms_of(played(room, clock)))
    assert gains.gains == ()
    assert gains.trouble is not None
    assert "could not be worked out" in render(_report({"a"}), gains)


def test_a_report_of_no_live_desk_says_nothing_of_it(room: Room, clock: Clock) -> None:
    assert "Back to the site" not in render(played(room, clock))
