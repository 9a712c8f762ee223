"""When a rule holds: hours by the clock of the site, states of the site, announced patrols."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bartizan.errors import InputError, MissingPartError
from bartizan.signal import rfc3339
from bartizan.site.hours import within
from bartizan.site.hours import words as hours_words
from bartizan.site.model import Patrol, Rule
from bartizan.site.site import Site


class Timetable:
    """Tells for any moment of the stream what the clock on the wall shows and what holds.

    `start` is the time of the stream's zero, `states` are those that somebody says hold. Raises InputError where
    `start` has no offset or two states lie on one axis, UnknownIdError for a state that the site does not have, and
    MissingPartError where a rule has hours and there is no start, or has states and nobody can say which one holds.
    """

    def __init__(self, site: Site, start: datetime | None, states: Sequence[str] = ()) -> None:
        if start is not None and start.tzinfo is None:
            raise InputError(f"the start of the stream needs a time zone, such as {start.isoformat()}Z")
        self._start = start and start.astimezone(UTC)
        self._zone = UTC if site.time_zone is None else ZoneInfo(site.time_zone)
        self._axis_of = {state.id: state.axis for state in site.states}
        self._site = site
        self._told = self._by_axis(states)
        self._by_hours = {
            axis: tuple(state for state in site.states if state.axis == axis)
            for axis in {state.axis for state in site.states if state.hours}
        }
        self._patrols = site.patrols
        # looked up for every open occurrence, and the same for all of one moment
        self._withheld: dict[str, str | None] = {}
        self._withheld_at = float("nan")
        self._cached: tuple[float, datetime | None] = (float("nan"), None)
        for rule in site.rules:
            self._require_time(rule)

    def _require_time(self, rule: Rule) -> None:
        unknown = sorted(name for name in rule.states if self._unknown(self._axis_of[name]))
        if unknown:
            axis = self._axis_of[unknown[0]]
            raise MissingPartError(
                f"rule '{rule.id}' holds in state '{unknown[0]}', and nobody says which state of the axis '{axis}' "
                f"holds. Give --state {unknown[0]} (or another of the axis), or give a state of it hours"
            )
        needs_hours = bool(rule.hours) or any(
            self._axis_of[name] not in self._told for name in rule.states if self._axis_of[name] in self._by_hours
        )
        if needs_hours and self._start is None:
            raise MissingPartError(
                f"rule '{rule.id}' has hours, and nobody knows what time of day the stream begins at. "
                "Give --start, the time of its first picture"
            )

    def _by_axis(self, states: Sequence[str]) -> dict[str, str]:
        told: dict[str, str] = {}
        for name in states:
            axis = self._site.state(name).axis
            if told.setdefault(axis, name) != name:
                raise InputError(f"the states '{told[axis]}' and '{name}' lie on one axis, '{axis}'. Choose one")
        return told

    def hold(self, states: Sequence[str]) -> None:
        """From now on somebody says that these states hold, in the place of those that were told before.

        Of an axis on which nobody says anything any more, and that has no hours, no rule of its states holds.
        Raises InputError where two lie on one axis, UnknownIdError for a state that the site does not have.
        """
        self._told = self._by_axis(states)
        self._withheld, self._withheld_at = {}, float("nan")

    def _unknown(self, axis: str) -> bool:
        return axis not in self._told and axis not in self._by_hours

    @property
    def start(self) -> datetime | None:
        """The time of the stream's zero (UTC), where it is known."""
        return self._start

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know: what is not minded because there is no time."""
        if self._start is None and self._patrols:
            return ("the site has patrols, and without --start nobody knows when they go: none is minded",)
        return ()

    def utc(self, t: float) -> str | None:
        """The moment `t` [s] as RFC 3339; None where there is no start. Raises InputError where it is no date."""
        return None if self._start is None else rfc3339(self._instant(self._start, t), "milliseconds")

    def words(self, t: float) -> str:
        """The moment `t` [s] in words, by the clock of the site."""
        wall = self.wall(t)
        return f"{t:.1f} s of the stream" if wall is None else f"{wall:%H:%M:%S %Z}"

    def wall(self, t: float) -> datetime | None:
        """What the clock of the site shows at `t` [s]; None where there is no start."""
        if self._start is None:
            return None
        if self._cached[0] != t:
            self._cached = (t, self._instant(self._start, t).astimezone(self._zone))
        return self._cached[1]

    @staticmethod
    def _instant(start: datetime, t: float) -> datetime:
        try:
            return start + timedelta(seconds=t)
        except OverflowError as fault:
            message = f"{t:g} s after {start:%Y-%m-%d} is no date. Check the stream's times and its start"
            raise InputError(message) from fault

    def withheld(self, rule: Rule, t: float) -> str | None:
        """Why a rule does not hold at `t` [s]: its hours, or a state; None where it holds."""
        if not rule.hours and not rule.states:
            return None
        if self._withheld_at != t:
            self._withheld, self._withheld_at = {}, t
        if rule.id not in self._withheld:
            self._withheld[rule.id] = self._why_withheld(rule, t)
        return self._withheld[rule.id]

    def _why_withheld(self, rule: Rule, t: float) -> str | None:
        if rule.hours:
            wall = self.wall(t)
            if wall is not None and not within(rule.hours, wall):
                return f"hours: it holds {hours_words(rule.hours)}"
        if rule.states:
            for axis in sorted({self._axis_of[name] for name in rule.states}):
                now = self.state(axis, t)
                if now not in rule.states:
                    asked = " or ".join(sorted(name for name in rule.states if self._axis_of[name] == axis))
                    return f"state: it is '{now}', and it holds in {asked}"
        return None

    def state(self, axis: str, t: float) -> str | None:
        """Which state of an axis holds at `t` [s]: the one that was told, else by hours, else the one without hours."""
        if axis in self._told:
            return self._told[axis]
        wall, states = self.wall(t), self._by_hours.get(axis, ())
        for state in states:
            if wall is not None and state.hours and within(state.hours, wall):
                return state.id
        return next((state.id for state in states if not state.hours), None)

    def patrols(self, t: float) -> Iterable[Patrol]:
        """The patrols that are under way at `t` [s]."""
        wall = self.wall(t) if self._patrols else None
        return [] if wall is None else [patrol for patrol in self._patrols if _under_way(patrol, wall)]


def _under_way(patrol: Patrol, wall: datetime) -> bool:
    if patrol.begin is not None and patrol.end is not None:
        return patrol.begin <= wall < patrol.end
    return within(patrol.hours, wall)
