"""What the record can offer to the site: a measured figure in place of the one that stands there, with its source.

Nothing here changes anything. Real alarms and exercises are measured apart, and the source says which it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bartizan.desk.figures import Counted, Life, Timed, measured_time
from bartizan.desk.figures.trial import TrialSet
from bartizan.errors import BartizanError
from bartizan.quantity import LEAST_TRIALS
from bartizan.site.difference import value_at
from bartizan.site.model import Change, Response
from bartizan.site.site import Site

_ASSESSED = ("real", "test", "exercise")
"""What an alarm of an exercise is assessed as where it was taken for what it was."""

_KEPT_LAWS = ("normal", "lognormal", "gamma")  # laws that a mean and a deviation fix


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One figure on offer: where it belongs, what stands there now (as the site spells it; None: nothing), the new one.

    `left_out`: how many were begun and not over, and so were not measured; a figure that leaves out much is too good.
    """

    at: str
    key: str
    now: Any
    new: Mapping[str, Any]
    measured: int
    left_out: int
    exercise: bool

    @property
    def name(self) -> str:
        """What it is asked for by: the place, the key, and whether it was measured in exercises."""
        return f"{self.at}/{self.key}{'@exercise' if self.exercise else ''}"

    @property
    def change(self) -> Change:
        """The change in the one grammar of change."""
        return Change(at=self.at, set={self.key: dict(self.new)})

    def to_json(self) -> dict[str, Any]:
        """The offer as JSON: absent is null, a key is never missing."""
        return {
            "name": self.name,
            "at": self.at,
            "key": self.key,
            "now": self.now,
            "new": dict(self.new),
            "measured": self.measured,
            "left_out": self.left_out,
            "exercise": self.exercise,
        }


def offers(site: Site, lives: Sequence[Life], trials: Iterable[TrialSet]) -> tuple[Offer, ...]:
    """Every figure that the record measured well enough to offer: two times or more, or one trial or more.

    From trials: whatever was tried, all sets of one place and key together. From alarms: of a sensor how many alarms
    of exercises were taken for what they were (`p_assessed`); of a response its arrival, from the alarm to the scene,
    or, where the site gives it in parts, its assessment and its deployment. What the site does not have is left out.
    """
    found = [*_of_trials(trials), *_of_assessment(site, lives)]
    for exercise in (False, True):
        found += _of_responses(site, [life for life in lives if life.exercise is exercise], exercise)
    offered = (_placed(site, one) for one in found)
    # what was tried on purpose speaks before what the alarms say of the same figure
    kept: dict[str, Offer] = {}
    for offer in offered:
        if offer is not None:
            kept.setdefault(offer.name, offer)
    return tuple(kept.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    at: str
    key: str
    figure: Counted | Timed
    left_out: int
    exercise: bool
    law: str | None = None


def _of_trials(trials: Iterable[TrialSet]) -> Iterator[_Found]:
    sets: dict[tuple[str, str, bool], list[TrialSet]] = {}
    for one in trials:
        if one.withdrawn is None:
            sets.setdefault((one.place, one.key, one.exercise), []).append(one)
    for (at, key, exercise), alike in sets.items():
        figure = Counted(
            detected=sum(one.detected for one in alike),
            trials=sum(one.trials for one in alike),
            source=_source("exercise" if exercise else "trials", [one.at for one in alike], alike[-1].about),
        )
        yield _Found(at=at, key=key, figure=figure, left_out=0, exercise=exercise)


def _of_assessment(site: Site, lives: Sequence[Life]) -> Iterator[_Found]:
    for sensor in site.sensors:
        own = [life for life in lives if life.exercise and any(one == ("sensor", sensor.id) for one in life.origins)]
        judged = [life for life in own if life.disposition not in (None, "duplicate")]
        if judged:
            right = sum(life.disposition in _ASSESSED for life in judged)
            source = _source("exercise", [life.raised_at for life in judged], "alarms taken for what they were")
            yield _Found(
                at=f"sensor/{sensor.id}",
                key="p_assessed",
                figure=Counted(detected=right, trials=len(judged), source=source),
                left_out=len(own) - len(judged),
                exercise=True,
            )


def _of_responses(site: Site, lives: Sequence[Life], exercise: bool) -> Iterator[_Found]:
    kind = "exercise" if exercise else "live record"
    for response in site.responses:
        at = f"response/{response.id}"
        for key, law, times, left_out in _times(response, lives):
            if len(times) >= LEAST_TRIALS:
                source = _source(kind, [begun for begun, _ in times], "alarms")
                figure = measured_time([seconds for _, seconds in times], source)
                yield _Found(at=at, key=key, figure=figure, left_out=left_out, exercise=exercise, law=law)


_Time = tuple[datetime, float]


def _times(response: Response, lives: Sequence[Life]) -> Iterator[tuple[str, str, list[_Time], int]]:
    """Each of a response's times that alarms measure: its key, its law, when and how long, and how many not over."""
    trips = [(life, trip) for life in lives for trip in life.trips if trip.response == response.id]
    if response.arrival is not None:
        there = [(life.raised_at, trip.on_scene_at) for life, trip in trips]
        yield "arrival", response.arrival.law, *_over(there)
        return
    assessed = [(life.raised_at, life.assessed_at) for life, _ in trips]
    yield "assessment", response.assessment.law, *_over(assessed)
    sent = [(trip.sent_at, trip.on_scene_at) for _, trip in trips if trip.sent_at is not None]
    yield "deployment", response.deployment.law, *_over(sent)


def _over(stretches: Sequence[tuple[datetime, datetime | None]]) -> tuple[list[_Time], int]:
    times = [(begun, (end - begun).total_seconds()) for begun, end in stretches if end is not None and end >= begun]
    return times, len(stretches) - len(times)


def _source(kind: str, moments: Sequence[datetime], about: str) -> str:
    first, last = min(moments).date(), max(moments).date()
    when = f"{first}" if first == last else f"{first} to {last}"
    return f"{kind}, {when}: {about}"


def _placed(site: Site, found: _Found) -> Offer | None:
    """The offer with what the site says now; None where the site has no such thing or takes no such figure."""
    new = found.figure.spelt()
    if found.law in _KEPT_LAWS and found.law != "normal":
        new["dist"] = found.law
    offer = Offer(
        at=found.at,
        key=found.key,
        now=value_at(site.document, f"{found.at}/{found.key}"),
        new=new,
        measured=found.figure.trials,
        left_out=found.left_out,
        exercise=found.exercise,
    )
    try:
        site.with_changes([offer.change])
    except BartizanError:
        return None
    return offer
