"""A site file that is written takes effect in the desk that is at work; what cannot follow is named."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bartizan.adapters.files.site import load_site
from bartizan.adapters.files.site_folder import SiteFolderFiles
from bartizan.adapters.files.site_proposal import SiteProposalFile
from bartizan.app.editing import Drafts
from bartizan.app.ledger import MemoryJournal
from bartizan.app.room import Room, open_room
from bartizan.errors import UnknownIdError
from bartizan.signal import Signal
from bartizan.site import Site, build

T0 = datetime(2026, 3, 1, 20, 0, tzinfo=UTC)
DOCUMENT: dict[str, Any] = {
    "schema": 1,
    "site": {"name": "x", "default_sd": 0.3, "time_zone": "Europe/Vienna"},
    "area": [{"id": "street", "outside": True}, {"id": "yard"}],
    "element": [
        {"id": "gate", "kind": "gate", "between": ["street", "yard"], "way": [{"id": "force", "delay": {"mean": 60}}]}
    ],
    "target": [{"id": "safe", "area": "yard", "way": [{"id": "open", "delay": {"mean": 60}}]}],
    "threat": [{"id": "one"}],
    "response": [{"id": "guards", "arrival": {"mean": 100}}],
    "state": [
        {"id": "calm", "axis": "posture"},
        {"id": "alert", "axis": "posture", "changes": [{"at": "response/guards", "set": {"arrival": {"mean": 30}}}]},
    ],
    "procedure": [{"id": "p", "kind": "intruder", "signals": ["contact"], "step": [{"id": "look", "text": "Look"}]}],
    "input": [{"id": "beam", "kind": "detector", "element": "gate", "topic": "house/beam", "on": "ON", "off": "OFF"}],
}


def changed(**kinds: Any) -> Site:
    return build(DOCUMENT | kinds)


class Post:
    def __init__(self, *, states: tuple[str, ...] = (), **more: Any) -> None:
        self.at = T0
        self.journal = MemoryJournal()
        self.states, self.more = states, more
        self.room = self.open(build(DOCUMENT))

    def open(self, site: Site) -> Room:
        self.room = open_room(site, self.journal, lambda: self.at, states=self.states, **self.more)
        return self.room


def test_procedures_responders_and_tours_hold_at_once_and_a_run_that_is_under_way_stays_as_it_began() -> None:
    post = Post()
    room = post.room
    alarm = room.desk.submit(Signal(id="a", t=0.0, kind="contact", state="raised", element="gate"))
    before = room.incidents.open([alarm.id], "Ann")
    step = {"id": "call", "text": "Call the police"}
    site = changed(
        procedure=[{"id": "p", "kind": "intruder", "signals": ["contact"], "step": [step]}],
        responder=[{"id": "patrol"}],
        tour=[{"id": "round", "checkpoint": [{"id": "roof", "closes": 60}]}],
    )
    assert room.siting.take(site, "Ann") == ()
    other = room.desk.submit(Signal(id="b", t=0.0, kind="contact", state="raised", element="gate"))
    after = room.incidents.open([other.id], "Ann")
    assert [one.run.step.text for one in (before, after) if one.run and one.run.step] == ["Look", "Call the police"]
    assert [one.id for one, _ in room.incidents.responders()] == ["patrol"]
    assert room.tours.begin("round", "Ann").tour == "round"
    taken = room.siting.taken
    assert taken is not None
    assert (taken.hash, taken.by, taken.since) == (site.hash, "Ann", T0)


def test_the_clock_reckons_with_the_new_figures_in_the_posture_that_holds() -> None:
    post = Post(states=("calm",))
    room = post.room
    room.posture.set("alert", by="Ann", reason="drill")
    alarm = room.desk.submit(Signal(id="a", t=0.0, kind="contact", state="raised", element="gate"))
    reading = room.desk.clock(alarm.id)
    assert reading is not None
    quick = reading.chances[0].chance
    room.siting.take(changed(target=[{"id": "safe", "area": "yard", "way": [{"id": "open"}]}]), "Ann")
    reading = room.desk.clock(alarm.id)
    assert reading is not None
    assert reading.chances[0].chance < quick, "no delay is left at the target"
    assert room.posture.present == "alert"
    assert room.desk.site.response("guards").arrival is not None
    arrival = room.desk.site.response("guards").arrival
    assert arrival is not None
    assert arrival.mean == 30, "the posture holds in the new site too"


def test_a_posture_that_the_new_site_has_no_more_is_said_and_the_desk_goes_on() -> None:
    post = Post(states=("calm",))
    room = post.room
    room.posture.set("alert", by="Ann", reason="drill")
    room.siting.take(changed(state=[{"id": "calm", "axis": "posture"}]), "Ann")
    assert room.posture.trouble is not None
    assert "'alert' cannot hold any more" in room.posture.trouble
    assert room.posture.present == "calm"


def test_a_site_without_the_state_that_the_desk_was_begun_in_waits_whole() -> None:
    post = Post(states=("calm",))
    room = post.room
    assert room.siting.take(changed(state=[]), "Ann") == ("desk",)
    assert room.desk.site.state("alert").axis == "posture", "it goes on with the site as it was"
    assert room.siting.taken is None
    assert room.siting.take(changed(), "Ann") == ()


def test_what_was_set_up_at_the_start_is_named_where_it_would_be_another_and_only_then() -> None:
    post = Post()
    siting = post.room.siting
    siting.set_up("watch", lambda site: site.watch_hash)
    siting.set_up("inputs", lambda site: {one.topic for one in site.inputs})
    assert siting.take(changed(responder=[{"id": "patrol"}]), "Ann") == ()
    zone = {"id": "pavement", "area": "street", "polygon": [[0, 0], [9, 0], [9, 9]]}
    assert siting.take(changed(zone=[zone]), "Ann") == ("watch",)
    assert siting.take(changed(zone=[zone], input=[]), "Ann") == ("watch", "inputs")
    assert siting.waits == ("watch", "inputs")
    assert siting.take(changed(), "Ann") == (), "as it was at the start: nothing waits"


def test_inputs_come_and_go_with_the_site() -> None:
    room = Post().room
    (alarm,) = room.inbox.tell("beam", b"ON")
    assert alarm.condition == "active"
    fresh = {"id": "door", "kind": "detector", "element": "gate", "on": "ON", "clears_after": 60}
    room.siting.take(changed(input=[fresh]), "Ann")
    room.pass_time()
    assert room.desk.alarm(alarm.id).condition == "cleared", "what goes on at an input that is no more ends"
    with pytest.raises(UnknownIdError, match="no input 'beam'"):
        room.inbox.tell("beam", b"ON")
    assert len(room.inbox.tell("door", b"ON")) == 1


def test_what_is_the_same_in_meaning_is_shown_with_its_new_names_and_not_kept_again() -> None:
    post = Post()
    seen: list[str] = []
    post.room.siting.follow(lambda site: seen.append(site.name))
    post.room.siting.take(changed(site=DOCUMENT["site"] | {"name": "New name"}), "Ann")
    assert (seen, post.room.siting.taken) == (["New name"], None)
    post.room.siting.take(changed(responder=[{"id": "patrol"}]), "Ann")
    post.room.siting.take(changed(), "Bob")
    post.open(build(DOCUMENT))
    taken = post.room.siting.taken
    assert taken is not None
    assert (taken.version, taken.by) == (2, "Bob")


FILE = """\
schema = 1
[site]
name = "x"
default_sd = 0.3
[[area]]
id = "street"
outside = true
[[area]]
id = "yard"
crossing = { detect_at = "begin" }
[[sensor]]
id = "beam"
kind = "beam"
covers = ["yard"]
p_sensed = 0.9
"""


def test_what_is_saved_in_the_editor_and_what_is_accepted_of_proposals_holds_at_once(tmp_path: Path) -> None:
    (tmp_path / "site.toml").write_text(FILE, encoding="utf-8")
    at = [T0]
    room = open_room(load_site(tmp_path), MemoryJournal(), lambda: at[0], site_file=SiteProposalFile(tmp_path))
    drafts = Drafts(SiteFolderFiles(tmp_path), room.siting.take)
    draft = drafts.of("Sue")
    draft.change([{"add": {"responder": {"id": "patrol"}}}])
    draft.save()
    assert [one.id for one, _ in room.incidents.responders()] == ["patrol"]
    assert room.siting.taken is not None
    assert room.siting.taken.by == "Sue"
    at[0] += timedelta(hours=1)
    room.figures.trials.record("sensor/beam", "p_sensed", 18, 20, about="walk test", exercise=False, by="Ann")
    proposal = room.figures.propose([one.name for one in room.figures.offers()], by="Ann")
    seen = room.figures.proposals.preview(proposal.id).seen
    room.figures.proposals.accept(proposal.id, seen, by="Adam")
    assert room.desk.site.sensor("beam").p_sensed.value == pytest.approx(18.5 / 21)
    assert room.siting.taken.by == "Adam"
