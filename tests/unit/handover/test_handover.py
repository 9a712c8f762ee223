"""Handing a case over, and taking one in: two desks, a preview, a package, quarantine, and a person who decides."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from io import BytesIO

import pytest
from office_post import PICTURE, Keys, Post, a_site

from bartizan.app.handover.handover import ChangedMeanwhileError
from bartizan.app.ledger import MemoryJournal
from bartizan.app.ledger.journal import Record
from bartizan.desk.errors import CommandError, ExerciseMixError, TransitionError, UnknownThingError
from bartizan.desk.evidence import consistency_holds
from bartizan.desk.evidence.heads import head_of
from bartizan.desk.sharing.errors import PackageError, SharingError
from bartizan.desk.sharing.package import verify_bytes
from bartizan.errors import StoreError, UnknownIdError


def handed(post: Post, partner: str = "police", *, takes_over: bool = False) -> tuple[str, bytes]:
    incident = post.incident()
    post.room.evidence.put(PICTURE, "image/jpeg", f"alarm/{incident.alarms[0]}", "camera north")
    post.room.incidents.note(incident.id, "he carries a bag", "Imogen")
    seen = post.room.office.handover.preview(incident.id, partner)
    package = post.room.office.handover.hand_over(
        incident.id, partner, "Osric", "they take the case over", seen.digest, takes_over=takes_over
    )
    return package.id, post.room.office.handover.fetch(package.id, "Osric")


def test_what_is_handed_over_is_proved_and_on_the_record() -> None:
    post = Post()
    name, content = handed(post, takes_over=True)
    verdict = verify_bytes(content)
    assert verdict.faults == []
    assert verdict.key == Keys().public.hex()
    assert verdict.manifest is not None
    assert (verdict.manifest.recipient, verdict.manifest.limit) == ("police", "amber")
    (item,) = post.room.evidence.items()
    assert (item.copies, item.packages) == (1, (name,))
    copied = post.room.evidence.custody(item.id)[-1]
    assert (copied.kind, copied.by) == ("copied", "Osric")
    package = post.room.office.handover.package(name)
    assert [by for _, by in package.fetched] == ["Osric"]
    assert post.room.incidents.incident(package.incident).state == "handed-over"
    with zipfile.ZipFile(BytesIO(content)) as archive:
        assert archive.read(f"media/{item.id}.jpg") == PICTURE
        custody = json.loads(archive.read("custody.json"))
        # the copy that this package is stands in its own custody record
        assert custody["media"][0]["history"][-1]["what"] == "copied"


def test_a_higher_level_gets_the_records_with_their_proofs() -> None:
    post = Post()
    verdict = verify_bytes(handed(post, "ministry")[1])
    assert verdict.faults == []
    assert verdict.papers.proved > 5
    assert verdict.papers.head is not None
    assert verdict.papers.head.root == post.room.office.heads.latest().root  # type: ignore[union-attr]


def test_the_preview_says_what_is_removed_and_records_nothing() -> None:
    post = Post()
    incident = post.incident()
    post.room.office.heads.sign("Imogen")
    before = len(list(post.journal.read()))
    seen = post.room.office.handover.preview(incident.id, "police").to_json()
    assert len(list(post.journal.read())) == before
    fields = {one["field"] for one in seen["removed"]}
    assert {"opened_by", "alarms[0].cameras", "alarms[0].acknowledged_by"} <= fields
    assert "Imogen" not in json.dumps(seen["goes"])
    everything = post.room.office.handover.preview(incident.id, "ministry").to_json()
    assert everything["removed"] == []


def test_what_changed_since_the_preview_is_not_handed_over() -> None:
    post = Post()
    incident = post.incident()
    item = post.room.evidence.put(PICTURE, "image/jpeg", f"incident/{incident.id}", "Imogen")
    seen = post.room.office.handover.preview(incident.id, "police")
    post.room.incidents.note(incident.id, "he is armed", "Imogen")
    with pytest.raises(ChangedMeanwhileError, match="has changed since the preview"):
        post.room.office.handover.hand_over(incident.id, "police", "Osric", "why", seen.digest)
    assert post.room.office.handover.packages() == ()
    assert post.room.evidence.item(item.id).copies == 0


def test_nothing_of_an_exercise_goes_to_a_real_partner_nor_the_other_way() -> None:
    post = Post()
    real, exercise = post.incident(), post.incident_of("x", exercise=True)
    with pytest.raises(ExerciseMixError, match="is an exercise and City police is a real partner"):
        post.room.office.handover.preview(exercise.id, "police")
    with pytest.raises(ExerciseMixError, match="is real and stand-in is a stand-in"):
        post.room.office.handover.preview(real.id, "stand-in")
    assert [one.id for one in post.room.office.handover.partners(exercise=True)] == ["stand-in"]
    seen = post.room.office.handover.preview(exercise.id, "stand-in")
    package = post.room.office.handover.hand_over(exercise.id, "stand-in", "Osric", "drill", seen.digest)
    verdict = verify_bytes(post.room.office.handover.fetch(package.id, "Osric"))
    assert verdict.papers.alert is not None
    assert verdict.papers.alert.status == "Exercise"


def test_an_incident_above_the_level_goes_to_nobody() -> None:
    post = Post()
    incident = post.incident()
    post.room.incidents.share(incident.id, "red", (), "Osric")
    with pytest.raises(SharingError, match="is marked TLP red"):
        post.room.office.handover.preview(incident.id, "police")


def test_unknown_things_are_said_to_be_unknown() -> None:
    post = Post()
    incident = post.incident()
    with pytest.raises(UnknownIdError, match="nobody"):
        post.room.office.handover.preview(incident.id, "nobody")
    with pytest.raises(UnknownThingError):
        post.room.office.handover.preview("none", "police")
    seen = post.room.office.handover.preview(incident.id, "police")
    with pytest.raises(CommandError, match="a reason has"):
        post.room.office.handover.hand_over(incident.id, "police", "Osric", " ", seen.digest)


def test_a_second_package_brings_the_first_up_to_date() -> None:
    post = Post()
    name, content = handed(post)
    package = post.room.office.handover.package(name)
    post.clock.passes(hours=1)
    seen = post.room.office.handover.preview(package.incident, "police")
    second = post.room.office.handover.hand_over(package.incident, "police", "Osric", "more", seen.digest)
    assert second.earlier == name
    verdict = verify_bytes(post.room.office.handover.fetch(second.id, "Osric"))
    assert verdict.faults == []
    alert = verdict.papers.alert
    assert alert is not None
    assert (alert.message_type, alert.references[0].identifier) == ("Update", name)
    first, later = verify_bytes(content).papers.head, verdict.papers.head
    assert first is not None
    assert later is not None
    proof = post.room.office.heads.consistency(first, later)
    assert consistency_holds(first.size, first.root, later.size, later.root, proof)


def test_the_desks_own_copy_goes_in_time_and_with_what_is_erased() -> None:
    post = Post()
    name, _ = handed(post)
    (item,) = post.room.evidence.items()
    post.room.evidence.erase(item.id, "Admin", "asked for")
    package = post.room.office.handover.package(name)
    assert package.gone_why == f"item {item.id} in it was erased"
    with pytest.raises(TransitionError, match="copy of package"):
        post.room.office.handover.fetch(name, "Osric")
    second = Post()
    name, _ = handed(second)
    second.clock.passes(days=15)
    second.room.pass_time()
    assert second.room.office.handover.package(name).gone_why == "its time was over"
    assert name not in set(second.vault.names())


def test_a_desk_opened_again_still_has_its_packages() -> None:
    post = Post()
    name, content = handed(post)
    again = Post(journal=post.journal, vault=post.vault)
    assert again.room.office.handover.fetch(name, "Osric") == content
    assert again.room.office.heads.latest() == post.room.office.heads.latest()


# ---- taking in


def sent(post: Post | None = None) -> bytes:
    return handed(post or Post(seed=2), "ministry")[1]


def receiving(**more: object) -> Post:
    return Post(a_site(Keys(2).public, **more))


def test_a_partners_package_becomes_an_alarm_with_its_source_and_grade() -> None:
    post = receiving()
    arrival = post.room.office.arrivals.take_in(sent(), "Imogen")
    assert (arrival.state, arrival.partner, arrival.faults) == ("quarantined", "police", ())
    assert arrival.may_be_accepted
    assert post.room.desk.alarms() == ()
    assert post.room.evidence.items() == ()
    shown = post.room.office.arrivals.show(arrival.id)
    assert "he carries a bag" in json.dumps(shown)
    after = post.room.office.arrivals.accept(arrival.id, "Osric", "they sent it on", reliability="A", credibility=2)
    assert after.state == "accepted"
    (alarm,) = post.room.desk.alarms()
    assert after.about == f"alarm/{alarm.id}"
    because = alarm.signal["because"]
    assert (because["channel"], because["reliability"], because["credibility"]) == ("partner", "A", 2)
    (item,) = post.room.evidence.items(after.about)
    assert post.room.evidence.open(item.id, "Osric", "to look") == PICTURE
    assert set(post.vault.names()) == {item.id}


def test_a_partners_package_can_be_added_to_an_incident() -> None:
    post = receiving()
    ours = post.incident()
    arrival = post.room.office.arrivals.take_in(sent(), "Imogen")
    post.room.office.arrivals.accept(arrival.id, "Osric", "the same man", incident=ours.id)
    after = post.room.incidents.incident(ours.id)
    assert "Example chancery" in after.entries[-1].text
    assert "the same man" in after.entries[-1].text
    assert len(after.media) == 1
    # and what we hand over of it holds what they added
    seen = post.room.office.handover.preview(ours.id, "ministry")
    assert len(seen.release.case.media) == 1


def test_who_is_not_known_cannot_be_believed() -> None:
    post = Post()
    arrival = post.room.office.arrivals.take_in(sent(), "Imogen")
    assert arrival.partner is None
    assert not arrival.may_be_accepted
    with pytest.raises(TransitionError, match="signed by a key that no partner of this site has"):
        post.room.office.arrivals.accept(arrival.id, "Osric", "looks fine")
    assert post.room.desk.alarms() == ()


def test_what_was_altered_cannot_be_taken_over() -> None:
    post = receiving()
    content = bytearray(sent())
    content[len(content) // 2] ^= 1
    arrival = post.room.office.arrivals.take_in(bytes(content), "Imogen")
    assert arrival.faults
    with pytest.raises(TransitionError, match="is not what its sender signed"):
        post.room.office.arrivals.accept(arrival.id, "Osric", "looks fine")
    after = post.room.office.arrivals.refuse(arrival.id, "Osric", "altered on the way")
    assert after.state == "refused"
    assert list(post.vault.names()) == []
    with pytest.raises(TransitionError, match="was refused by Osric"):
        post.room.office.arrivals.refuse(arrival.id, "Osric", "again")


def test_what_is_no_package_is_not_kept() -> None:
    post = receiving()
    with pytest.raises(PackageError, match="no hand-over package"):
        post.room.office.arrivals.take_in(b"MZ\x90 run me", "Imogen")
    assert list(post.vault.names()) == []
    assert post.room.office.arrivals.all() == ()


def test_the_same_file_twice_is_one() -> None:
    post = receiving()
    content = sent()
    first = post.room.office.arrivals.take_in(content, "Imogen")
    assert post.room.office.arrivals.take_in(content, "Osric") == first
    post.room.office.arrivals.accept(first.id, "Osric", "fine")
    with pytest.raises(TransitionError, match="was accepted by Osric"):
        post.room.office.arrivals.accept(first.id, "Osric", "again")


def test_an_exercise_of_theirs_stays_one_here() -> None:
    other = Post(seed=2)
    incident = other.incident_of("x", exercise=True)
    seen = other.room.office.handover.preview(incident.id, "stand-in")
    package = other.room.office.handover.hand_over(incident.id, "stand-in", "Osric", "drill", seen.digest)
    content = other.room.office.handover.fetch(package.id, "Osric")
    post = receiving()
    ours = post.incident()
    arrival = post.room.office.arrivals.take_in(content, "Imogen")
    with pytest.raises(ExerciseMixError, match="the package is an exercise and incident 1 is real"):
        post.room.office.arrivals.accept(arrival.id, "Osric", "x", incident=ours.id)
    post.room.office.arrivals.accept(arrival.id, "Osric", "x")
    assert [one.exercise for one in post.room.desk.alarms()] == [False, True]


def test_arrivals_survive_a_restart_in_quarantine() -> None:
    post = receiving()
    arrival = post.room.office.arrivals.take_in(sent(), "Imogen")
    again = Post(post.site, journal=post.journal, vault=post.vault)
    assert again.room.office.arrivals.arrival(arrival.id) == arrival
    assert again.room.office.arrivals.show(arrival.id)["manifest"]["incident"] == 1


# ---- heads


def test_heads_are_signed_and_kept_and_only_grow() -> None:
    post = Post()
    post.incident()
    first = post.room.office.heads.sign("Imogen")
    assert head_of(first.to_json()) == first
    post.raise_alarm("later")
    second = post.room.office.heads.sign("Osric")
    assert second.size > first.size
    again = Post(journal=post.journal, vault=post.vault)
    assert again.room.office.heads.latest() == second
    third = again.room.office.heads.sign("Imogen")
    assert consistency_holds(
        first.size, first.root, third.size, third.root, again.room.office.heads.consistency(first, third)
    )


def test_a_head_reads_what_is_new_and_no_more() -> None:
    asked: list[tuple[str | None, int]] = []

    class Watched(MemoryJournal):
        def read(self, stream: str | None = None, after: int = 0) -> Iterator[Record]:
            asked.append((stream, after))
            return super().read(stream, after)

    post = Post(journal=Watched())
    post.incident()
    first = post.room.office.heads.sign("Imogen")
    asked.clear()
    second = post.room.office.heads.sign("Osric")
    # all that came since the first is the record of the first itself
    assert asked == [(None, first.size)]
    assert second.size == first.size + 1


def test_a_head_is_signed_by_itself_when_it_is_due() -> None:
    from datetime import timedelta  # noqa: PLC0415

    post = Post()
    heads = post.room.office.heads
    heads._every = timedelta(hours=1)
    post.room.pass_time()
    heads.wait()
    first = heads.latest()
    assert first is not None
    post.clock.passes(minutes=59)
    post.room.pass_time()
    heads.wait()
    assert heads.latest() == first
    post.clock.passes(minutes=2)
    post.room.pass_time()
    heads.wait()
    assert heads.latest() != first


def test_a_journal_that_refuses_leaves_no_package() -> None:
    post = Post()
    incident = post.incident()
    seen = post.room.office.handover.preview(incident.id, "police")
    keep = post.room.ledger._journal

    class Refusing(MemoryJournal):
        def append(self, *_: object) -> None:
            raise StoreError("full")

        def read(self, stream: str | None = None, after: int = 0) -> Iterator[Record]:
            return keep.read(stream, after)

    post.room.ledger._journal = Refusing()
    with pytest.raises(StoreError, match="full"):
        post.room.office.handover.hand_over(incident.id, "police", "Osric", "why", seen.digest)
    assert list(post.vault.names()) == []
    assert post.room.office.handover.packages() == ()
