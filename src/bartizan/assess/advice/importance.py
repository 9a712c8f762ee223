"""What each element and each sensor is worth: P_I of the site with it lost, and with it perfect.

Every figure is that of the worst path of the changed site: the adversary knows what is lost, and goes round what is
perfect. An element that the worst path does not pass is not looked for again when it becomes impassable: that path is
still there, and no new one is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bartizan.assess.advice.altered import Worst, without, worst
from bartizan.assess.advice.result import Importance
from bartizan.assess.problem import Problem, compile_problem
from bartizan.quantity import CERTAIN, NEVER
from bartizan.site.model import Area, Crossing, Element, Sensor, Way
from bartizan.site.site import Site

LOST = "lost"  # the way through an element that is no longer there
SAME = 1e-9  # of P_I: a difference below this is rounding

Progress = Callable[[str, int, int], None]


def importance(site: Site, problem: Problem, progress: Progress | None = None) -> tuple[Importance, ...]:
    """What each element and sensor is worth to the site, the one whose loss costs most first.

    `site` is the site in the state, and with the insider, of `problem`. Returns elements and sensors; nothing where no
    path leads to the target. Raises what compiling the changed site raises. Not modelled: the loss of several at once.
    """
    now = worst(problem)
    if now is None:
        return ()
    total = len(site.elements) + len(site.sensors)
    found = []
    for number, element in enumerate(site.elements):
        _tell(progress, number, total)
        found.append(_element(site, problem, element, now))
    for number, sensor in enumerate(site.sensors, start=len(site.elements)):
        _tell(progress, number, total)
        found.append(_sensor(site, problem, sensor, now))
    return tuple(sorted(found, key=lambda one: (_or_above(one.lost), -_or_above(one.perfect))))


def _tell(progress: Progress | None, done: int, total: int) -> None:
    if progress is not None:
        progress("elements and sensors weighed", done, total)


def _element(site: Site, problem: Problem, element: Element, now: Worst) -> Importance:
    open_way = Way(id=LOST, p_detection=NEVER)
    opened = _with_element(site, replace(element, ways=(open_way,)))
    lost = worst(_again(opened, problem))
    perfect: Worst | None = now
    if any(task.kind == "element" and task.id == element.id for task in now.tasks):
        perfect = worst(without(problem, lambda arc: arc.through is not None and arc.through[0] == element.id))
    return _importance("element", element.id, now, lost, perfect)


def _sensor(site: Site, problem: Problem, sensor: Sensor, now: Worst) -> Importance:
    blind = replace(sensor, p_sensed=NEVER)
    lost = worst(_again(_with_sensor(site, blind), problem))
    sure = replace(sensor, p_sensed=CERTAIN, p_transmitted=CERTAIN, p_assessed=CERTAIN)
    perfect = worst(_again(_noticing_at_once(_with_sensor(site, sure), sensor), problem))
    return _importance("sensor", sensor.id, now, lost, perfect)


def _importance(kind: str, name: str, now: Worst, lost: Worst | None, perfect: Worst | None) -> Importance:
    before = now.p_interruption
    after = None if lost is None else lost.p_interruption
    best = None if perfect is None else perfect.p_interruption
    return Importance(
        kind="element" if kind == "element" else "sensor",
        id=name,
        lost=after,
        perfect=best,
        artefact=(after is not None and after > before + SAME) or (best is not None and best < before - SAME),
    )


def _again(site: Site, problem: Problem) -> Problem:
    """The same problem on another site, which already is in its state."""
    return compile_problem(
        site,
        threat=problem.threat,
        target=problem.targets,
        response=problem.response,
        communication=problem.communication,
        forced=problem.forced,
    )


def _with_element(site: Site, changed: Element) -> Site:
    return replace(site, elements=tuple(changed if one.id == changed.id else one for one in site.elements))


def _with_sensor(site: Site, changed: Sensor) -> Site:
    return replace(site, sensors=tuple(changed if one.id == changed.id else one for one in site.sensors))


def _noticing_at_once(site: Site, sensor: Sensor) -> Site:
    """The site in which whatever is left to the sensor is noticed when it begins."""
    covered = frozenset(sensor.covers)

    def way(element: Element, one: Way) -> Way:
        here = element.id in covered or f"{element.id}/{one.id}" in covered
        return replace(one, detect_at="begin") if here and one.p_detection is None else one

    def crossing(one: Crossing) -> Crossing:
        return replace(one, detect_at="begin") if one.p_detection.value == 0.0 else one

    def area(one: Area) -> Area:
        if one.id not in covered:
            return one
        own = None if one.crossing is None else crossing(one.crossing)
        return replace(one, crossing=own, crossing_between=tuple(crossing(pair) for pair in one.crossing_between))

    elements = (replace(one, ways=tuple(way(one, each) for each in one.ways)) for one in site.elements)
    return replace(site, elements=tuple(elements), areas=tuple(area(one) for one in site.areas))


def _or_above(p_interruption: float | None) -> float:
    """A P_I for putting in order: no path is better than any."""
    return 2.0 if p_interruption is None else p_interruption
