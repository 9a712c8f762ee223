"""The alarm panel: words of sensors, doors and buttons become signals that begin, go on and end.

A door that is opened without a badge, a request to exit or another pass within `passes_for` seconds before is forced;
one that stays open for `held_after` is held. A badge that comes up to `LATE` after the opening explains it still, for
messages overtake one another. Everything else that goes on or off is a signal while it is on. A word told twice is one
word; what flaps goes on. The panel is pure: it has no clock, and keeps a state only when it is told to.

It does not model interlocks of two doors, anti-passback, or who a badge belongs to.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bartizan.app.intake.case import SLOTS, Case, Slot, begun, resumed, signal_of, spot_of
from bartizan.app.intake.reading import Reading
from bartizan.errors import UnknownIdError
from bartizan.signal import Severity, Signal
from bartizan.site.hours import within
from bartizan.site.inputs import PASSES, Input
from bartizan.site.site import Site

LATE = 2.0  # seconds by which the word of a badge may come after the word of its door
DENIED_LASTS = 30.0  # seconds that a badge which was refused goes on: the next refusal within them is the same signal
HELD: Severity = "medium"  # a door held open, and a sensor that says nothing: somebody has to look
_SHOWN = 60.0  # seconds for which the last badge is told with what happens at its door
SLOTS_OF_INPUT: tuple[Slot, ...] = ("main", "held", "quiet")
_KINDS = {"detector": "sensor", "tamper": "tamper", "fault": "sensor-fault", "duress": "duress", "contact": "door-open"}


@dataclass(frozen=True, slots=True, kw_only=True)
class InputState:
    """What is known of one input: whether it is on (None: nothing yet), since when, what falls due, what goes on."""

    heard: datetime
    on: bool | None = None
    since: datetime | None = None
    off_at: datetime | None = None
    off_due: datetime | None = None
    held_due: datetime | None = None
    cases: Mapping[Slot, Case] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorState:
    """What is known of one door: until when it may be opened and by what, and the badge that was shown last."""

    pass_until: datetime | None = None
    passed_by: str | None = None
    shown_at: datetime | None = None
    shown: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What a word or the time brings: signals, and the states that hold once these are durable."""

    signals: tuple[Signal, ...] = ()
    inputs: Mapping[str, InputState] = field(default_factory=dict)
    doors: Mapping[str, DoorState] = field(default_factory=dict)


class Panel:
    """The panel of one site since `start` (UTC). `take` and `pass_time` change nothing until `settle`.

    `minds`: whether an input that says nothing is missed; where nothing listens to the devices, none is.
    """

    def __init__(self, site: Site, start: datetime, *, minds: bool = True) -> None:
        self.minds = minds
        self._inputs: dict[str, InputState] = {}
        self._doors: dict[str, DoorState] = {}
        self.hold(site, start)

    def hold(self, site: Site, now: datetime) -> None:
        """The site is in another state from `now` (UTC) on: its inputs are read anew, and what is known of them stays.

        Take `gone` first: what goes on at an input that is no more would go on for ever.
        """
        self._sources = {source.id: source for source in site.inputs}
        self._spots = {source.id: spot_of(site, source) for source in site.inputs}
        self._zone = None if site.time_zone is None else ZoneInfo(site.time_zone)
        self._contacts: dict[str | None, list[str]] = {}
        for source in site.inputs:
            if source.kind == "contact":
                self._contacts.setdefault(self._spots[source.id].element, []).append(source.id)
        self._controlled = {self._spots[source.id].element for source in site.inputs if source.kind in PASSES} - {None}
        fresh = InputState(heard=now)
        self._inputs = {name: self._inputs.get(name, fresh) for name in self._sources}

    def gone(self, site: Site, now: datetime) -> Turn:
        """The ends of what goes on at inputs that `site` has no more."""
        left = {source.id for source in site.inputs}
        signals: list[Signal] = []
        for name, source in self._sources.items():
            if name not in left:
                draft = _Draft(self, source, now)
                draft.over_for_good()
                signals += draft.turn().signals
        return Turn(signals=tuple(signals))

    def resume(self, signals: Iterable[Mapping[str, Any]]) -> None:
        """Go on with what the desk still holds as active; `signals` as `Signal.to_json` gives them."""
        for signal in signals:
            because = signal.get("because")
            name = because.get("input") if isinstance(because, Mapping) else None
            case = resumed(signal) if isinstance(name, str) and name in self._inputs else None
            if case is None or not isinstance(name, str):
                continue
            slot, state = SLOTS[case.kind], self._inputs[name]
            state = replace(state, cases={**state.cases, slot: case})
            if slot != "quiet" and case.kind != "badge-denied":
                state = replace(state, on=True, since=case.since)
            self._inputs[name] = replace(state, off_due=self._clears(name, state.heard, case.kind))

    def take(self, reading: Reading, now: datetime) -> Turn:
        """What a word brings at `now` (UTC), and what was due before it. Errors: UnknownIdError."""
        source = self._sources.get(reading.input)
        if source is None:
            raise UnknownIdError(f"the site has no input '{reading.input:.80}'. Add [[input]] to its file")
        draft = _Draft(self, source, now)
        draft.due()
        draft.heard()
        if source.kind in PASSES:
            draft.passed(reading)
        elif reading.said == "on":
            draft.on(reading)
        else:
            draft.off(reading)
        return draft.turn()

    def pass_time(self, now: datetime) -> Turn:
        """What has become due by `now` (UTC)."""
        signals: list[Signal] = []
        inputs: dict[str, InputState] = {}
        for name, source in self._sources.items():
            draft = _Draft(self, source, now)
            draft.due()
            turn = draft.turn()
            signals += turn.signals
            if draft.state is not self._inputs[name]:
                inputs[name] = draft.state
        return Turn(signals=tuple(signals), inputs=inputs)

    def settle(self, turn: Turn) -> None:
        """What a turn brought is durable: its states hold."""
        self._inputs |= turn.inputs
        self._doors |= turn.doors

    def state(self, name: str) -> InputState:
        """What is known of an input. Errors: UnknownIdError."""
        if name not in self._inputs:
            raise UnknownIdError(f"the site has no input '{name:.80}'. Add [[input]] to its file")
        return self._inputs[name]

    def _clears(self, name: str, at: datetime, kind: str) -> datetime | None:
        source = self._sources[name]
        after = DENIED_LASTS if kind == "badge-denied" else source.clears_after
        return None if after is None else at + timedelta(seconds=after)

    def _silent(self, source: Input, now: datetime) -> str | None:
        wall = now if self._zone is None else now.astimezone(self._zone)
        return None if not source.hours or within(source.hours, wall) else "out of hours"


class _Draft:
    """One input while a word is thought over: its next state and the signals that go with it."""

    def __init__(self, panel: Panel, source: Input, now: datetime) -> None:
        self._panel, self._source, self._now = panel, source, now
        self._spot = panel._spots[source.id]
        self.state = panel._inputs[source.id]
        self._element = self._spot.element
        self._others: dict[str, InputState] = {}
        self._doors: dict[str, DoorState] = {}
        self._signals: list[Signal] = []

    def turn(self) -> Turn:
        """All that was thought of."""
        inputs = {**self._others, self._source.id: self.state}
        return Turn(signals=tuple(self._signals), inputs=inputs, doors=self._doors)

    # ---- words

    def heard(self) -> None:
        """It speaks: whatever was said of its silence is over."""
        self.state = replace(self.state, heard=self._now)
        self._end("quiet", self._now, f"{self._spot.name} is heard again")

    def on(self, reading: Reading) -> None:
        """It is on, or open."""
        unknown = self.state.on is None
        clears = self._panel._clears(self._source.id, self._now, "")
        if self.state.on:
            self.state = replace(self.state, off_at=None, off_due=clears)
            return
        self.state = replace(self.state, on=True, since=reading.at, off_at=None, off_due=clears)
        if self._source.held_after is not None:
            due = reading.at + timedelta(seconds=self._source.held_after)
            self.state = replace(self.state, held_due=due)
        if self._source.kind != "contact":
            self._begin("main", _KINDS[self._source.kind], reading.at, self._words())
        elif self._element in self._panel._controlled:
            self._opened(reading, unknown=unknown)
        elif self._source.held_after is None:
            self._begin("main", "door-open", reading.at, f"{self._spot.name} was opened")

    def _opened(self, reading: Reading, *, unknown: bool) -> None:
        """A door with a badge or a request to exit is open: was it let open?"""
        assert self._element is not None  # noqa: S101 - only an element is controlled
        door = self._panel._doors.get(self._element, DoorState())
        if door.pass_until is not None and reading.at <= door.pass_until:
            # one pass, one opening
            self._doors[self._element] = replace(door, pass_until=None)
        elif unknown and reading.kept:
            # it stood open before anybody listened: not known to be forced, and not to be passed over
            if self._source.held_after is None:
                words = f"{self._spot.name} stood open when the desk began to listen"
                self._begin("main", "door-open", reading.at, words)
        else:
            words = f"{self._spot.name} was opened, and nothing had let it be"
            self._begin("main", "door-forced", reading.at, words, because=self._last_shown(door))

    def off(self, reading: Reading) -> None:
        """It is off, or shut; what flaps is not off until it has settled."""
        if not self.state.on:
            self.state = replace(self.state, on=False, since=reading.at)
        elif self._source.settle == 0.0:
            self._over(reading.at)
        else:
            due = self._now + timedelta(seconds=self._source.settle)
            self.state = replace(self.state, off_at=reading.at, off_due=due)

    def passed(self, reading: Reading) -> None:
        """A badge was shown, or somebody asked to go out. What a broker had kept opens no door."""
        if reading.kept or reading.said == "off":
            return
        assert self._element is not None  # noqa: S101 - the site file says so
        door = self._panel._doors.get(self._element, DoorState())
        if self._source.kind == "badge":
            shown = {"badge": reading.said, "holder": reading.holder}
            door = replace(door, shown_at=reading.at, shown=shown)
        if reading.said == "denied":
            self._denied(reading)
        else:
            until = reading.at + timedelta(seconds=self._source.passes_for)
            door = replace(door, pass_until=until, passed_by=self._source.kind)
            if self._explained(reading.at):
                door = replace(door, pass_until=None)
        self._doors[self._element] = door

    def _denied(self, reading: Reading) -> None:
        due = self._now + timedelta(seconds=DENIED_LASTS)
        self.state = replace(self.state, off_due=due)
        words, because = f"{self._spot.name}: a badge was refused", {"holder": reading.holder}
        case = self.state.cases.get("main")
        if case is not None and case.ended is None:
            last, told = max(reading.at, case.last), {"text": words, **because}
            again = replace(case, last=last, times=case.times + 1, because=told)
            self._put("main", again)
            self._signals.append(signal_of(self._source, self._spot, again, "updated"))
            return
        self._begin("main", "badge-denied", reading.at, words, because=because)

    def _explained(self, at: datetime) -> bool:
        """Whether the pass explains a door that was just opened; its alarm then ends. An open door may stay longer."""
        explained = False
        for name in self._panel._contacts.get(self._element, ()):
            source, other = self._panel._sources[name], self._panel._inputs[name]
            if not other.on:
                continue
            draft = _Draft(self._panel, source, self._now)
            case = other.cases.get("main")
            fresh = other.since is not None and at <= other.since + timedelta(seconds=LATE)
            if fresh and case is not None and case.kind == "door-forced" and case.ended is None:
                draft._end("main", self._now, "a badge was shown, and its word came late")
                explained = True
            if source.held_after is not None and draft._going_on("held") is None:
                draft.state = replace(draft.state, held_due=at + timedelta(seconds=source.held_after))
            self._others[name] = draft.state
            self._signals += draft._signals
        return explained

    # ---- time

    def due(self) -> None:
        """Do what has become due."""
        if self.state.off_due is not None and self.state.off_due <= self._now:
            self._over(self.state.off_at or self.state.off_due)
        if self.state.held_due is not None and self.state.held_due <= self._now and self.state.off_due is None:
            self._held(self.state.held_due)
        self._sounded()
        quiet = self._source.quiet_after if self._panel.minds else None
        if quiet is not None and self._going_on("quiet") is None:
            due = self.state.heard + timedelta(seconds=quiet)
            if due <= self._now:
                words = f"{self._spot.name} has said nothing for {quiet:g} s"
                self._begin("quiet", "sensor-silent", due, words, severity=HELD)

    def _over(self, at: datetime) -> None:
        self.state = replace(self.state, on=False, since=at, off_at=None, off_due=None, held_due=None)
        for slot in ("main", "held"):
            self._end(slot, at, None)

    def _held(self, due: datetime) -> None:
        self.state = replace(self.state, held_due=None)
        if self._going_on("main") is None:
            words = f"{self._spot.name} is held open for longer than {self._source.held_after:g} s"
            self._begin("held", "door-held", due, words, severity=HELD)

    def _sounded(self) -> None:
        """What went on in silence is sounded from the hour on in which it is."""
        if not self._source.hours or self._panel._silent(self._source, self._now) is not None:
            return
        for slot in ("main", "held"):
            case = self._going_on(slot)
            if case is not None and case.silent is not None:
                self._end(slot, self._now, None)
                because = {name: value for name, value in case.because.items() if name != "text"}
                words = str(case.because.get("text", ""))
                self._begin(slot, case.kind, self._now, words, severity=case.severity, because=because)

    def over_for_good(self) -> None:
        """The input is no more."""
        for slot in SLOTS_OF_INPUT:
            self._end(slot, self._now, "the site has this input no more")

    # ---- cases

    def _going_on(self, slot: Slot) -> Case | None:
        case = self.state.cases.get(slot)
        return None if case is None or case.ended is not None else case

    def _begin(
        self,
        slot: Slot,
        kind: str,
        at: datetime,
        words: str,
        *,
        severity: Severity | None = None,
        because: Mapping[str, Any] | None = None,
    ) -> None:
        told, severity = {"text": words, **(because or {})}, severity or self._source.severity
        before, silent = self.state.cases.get(slot), self._panel._silent(self._source, self._now)
        case, state = begun(self._source, kind, at, severity, silent=silent, before=before, because=told)
        self._put(slot, case)
        self._signals.append(signal_of(self._source, self._spot, case, state))

    def _end(self, slot: Slot, at: datetime, words: str | None) -> None:
        case = self._going_on(slot)
        if case is None:
            return
        last = max(at, case.last)
        because = {**case.because} if words is None else {**case.because, "ended": words}
        over = replace(case, last=last, ended=last, because=because)
        self._put(slot, over)
        self._signals.append(signal_of(self._source, self._spot, over, "ended"))

    def _put(self, slot: Slot, case: Case) -> None:
        self.state = replace(self.state, cases={**self.state.cases, slot: case})

    def _words(self) -> str:
        return f"{self._spot.name}: {self._source.kind}"

    def _last_shown(self, door: DoorState) -> dict[str, Any]:
        if door.shown_at is None or (self._now - door.shown_at).total_seconds() > _SHOWN:
            return {}
        return dict(door.shown)
