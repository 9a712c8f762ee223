"""What is offered as seen before: what is not, what sleeps in a long journal, and how long it takes."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from bartizan.app.incidents.seen_before import MOST
from bartizan.app.ledger import MemoryJournal
from bartizan.app.ledger import ledger as ledgers
from bartizan.app.room import Room, open_room
from bartizan.signal import Signal
from bartizan.site import build

T0 = datetime(2026, 3, 1, 22, 10, tzinfo=UTC)
SITE = build(
    {
        "schema": 1,
        "site": {"name": "x", "time_zone": "Europe/Vienna"},
        "area": [{"id": "street", "name": "Street", "outside": True}, {"id": "yard"}],
        "element": [{"id": "gate", "name": "Gate", "kind": "gate", "between": ["street", "yard"]}],
    }
)


class Post:
    """A desk with a clock of its own."""

    def __init__(self, journal: MemoryJournal | None = None) -> None:
        self.journal = journal or MemoryJournal()
        self.at = T0
        self.room: Room = open_room(SITE, self.journal, lambda: self.at, minds=False)

    def alarm(self, name: str, days: float = 0, *, kind: str = "loitering", disposition: str | None = None) -> str:
        """An alarm in the street, `days` after the first evening, said to be something."""
        self.at = T0 + timedelta(days=days)
        signal = Signal(id=name, t=1.0, kind=kind, state="raised", area="street")
        found = self.room.desk.submit(signal).id
        if disposition is not None:
            self.room.desk.acknowledge(found, "Ann")
            self.room.desk.assess(found, "Ann", disposition, "so", force=disposition != "real")  # type: ignore[arg-type]
        return found

    def offered(self, incident: str) -> list[str]:
        """The names of what is offered."""
        return [one.name for one in self.room.seen_before.offers(incident).best]


def test_what_was_false_or_declined_or_comes_later_is_not_offered() -> None:
    post = Post()
    real, false = post.alarm("s1", disposition="real"), post.alarm("s2", 1, disposition="false")
    open_one, declined = post.alarm("s3", 2), post.alarm("s4", 3)
    case = post.room.incidents.open([post.alarm("s5", 4)], "Ann", title="x")
    later = post.alarm("s6", 5)
    post.room.incidents.decline(case.id, f"alarm/{declined}", "Ann")
    assert set(post.offered(case.id)) == {f"alarm/{real}", f"alarm/{open_one}"}
    assert f"alarm/{false}" not in post.offered(case.id)
    assert f"alarm/{later}" not in post.offered(case.id)


def test_reasons_are_in_words_and_by_the_clock_of_the_site() -> None:
    post = Post()
    post.alarm("s1")
    attempt = post.room.desk.submit(Signal(id="s2", t=1.0, kind="forced-door", state="raised", element="gate"))
    case = post.room.incidents.open([attempt.id], "Ann", title="x")
    (offer,) = post.room.seen_before.offers(case.id).best
    assert offer.reasons == (
        "Street is next to Gate",
        "somebody looked the place over before: loitering",
        "about the same time of day: 23:10, then 23:10",
        "the same day of the week: Sunday",
    )


def test_what_sleeps_in_a_long_journal_is_compared_too(monkeypatch: pytest.MonkeyPatch) -> None:
    first = Post()
    old = first.alarm("s1", disposition="real")
    first.room.desk.close(old, "Ann", force=True, reason="gone")
    for number in range(5):
        first.alarm(f"n{number}", number / 1000, kind="motion", disposition="false")
    monkeypatch.setattr(ledgers.Ledger.__init__, "__kwdefaults__", {"long": 5})
    later = Post(first.journal)
    assert len(later.room.desk.awake()) == 0
    case = later.room.incidents.open([later.alarm("s2", 7)], "Ann", title="x")
    until = time.monotonic() + 10
    later.offered(case.id)
    while not later.room.seen_before.whole and time.monotonic() < until:
        time.sleep(0.01)
    assert later.room.seen_before.whole
    assert later.offered(case.id) == [f"alarm/{old}"]


def test_what_is_cut_is_counted_and_what_one_may_not_see_neither_offered_nor_counted() -> None:
    post = Post()
    for number in range(MOST + 3):
        post.alarm(f"s{number}", number, disposition="real")
    case = post.room.incidents.open([post.alarm("new", MOST + 3)], "Ann", title="x")
    offers = post.room.seen_before.offers(case.id)
    assert (len(offers.best), offers.more, offers.whole) == (MOST, 3, True)
    hidden = {one.id for one in offers.best[:2]}
    seen = post.room.seen_before.offers(case.id, lambda thing: thing.id not in hidden)
    assert (len(seen.best), seen.more) == (MOST, 1), "two others stand in their places"
    assert not hidden & {one.id for one in seen.best}
