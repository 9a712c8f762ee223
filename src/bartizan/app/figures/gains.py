"""After an exercise: which figures it helped to measure, and what each would do to P_I in the place of what stands."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bartizan.app.figures.effect import effect_of
from bartizan.app.figures.offers import Offer
from bartizan.desk.figures import Life
from bartizan.site.site import Site


@dataclass(frozen=True, slots=True, kw_only=True)
class Gain:
    """A figure on offer, and the answer of the assessment that it would move most.

    `row`: as a row of `effect_of`; None where nothing can be assessed, `reason` says why, or where nothing moves.
    """

    offer: Offer
    row: Mapping[str, Any] | None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gains:
    """What an exercise can give back to the site; `trouble`: why that cannot be said, None where it can."""

    gains: tuple[Gain, ...] = ()
    trouble: str | None = None


def gains_of(site: Site, offers: Iterable[Offer], lives: Iterable[Life], alarms: Collection[str]) -> tuple[Gain, ...]:
    """Of the figures on offer those that the alarms of an exercise measured, with what each does to P_I alone.

    `site` as its file stands; `alarms` by their ids. A figure is measured by all exercises together: it is told here
    where this one is among them.
    """
    places = {place for life in lives if life.alarm in alarms for place in _places(life)}
    return tuple(_gain(site, one) for one in offers if one.exercise and one.at in places)


def _places(life: Life) -> Iterator[str]:
    for origin in life.origins:
        yield f"{origin.kind}/{origin.id}"
    for trip in life.trips:
        yield f"response/{trip.response}"


def _gain(site: Site, offer: Offer) -> Gain:
    found = effect_of(site, site.with_changes([offer.change]))
    moved = [row for row in found["rows"] if None not in (row["before"], row["after"])]
    most = max(moved, key=lambda row: abs(row["after"] - row["before"]), default=None)
    still = most is None or most["after"] == most["before"]
    return Gain(offer=offer, row=None if still else most, reason=found["reason"])
