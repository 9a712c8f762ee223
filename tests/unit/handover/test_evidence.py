"""Evidence on a desk: kept as it came, every touch on the record, held, and erased without breaking the chain."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from office_post import BEGAN, PICTURE, Post, a_site

from bartizan.app.handover.evidence import AT_ONCE
from bartizan.app.handover.ports import LostError, MemoryVault, Sealed
from bartizan.app.ledger import MemoryJournal
from bartizan.desk.alarms import UnknownAlarmError
from bartizan.desk.errors import CommandError, HistoryError, TransitionError, UnknownThingError
from bartizan.desk.evidence import item as items
from bartizan.desk.evidence.item import CODEC, Erased, Looked
from bartizan.errors import StoreError


def test_what_is_put_is_kept_as_it_came() -> None:
    post = Post()
    alarm = post.raise_alarm()
    item = post.room.evidence.put(PICTURE, "image/jpeg", f"alarm/{alarm}", "camera north")
    assert (item.size, item.sha256) == (len(PICTURE), hashlib.sha256(PICTURE).hexdigest())
    assert item.until == BEGAN + timedelta(days=30)
    assert post.room.evidence.open(item.id, "Imogen", "to compare") == PICTURE
    sealed = post.room.evidence.sealed(item)
    assert sealed is not None
    assert hashlib.sha256(bytes.fromhex(sealed.salt) + PICTURE).hexdigest() == item.seal
    assert PICTURE.hex() not in "".join(str(record.body) for record in post.journal.read())
    assert hashlib.sha256(PICTURE).hexdigest() not in "".join(str(record.body) for record in post.journal.read())


def test_every_look_is_on_the_record_before_it_is_seen() -> None:
    post = Post()
    item = post.room.evidence.put(PICTURE, "image/jpeg", f"alarm/{post.raise_alarm()}", "camera north")
    post.room.evidence.open(item.id, "Imogen", "to compare")
    post.room.evidence.open(item.id, "Osric", "for the report")
    told = [(event.kind, event.by) for event in post.room.evidence.custody(item.id)]
    assert told == [("received", "camera north"), ("looked", "Imogen"), ("looked", "Osric")]
    with pytest.raises(CommandError, match="a reason has 1 to"):
        post.room.evidence.open(item.id, "Imogen", " ")
    assert post.room.evidence.item(item.id).looks == 2

    class Refusing(MemoryJournal):
        def append(self, *_: object) -> None:
            raise StoreError("full")

    post.room.ledger._journal = Refusing()
    seen: list[bytes] = []
    with pytest.raises(StoreError, match="full"):
        seen.append(post.room.evidence.open(item.id, "Imogen", "again"))
    assert seen == []


def test_a_derived_item_points_to_its_parent() -> None:
    post = Post()
    about = f"alarm/{post.raise_alarm()}"
    first = post.room.evidence.put(PICTURE, "image/jpeg", about, "camera north")
    blurred = post.room.evidence.put(b"blurred", "image/jpeg", about, "Imogen", first.id, note="faces blurred")
    assert blurred.parent == first.id
    assert [one.id for one in post.room.evidence.items(about)] == [first.id, blurred.id]
    assert post.room.evidence.items("alarm/none") == ()
    with pytest.raises(UnknownThingError):
        post.room.evidence.put(b"x", "image/jpeg", about, "Imogen", "nothing")


@pytest.mark.parametrize(
    ("content", "media_type", "about", "words"),
    [
        (b"", "image/jpeg", "alarm/x", "1 to"),
        (b"x", "jpeg", "alarm/x", "no type of media"),
        (b"x", "image/jpeg", "shift/1", "nothing that evidence can be about"),
        (b"x", "image/jpeg", "alarm/../x", "nothing that evidence can be about"),
    ],
)
def test_what_does_not_fit_is_refused(content: bytes, media_type: str, about: str, words: str) -> None:
    post = Post()
    with pytest.raises(CommandError, match=words):
        post.room.evidence.put(content, media_type, about, "Imogen")
    assert list(post.vault.names()) == []


def test_what_it_is_about_must_be_there_and_nothing_is_left_behind() -> None:
    post = Post()
    with pytest.raises(UnknownAlarmError):
        post.room.evidence.put(b"x", "image/jpeg", "alarm/none", "Imogen")
    with pytest.raises(CommandError, match="a name has"):
        post.room.evidence.put(b"x", "image/jpeg", f"alarm/{post.raise_alarm()}", " ")
    assert list(post.vault.names()) == []
    assert post.room.evidence.items() == ()


def test_an_exercise_stays_one() -> None:
    post = Post()
    item = post.room.evidence.put(PICTURE, "image/jpeg", f"alarm/{post.raise_alarm(exercise=True)}", "camera north")
    assert item.exercise


def test_a_legal_hold_keeps_it_whatever_anybody_wants() -> None:
    post = Post()
    item = post.room.evidence.put(PICTURE, "image/jpeg", f"alarm/{post.raise_alarm()}", "camera north")
    held = post.room.evidence.hold(item.id, "Prosecutor", "case 12/26")
    with pytest.raises(TransitionError, match=r"legal hold of Prosecutor \(case 12/26\). Lift the hold"):
        post.room.evidence.erase(item.id, "Admin", "asked for")
    post.clock.passes(days=400)
    post.room.pass_time()
    due = post.room.evidence.due(post.clock.now)
    assert [one.kept_by for one in due] == ["a legal hold of Prosecutor: case 12/26"]
    second = post.room.evidence.hold(item.id, "Court", "order 3")
    post.room.evidence.lift(item.id, held.holds[0].name, "Prosecutor", "case over")
    post.clock.passes(minutes=2)
    post.room.pass_time()
    assert post.room.evidence.item(item.id).erased_at is None
    with pytest.raises(TransitionError, match="no hold 2 lies on"):
        post.room.evidence.lift(item.id, held.holds[0].name, "Prosecutor", "again")
    post.room.evidence.lift(item.id, second.holds[-1].name, "Court", "order lifted")
    post.clock.passes(minutes=2)
    post.room.pass_time()
    assert post.room.evidence.item(item.id).erased_by == "desk"


def test_erasing_destroys_the_key_and_the_chain_still_verifies() -> None:
    post = Post()
    item = post.room.evidence.put(PICTURE, "image/jpeg", f"alarm/{post.raise_alarm()}", "camera north")
    before = post.room.office.heads.sign("Imogen")
    erased = post.room.evidence.erase(item.id, "Admin", "asked for by who is in it")
    assert (erased.erased_by, erased.sha256) == ("Admin", None)
    assert list(post.vault.names()) == []
    with pytest.raises(TransitionError, match="was erased by Admin"):
        post.room.evidence.open(item.id, "Imogen", "to look")
    assert post.room.evidence.erase(item.id, "Admin", "again") == erased
    after = post.room.office.heads.sign("Imogen")
    proof = post.room.office.heads.consistency(before, after)
    from bartizan.desk.evidence import consistency_holds  # noqa: PLC0415

    assert consistency_holds(before.size, before.root, after.size, after.root, proof)


def test_time_erases_alarms_and_cases_keep_theirs() -> None:
    post = Post(a_site(evidence={"alarm_days": 2, "case_days": 10}))
    lone = post.room.evidence.put(PICTURE, "image/jpeg", f"alarm/{post.raise_alarm('lone')}", "north")
    incident = post.incident()
    of_case = post.room.evidence.put(PICTURE, "image/jpeg", f"alarm/{incident.alarms[0]}", "north")
    of_incident = post.room.evidence.put(PICTURE, "image/jpeg", f"incident/{incident.id}", "Imogen")
    post.clock.passes(days=1)
    post.room.pass_time()
    assert all(one.erased_at is None for one in post.room.evidence.items())
    post.clock.passes(days=30)
    assert [one.item.id for one in post.room.evidence.due(post.clock.now)] == [lone.id]
    post.room.pass_time()
    gone = {one.id: one.erased_at is not None for one in post.room.evidence.items()}
    assert gone == {lone.id: True, of_case.id: False, of_incident.id: False}
    post.room.desk.assess(incident.alarms[0], "Imogen", "real")
    post.room.incidents.resolve(incident.id, "held by the police", "Imogen")
    post.room.incidents.close(incident.id, "Imogen")
    post.clock.passes(days=9)
    post.room.pass_time()
    assert post.room.evidence.item(of_case.id).erased_at is None
    post.clock.passes(days=2)
    post.room.pass_time()
    assert post.room.evidence.item(of_case.id).erased_at is not None
    assert post.room.evidence.item(of_incident.id).erased_at is not None


def test_much_that_is_due_at_once_is_erased_little_by_little() -> None:
    post = Post()
    about = f"alarm/{post.raise_alarm()}"
    for number in range(2 * AT_ONCE + 3):
        post.room.evidence.put(b"x%d" % number, "image/jpeg", about, "Imogen")
    post.clock.passes(days=31)
    erased = []
    for _ in range(4):
        erased.append(len(post.room.evidence.pass_time()))
        post.clock.passes(seconds=1)
    assert erased == [AT_ONCE, AT_ONCE, 3, 0]
    assert list(post.vault.names()) == []


def test_it_may_stay_longer_or_shorter_with_a_reason() -> None:
    post = Post()
    item = post.room.evidence.put(PICTURE, "image/jpeg", f"alarm/{post.raise_alarm()}", "north")
    later = BEGAN + timedelta(days=90)
    assert post.room.evidence.keep(item.id, later, "Imogen", "asked for by the insurer").until == later
    with pytest.raises(CommandError, match="which is over"):
        post.room.evidence.keep(item.id, BEGAN - timedelta(days=1), "Imogen", "x")


def test_a_desk_opened_again_knows_everything() -> None:
    post = Post()
    item = post.room.evidence.put(PICTURE, "image/jpeg", f"alarm/{post.raise_alarm()}", "north")
    post.room.evidence.hold(item.id, "Court", "order 3")
    again = Post(journal=post.journal, vault=post.vault)
    assert again.room.evidence.item(item.id) == post.room.evidence.item(item.id)
    assert again.room.evidence.open(item.id, "Imogen", "to look") == PICTURE


def test_what_a_crash_left_is_put_right() -> None:
    post = Post()
    about = f"alarm/{post.raise_alarm()}"
    kept = post.room.evidence.put(PICTURE, "image/jpeg", about, "north")

    class Dying(MemoryVault):
        """A vault whose process dies before a key is destroyed."""

        def destroy(self, name: str, address: str) -> None:
            raise KeyboardInterrupt

    dying = Dying()
    dying._kept = post.vault._kept
    post.room.office.evidence._vault = dying
    with pytest.raises(KeyboardInterrupt):
        post.room.evidence.erase(kept.id, "Admin", "asked for")
    post.vault.put("orphan", b"put, and never told of")
    assert set(post.vault.names()) == {kept.id, "orphan"}
    again = Post(journal=post.journal, vault=post.vault)
    assert list(again.vault.names()) == []
    assert again.room.evidence.item(kept.id).erased_by == "Admin"


def test_a_disk_that_refuses_to_forget_is_asked_again_and_said() -> None:
    post = Post()
    item = post.room.evidence.put(PICTURE, "image/jpeg", f"alarm/{post.raise_alarm()}", "north")

    class Refusing(MemoryVault):
        refuses = True

        def destroy(self, name: str, address: str) -> None:
            if self.refuses:
                raise OSError(5, "Input/output error")
            super().destroy(name, address)

    vault = Refusing()
    vault._kept = post.vault._kept
    post.room.evidence._vault = vault
    assert post.room.evidence.erase(item.id, "Admin", "asked for").erased_by == "Admin"
    assert set(post.room.evidence.left) == {item.id}
    post.clock.passes(minutes=2)
    post.room.pass_time()
    assert set(post.room.evidence.left) == {item.id}
    vault.refuses = False
    post.clock.passes(minutes=2)
    post.room.pass_time()
    assert not post.room.evidence.left
    assert list(vault.names()) == []


def test_a_journal_that_refuses_keeps_nothing_else_waiting() -> None:
    post = Post(a_site(evidence={"alarm_days": 1}))
    item = post.room.evidence.put(PICTURE, "image/jpeg", f"alarm/{post.raise_alarm()}", "north")
    post.clock.passes(days=2)
    kept = post.room.ledger._journal

    class Refusing(MemoryJournal):
        def append(self, *_: object) -> None:
            raise StoreError("full")

    post.room.ledger._journal = Refusing()
    for book in post.room.ledger._order:
        if type(book).__name__ == "_Hours":
            book.pass_time(post.clock.now)
    assert post.room.evidence.item(item.id).erased_at is None
    assert list(post.vault.names()) == [item.id]
    post.room.ledger._journal = kept
    post.clock.passes(minutes=2)
    post.room.pass_time()
    assert post.room.evidence.item(item.id).erased_at is not None


def test_content_that_is_lost_is_said_to_be_lost() -> None:
    post = Post()
    item = post.room.evidence.put(PICTURE, "image/jpeg", f"alarm/{post.raise_alarm()}", "north")
    post.vault._kept[item.id] = (Sealed(address="0" * 64, seal="", salt="", sha256=""), b"other")
    with pytest.raises(LostError, match="is not there"):
        post.room.evidence.open(item.id, "Imogen", "to look")


def test_a_history_that_no_desk_wrote_is_refused() -> None:
    look = Looked(version=1, at=BEGAN, by="x", why="y")
    with pytest.raises(HistoryError, match="does not follow"):
        items.apply(None, look)
    received = items.decide_receive(
        "i", about="alarm/a", media_type="a/b", size=1, address="0" * 64, seal="0" * 64, exercise=False, tlp="red",
        by="x", at=BEGAN,
    )[0]  # fmt: skip
    item = items.apply(None, received)
    with pytest.raises(HistoryError, match="came twice"):
        items.apply(item, received)
    gone = items.apply(item, Erased(version=2, at=BEGAN, by="x", reason="y"))
    with pytest.raises(HistoryError, match="after its erasure"):
        items.apply(gone, Looked(version=3, at=BEGAN, by="x", why="y"))
    assert CODEC.decode(CODEC.encode(received)) == received
