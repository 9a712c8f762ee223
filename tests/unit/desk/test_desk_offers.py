"""What the record offers to the example site, and what becomes of it, over real files."""

import shutil
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

import bartizan
from bartizan.adapters.files.site_proposal import SiteProposalFile
from bartizan.app.figures import Proposals, Trials, offers
from bartizan.app.ledger.journal import Journal, MemoryJournal
from bartizan.app.ledger.ledger import Ledger
from bartizan.desk.alarms import Disposition
from bartizan.desk.errors import CommandError, CommandRefusedError, HistoryError, TransitionError, UnknownThingError
from bartizan.desk.figures import Life, Origin
from bartizan.desk.figures.life import Trip
from bartizan.desk.figures.proposal import Written, apply_proposal
from bartizan.errors import ChangeError, InputError, MissingPartError
from bartizan.site.model import Change

T0 = datetime(2026, 11, 2, tzinfo=UTC)
ARRIVAL = {
    "at": "response/guard-force",
    "set": {"arrival": {"mean": 170.0, "sd": 20.0, "trials": 3, "source": "drill"}},
}


def ids() -> Callable[[], str]:
    numbers = count(1)
    return lambda: f"p{next(numbers)}"


def life(
    number: int,
    *,
    arrives: float | None = None,
    exercise: bool = False,
    disposition: Disposition | None = "real",
    sensor: str = "",
) -> Life:
    at = T0 + timedelta(hours=number)
    there = None if arrives is None else at + timedelta(seconds=arrives)
    return Life(
        alarm=f"a{number}",
        number=number,
        exercise=exercise,
        priority="high",
        origins=(Origin("sensor", sensor or "x"),),
        place=None,
        raised_at=at,
        sounded=(at,),
        active=((at, None),),
        trips=(Trip("guard-force", at + timedelta(seconds=30), there),),
        disposition=disposition,
    )


SMALL = """
schema = 1 # small, so that it reads in no time
[site]
name = "Shed"
[[area]]
id = "street"
outside = true
[[area]]
id = "yard"
[[element]]
id = "gate"
kind = "gate"
between = ["street", "yard"]
  [[element.way]]
  id = "climb"
  detect_at = "begin"
  delay = { mean = 30, sd = 9 }
[[sensor]]
id = "gate-beam"
kind = "beam"
covers = ["gate/climb"]
p_sensed = { low = 0.78, mode = 0.915, high = 0.96, source = "illustrative" }
[[target]]
id = "safe"
area = "yard"
  [[target.way]]
  id = "open"
  delay = { mean = 120, sd = 36 }
[[response]]
id = "guard-force"
arrival = { mean = 140, sd = 42, source = "illustrative" } # nobody ever timed it
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    site = tmp_path / "site"
    site.mkdir()
    (site / "site.toml").write_text(SMALL)
    return site


class Desk:
    def __init__(self, folder: Path, journal: Journal | None = None) -> None:
        self.journal = journal if journal is not None else MemoryJournal()
        self.ledger = Ledger(self.journal, lambda: T0)
        self.trials = Trials(self.ledger, ids())
        self.proposals = Proposals(self.ledger, ids(), SiteProposalFile(folder))
        self.ledger.open()

    def again(self, folder: Path) -> "Desk":
        return Desk(folder, self.journal)


def test_measured_arrivals_are_offered_with_what_stands_there(chancery: Path) -> None:
    site = bartizan.load(chancery)
    lives = [life(n, arrives=seconds) for n, seconds in enumerate((100.0, 120.0, 140.0), 1)] + [life(9)]
    (found,) = offers(site, lives, [])
    assert (found.at, found.key, found.measured, found.left_out) == ("response/guard-force", "arrival", 3, 1)
    assert found.new == {"mean": 120.0, "sd": 20.0, "trials": 3, "source": "live record, 2026-11-02: alarms"}
    assert found.now["mean"] == 140
    assert site.with_changes([found.change]).response("guard-force").arrival.mean == 120.0


def test_exercises_are_offered_apart(chancery: Path) -> None:
    lives = [life(n, arrives=100.0 + n, exercise=n > 2) for n in range(1, 5)]
    found = offers(bartizan.load(chancery), lives, [])
    assert {one.name: one.new["mean"] for one in found if one.key == "arrival"} == {
        "response/guard-force/arrival": 101.5,
        "response/guard-force/arrival@exercise": 103.5,
    }


def test_one_arrival_says_nothing_of_its_spread(chancery: Path) -> None:
    assert offers(bartizan.load(chancery), [life(1, arrives=100.0)], []) == ()


def test_assessment_of_a_sensor_from_exercises_alone(chancery: Path) -> None:
    kinds: Sequence[Disposition | None] = ("exercise", "real", "nuisance", None, "duplicate")
    played = [life(n, exercise=True, disposition=one, sensor="gate-beam") for n, one in enumerate(kinds)]
    real = [life(n, disposition="nuisance", sensor="gate-beam") for n in range(6, 9)]
    (found,) = (one for one in offers(bartizan.load(chancery), [*played, *real], []) if one.key == "p_assessed")
    assert (found.new["detected"], found.new["trials"], found.left_out) == (2, 3, 2)
    assert found.exercise


def test_trials_of_one_figure_are_counted_together_and_withdrawn_ones_not(folder: Path) -> None:
    desk = Desk(folder)
    for detected, trials in ((18, 20), (10, 10), (0, 10)):
        last = desk.trials.record(
            "sensor/gate-beam", "p_sensed", detected, trials, about="walked through", exercise=False, by="eva"
        )
    desk.trials.withdraw(last.id, "it was not connected", by="eva")
    (found,) = offers(bartizan.load(folder), [], desk.again(folder).trials.all())
    assert found.new == {"detected": 28, "trials": 30, "source": "trials, 2026-11-02: walked through"}
    assert found.now == {"low": 0.78, "mode": 0.915, "high": 0.96, "source": "illustrative"}
    with pytest.raises(TransitionError, match="withdrawn already"):
        desk.trials.withdraw(last.id, "again", by="eva")


def test_what_the_site_does_not_have_is_not_offered(folder: Path) -> None:
    desk = Desk(folder)
    desk.trials.record("sensor/nowhere", "p_sensed", 1, 1, about="x", exercise=False, by="eva")
    assert offers(bartizan.load(folder), [], desk.trials.all()) == ()


@pytest.mark.parametrize(
    ("place", "key", "detected", "trials", "about"),
    [
        ("sensor/gate-beam", "id", 1, 1, "x"),
        ("sensor", "p_sensed", 1, 1, "x"),
        ("sensor/a/b", "p_sensed", 1, 1, "x"),
        ("element/gate", "p_detection", 1, 1, "x"),
        ("camera/north", "model", 1, 1, "x"),
        ("sensor/gate-beam", "p_sensed", 2, 1, "x"),
        ("sensor/gate-beam", "p_sensed", 0, 0, "x"),
        ("sensor/gate-beam", "p_sensed", -1, 1, "x"),
        ("sensor/gate-beam", "p_sensed", 1, 10**6, "x"),
        ("sensor/gate-beam", "p_sensed", 1, 1, " "),
        ("sensor/gate-beam", "p_sensed", 1, 1, "two\nlines"),
        ("sensor/gate-beam", "p_sensed", 1, 1, "x" * 301),
    ],
)
def test_trials_that_are_none_are_refused(  # noqa: PLR0917
    folder: Path, place: str, key: str, detected: int, trials: int, about: str
) -> None:
    desk = Desk(folder)
    with pytest.raises(CommandError):
        desk.trials.record(place, key, detected, trials, about=about, exercise=False, by="eva")
    assert list(desk.journal.read()) == []


def test_the_effect_is_shown_and_the_file_is_written_by_who_accepts(chancery: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(chancery, tmp_path / "site"))
    desk = Desk(folder)
    text = (folder / "site.toml").read_text()
    proposal = desk.proposals.offer([ARRIVAL], "three arrivals in the drill of 2 November", by="eva")
    preview = desk.proposals.preview(proposal.id)
    assert (folder / "site.toml").read_text() == text
    # the effect is that of EASI on the worst path, worked out again from the two sites
    before, after = bartizan.load(folder), bartizan.load(folder).with_changes([ARRIVAL])
    for row in preview.effect["rows"]:
        for site, side in ((before, "before"), (after, "after")):
            asked = {
                "threats": [row["threat"]],
                "targets": [row["target"]],
                "states": [row["state"]],
                "responses": [row["response"]],
            }
            assert row[side] == bartizan.assess(site, **asked).results[0].p_interruption
    changed = {row["response"] for row in preview.effect["rows"] if row["before"] != row["after"]}
    assert changed == {"guard-force"}
    done = desk.proposals.accept(proposal.id, preview.seen, by="boss")
    assert (done.stage, done.decided_by, done.effect) == ("written", "boss", preview.effect)
    arrival = bartizan.load(folder).response("guard-force").arrival
    assert arrival is not None
    assert (arrival.mean, arrival.sd, arrival.trials, arrival.source) == (170.0, 20.0, 3, "drill")
    # only the one line changed, comments and all
    now = (folder / "site.toml").read_text()
    differing = [one for one, other in zip(now.splitlines(), text.splitlines(), strict=True) if one != other]
    assert len(differing) == 1
    assert [line[1:] for line in preview.lines if line.startswith("+") and not line.startswith("+++")] == differing
    again = desk.again(folder).proposals.get(proposal.id)
    assert (again.stage, again.decided_by, again.offered_by) == ("written", "boss", "eva")


def test_what_was_not_shown_cannot_be_accepted(folder: Path) -> None:
    desk = Desk(folder)
    one = desk.proposals.offer([ARRIVAL], "drill", by="eva")
    other = desk.proposals.offer([ARRIVAL], "another drill", by="eva")
    seen = desk.proposals.preview(other.id).seen
    for shown in ("", "0" * 64, seen):
        with pytest.raises(CommandRefusedError, match="was not shown"):
            desk.proposals.accept(one.id, shown, by="boss")
    assert desk.proposals.get(one.id).stage == "offered"


def test_a_file_changed_since_is_refused(folder: Path) -> None:
    desk = Desk(folder)
    proposal = desk.proposals.offer([ARRIVAL], "drill", by="eva")
    seen = desk.proposals.preview(proposal.id).seen
    file = folder / "site.toml"
    file.write_text(file.read_text() + "# a comment\n")
    with pytest.raises(CommandRefusedError, match="was not shown"):
        desk.proposals.accept(proposal.id, seen, by="boss")
    assert "170.0" not in file.read_text()


def test_decided_is_decided(folder: Path) -> None:
    desk = Desk(folder)
    proposal = desk.proposals.offer([ARRIVAL], "drill", by="eva")
    seen = desk.proposals.preview(proposal.id).seen
    with pytest.raises(CommandError, match="why it is declined"):
        desk.proposals.decline(proposal.id, " ", by="boss")
    assert desk.proposals.decline(proposal.id, "too few", by="boss").reason == "too few"
    with pytest.raises(TransitionError, match="is declined, by boss"):
        desk.proposals.accept(proposal.id, seen, by="boss")
    with pytest.raises(TransitionError):
        desk.proposals.decline(proposal.id, "again", by="boss")


class Breaks(SiteProposalFile):
    """A file whose write fails, before or after the text is there."""

    def __init__(self, site: Path, *, after: bool, error: BaseException) -> None:
        super().__init__(site)
        self.late = after
        self.error = error

    def write(self, changes: Sequence[Change], before: str, after: str) -> None:
        if self.late:
            super().write(changes, before, after)
        raise self.error


def test_a_write_that_fails_leads_back_to_the_offer(folder: Path) -> None:
    ledger = Ledger(MemoryJournal(), lambda: T0)
    proposals = Proposals(ledger, ids(), Breaks(folder, after=False, error=OSError(28, "No space left on device")))
    proposal = proposals.offer([ARRIVAL], "drill", by="eva")
    with pytest.raises(OSError, match="No space"):
        proposals.accept(proposal.id, proposals.preview(proposal.id).seen, by="boss")
    found = proposals.get(proposal.id)
    assert (found.stage, found.effect) == ("offered", None)
    assert "No space left" in (found.reason or "")


class Died(BaseException):
    pass


@pytest.mark.parametrize("late", [False, True])
def test_a_desk_that_dies_while_writing_finishes_at_its_next_start(folder: Path, late: bool) -> None:
    journal = MemoryJournal()
    proposals = Proposals(Ledger(journal, lambda: T0), ids(), Breaks(folder, after=late, error=Died()))
    proposal = proposals.offer([ARRIVAL], "drill", by="eva")
    with pytest.raises(Died):
        proposals.accept(proposal.id, proposals.preview(proposal.id).seen, by="boss")
    desk = Desk(folder, journal)
    assert desk.proposals.get(proposal.id).stage == "accepted"
    assert desk.proposals.finish(proposal.id, by="boss").stage == "written"
    arrival = bartizan.load(folder).response("guard-force").arrival
    assert arrival is not None
    assert arrival.mean == 170.0


def test_nobody_finishes_over_what_somebody_else_wrote_meanwhile(folder: Path) -> None:
    journal = MemoryJournal()
    proposals = Proposals(Ledger(journal, lambda: T0), ids(), Breaks(folder, after=False, error=Died()))
    proposal = proposals.offer([ARRIVAL], "drill", by="eva")
    with pytest.raises(Died):
        proposals.accept(proposal.id, proposals.preview(proposal.id).seen, by="boss")
    (folder / "site.toml").write_text((folder / "site.toml").read_text() + "# mine\n")
    desk = Desk(folder, journal)
    with pytest.raises(InputError, match="changed by somebody else"):
        desk.proposals.finish(proposal.id, by="boss")
    assert desk.proposals.get(proposal.id).stage == "offered"


def test_changes_that_do_not_fit_are_not_offered(folder: Path) -> None:
    desk = Desk(folder)
    for wrong in (
        [],
        [ARRIVAL] * 51,
        [{"at": "response/nobody", "set": {"arrival": {"mean": 1, "sd": 1}}}],
        [{"at": "sensor/gate-beam", "set": {"p_sensed": 1.5}}],
        [{"at": "sensor/gate-beam", "delete": True}],
    ):
        with pytest.raises((CommandError, ChangeError, InputError)):
            desk.proposals.offer(wrong, "drill", by="eva")
    with pytest.raises(UnknownThingError):
        desk.proposals.preview("p9")
    assert list(desk.journal.read()) == []


def test_a_desk_without_a_site_file_says_so() -> None:
    proposals = Proposals(Ledger(MemoryJournal(), lambda: T0), ids())
    with pytest.raises(MissingPartError, match="bartizan desk SITE"):
        proposals.offer([ARRIVAL], "drill", by="eva")


def test_a_journal_in_which_a_proposal_was_written_before_it_was_accepted_is_refused(folder: Path) -> None:
    desk = Desk(folder)
    proposal = desk.proposals.offer([ARRIVAL], "drill", by="eva")
    with pytest.raises(HistoryError, match="offered, version 1: written cannot come"):
        apply_proposal(proposal, Written(version=2, at=T0, by="eve"))
    with pytest.raises(HistoryError, match="begins with written"):
        apply_proposal(None, Written(version=1, at=T0, by="eve"))
