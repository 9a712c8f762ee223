"""The posture of the site: which of its own states on the axis `posture` holds, set by a person or an incident.

What is set holds at once for the interruption clock and for `assess` on this desk, and is told to the running watch
(`bartizan.app.live.arming.Postures`), so that rules which hold in one posture begin
and end with it. It survives a restart.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bartizan.app.ledger.histories import Histories
from bartizan.app.ledger.ledger import Ledger
from bartizan.desk.codec import Codec
from bartizan.desk.errors import CommandError, HistoryError
from bartizan.desk.event import Event, instant
from bartizan.desk.said import person, text
from bartizan.errors import ChangeError, UnknownIdError
from bartizan.site.site import Site

AXIS = "posture"
_ONLY = "site"  # the journal's stream is posture/site


@dataclass(frozen=True, slots=True, kw_only=True)
class PostureSet(Event):
    """From now on a state of the site holds (None: as the site file says), for a reason; `incident` where one asked."""

    kind = "posture-set"
    state: str | None
    reason: str
    incident: str | None = None


CODEC: Codec[PostureSet] = Codec(PostureSet)


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """What was set last: the state, since when (UTC), by whom and why."""

    version: int
    state: str | None
    since: datetime
    by: str
    reason: str
    incident: str | None

    def to_json(self) -> dict[str, Any]:
        """What holds as plain JSON values."""
        return {
            "version": self.version,
            "state": self.state,
            "since": instant(self.since),
            "by": self.by,
            "reason": self.reason,
            "incident": self.incident,
        }


def _apply(holding: Holding | None, event: PostureSet) -> Holding:
    if event.version != (0 if holding is None else holding.version) + 1:
        raise HistoryError(f"the posture's version {event.version} is not the next. Restore the journal from a backup")
    return Holding(
        version=event.version,
        state=event.state,
        since=event.at,
        by=event.by,
        reason=event.reason,
        incident=event.incident,
    )


class Posture:
    """The posture of one `site` (as its file says, in no state). `states` are those that hold when nobody set any.

    `hold` is given the site in the states that hold, whenever they change.
    """

    def __init__(self, ledger: Ledger, site: Site, states: Sequence[str], hold: Callable[[Site], None]) -> None:
        self._ledger, self._site, self._hold = ledger, site, hold
        self._told = tuple(states)
        self._holds = self._told
        self.trouble: str | None = None
        self._book: Histories[Holding, PostureSet] = Histories(
            ledger, topic=AXIS, apply=_apply, codec=CODEC, shown=lambda _, holding: self._show(holding)
        )

    @property
    def site(self) -> Site:
        """The site as its file says, in no state."""
        return self._site

    @property
    def choices(self) -> tuple[str, ...]:
        """The states that can be set."""
        return tuple(state.id for state in self._site.states if state.axis == AXIS)

    @property
    def states(self) -> tuple[str, ...]:
        """Every state that holds now, of whatever axis, as far as somebody said so."""
        return self._holds

    @property
    def present(self) -> str | None:
        """The state on the axis `posture` that holds; None where nobody said which."""
        return next((name for name in self._holds if name in self.choices), None)

    @property
    def holding(self) -> Holding | None:
        """What was set last; None where nothing ever was."""
        return self._book.find(_ONLY)

    def set(self, state: str | None, *, by: str, reason: str, incident: str | None = None) -> Holding | None:
        """Let a state hold from now on; None: as the desk was begun. Holds already: nothing changes.

        Errors: UnknownIdError where the site has no such state; CommandError where it lies on another axis.
        """
        by, reason = person(by), text(reason, "reason")
        if state is not None:
            axis = self._site.state(state).axis
            if axis != AXIS:
                raise CommandError(
                    f"the state {state!r} lies on the axis {axis!r}, not {AXIS!r}. Choose one of: "
                    f"{', '.join(self.choices) or 'none; the site has no states on it'}"
                )
            self._site.in_state(self._with(state))  # that it can hold is known before it is kept
        with self._ledger.lock:
            known = self.holding
            if known is not None and known.state == state:
                return known
            if known is None and state in (None, self.present):
                return None
            event = PostureSet(
                version=1 if known is None else known.version + 1,
                at=self._ledger.utc(),
                by=by,
                state=state,
                reason=reason,
                incident=incident,
            )
            return self._book.commit(_ONLY, [event])

    def can_hold(self, site: Site) -> bool:
        """Whether the states that the desk was begun in can hold in `site`."""
        try:
            site.in_state(self._told)
        except (UnknownIdError, ChangeError):
            return False
        return True

    def resite(self, site: Site) -> None:
        """The site's file says something else from now on: it is held in the posture that was set, where it can be.

        Errors: as `Site.in_state`, where it is none that `can_hold`.
        """
        site.in_state(self._told)
        self._site = site
        holding = self.holding
        if holding is None:
            self._hold(site.in_state(self._told))
        else:
            self._show(holding)

    def history(self) -> tuple[PostureSet, ...]:
        """Everything that was ever set, oldest first."""
        return () if self.holding is None else self._book.history(_ONLY)

    def _with(self, state: str | None) -> tuple[str, ...]:
        if state is None:
            return self._told
        return (*(name for name in self._told if name not in self.choices), state)

    def _show(self, holding: Holding) -> None:
        states = self._with(holding.state)
        try:
            held = self._site.in_state(states)
        except (UnknownIdError, ChangeError) as fault:
            # the site file was changed since: the desk opens all the same, and says so
            self.trouble = f"the posture {holding.state!r} cannot hold any more: {fault}"
            states, held = self._told, self._site.in_state(self._told)
        else:
            self.trouble = None
        self._holds = states
        self._hold(held)
