"""The report of an exercise over HTTP: a file of its own, with what it can give back to the site."""

from __future__ import annotations

from datetime import UTC, datetime

from desk_post import Post, open_post

from bartizan.adapters.report.drill import render
from bartizan.app.exercise import Came, ExerciseReport, Review, SceneReport
from bartizan.app.exercise.kept import review_to_json
from bartizan.app.room import Room
from bartizan.desk.rehearsal import Begun, Ended
from bartizan.signal import Signal

AT = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)


def rehearsed(post: Post) -> str:
    """An exercise in which one alarm came, of a sensor, and was taken for what it was; its id."""
    room: Room = post.app.state.room
    told = Signal(
        id="s-1",
        t=0.0,
        kind="contact",
        state="raised",
        element="gate",
        exercise=True,
        because={"sensor": "<beam>"},
    )
    alarm = room.desk.submit(told)
    room.desk.acknowledge(alarm.id, "officer")
    room.desk.assess(alarm.id, "officer", "exercise")
    scene = SceneReport(
        id="one",
        name="At noon",
        start=AT,
        happenings=(),
        met=(),
        missed=("<beam> did not come",),
        alarms=(Came(alarm=alarm.id, t=0.0, what="contact at gate"),),
        rendered=0,
        detected=0,
        dropped=0,
    )
    report = ExerciseReport(scenario="noon", scenes=(scene,), site_hash=room.site.hash, seed=1)
    kept = review_to_json(Review(report=report, scripted=False, reactions=(), responses=()))
    begun = Begun(version=1, at=AT, by="officer", id="r-1", name="noon", site=room.site.hash)
    ended = Ended(version=2, at=AT, by="officer", stopped=False, missed=scene.missed, review=kept)
    return room.rehearsals._book.commit("r-1", [begun, ended]).id


def test_the_report_comes_as_a_file_with_what_it_gives_back() -> None:
    with open_post(drill_report=render) as post:
        answer = post.login().get(f"/drills/{rehearsed(post)}/report")
        assert answer.status_code == 200
        assert "attachment" in answer.headers["content-disposition"]
        page = answer.text
        assert "Back to the site" in page
        assert "&lt;beam&gt; did not come" in page
        assert "<beam>" not in page
        assert "<script" not in page


def test_a_desk_without_reports_has_none() -> None:
    with open_post() as post:
        assert post.login().get(f"/drills/{rehearsed(post)}/report").status_code == 404
