"""[[tour]]: the rounds of the guards: checkpoints, each with its window, and when a round is due."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import Field, model_validator

from bartizan.site.figures import Part, wrong
from bartizan.site.hours import WEEK
from bartizan.site.parts import Id, Name
from bartizan.site.rules import DAYS, Clock, Day, Severity, minutes

_LONGEST = 86_400.0  # seconds: a round that takes longer than a day is two


class CheckpointEntry(Part):
    """[[tour.checkpoint]]: a place of the round and its window."""

    id: Id
    name: Name | None = None
    area: Id | None = Field(None, description="the area that it lies in, for its alarm")
    element: Id | None = Field(None, description="the element that it stands at, for its alarm")
    opens: float = Field(0.0, ge=0, le=_LONGEST, description="seconds after the beginning; earlier does not count")
    closes: float = Field(gt=0, le=_LONGEST, description="seconds after the beginning; later is missed")
    code: str | None = Field(
        None,
        min_length=6,
        max_length=64,
        pattern=r"^[A-Za-z0-9-]+$",
        description="what stands on its plate: who gives it was there; without, a press of a button will do",
    )

    @model_validator(mode="after")
    def _has_window(self) -> CheckpointEntry:
        if not self.opens < self.closes:
            raise wrong("closes before it opens", "Exchange opens and closes")
        return self


class BeginsEntry(Part):
    """`begins`: when a round is due, by the clock of the site."""

    days: list[Day] = Field(
        default_factory=lambda: list[Day](DAYS), min_length=1, description="days on which it is due"
    )
    at: Clock = Field(description="a time of day in quotes, such as '22:00'")

    @model_validator(mode="after")
    def _is_proper(self) -> BeginsEntry:
        if self.at == "24:00":
            raise wrong("a day does not begin at its end", "Write at = '00:00'")
        if len(set(self.days)) < len(self.days):
            raise wrong("names a day twice", "Name each day once")
        return self


class TourEntry(Part):
    """[[tour]]: a round of the guards."""

    id: Id
    name: Name | None = None
    checkpoint: list[CheckpointEntry] = Field(min_length=1, max_length=200)
    begins: list[BeginsEntry] = Field(default_factory=list, description="when it is due; none: it is begun by hand")
    grace: float = Field(300.0, ge=0, le=_LONGEST, description="seconds that a due round may begin late")
    severity: Severity = Field("medium", description="of a missed checkpoint and of a round not begun")

    @model_validator(mode="after")
    def _is_one_each(self) -> TourEntry:
        ids = [one.id for one in self.checkpoint]
        twice = next((one for one in ids if ids.count(one) > 1), None)
        if twice is not None:
            raise wrong(f"has the checkpoint '{twice}' twice", "Give each checkpoint of the tour its own id")
        codes = [one.code for one in self.checkpoint if one.code is not None]
        if len(set(codes)) < len(codes):
            raise wrong("has two checkpoints of one code", "Give each plate of the tour its own code")
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A place of a tour: to be reached from `opens` to `closes` [s after the beginning of the round].

    `code` stands on its plate: where it has one, nobody is there without it.
    """

    id: str
    closes: float
    opens: float = 0.0
    name: str | None = None
    area: str | None = None
    element: str | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Begins:
    """When a round is due: `minute` since midnight by the clock of the site, on `days` as 0 (Monday) to 6."""

    minute: int
    days: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tour:
    """A round of the guards. `grace` is how late a due round may begin [s]."""

    id: str
    checkpoints: tuple[Checkpoint, ...]
    name: str | None = None
    begins: tuple[Begins, ...] = ()
    grace: float = 300.0
    severity: Severity = "medium"

    def checkpoint(self, name: str) -> Checkpoint | None:
        """The checkpoint with this id; None where there is none."""
        return next((one for one in self.checkpoints if one.id == name), None)


def tour(entry: TourEntry) -> Tour:
    """The tour that an entry describes."""
    return Tour(
        id=entry.id,
        name=entry.name,
        checkpoints=tuple(
            Checkpoint(
                id=one.id,
                name=one.name,
                area=one.area,
                element=one.element,
                opens=one.opens,
                closes=one.closes,
                code=one.code,
            )
            for one in entry.checkpoint
        ),
        begins=tuple(
            sorted(
                Begins(minute=minutes(one.at), days=tuple(sorted(WEEK.index(day) for day in one.days)))
                for one in entry.begins
            )
        ),
        grace=entry.grace,
        severity=entry.severity,
    )
