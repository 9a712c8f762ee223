"""[[procedure]]: what is done in an incident of one kind, step by step, with answers that branch.

A step leads on to the next one of the file, or to the one that it or the answer given names, which always comes later
in the file. So a procedure ends, whatever is answered.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import Field, field_validator

from bartizan.errors import Fault
from bartizan.site.figures import Part, wrong
from bartizan.site.parts import Id, Name, Word

END = "end"  # what a step leads to that is the last one
Stage = Literal["acknowledged", "assessed", "dispatched", "on_scene", "contained", "handed_over"]
STAGES: tuple[Stage, ...] = ("acknowledged", "assessed", "dispatched", "on_scene", "contained", "handed_over")
LONGEST_STEP = 1000  # characters
LONGEST_WAIT = 7 * 86_400.0  # seconds


class AnswerEntry(Part):
    """[[procedure.step.answer]]: one answer to what a step asks."""

    id: Id
    text: Name
    next: Id | None = Field(None, description="the step that it leads to, or 'end'")


class StepEntry(Part):
    """[[procedure.step]]: one thing to do, or to find out."""

    id: Id
    text: str = Field(min_length=1, max_length=LONGEST_STEP, description="what is to be done, for people")
    who: Word | None = Field(None, description="whose task it is")
    within: float | None = Field(None, gt=0, le=LONGEST_WAIT, description="seconds from when it is due to begin")
    next: Id | None = Field(None, description="the step that it leads to, or 'end'; the next one where absent")
    sets: Id | None = Field(None, description="the state of the site that holds once it is done")
    answer: list[AnswerEntry] = Field(default_factory=list, max_length=20)


class ProcedureEntry(Part):
    """[[procedure]]: the steps of an incident of one kind."""

    id: Id
    name: Name | None = None
    kind: Word = Field(description="the kind of incident that it is for")
    signals: list[Word] = Field(default_factory=list, description="kinds of alarm that suggest this kind of incident")
    times: dict[Stage, float] = Field(
        default_factory=dict, description="seconds from the alarm until each stage should be reached"
    )
    step: list[StepEntry] = Field(min_length=1, max_length=200)

    @field_validator("times")
    @classmethod
    def _times_are_times(cls, times: dict[Stage, float]) -> dict[Stage, float]:
        if any(not 0 < seconds <= LONGEST_WAIT for seconds in times.values()):
            raise wrong("a stage is reached within seconds above 0 and at most a week", "Write acknowledged = 30")
        return times


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer to a step; `next` is the step that it leads to, or "end"."""

    id: str
    text: str
    next: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step. `within` [s] counts from when the step became the present one; `sets` is a state of the site.

    `next` is the step that it leads to where it has no answers, or where it is skipped; "end" where it is the last.
    """

    id: str
    text: str
    next: str
    who: str | None = None
    within: float | None = None
    sets: str | None = None
    answers: tuple[Answer, ...] = ()

    def answer(self, name: str) -> Answer | None:
        """The answer with this id; None where there is none."""
        return next((one for one in self.answers if one.id == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedure:
    """The steps of an incident of one kind; the first of `steps` begins. `times`: stage -> seconds from the alarm."""

    id: str
    kind: str
    steps: tuple[Step, ...]
    name: str | None = None
    signals: tuple[str, ...] = ()
    times: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # a copy, and no view of one: sites travel to other processes
        object.__setattr__(self, "times", dict(self.times))

    def step(self, name: str) -> Step | None:
        """The step with this id; None where there is none."""
        return next((one for one in self.steps if one.id == name), None)


def procedure(entry: ProcedureEntry) -> Procedure:
    """The procedure that an entry describes, with what it leaves unsaid written out."""
    following = [one.id for one in entry.step[1:]] + [END]
    steps = []
    for one, after in zip(entry.step, following, strict=True):
        onward = one.next or after
        answers = tuple(Answer(id=each.id, text=each.text, next=each.next or onward) for each in one.answer)
        steps.append(
            Step(
                id=one.id,
                text=one.text,
                next=onward,
                who=one.who,
                within=one.within,
                sets=one.sets,
                answers=answers,
            )
        )
    return Procedure(
        id=entry.id,
        name=entry.name,
        kind=entry.kind,
        signals=tuple(entry.signals),
        times={str(stage): seconds for stage, seconds in entry.times.items()},
        steps=tuple(steps),
    )


def procedure_faults(listed: Iterable[tuple[int, Mapping[str, Any]]], states: set[str]) -> Iterator[Fault]:
    """The faults between the parts of procedures: steps that nobody has or reaches, or that lead back.

    `listed` are the raw entries with their numbers, `states` the ids of the site's states.
    """
    # here, because faults reads every entry's class, and this one is among them
    from bartizan.site.faults import among, fault, things  # noqa: PLC0415

    kinds: dict[str, int] = {}
    for number, entry in listed:
        kind = entry.get("kind")
        if isinstance(kind, str) and kinds.setdefault(kind, number) != number:
            cure = "Keep one procedure of a kind, and let its answers branch"
            yield fault(("procedure", number, "kind"), kind, "two procedures are for one kind of incident", cure)
        steps = list(things(entry, "step"))
        names = [step.get("id") for _, step in steps]
        reached = {names[0]} if names else set()
        for place, (index, step) in enumerate(steps):
            here = ("procedure", number, "step", index)
            name = step.get("id")
            if names.index(name) != place:
                yield fault((*here, "id"), name, "two steps of one procedure have one id", "Rename one of them")
            elif name == END:
                yield fault((*here, "id"), name, "'end' is what the last step leads to", "Rename the step")
            given = [answer.get("id") for _, answer in things(step, "answer")]
            if len(set(map(str, given))) < len(given):
                yield fault((*here, "answer"), given, "two answers of one step have one id", "Rename one of them")
            sets = step.get("sets")
            if isinstance(sets, str) and sets not in states:
                yield fault((*here, "sets"), sets, "no state has this id", among(sets, states, "state"))
            later = [one for one in names[place + 1 :] if isinstance(one, str)]
            for path, onward in _onward(step, here):
                if onward not in (*later, END):
                    message = "leads back, or to no step of this procedure"
                    yield fault(path, onward, message, among(onward, [*later, END], "later step"))
            reached |= _leads_to(step, later)
            if name not in reached:
                yield fault((*here, "id"), name, "no answer leads to this step", "Name it as next, or take it out")


def _onward(step: Mapping[str, Any], here: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if isinstance(step.get("next"), str):
        yield (*here, "next"), step["next"]
    answers = step.get("answer")
    for index, answer in enumerate(answers if isinstance(answers, list) else []):
        if isinstance(answer, Mapping) and isinstance(answer.get("next"), str):
            yield (*here, "answer", index, "next"), answer["next"]


def _leads_to(step: Mapping[str, Any], later: list[str]) -> set[str]:
    found = {onward for _, onward in _onward(step, ())}
    answers = step.get("answer")
    all_branch = (
        isinstance(answers, list)
        and bool(answers)
        and all(isinstance(answer, Mapping) and answer.get("next") is not None for answer in answers)
    )
    if step.get("next") is None and not all_branch:
        found |= set(later[:1])
    return found
