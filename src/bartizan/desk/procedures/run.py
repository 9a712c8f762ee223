"""One procedure as somebody goes through it. Every function is pure: the run in, the run or the refusal out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bartizan.desk.errors import CommandError, TransitionError
from bartizan.site.procedure import END, Procedure, Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A step that is over, at `at` (UTC) by a person: done with an `answer`, or `skipped` for the reason in `note`.

    `seen_by` is the supervisor who has seen that it was skipped, `seen_at` when.
    """

    procedure: str
    step: str
    text: str
    at: datetime
    by: str
    answer: str | None = None
    note: str | None = None
    skipped: bool = False
    late: bool = False
    seen_by: str | None = None
    seen_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A procedure under way: the present step since `since` (UTC); None where it is over. `done` is oldest first."""

    procedure: Procedure
    present: str | None
    since: datetime
    done: tuple[Done, ...] = ()
    told: bool = False

    @property
    def step(self) -> Step | None:
        """The step that is to be done now."""
        return None if self.present is None else self.procedure.step(self.present)


def begin(procedure: Procedure, at: datetime) -> Run:
    """The procedure at its first step."""
    return Run(procedure=procedure, present=procedure.steps[0].id, since=at)


def due(run: Run) -> datetime | None:
    """When the present step should be over (UTC); None where nothing says so."""
    step = run.step
    return None if step is None or step.within is None else run.since + timedelta(seconds=step.within)


def overdue(run: Run, at: datetime) -> bool:
    """Whether the present step has taken too long at `at`, and nobody was told."""
    by = due(run)
    return by is not None and at >= by and not run.told


def require_step(run: Run | None, step: str, answer: str | None, *, skipping: bool = False) -> Step:
    """The step, where it is the present one and may end so.

    Errors: TransitionError where it is not its turn; CommandError where an answer is missing or is none of its own.
    """
    present = None if run is None else run.step
    if run is None or present is None:
        raise TransitionError("no procedure waits for a step here. Choose the kind of incident, and its steps begin")
    if present.id != step:
        raise TransitionError(
            f"step {step!r:.60} is not the present one: it is {present.id!r} ({present.text[:60]}). Do or skip it first"
        )
    if skipping:
        return present
    if present.answers and (answer is None or present.answer(answer) is None):
        choices = ", ".join(one.id for one in present.answers)
        raise CommandError(f"step {step!r} is done with one of its answers: {choices}")
    if not present.answers and answer is not None:
        raise CommandError(f"step {step!r} asks nothing, so it has no answer {answer!r:.40}. Leave the answer out")
    return present


def done(run: Run, step: Step, *, at: datetime, by: str, answer: str | None, note: str | None) -> Run:
    """The run after a step was done."""
    given = None if answer is None else step.answer(answer)
    return _after(run, step, step.next if given is None else given.next, at, by, answer=answer, note=note)


def skipped(run: Run, step: Step, *, at: datetime, by: str, reason: str) -> Run:
    """The run after a step was skipped: it goes on where the step leads without an answer."""
    return _after(run, step, step.next, at, by, note=reason, was_skipped=True)


def _after(
    run: Run,
    step: Step,
    onward: str,
    at: datetime,
    by: str,
    *,
    answer: str | None = None,
    note: str | None = None,
    was_skipped: bool = False,
) -> Run:
    limit = due(run)
    over = Done(
        procedure=run.procedure.id,
        step=step.id,
        text=step.text,
        at=at,
        by=by,
        answer=answer,
        note=note,
        skipped=was_skipped,
        late=limit is not None and at > limit,
    )
    present = None if onward == END else onward
    return replace(run, present=present, since=at, done=(*run.done, over), told=False)
