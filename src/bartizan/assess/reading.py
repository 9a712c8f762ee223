"""From the words of a site to tasks: ways, crossings and the sensors that cover them.

- The detection of a way or crossing is its own p_detection, else that of the sensors which cover it: sensed x
  transmitted x assessed of each; of those with one common cause the best alone counts, the rest are independent.
- An area shows as a task where it has a crossing (or one for the pair); without one, crossing it costs nothing and
  is no step.
- A pair in `crossing_between` may end at the target's id; that is the crossing of the target's area to the target.
- A walk takes its length over the threat's speed.
"""

from __future__ import annotations

from bartizan.assess.figures import Groups, Register, p_detected
from bartizan.assess.task import Leg, RestsOn, StepKind, Task
from bartizan.errors import InputError
from bartizan.quantity import NEVER, Duration, Probability
from bartizan.site.model import Area, DetectAt, Element, Sensor, Target, Threat, Way
from bartizan.site.site import Site

_Place = tuple[StepKind, str, str | None, Leg]


class Reader:
    """Reads ways and crossings as tasks, each once, and keeps the figures that they rest on."""

    def __init__(self, site: Site, threat: Threat | None) -> None:
        self.register = Register()
        self._speed = None if threat is None else threat.speed
        self._tasks: dict[object, Task] = {}
        self._covered: dict[str, list[Sensor]] = {}
        for sensor in site.sensors:
            for place in sensor.covers:
                self._covered.setdefault(place, []).append(sensor)

    def way(self, element: Element, way: Way, leg: Leg) -> Task:
        """The task of one way through an element."""
        covering = self._covered.get(element.id, []) + self._covered.get(f"{element.id}/{way.id}", [])
        # each sensor once, however often it names the place
        sensors = list({sensor.id: sensor for sensor in covering}.values())
        return self._way(("element", element.id, way.id, leg), way, sensors)

    def act(self, target: Target, way: Way) -> Task:
        """The task of one way of acting on a target."""
        return self._way(("target", target.id, way.id, "in"), way, [])

    def left_open(self, element: Element, leg: Leg) -> Task:
        """Passing an element that was left open before: no delay, and nothing notices."""
        key = (element.id, leg)
        if key not in self._tasks:
            self._tasks[key] = Task(kind="element", id=element.id, leg=leg)
        return self._tasks[key]

    def crossing(self, area: Area, entered_by: str, left_by: str | None, leg: Leg) -> Task | None:
        """The task of crossing an area from one element to another, or to the target; None where it is no step."""
        crossing = area.crossing_from(entered_by, left_by)
        if crossing is None:
            return None
        key = (area.id, crossing.between, leg)
        if key not in self._tasks:
            sensors = self._covered.get(area.id, [])
            own = crossing.p_detection if crossing.p_detection.value > 0.0 or not sensors else None
            at = f"area/{area.id}"
            prefix = "crossing." if crossing.between is None else f"crossing_between.{'>'.join(crossing.between)}."
            seen = self._seen(at, f"{prefix}p_detection", own, NEVER, sensors)
            delay = crossing.delay_for(self._speed)
            # a walk is worked out, and no figure of the site gives it
            number = None if crossing.walk is not None else self.register.number(at, f"{prefix}delay", delay)
            rests_on = RestsOn(seen, number)
            self._tasks[key] = self._task(("area", area.id, None, leg), crossing.detect_at, delay, rests_on)
        return self._tasks[key]

    def _way(self, place: _Place, way: Way, sensors: list[Sensor]) -> Task:
        if place not in self._tasks:
            at = f"{place[0]}/{place[1]}/way/{way.id}"
            seen = self._seen(at, "p_detection", way.p_detection, None, sensors)
            rests_on = RestsOn(seen, self.register.number(at, "delay", way.delay))
            self._tasks[place] = self._task(place, way.detect_at, way.delay, rests_on)
        return self._tasks[place]

    def _seen(
        self, at: str, key: str, own: Probability | None, default: Probability | None, sensors: list[Sensor]
    ) -> Groups:
        """What a task's detection rests on: its own figure, else the sensors that cover it."""
        if own is None:
            return self.register.sensors(sensors)
        number = self.register.number(at, key, own, default)
        return () if number is None else (((number,),),)

    def _task(self, place: _Place, detect_at: DetectAt | None, delay: Duration, rests_on: RestsOn) -> Task:
        kind, name, way, leg = place
        p_detection = p_detected(rests_on.detection, self.register.points)
        if p_detection > 0.0 and detect_at is None:
            what = f"{kind} '{name}'" if way is None else f"{kind} '{name}', way '{way}'"
            raise InputError(f"{what} can be noticed and lacks detect_at. Give 'begin', 'middle' or 'end'")
        # of a sensor the figure that leads is named
        leading = [self.register.figure(sensor[0]).source for group in rests_on.detection for sensor in group if sensor]
        sources = dict.fromkeys(source for source in (*leading, delay.source) if source is not None)
        return Task(
            kind=kind,
            id=name,
            way=way,
            leg=leg,
            p_detection=p_detection,
            detect_at=detect_at,
            delay_mean=delay.mean,
            delay_sd=delay.sd,
            source="; ".join(sources) or None,
            delay=delay,
            rests_on=rests_on,
        )
