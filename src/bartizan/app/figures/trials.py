"""The trials that the desk has recorded, in its ledger."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bartizan.app.ledger.histories import Histories
from bartizan.app.ledger.ledger import Ledger
from bartizan.desk.event import instant
from bartizan.desk.figures.trial import TRIALS, TrialSet, TrialsEvent, apply_trials, decide_try, decide_withdraw


class Trials:
    """Sets of trials: recorded once, withdrawn with a reason, never changed. Every method from any thread."""

    def __init__(self, ledger: Ledger, new_id: Callable[[], str]) -> None:
        self._ledger = ledger
        self._new_id = new_id
        self._book: Histories[TrialSet, TrialsEvent] = Histories(
            ledger, topic="trials", apply=apply_trials, codec=TRIALS
        )

    def record(
        self, place: str, key: str, detected: int, trials: int, *, about: str, exercise: bool, by: str
    ) -> TrialSet:
        """Record that `detected` of `trials` did what they should; `about`: which drill or test, in words.

        Errors: CommandError where they are none, or nothing that can be tried.
        """
        with self._ledger.lock:
            event = decide_try(
                place,
                key,
                detected,
                trials,
                id=self._new_id(),
                about=about,
                exercise=exercise,
                by=by,
                at=self._ledger.utc(),
            )
            return self._book.commit(event.id, [event])

    def withdraw(self, name: str, reason: str, *, by: str) -> TrialSet:
        """Let a set count no longer. Errors: UnknownThingError, TransitionError, CommandError."""
        with self._ledger.lock:
            return self._book.commit(
                name, [decide_withdraw(self._book.get(name), reason, by=by, at=self._ledger.utc())]
            )

    def get(self, name: str) -> TrialSet:
        """One set. Errors: UnknownThingError."""
        return self._book.get(name)

    def all(self) -> tuple[TrialSet, ...]:
        """Every set, the first recorded first, those withdrawn too."""
        return self._book.all()


def trials_json(trials: TrialSet) -> dict[str, Any]:
    """A set of trials as JSON: absent is null."""
    return {
        "id": trials.id,
        "place": trials.place,
        "key": trials.key,
        "detected": trials.detected,
        "trials": trials.trials,
        "about": trials.about,
        "exercise": trials.exercise,
        "at": instant(trials.at),
        "by": trials.by,
        "withdrawn": trials.withdrawn,
    }
