"""The two stories of the design at the desk, over HTTP: the wanderer, and months later the armed entry."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from stories import Agency, Chancery, Person, open_chancery

from bartizan.app.handover.ports import PassingKeys
from bartizan.desk.alarms import Alarm
from bartizan.desk.sharing.package import verify_bytes
from bartizan.desk.sharing.tlp import Tlp

DAYS = (
    (datetime(2031, 3, 3, 13, 5, 52, tzinfo=UTC), ("pacing", "loitering")),
    (datetime(2031, 3, 4, 7, 40, 56, tzinfo=UTC), ("pacing", "loitering")),
    (datetime(2031, 3, 6, 21, 10, 55, tzinfo=UTC), ("loitering",)),
)


POLICE = PassingKeys()


@pytest.fixture
def desk(chancery: Path, tmp_path: Path) -> Iterator[Chancery]:
    with open_chancery(chancery, tmp_path, POLICE.public) as made:
        yield made


def assessed(desk: Chancery, person: Person, alarm: Alarm, note: str) -> None:
    """The alarm is taken and found real."""
    desk.clock.go(3)
    person.do(f"/alarms/{alarm.id}/acknowledge")
    desk.clock.go(9)
    person.do(f"/alarms/{alarm.id}/assess", disposition="real", note=note)


def stage(incident: dict[str, Any], name: str) -> float:
    """Seconds from the alarm to a stage."""
    timers = incident["timers"]
    raised, reached = (datetime.fromisoformat(timers[key]) for key in ("raised", name))
    return (reached - raised).total_seconds()


def he_walks_about(desk: Chancery) -> dict[str, Any]:
    """The first story, up to the hand-over: several days, linked by an officer; police sent; held."""
    ann = desk.person("Ann")
    alarms = []
    for number, (at, kinds) in enumerate(DAYS):
        desk.clock.at = at
        for kind in kinds:
            one = desk.alarm(f"day{number}-{kind}", kind, zone="pavement", area="street", rule=f"{kind}-pavement")
            assessed(desk, ann, one, "stops, turns back")
            alarms.append(one)
            if number < 2:
                desk.clock.go(60)
                desk.over(one)
                ann.do(f"/alarms/{one.id}/close")

    # the third day: an incident, and the earlier days are offered, with reasons
    opened = ann.do("/incidents", alarms=[alarms[-1].id])
    assert (opened["kind"], opened["procedure"]["present"], opened["lead"]) == ("scouting", "watch", None)
    path = f"/incidents/{opened['id']}"
    offers = ann.get(f"{path}/before")["offers"]
    assert {offer["id"] for offer in offers} == {alarm.id for alarm in alarms[:-1]}
    best = offers[0]
    assert best["what"] == "alarm"
    assert "the same behaviour: loitering" in best["reasons"]
    assert "the same place: Pavement in front of the entrances" in best["reasons"]

    ann.do(f"{path}/step", step="watch")
    for offer in offers:
        ann.do(f"{path}/join", alarm=offer["id"])
    assert ann.get(f"{path}/before")["offers"] == []
    ann.do(f"{path}/manner", manner=["stops", "turns-back", "alone"])
    now = ann.do(f"{path}/step", step="compare", answer="again")
    assert (now["lead"], now["state"], now["procedure"]["present"]) == ("Ann", "in-progress", "police")
    return {"id": opened["id"], "path": path, "alarms": [alarm.id for alarm in alarms]}


def the_days_are_one_case_and_each_step_has_its_turn(desk: Chancery, wanderer: dict[str, Any]) -> None:
    ann, path = desk.person("Ann"), wanderer["path"]
    shown = ann.get(f"{path}/state")
    assert sorted(alarm["id"] for alarm in shown["alarms"]) == sorted(wanderer["alarms"])
    # the case is as old as its oldest alarm
    assert shown["timers"]["raised"].startswith("2031-03-03T13:05:52")
    status, words = ann.refused(f"{path}/step", step="hand-over")
    assert status == 409
    assert "step 'hand-over' is not the present one: it is 'police'" in words
    # a viewer looks and does nothing
    assert desk.person("Vic").get(f"{path}/state")["number"] == shown["number"]
    assert desk.person("Vic").refused(f"{path}/step", step="police")[0] == 403


def he_is_held(desk: Chancery, wanderer: dict[str, Any]) -> dict[str, Any]:
    """Plain-clothes police are sent, the posture is raised, the man is held; the case is shared with two agencies."""
    ann, sue, path = desk.person("Ann"), desk.person("Sue"), wanderer["path"]
    desk.clock.go(40)
    ann.do(f"{path}/send", responder="plain-clothes")
    ann.do(f"{path}/step", step="police", note="Berta 4 comes on foot")
    desk.clock.go(30)
    ann.do(f"{path}/answered", responder="plain-clothes")
    sue.do(f"{path}/step", step="posture")
    desk.clock.go(300)
    ann.do(f"{path}/arrived", responder="plain-clothes")
    desk.clock.go(60)
    ann.do(f"{path}/contain", text="held for questioning")
    ann.do(f"{path}/step", step="question", answer="held")
    sue.do(f"{path}/share", sharing="green", partners=["state-police", "sister-mission"])
    # what came of the cameras: who stood where is for the police, the empty pavement for anybody of the community
    room = desk.room
    pictures: tuple[tuple[Tlp, bytes], ...] = (
        ("amber", b"\xff\xd8 a man on the pavement"),
        ("green", b"\xff\xd8 the empty pavement"),
    )
    for level, content in pictures:
        item = room.evidence.put(content, "image/jpeg", f"incident/{wanderer['id']}", "Ann", tlp=level)
        room.incidents.add_media(wanderer["id"], item.id, "Ann")
    return wanderer


def the_posture_of_the_site_changes_with_the_step(desk: Chancery, held: dict[str, Any]) -> None:
    posture = desk.person("Ann").get(f"{held['path']}/state")["posture"]
    assert posture["present"] == "heightened"
    assert posture["set"]["by"] == "Sue"
    assert posture["set"]["incident"] == held["id"]
    # the guards are quicker now, for the interruption clock of whatever comes next
    arrival = desk.room.site.response("guard-force").arrival
    assert arrival is not None
    assert arrival.mean == 80


def what_is_measured_is_the_chain_from_alarm_to_hand_over(desk: Chancery, held: dict[str, Any]) -> None:
    sue, path = desk.person("Sue"), held["path"]
    desk.clock.go(600)
    sue.do(f"{path}/step", step="hand-over")
    shown = sue.do(f"{path}/hand-over", partner="state-police", note="package number 1")
    assert (shown["state"], shown["partners"]) == ("handed-over", ["state-police", "sister-mission"])
    assert stage(shown, "acknowledged") == 3
    assert stage(shown, "assessed") == 12
    assert stage(shown, "on_scene") - stage(shown, "dispatched") == 330
    assert stage(shown, "contained") - stage(shown, "on_scene") == 60
    assert stage(shown, "handed_over") - stage(shown, "contained") == 600
    status, words = sue.refused(f"{path}/share", sharing="red", partners=["state-police"])
    assert (status, "RED is read by nobody outside" in words) == (400, True)


def two_agencies_get_what_their_level_allows_and_both_add_to_the_case(desk: Chancery, held: dict[str, Any]) -> None:
    ours, name = desk.room.office, held["id"]
    packages: dict[str, bytes] = {}
    for partner, media in (("state-police", 2), ("sister-mission", 1)):
        preview = ours.handover.preview(name, partner)
        assert len(preview.release.case.media) == media
        made = ours.handover.hand_over(name, partner, "Sue", "joint case", preview.digest)
        packages[partner] = ours.handover.fetch(made.id, "Sue")
        # proved with nothing but the package; and one flipped bit is found
        assert verify_bytes(packages[partner]).faults == []
    damaged = bytearray(packages["state-police"])
    damaged[len(damaged) // 2] ^= 1
    assert verify_bytes(bytes(damaged)).faults
    secret = b"a man on the pavement"
    assert secret in packages["state-police"]
    assert secret not in packages["sister-mission"]

    # the police take it over at a desk of their own, add what they know, and send it back
    police = Agency(ours.safe.keys.public, POLICE)
    police.clock.at = desk.clock.at
    theirs = police.room.office
    arrival = theirs.arrivals.take_in(packages["state-police"], "Inspector")
    assert (arrival.partner, arrival.faults) == ("chancery", ())
    taken = theirs.arrivals.accept(arrival.id, "Inspector", "taken over", reliability="A", credibility=2)
    case = police.room.incidents.open([str(taken.about).removeprefix("alarm/")], "Inspector", title="Chancery")
    police.room.incidents.note(case.id, "He was seen before two other missions.", "Inspector")
    back = theirs.handover.preview(case.id, "chancery")
    answer = theirs.handover.fetch(
        theirs.handover.hand_over(case.id, "chancery", "Inspector", "for the joint case", back.digest).id, "Inspector"
    )
    came = ours.arrivals.take_in(answer, "Sue")
    assert came.partner == "state-police"
    told = str(ours.arrivals.show(came.id))
    assert "He was seen before two other missions." in told
    ours.arrivals.accept(came.id, "Sue", "of the joint case", incident=name)
    entries = desk.person("Sue").get(f"{held['path']}/state")["entries"]
    assert "State police" in entries[-1]["text"]


def the_case_ends_resolved_closed_and_reviewed_by_somebody_else(desk: Chancery, held: dict[str, Any]) -> None:
    ann, sue, ivo, path = desk.person("Ann"), desk.person("Sue"), desk.person("Ivo"), held["path"]
    ann.do(f"{path}/left", responder="plain-clothes")
    ann.do(f"{path}/resolve", text="held, identity with the police alone")
    assert ann.refused(f"{path}/close")[0] == 403
    sue.do(f"{path}/close")
    assert "Ann led incident" in ann.refused(f"{path}/review", text="well done")[1]
    assert ivo.do(f"{path}/review", text="The second day should have been linked at once.")["state"] == "reviewed"
    sue.do("/posture", state="normal", reason="the case is handed over")
    assert desk.room.posture.present == "normal"


def an_armed_man_comes(desk: Chancery) -> dict[str, Any]:
    """The second story up to the moment in which the incident is open: the doorkeeper's button, months later."""
    ann = desk.person("Ann")
    desk.clock.at = datetime(2031, 10, 9, 20, 10, 27, tzinfo=UTC)
    duress = desk.alarm("duress", "duress", element="entrance-outer", severity="high")
    assessed(desk, ann, duress, "a man with a weapon at the outer door")
    opened = ann.do("/incidents", alarms=[duress.id])
    return {"id": opened["id"], "path": f"/incidents/{opened['id']}", "duress": duress.id, "opened": opened}


def the_desk_is_shown_that_the_site_was_tried_before_and_links_it(
    desk: Chancery, armed: dict[str, Any], held: dict[str, Any]
) -> None:
    sue, path = desk.person("Sue"), armed["path"]
    began = time.monotonic()
    offers = sue.get(f"{path}/before")["offers"]
    assert time.monotonic() - began < 2.0
    (offer,) = [one for one in offers if one["what"] == "incident"]
    assert offer["id"] == held["id"]
    assert (offer["suggests"], offer["reverse"]) == ("led-to", True)
    assert "somebody looked the place over before: loitering, pacing" in offer["reasons"]
    assert "about the same time of day: 22:10, then 22:10" in offer["reasons"]
    assert "the same day of the week: Thursday" in offer["reasons"]
    assert "seen on 3 days: 2031-03-03, 2031-03-04, 2031-03-06" in offer["reasons"]
    # a guard leads incidents; that cases belong together is for the supervisor to say
    assert desk.person("Ann").refused(f"{path}/link", incident=held["id"], relation="led-to", reverse=True)[0] == 403
    shown = sue.do(f"{path}/link", incident=held["id"], relation="led-to", reverse=True)
    assert [(one["incident"], one["kind"]) for one in shown["linked_by"]] == [(held["id"], "led-to")]
    assert sue.get(f"{path}/before")["offers"] == []
    earlier = sue.get(f"{held['path']}/state")
    assert [(one["incident"], one["kind"], one["by"]) for one in earlier["links"]] == [(armed["id"], "led-to", "Sue")]


def the_armed_man_is_stopped_and_the_clock_hears_of_who_was_sent(desk: Chancery, armed: dict[str, Any]) -> None:
    ann, path = desk.person("Ann"), armed["path"]
    assert (armed["opened"]["kind"], armed["opened"]["procedure"]["present"]) == ("armed-entry", "lock")
    desk.clock.go(2)
    ann.do(f"{path}/step", step="lock")
    assert desk.room.posture.present == "heightened"
    shown = ann.do(f"{path}/send", responder="post-one")
    ann.do(f"{path}/send", responder="police-patrol")
    # whoever belongs to a force of the layers is sent on the alarm, so that the clock counts it
    alarm = desk.room.desk.alarm(armed["duress"])
    assert [sent.response for sent in alarm.dispatches] == ["guard-force", "police"]
    reading = desk.room.desk.clock(alarm.id)
    assert reading is not None
    assert {one.response: one.sent for one in reading.chances} == {"guard-force": True, "police": True}
    assert [one["on"]["number"] for one in shown["responders"] if one["id"] == "post-one"] == [shown["number"]]
    ann.do(f"{path}/answered", responder="post-one")
    ann.do(f"{path}/step", step="send")

    desk.clock.go(9)
    inner = desk.alarm("inner", "contact", element="entrance-inner", severity="high")
    found = ann.get(f"/alarms/{inner.id}/before")
    assert [one["id"] for one in found["open"]] == [armed["id"]]
    ann.do(f"{path}/join", alarm=inner.id)
    assessed(desk, ann, inner, "the same man, one layer further")

    # nobody is in the house: the step is skipped, with its reason, and the supervisor has to see it
    ann.do(f"{path}/skip", step="shelter", reason="nobody is inside but the guards")
    desk.clock.go(30)
    ann.do(f"{path}/arrived", responder="post-one")
    assert desk.room.desk.clock(armed["duress"]) is not None
    assert [one.on_scene_at is not None for one in desk.room.desk.alarm(armed["duress"]).dispatches] == [True, False]
    desk.clock.go(12)
    done = ann.do(f"{path}/contain", text="disarmed and held")
    assert stage(done, "contained") - stage(done, "on_scene") == 12
    ann.do(f"{path}/step", step="outcome", answer="held")
    # held leads straight to the evidence: nobody searches and nobody shelters
    assert ann.do(f"{path}/step", step="evidence")["procedure"]["present"] == "earlier"
    ann.do(f"{path}/step", step="earlier")


def what_was_skipped_is_seen_before_the_case_is_closed(desk: Chancery, armed: dict[str, Any]) -> None:
    ann, sue, path = desk.person("Ann"), desk.person("Sue"), armed["path"]
    ann.do(f"{path}/resolve", text="disarmed and held")
    assert "skipped steps were seen by no supervisor" in sue.refused(f"{path}/close")[1]
    (place,) = sue.get(f"{path}/state")["unseen_skips"]
    assert ann.refused(f"{path}/skip-seen", place=place)[0] == 403
    sue.do(f"{path}/skip-seen", place=place)
    assert sue.do(f"{path}/close")["state"] == "closed"


def the_story_is_told_in_order_and_was_kept_whole(desk: Chancery, armed: dict[str, Any]) -> None:
    ann = desk.person("Ann")
    moments = ann.get(f"{armed['path']}/timeline")
    assert [one["at"] for one in moments] == sorted(one["at"] for one in moments)
    told = [(one["topic"], one["kind"]) for one in moments]
    for first, later in (
        (("alarm", "raised"), ("alarm", "acknowledged")),
        (("alarm", "assessed"), ("incident", "opened")),
        (("incident", "sent"), ("incident", "arrived")),
        (("incident", "arrived"), ("incident", "contained")),
        (("incident", "step-skipped"), ("incident", "skip-seen")),
        (("incident", "skip-seen"), ("incident", "closed")),
    ):
        assert told.index(first) < told.index(later)
    contained = next(one for one in moments if one["kind"] == "contained")
    assert (contained["by"], contained["details"]["how"]) == ("Ann", "disarmed and held")
    rows = ann.get("/incidents.json")["incidents"]
    assert [(row["number"], row["state"]) for row in rows] == [(2, "closed"), (1, "reviewed")]


def an_exercise_stays_apart_from_what_was_real(desk: Chancery, armed: dict[str, Any]) -> None:
    ann = desk.person("Ann")
    drill = desk.alarm("drill", "duress", element="entrance-outer", severity="high", exercise=True)
    status, words = ann.refused(f"{armed['path']}/join", alarm=drill.id)
    assert status == 409
    opened = ann.do("/incidents", alarms=[drill.id])
    assert opened["exercise"] is True
    path = f"/incidents/{opened['id']}"
    assert ann.get(f"{path}/before")["offers"] == []
    before = desk.room.posture.holding
    ann.do(f"{path}/step", step="lock")
    assert desk.room.posture.holding == before
    status, words = desk.person("Sue").refused(f"{path}/link", incident=armed["id"], relation="related-to")
    assert (status, "an exercise is not linked to a real incident" in words) == (409, True)


def the_shift_is_handed_over_under_two_log_ins(desk: Chancery) -> None:
    ann, ben = desk.person("Ann"), desk.person("Ben")
    one = ann.do("/shift")["present"]
    path = f"/shift/{one['id']}"
    ann.do(f"{path}/remark", text="keys counted: 14")
    assert "they sign first" in ben.refused(f"{path}/sign")[1]
    signed = ann.do(f"{path}/sign")["present"]
    assert [incident["exercise"] for incident in signed["situation"]["incidents"]] == [True]
    assert signed["situation"]["remarks"][0]["text"] == "keys counted: 14"
    assert "cannot take it too" in ann.refused(f"{path}/accept", digest=signed["digest"])[1]
    assert "signed anew" in ben.refused(f"{path}/accept", digest="0" * 64)[1]
    (over,) = ben.do(f"{path}/accept", digest=signed["digest"], remark="14, I counted too")["over"]
    assert (over["outgoing"], over["incoming"], over["state"]) == ("Ann", "Ben", "accepted")


def the_whole_is_proved_in_one_chain(desk: Chancery) -> None:
    records = list(desk.room.ledger.read())
    assert [record.seq for record in records] == list(range(1, len(records) + 1))
    assert {record.stream.partition("/")[0] for record in records} >= {"alarm", "incident", "posture", "shift"}


def test_the_two_stories_run_from_end_to_end(desk: Chancery) -> None:
    """In the order in which they happened, at one desk: the second needs what the first left behind."""
    wanderer = he_walks_about(desk)
    the_days_are_one_case_and_each_step_has_its_turn(desk, wanderer)
    held = he_is_held(desk, wanderer)
    the_posture_of_the_site_changes_with_the_step(desk, held)
    what_is_measured_is_the_chain_from_alarm_to_hand_over(desk, held)
    two_agencies_get_what_their_level_allows_and_both_add_to_the_case(desk, held)
    the_case_ends_resolved_closed_and_reviewed_by_somebody_else(desk, held)
    armed = an_armed_man_comes(desk)
    the_desk_is_shown_that_the_site_was_tried_before_and_links_it(desk, armed, held)
    the_armed_man_is_stopped_and_the_clock_hears_of_who_was_sent(desk, armed)
    what_was_skipped_is_seen_before_the_case_is_closed(desk, armed)
    the_story_is_told_in_order_and_was_kept_whole(desk, armed)
    an_exercise_stays_apart_from_what_was_real(desk, armed)
    the_shift_is_handed_over_under_two_log_ins(desk)
    the_whole_is_proved_in_one_chain(desk)
