"""Cut a case down to what its recipient may see, field by field, and say what was taken out.

Every field has a level; a part of the case (an entry, an alarm, a medium) has one of its own, and the stricter of the
two counts, never less than the level of the incident itself for what is told of it. Nothing is ever downgraded: who
wants to tell more marks it so, and that is on the record. A part whose own level is beyond the recipient goes whole;
what would point at it goes with it.

Source of the levels: FIRST, TLP 2.0 (2022). The levels of the fields are this project's choice, see ADR 0032.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeVar

from bartizan.desk.sharing.case import Case, Path
from bartizan.desk.sharing.errors import SharingError
from bartizan.desk.sharing.tlp import LEVELS, Tlp, reaches, strictest

# who of the house did it, which of its cameras saw it, and how it protects itself stay nearer than what happened
FIELD_LEVELS: Mapping[str, Tlp] = MappingProxyType(
    {
        "opened_by": "amber+strict",
        "lead": "amber+strict",
        "alarms.acknowledged_by": "amber+strict",
        "alarms.cameras": "amber+strict",
        "alarms.element": "amber",
        "alarms.note": "amber",
        "alarms.because": "amber+strict",
        "entries.by": "amber+strict",
        "entries.text": "amber",
        "media.received_by": "amber+strict",
        "media.note": "amber",
        "custody.by": "amber+strict",
        "custody.why": "amber+strict",
        "summary": "amber",
        "outcome": "amber",
        "place.latitude": "amber",
        "place.longitude": "amber",
        "place.precision": "amber",
        "stages": "amber",
    }
)
_PARTS = ("alarms", "entries", "links", "media", "custody", "records")
# what a part cannot be told without; where such a field may not be seen, the whole part goes
_BARE: Mapping[str, Any] = MappingProxyType({"stages": (), "cameras": (), "because": (), "manner": ()})

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Removed:
    """A value that the recipient may not see: where it stood, its level, and the value itself, for the sender alone."""

    path: Path
    level: Tlp
    value: Any

    @property
    def words(self) -> str:
        """The place, as people write it: entries[3].by."""
        told = ""
        for step in self.path:
            told += f"[{step}]" if isinstance(step, int) else f"{'.' if told else ''}{step}"
        return told


@dataclass(frozen=True, slots=True)
class Release:
    """What goes to a recipient of level `limit`, and what was taken out of it, in the order of the case.

    `level` is that of the strictest field that is left: so the package as a whole is marked.
    """

    case: Case
    limit: Tlp
    removed: tuple[Removed, ...]
    level: Tlp

    @property
    def withheld(self) -> tuple[tuple[str, int], ...]:
        """What the recipient is told of it: the kinds of fields that were taken out, and how many of each."""
        counts: dict[str, int] = {}
        for one in self.removed:
            name = ".".join(step for step in one.path if isinstance(step, str))
            counts[name] = counts.get(name, 0) + 1
        return tuple(sorted(counts.items()))


def release(case: Case, limit: Tlp, levels: Mapping[str, Tlp] = FIELD_LEVELS) -> Release:
    """The case as somebody of level `limit` may see it, with what was removed.

    `levels` gives the level of a field by its name, as "entries.by"; a field that is not named has that of its part.
    Errors: SharingError where the incident itself is beyond the level, so that nothing of it may be told.
    """
    if not reaches(limit, case.tlp):
        raise SharingError(
            f"incident {case.number} is marked TLP {case.tlp} and the recipient may see up to {limit}. "
            "Share it with somebody else, or mark the incident anew"
        )
    cutter = _Cutter(limit, case.tlp, levels)
    changes: dict[str, Any] = {
        name: tuple(
            kept
            for number, part in enumerate(getattr(case, name))
            if (kept := cutter.part(part, (name, number), name)) is not None
        )
        for name in _PARTS
    }
    changes["place"] = cutter.fields(case.place, ("place",), "place.", case.tlp)
    cut = dataclasses.replace(cutter.fields(case, (), "", case.tlp, skip=(*_PARTS, "place")), **changes)
    cut = _without_dangling(cut, case, cutter)
    return Release(cut, limit, tuple(sorted(cutter.removed, key=_order)), strictest(cutter.used, case.tlp))


class _Cutter:
    """Cuts one case and gathers what it cuts."""

    def __init__(self, limit: Tlp, floor: Tlp, levels: Mapping[str, Tlp]) -> None:
        self.limit = limit
        self.floor = floor
        self.levels = levels
        self.removed: list[Removed] = []
        self.used: list[Tlp] = []

    def forget(self, path: Path) -> None:
        """What lay below a place is not told of one by one: the whole goes."""
        self.removed = [one for one in self.removed if one.path[: len(path)] != path]

    def part(self, part: T, path: Path, name: str) -> T | None:
        """A part with what may be seen of it; None where nothing may."""
        level = strictest([part.tlp], self.floor)  # type: ignore[attr-defined]
        if not reaches(self.limit, level):
            self.removed.append(Removed(path, level, part))
            return None
        return self.fields(part, path, f"{name}.", level)

    def fields(self, thing: T, path: Path, prefix: str, level: Tlp, skip: tuple[str, ...] = ()) -> T:
        """A thing without the fields that may not be seen."""
        changes: dict[str, Any] = {}
        for field in dataclasses.fields(thing):  # type: ignore[arg-type]
            if field.name in skip:
                continue
            own = strictest([self.levels.get(prefix + field.name, "clear")], level)
            value = getattr(thing, field.name)
            if value in (None, ()):
                continue
            if reaches(self.limit, own):
                self.used.append(own)
                continue
            if field.default is dataclasses.MISSING and field.name not in _BARE:
                raise SharingError(
                    f"{prefix}{field.name} is marked {own}, and nothing of this kind can be told without it. "
                    "Mark the whole part"
                )
            changes[field.name] = _BARE.get(field.name)
            self.removed.append(Removed((*path, field.name), own, value))
        return dataclasses.replace(thing, **changes) if changes else thing  # type: ignore[type-var]


def _without_dangling(case: Case, whole: Case, cutter: _Cutter) -> Case:
    """The case without what only speaks of media that were taken out; `whole` is the case as it was."""
    kept = {medium.id for medium in case.media}
    for number, step in enumerate(whole.custody):
        # a step that went for its own level is told of already
        if step.item not in kept and Removed(("custody", number), step.tlp, step) not in cutter.removed:
            cutter.forget(("custody", number))
            cutter.removed.append(Removed(("custody", number), step.tlp, step))
    media = []
    for medium in case.media:
        if medium.parent is not None and medium.parent not in kept:
            number = next(number for number, one in enumerate(whole.media) if one.id == medium.id)
            cutter.removed.append(Removed(("media", number, "parent"), medium.tlp, medium.parent))
            media.append(dataclasses.replace(medium, parent=None))
        else:
            media.append(medium)
    return dataclasses.replace(
        case, media=tuple(media), custody=tuple(step for step in case.custody if step.item in kept)
    )


def _order(one: Removed) -> tuple[Any, ...]:
    return tuple((0, step, "") if isinstance(step, int) else (1, 0, step) for step in one.path), LEVELS.index(one.level)
