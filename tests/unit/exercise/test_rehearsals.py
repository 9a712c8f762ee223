"""Exercises on the live desk: beside what is real, with their flag, one at a time, and ended whatever happens."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bartizan.adapters.files.library import ScenarioFolder
from bartizan.adapters.files.site import load_site
from bartizan.app.exercise.draft import draft, walks
from bartizan.app.ledger import Journal, MemoryJournal
from bartizan.app.room import Room, open_room
from bartizan.desk.errors import CommandRefusedError
from bartizan.drill.scenario import Actor, Expectation, Match, Order, Scenario, Scene, SensorEvent, Wait, Walk
from bartizan.errors import InputError, ScenarioError, UnknownIdError
from bartizan.signal import Signal
from bartizan.site.model import Change
from bartizan.site.site import Site

SCENE = Scene(
    id="one",
    name="At noon",
    start=datetime(2030, 1, 1, tzinfo=UTC),
    length=1.0,
    states=("heightened",),
    sensors=(SensorEvent(t=0.5, sensor="duress-button"),),
    orders=(Order(on="duress", after=0.1, do="acknowledge"),),
    expectations=(Expectation(id="duress", match=Match(sensor="duress-button"), by=1.0),),
)


class Shelf:
    """A library of one scenario."""

    def __init__(self, *scenes: Scene) -> None:
        self.scenario = Scenario(name="short", scenes=scenes)

    def names(self) -> Sequence[str]:
        return ("short",)

    def read(self, name: str) -> Scenario:
        assert name == "short"
        return self.scenario

    def text(self, name: str) -> str:
        raise UnknownIdError(name)

    def check(self, text: str) -> Scenario:
        raise UnknownIdError(text)

    def write(self, name: str, text: str, before: str | None) -> None:
        raise UnknownIdError(name)


@pytest.fixture(scope="module")
def site(chancery: Path) -> Site:
    """The chancery with one camera, which keeps the tests short."""
    gone = [Change(at=f"camera/{name}", remove=True) for name in ("east", "forecourt", "entrance")]
    return load_site(chancery).with_changes([*gone, Change(at="coverage/forecourt-screen", remove=True)])


@contextmanager
def opened(site: Site, *scenes: Scene, journal: Journal | None = None) -> Iterator[Room]:
    room = open_room(site, journal or MemoryJournal(), lambda: datetime.now(UTC), library=Shelf(*scenes))
    try:
        yield room
    finally:
        room.rehearsals.end()


def until(done: Callable[[], bool]) -> None:
    by = time.monotonic() + 20.0
    while not done():
        assert time.monotonic() < by
        time.sleep(0.02)


def test_an_exercise_comes_to_the_live_queue_as_one_and_leaves_what_is_real_alone(site: Site) -> None:
    with opened(site, SCENE) as room:
        real = room.desk.submit(
            Signal(id="s-1", t=0.0, state="raised", kind="contact", element="main-door", severity="high")
        )
        before = room.desk.site
        begun = room.rehearsals.begin("short", "Ada")
        until(lambda: room.rehearsals.get(begun.id).ended_at is not None)
        assert room.desk.site is before
        mine, played = room.desk.alarms()
        assert (mine.id, mine.exercise, played.exercise) == (real.id, False, True)
        # the script's officer keeps off the live desk
        assert played.acknowledged_by is None
        over = room.rehearsals.get(begun.id)
        assert (over.begun_by, over.stopped, over.missed, over.reason) == ("Ada", False, (), None)
        found = room.rehearsals.review(begun.id)
        assert found is not None
        assert [one.number for one in found.reactions] == [played.number]
        assert abs((found.report.scenes[0].start - begun.begun_at).total_seconds()) < 5.0


def test_one_at_a_time_and_played_again_it_raises_again(site: Site) -> None:
    with opened(site, SCENE) as room:
        first = room.rehearsals.begin("short", "Ada")
        with pytest.raises(CommandRefusedError, match="End it first"):
            room.rehearsals.begin("short", "Bob")
        until(lambda: room.rehearsals.running is None)
        second = room.rehearsals.begin("short", "Ada")
        until(lambda: room.rehearsals.running is None)
        assert first.id != second.id
        assert len(room.desk.alarms()) == 2


def test_it_ends_when_it_is_told_to_and_says_so(site: Site) -> None:
    with opened(site, replace(SCENE, length=600.0)) as room:
        begun = room.rehearsals.begin("short", "Ada")
        until(lambda: len(room.desk.alarms()) == 1)
        room.rehearsals.end()
        over = room.rehearsals.get(begun.id)
        assert over.stopped
        assert over.ended_at is not None
        # no sensor of an exercise stays active behind it
        assert room.desk.alarms()[0].condition == "cleared"


def test_what_a_restart_cut_off_is_ended_by_the_next_desk(site: Site) -> None:
    journal = MemoryJournal()
    with opened(site, replace(SCENE, length=600.0), journal=journal) as room:
        begun = room.rehearsals.begin("short", "Ada")
        again = open_room(site, MemoryJournal(tuple(journal.read())), lambda: datetime.now(UTC))
        found = again.rehearsals.get(begun.id)
        assert found.ended_at is not None
        assert found.reason == "the desk ended while it went on"
        assert again.rehearsals.review(begun.id) is None


def test_a_scenario_that_speaks_of_what_the_site_lacks_is_refused_before_it_begins(site: Site) -> None:
    with opened(site, replace(SCENE, seen_by=("nowhere",))) as room:
        with pytest.raises(UnknownIdError, match="nowhere"):
            room.rehearsals.begin("short", "Ada")
        assert room.rehearsals.all() == ()


def test_the_library_is_the_folder_and_no_name_leads_out_of_it(chancery: Path, tmp_path: Path) -> None:
    library = ScenarioFolder(chancery)
    assert library.names() == ("armed-entry", "passers-by", "wanderer")
    assert library.read("wanderer").name == "wanderer"
    for name in ("../site", "/etc/passwd", "", "wanderer.toml", "WANDERER"):
        with pytest.raises(UnknownIdError, match="there is no scenario"):
            library.read(name)
    assert ScenarioFolder(tmp_path).names() == ()
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "bad.toml").write_text("schema = 1", encoding="utf-8")
    (tmp_path / "scenarios" / "Not Ours.toml").write_text("", encoding="utf-8")
    assert ScenarioFolder(tmp_path).names() == ("bad",)
    with pytest.raises(ScenarioError):
        ScenarioFolder(tmp_path).read("bad")


def test_a_scenario_is_kept_with_its_comments_and_nobody_elses_change_is_lost(chancery: Path, tmp_path: Path) -> None:
    text = ScenarioFolder(chancery).text("passers-by")
    library = ScenarioFolder(tmp_path)
    library.write("mine", text, None)
    assert (tmp_path / "scenarios" / "mine.toml").read_text(encoding="utf-8") == text
    with pytest.raises(InputError, match="is there already"):
        library.write("mine", text, None)
    changed = text + "# a comment\n"
    library.write("mine", changed, text)
    with pytest.raises(InputError, match="changed by somebody else"):
        library.write("mine", text + "# mine\n", text)
    assert library.text("mine") == changed
    with pytest.raises(ScenarioError, match="is not TOML"):
        library.write("mine", "= nothing", changed)
    for name in ("../mine", "Mine", "", "a" * 81, "mine.toml"):
        with pytest.raises(InputError):
            library.write(name, text, None)
    assert [file.name for file in (tmp_path / "scenarios").iterdir()] == ["mine.toml"]


def test_a_draft_has_every_fault_with_its_line_and_shows_the_walks(chancery: Path, site: Site) -> None:
    library = ScenarioFolder(chancery)
    text = library.text("passers-by")
    assert draft(text, library, site).faults == ()
    number = text.splitlines().index(next(line for line in text.splitlines() if line.startswith("length = "))) + 1
    (fault,) = draft(text.replace("length = ", "length = -", 1), library, site).faults
    assert fault.line == number
    unknown = draft(library.text("armed-entry"), library, site)
    assert {"entrance", "forecourt"} <= {word for one in unknown.faults for word in one.message.split("'")}
    assert unknown.scenario is not None
    assert draft("[", library, site).scenario is None


def test_a_walk_is_at_its_places_at_their_seconds(site: Site) -> None:
    walk = (Walk(to=(10.0, 0.0), speed=2.0), Wait(seconds=3.0), Walk(to=(10.0, 4.0), speed=1.0))
    actor = Actor(id="a", enters=2.0, start=(0.0, 0.0), steps=walk)
    (scene,) = walks(Scenario(name="s", scenes=(replace(SCENE, length=20.0, actors=(actor,)),)))
    found = {t: (x, y) for t, x, y in scene["actors"][0]["walk"]}
    # two metres a second from the second on which it enters, three seconds of waiting, then one metre a second
    assert (found[2.0], found[4.0], found[7.0], found[9.0], found[12.0]) == ((0, 0), (4, 0), (10, 0), (10, 0), (10, 2))
    assert max(found) < 14.0


def test_what_the_cameras_show_of_an_exercise_is_seen_while_it_goes_on_and_not_after(site: Site) -> None:
    longer = replace(SCENE, length=60.0)
    with opened(site, longer) as room:
        feed = room.rehearsals.feed
        assert feed.cameras() == ()
        begun = room.rehearsals.begin("short", "Ada")
        until(lambda: feed.cameras() == ("west",))
        assert feed.scene().exercise
        assert feed.scene().title == "At noon"
        room.rehearsals.end()
        until(lambda: room.rehearsals.get(begun.id).ended_at is not None)
        assert (feed.cameras(), feed.tracks()[1], feed.scene().exercise) == ((), (), False)
