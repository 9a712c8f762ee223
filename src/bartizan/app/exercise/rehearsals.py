"""Exercises on the live desk: one at a time, beside whatever is real, with their flag from end to end.

A scenario is played at the time of day. Its people walk before rendered cameras and its sensors fire; what follows
comes to the live queue as alarms of an exercise, and the guards on duty deal with them as they would. The site stays in
the state that holds, the real cameras stay what is shown, and what the script's officer would do is left to people.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from bartizan.app.desk.desk import Desk
from bartizan.app.desk.feed import LiveFeed
from bartizan.app.exercise.kept import review_of_json, review_to_json
from bartizan.app.exercise.references import check_references
from bartizan.app.exercise.report import Happening
from bartizan.app.exercise.review import Review, review
from bartizan.app.exercise.stage import LiveStage
from bartizan.app.ledger.histories import Histories
from bartizan.app.ledger.ledger import Ledger
from bartizan.desk.errors import CommandRefusedError
from bartizan.desk.rehearsal import REHEARSALS, Begun, Ended, Failed, Rehearsal, RehearsalEvent, apply_rehearsal
from bartizan.drill.scenario import Scenario, Scene
from bartizan.errors import BartizanError, MissingPartError, UnknownIdError
from bartizan.site.site import Site

if TYPE_CHECKING:
    from bartizan.app.exercise.exercise import Exercise

log = logging.getLogger(__name__)
MOST_SAID = 200  # happenings of the running exercise that are shown


class Library(Protocol):
    """The scenarios that a site has."""

    def names(self) -> Sequence[str]:
        """Their names, in order."""
        ...

    def read(self, name: str) -> Scenario:
        """One of them. Errors: UnknownIdError; ScenarioError with every fault of its file."""
        ...

    def text(self, name: str) -> str:
        """The text of one. Errors: UnknownIdError, ScenarioError."""
        ...

    def check(self, text: str) -> Scenario:
        """The scenario that a text would be. Errors: ScenarioError with every fault."""
        ...

    def write(self, name: str, text: str, before: str | None) -> None:
        """Keep a text, where what is kept is still `before` (None: nothing). Errors: ScenarioError, InputError."""
        ...


class NoScenarios:
    """The library of a site that has none."""

    def names(self) -> Sequence[str]:
        """None."""
        return ()

    def read(self, name: str) -> Scenario:
        """Errors: UnknownIdError, always."""
        raise UnknownIdError(f"there is no scenario {name!r:.60}: the site has no folder of scenarios")

    def text(self, name: str) -> str:
        """Errors: UnknownIdError, always."""
        raise UnknownIdError(f"there is no scenario {name!r:.60}: the site has no folder of scenarios")

    def check(self, text: str) -> Scenario:
        """Errors: MissingPartError, always."""
        raise MissingPartError("this desk keeps no scenarios. Open it on a site folder")

    def write(self, name: str, text: str, before: str | None) -> None:
        """Errors: MissingPartError, always."""
        raise MissingPartError("this desk keeps no scenarios. Open it on a site folder")


class Rehearsals:
    """The exercises of one live desk. Every method from any thread.

    `site` gives it as its file says. `feed` is what the cameras of the running exercise show, apart from what is real.
    """

    def __init__(
        self, ledger: Ledger, desk: Desk, site: Callable[[], Site], library: Library, new_id: Callable[[], str]
    ) -> None:
        self.library = library
        self._ledger, self._desk, self._site, self._new_id = ledger, desk, site, new_id
        self._book: Histories[Rehearsal, RehearsalEvent] = Histories(
            ledger,
            topic="rehearsal",
            apply=apply_rehearsal,
            codec=REHEARSALS,
            is_open=lambda one: one.ended_at is None,
            due=self._cut_off,
        )
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._said: list[Happening] = []
        self.feed = LiveFeed()

    def begin(self, name: str, by: str) -> Rehearsal:
        """Play a scenario of the library from now on; one at a time.

        Errors: UnknownIdError, ScenarioError; CommandRefusedError while another goes on; MissingPartError where the
        site has no camera that can be rendered.
        """
        from bartizan.app.exercise.exercise import Exercise  # noqa: PLC0415 - cameras and rules, once somebody plays

        scenario = self.library.read(name)
        site = self._site()
        check_references(scenario, site)
        with self._ledger.lock:
            if self.running is not None:
                raise CommandRefusedError("an exercise goes on already. End it first")
            stage = LiveStage(self._ledger.utc, going=lambda: not self._stop.is_set())
            exercise = Exercise(site, self._desk, stage, feed=self.feed, tell=self._hear, workers=1)
            self._stop.clear()
            self._said.clear()
            begun = Begun(version=1, at=self._ledger.utc(), by=by, id=self._new_id(), name=name, site=site.hash)
            rehearsal = self._book.commit(begun.id, [begun])
            self._thread = threading.Thread(
                target=self._play, args=(rehearsal, exercise, scenario), name="exercise", daemon=True
            )
            self._thread.start()
            return rehearsal

    def end(self) -> None:
        """Let the running exercise end now; waits until its last word is kept, at most half a minute."""
        thread = self._thread
        self._stop.set()
        if thread is not None:
            thread.join(30.0)

    @property
    def running(self) -> Rehearsal | None:
        """The exercise that goes on, if any."""
        return next((one for one in self._book.open() if self._thread is not None and self._thread.is_alive()), None)

    @property
    def said(self) -> tuple[Happening, ...]:
        """What has happened in the exercise that was begun last, the latest at the end."""
        return tuple(self._said)

    def all(self) -> tuple[Rehearsal, ...]:
        """Every exercise, the first begun first. One that a restart cut off has no end."""
        return self._book.all()

    def get(self, name: str) -> Rehearsal:
        """One exercise. Errors: UnknownThingError."""
        return self._book.get(name)

    def review(self, name: str) -> Review | None:
        """What was made of one; None while it goes on and where it failed. Errors: UnknownThingError, InputError."""
        kept = self.get(name).review
        return review_of_json(kept) if kept else None

    def _cut_off(self, rehearsal: Rehearsal, at: datetime) -> Sequence[RehearsalEvent]:
        """What a restart, or a thread that died, left without an end is ended."""
        if self._thread is not None and self._thread.is_alive():
            return ()
        reason = "the desk ended while it went on"
        return [Failed(version=rehearsal.version + 1, at=at, by=rehearsal.begun_by, reason=reason)]

    def _hear(self, scene: Scene, happening: Happening) -> None:
        self._said.append(happening)
        del self._said[:-MOST_SAID]

    def _play(self, rehearsal: Rehearsal, exercise: Exercise, scenario: Scenario) -> None:
        try:
            report = exercise.play(scenario)
            found = review(report, self._desk)
            self._close(rehearsal, review_to_json(found), report.missed, report.stopped)
        except BartizanError as fault:
            self._fail(rehearsal, str(fault))
        except Exception:  # a thread's fault must reach the page, and never the desk
            log.exception("an exercise failed")
            self._fail(rehearsal, "an inner fault; the desk's log has it")
        finally:
            self.feed.clear()

    def _close(self, rehearsal: Rehearsal, kept: dict[str, object], missed: Sequence[str], stopped: bool) -> None:
        with self._ledger.lock:
            ended = Ended(
                version=2,
                at=self._ledger.utc(),
                by=rehearsal.begun_by,
                stopped=stopped,
                missed=tuple(missed),
                review=kept,
            )
            self._book.commit(rehearsal.id, [ended])

    def _fail(self, rehearsal: Rehearsal, reason: str) -> None:
        with self._ledger.lock:
            failed = Failed(version=2, at=self._ledger.utc(), by=rehearsal.begun_by, reason=reason)
            self._book.commit(rehearsal.id, [failed])
