"""The exercise's officer: does at the desk what the script orders, and keeps what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from bartizan.app.desk.desk import Desk
from bartizan.app.exercise.cases import Cases
from bartizan.desk.alarms import Alarm
from bartizan.drill.scenario import CASES, Expectation, Match, Order, Scene
from bartizan.errors import BartizanError, MissingPartError
from bartizan.signal import Signal

NAME = "exercise officer"


@dataclass(slots=True)
class Arrival:
    """An alarm that came: when [s], its id, when it was assessed as what, and what the clock said when it came."""

    t: float
    alarm: str
    signal: Signal
    assessed: dict[str, float] = field(default_factory=dict)
    response: str | None = None
    chance: float | None = None


def fits(match: Match, signal: Signal) -> bool:
    """Whether a signal is one of those meant."""
    if match.rule is not None and signal.rule != match.rule:
        return False
    return match.sensor is None or signal.because.get("sensor") == match.sensor


class Officer:
    """Watches the alarms of one scene and carries out its orders; `say` hears what was done.

    Nobody else is shut out: where a person at the desk was quicker, the order is noted as refused and the exercise
    goes on. What counts in the end is the state of the alarm, whoever brought it about.
    """

    def __init__(self, scene: Scene, desk: Desk, say: Callable[[float, str], None], cases: Cases | None = None) -> None:
        self._scene, self._desk, self._say, self._cases = scene, desk, say, cases
        self._refused: list[str] = []
        self._waiting = list(scene.orders)
        self.arrivals: list[Arrival] = []
        self.answered: dict[str, Arrival] = {}

    def hear(self, t: float, alarm: Alarm, signal: Signal) -> None:
        """Note an alarm, new or gone on with."""
        if any(arrival.alarm == alarm.id for arrival in self.arrivals):
            return
        arrival = Arrival(t, alarm.id, signal)
        reading = self._desk.situation(alarm.id).reading
        if reading is not None and reading.best is not None:
            arrival.response = reading.best
            arrival.chance = next(one.chance for one in reading.chances if one.response == reading.best)
        self.arrivals.append(arrival)
        self._say(t, f"alarm {alarm.number}: {describe(signal)}{self._clock(alarm.id)}")
        for expectation in self._scene.expectations:
            if expectation.id not in self.answered and fits(expectation.match, signal):
                self.answered[expectation.id] = arrival
                break

    def due(self) -> float | None:
        """When the next order falls due [s of the scene]; None while none does."""
        times = [t for t in map(self._due, self._waiting) if t is not None]
        return min(times, default=None)

    def act(self, t: float) -> None:
        """Carry out what has fallen due by `t`, in the order of its time and of the script."""
        ready = [(due, number) for number, order in enumerate(self._waiting) if (due := self._due(order)) is not None]
        done = [number for due, number in sorted(ready) if due <= t]
        for number in done:
            self._carry_out(t, self._waiting[number])
        self._waiting = [order for number, order in enumerate(self._waiting) if number not in done]

    def finish(self, t: float) -> None:
        """Carry out at the end of the scene what would have fallen due later; what answers no alarm never does."""
        ready = [order for order in self._waiting if order.on in self.answered]
        for order in sorted(ready, key=lambda order: self.answered[order.on].t + order.after):
            self._carry_out(t, order)
        self._waiting = []

    def missed(self) -> tuple[list[str], list[str]]:
        """In words: the expectations that were met, and those that were not."""
        met: list[str] = []
        missed: list[str] = []
        for expectation in self._scene.expectations:
            fault = self._fault(expectation)
            if fault is None:
                met.append(f"{expectation.id}: came at {self.answered[expectation.id].t:.1f} s")
            else:
                missed.append(f"{expectation.id}: {fault}")
        wanted = {arrival.alarm for arrival in self.answered.values()}
        for arrival in self.arrivals:
            if any(fits(match, arrival.signal) for match in self._scene.forbidden):
                missed.append(f"{describe(arrival.signal)} at {arrival.t:.1f} s must not come")
            elif self._scene.only_expected and arrival.alarm not in wanted:
                missed.append(f"{describe(arrival.signal)} at {arrival.t:.1f} s was not expected")
        return met, [*missed, *self._refused]

    def _fault(self, expectation: Expectation) -> str | None:
        arrival = self.answered.get(expectation.id)
        if arrival is None:
            return f"no alarm came by {expectation.by:g} s"
        if not expectation.not_before <= arrival.t <= expectation.by:
            return f"the alarm came at {arrival.t:.1f} s, not from {expectation.not_before:g} to {expectation.by:g} s"
        if expectation.disposition is None:
            return None
        found = self._desk.alarm(arrival.alarm).disposition
        if found != expectation.disposition:
            return f"assessed as {found or 'nothing'}, not {expectation.disposition}"
        at = arrival.assessed.get(expectation.disposition)
        if expectation.assessed_by is not None and at is not None and at > expectation.assessed_by:
            return f"assessed at {at:.1f} s, after {expectation.assessed_by:g} s"
        return None

    def _due(self, order: Order) -> float | None:
        arrival = self.answered.get(order.on)
        return None if arrival is None else arrival.t + order.after

    def _carry_out(self, t: float, order: Order) -> None:
        arrival = self.answered[order.on]
        number = self._desk.alarm(arrival.alarm).number
        try:
            words = self._about_case(order, arrival) if order.do in CASES else self._do(order, arrival, t)
        except BartizanError as error:
            self._say(t, f"alarm {number}: {order.do} refused: {error}")
            if order.do in CASES:
                self._refused.append(f"{order.incident}: {order.do} refused: {error}")
            return
        self._say(t, f"alarm {number}: {words}")

    def _about_case(self, order: Order, arrival: Arrival) -> str:
        if self._cases is None:
            raise MissingPartError("incidents are no part of this exercise. Play it on a duty room")
        return self._cases.carry_out(order, arrival.alarm, NAME)

    def _do(self, order: Order, arrival: Arrival, t: float) -> str:
        desk, alarm = self._desk, arrival.alarm
        match order.do:
            case "acknowledge":
                desk.acknowledge(alarm, NAME)
                return "acknowledged"
            case "assess":
                disposition = order.disposition or "unresolved"
                desk.assess(alarm, NAME, disposition, order.note or None)
                arrival.assessed.setdefault(disposition, t)
                return f"assessed as {disposition}" + (f": {order.note}" if order.note else "")
            case "send":
                desk.send(alarm, order.response or "", NAME)
                return f"{order.response} sent{self._clock(alarm)}"
            case "on-scene":
                desk.on_scene(alarm, order.response or "", NAME)
                return f"{order.response} on scene{self._clock(alarm)}"
            case "contact":
                desk.confirm_contact(alarm, NAME)
                return f"contact confirmed{self._clock(alarm)}"
            case _:
                desk.close(alarm, NAME)
                return "closed"

    def _clock(self, alarm: str) -> str:
        """What the interruption clock says, in words; empty where the alarm has none."""
        situation = self._desk.situation(alarm)
        return f". {situation.words}" if situation.reading is not None else ""


def describe(signal: Signal) -> str:
    """A signal in a few words: what and where."""
    what = str(signal.because.get("sensor") or signal.rule or signal.kind)
    where = signal.element or signal.zone or signal.area
    return f"{what} at {where}" if where and where != what else what
