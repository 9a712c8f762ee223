"""The figures that a path rests on, each with its source: what a reader must believe to believe the answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from bartizan.assess.result import Step
from bartizan.quantity import CERTAIN, NEVER, ZERO, Duration, Probability
from bartizan.site.model import Crossing, Response, Sensor, Way
from bartizan.site.site import Site

SHOWN_SOURCES = 3

Role = Literal["detection", "delay", "response"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure as the site gives it: what part it plays, what it is called, its value and source."""

    role: Role
    name: str
    value: Probability | Duration

    @property
    def source(self) -> str | None:
        """Where the figure comes from, or None: unsourced."""
        return self.value.source


def path_figures(site: Site, steps: Sequence[Step]) -> tuple[tuple[Figure, ...], ...]:
    """The figures behind each step of a path on `site`, which must already be in the state that was studied.

    A figure that the way out uses again stands once, at the first step that uses it.
    """
    seen: set[tuple[str, str, str | None, Figure]] = set()
    found = []
    for index, step in enumerate(steps):
        here = [figure for figure in _step_figures(site, steps, index) if (*_place(step), figure) not in seen]
        seen.update((*_place(step), figure) for figure in here)
        found.append(tuple(here))
    return tuple(found)


def response_figures(response: Response) -> tuple[Figure, ...]:
    """The figures of a response: its arrival or the parts of it that are given, communication, neutralisation."""
    times = (
        ("arrival", response.arrival),
        ("assessment", response.assessment),
        ("communication", response.communication),
        ("deployment", response.deployment),
        *((f"deployment to {place}", time) for place, time in response.deployment_to),
    )
    probabilities = (
        ("p_communication", response.p_communication),
        ("p_neutralization", response.p_neutralization),
    )
    return (
        *(Figure(role="response", name=name, value=time) for name, time in times if time is not None and time != ZERO),
        *_probabilities("response", probabilities),
    )


def sources_in_words(figures: Sequence[Figure]) -> str:
    """How many figures there are and where they come from: unsourced first, then the most frequent sources."""
    counts = Counter(figure.source for figure in figures)
    unsourced = counts.pop(None, 0)
    named = [f"{count} {source}" for source, count in counts.most_common(SHOWN_SOURCES)]
    others = sum(counts.values()) - sum(count for _, count in counts.most_common(SHOWN_SOURCES))
    parts = [f"{unsourced} unsourced", *named, *([f"{others} from other sources"] if others else [])]
    return f"{len(figures)} figures: {', '.join(parts)}"


def _place(step: Step) -> tuple[str, str, str | None]:
    return step.kind, step.id, step.way


def _step_figures(site: Site, steps: Sequence[Step], index: int) -> Iterator[Figure]:
    step = steps[index]
    if step.kind == "area":
        yield from _crossing_figures(site, steps, index)
        return
    holder = site.element(step.id).ways if step.kind == "element" else site.target(step.id).ways
    way = next(way for way in holder if way.id == step.way)
    yield from _way_figures(site, step, way)


def _way_figures(site: Site, step: Step, way: Way) -> Iterator[Figure]:
    if way.p_detection is not None:
        yield Figure(role="detection", name="p_detection", value=way.p_detection)
    elif step.kind == "element":
        yield from _sensor_figures(site, f"{step.id}/{way.id}")
    if way.delay != ZERO:
        yield Figure(role="delay", name="delay", value=way.delay)


def _crossing_figures(site: Site, steps: Sequence[Step], index: int) -> Iterator[Figure]:
    crossing = _crossing(site, steps, index)
    if crossing is not None and crossing.p_detection is not NEVER:
        yield Figure(role="detection", name="p_detection", value=crossing.p_detection)
    yield from _sensor_figures(site, steps[index].id)
    if crossing is not None and crossing.delay != ZERO:
        yield Figure(role="delay", name="delay", value=crossing.delay)


def _crossing(site: Site, steps: Sequence[Step], index: int) -> Crossing | None:
    before = [step.id for step in steps[:index] if step.kind == "element"]
    # an area is left by the element or, in the target's area, to the target whose task comes next
    left_by = steps[index + 1].id if index + 1 < len(steps) else None
    return site.area(steps[index].id).crossing_from(before[-1] if before else "", left_by)


def _sensor_figures(site: Site, place: str) -> Iterator[Figure]:
    for sensor in site.covering(place):
        yield from _of_sensor(sensor)


def _of_sensor(sensor: Sensor) -> Iterator[Figure]:
    parts = (
        (f"{sensor.id}: sensed", sensor.p_sensed),
        (f"{sensor.id}: transmitted", sensor.p_transmitted),
        (f"{sensor.id}: assessed", sensor.p_assessed),
    )
    yield from _probabilities("detection", parts)


def _probabilities(role: Role, parts: Sequence[tuple[str, Probability | None]]) -> Iterator[Figure]:
    for name, value in parts:
        if value is not None and value is not CERTAIN:
            yield Figure(role=role, name=name, value=value)
