"""The rule book: what behaviours find under the rules of a site becomes signals.

A behaviour reports an occurrence: it is raised, goes on, is over. Outside its hours and states a rule says nothing;
an occurrence that lasts when they begin is raised then, with all of its time. One that is disarmed, on an access
zone, of an announced patrol or within the cooldown of its own track is recorded and not sounded, and raised anew,
sounded, when it goes on and nothing keeps it quiet any more. What was sounded once is sounded until it ends. So the
signals that are not silent alone have one beginning and one end each, and so have the silent ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from bartizan.errors import UnknownIdError
from bartizan.signal import Phase, Signal, SignalIds
from bartizan.site.faults import among
from bartizan.site.site import Site
from bartizan.watch.batch import Batch
from bartizan.watch.behaviours import BEHAVIOURS
from bartizan.watch.behaviours.event import BehaviourEvent
from bartizan.watch.point import EndedTrack, Link, TrackPoint
from bartizan.watch.rules.case import Case, Occurrence
from bartizan.watch.rules.chains import Chains
from bartizan.watch.rules.explain import Explanation, Ledger
from bartizan.watch.rules.setting import Make, Setting
from bartizan.watch.rules.silence import Silence
from bartizan.watch.rules.timetable import Timetable


class RuleBook:
    """Applies the rules of `site` to tracks.

    `ids` gives the ids of the signals in the order in which they are raised. `start_utc` is the time of the stream's
    zero; without it signals carry no `utc`, and rules with hours cannot be kept. The times of day in words are the
    site's own. `exercise` marks every signal as of an exercise. `states` are the states of the site that hold, where
    their hours do not say it. `explain`: keep what `explain()` tells, at some cost. The same points in the same order
    give the same signals.

    Raises InputError, MissingPartError and UnknownIdError as `bartizan.watch.rules.timetable.Timetable` does.
    """

    def __init__(
        self,
        site: Site,
        ids: SignalIds,
        start_utc: datetime | None = None,
        exercise: bool = False,
        *,
        states: Sequence[str] = (),
        explain: bool = False,
        behaviours: Mapping[str, Make] = BEHAVIOURS,
    ) -> None:
        self._ids = ids
        self._exercise = exercise
        self._times = Timetable(site, start_utc, states)
        self._settings = tuple(Setting.of(site, rule, behaviours) for rule in site.rules)
        self._chains = Chains()
        self._silence = Silence(site, self._settings, self._times, self._chains)
        self._open: dict[tuple[int, str], Occurrence] = {}
        self._cases: dict[str, Case] = {}
        # where and when tracks were seen last of which a group or an escalation depends on it
        self._where: dict[str, tuple[float, float]] = {}
        self._seen: dict[str, float] = {}
        self._ledger = Ledger(self._settings) if explain else None

    @property
    def start(self) -> datetime | None:
        """The time of the stream's zero (UTC), where it is known."""
        return self._times.start

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know before the run begins."""
        return self._times.notes

    @property
    def dropped(self) -> int:
        """Points that behaviours had no room for, and linked tracks that were forgotten before their time."""
        return sum(setting.behaviour.dropped for setting in self._settings) + self._chains.forgotten

    def step(
        self,
        points: Iterable[TrackPoint],
        t: float,
        ended: Iterable[EndedTrack] = (),
        links: Iterable[Link] = (),
    ) -> tuple[Signal, ...]:
        """Take the points of one moment `t` [s], the tracks that ended with it and what was linked; return the signals.

        Points of a track come in the order of time and may lie before `t`; a signal bears the time at which it was
        known.
        """
        return self.take(Batch.of(tuple(points), t), [track.track for track in ended], tuple(links))

    def take(self, batch: Batch, ended: Sequence[str] = (), links: Sequence[Link] = ()) -> tuple[Signal, ...]:
        """As `step`, of points that are arrays already; `ended` are the ids of the tracks that are over."""
        t = batch.t
        self._chains.link(links)
        self._chains.seen(batch.tracks)
        self._follow(batch)
        signals: list[Signal] = []
        for index, setting in enumerate(self._settings):
            minded = setting.minded(batch)
            if self._ledger is not None:
                self._ledger.saw(index, batch, minded)
            found = list(setting.behaviour.step(minded, links)) if len(minded) or links else []
            if self._ledger is not None:
                self._ledger.measured(index, minded)
            if ended:
                found += setting.behaviour.end(ended, t)
            found += setting.behaviour.pass_time(t)
            for event in found:
                signals += self._settle(index, event, t)
        signals += self._look_again(t)
        return tuple(signals)

    def finish(self, t: float) -> tuple[Signal, ...]:
        """The stream is over at `t` [s]: every signal that is still open ends."""
        signals: list[Signal] = []
        for index, setting in enumerate(self._settings):
            for event in setting.behaviour.finish(t):
                signals += self._settle(index, event, t)
        for occurrence in list(self._open.values()):
            signals += self._over(occurrence, t)
        for case in list(self._cases.values()):
            signals += self._close(case, t)
        return tuple(signals)

    def arm(self, rule: str, armed: bool | None, t: float) -> tuple[Signal, ...]:
        """From `t` [s] on a rule is armed or disarmed; None: as the site says. Returns what is sounded by it at once.

        What was sounded already stays so until it ends. Raises UnknownIdError where the site has no such rule.
        """
        for index, setting in enumerate(self._settings):
            if setting.rule.id == rule:
                self._silence.arm(index, armed)
                return tuple(self._look_again(t))
        known = [setting.rule.id for setting in self._settings]
        raise UnknownIdError(f"no rule has the id '{rule}'. {among(rule, known, 'rule')}")

    def hold(self, states: Sequence[str], t: float) -> tuple[Signal, ...]:
        """From `t` [s] on these states of the site hold. Returns what is raised by it at once.

        What was raised already stays so until it ends. Raises InputError where two lie on one axis, UnknownIdError
        for a state that the site does not have; then what held before still does.
        """
        self._times.hold(states)
        return tuple(self._look_again(t))

    @property
    def forgotten(self) -> int:
        """Tracks of which nothing can be explained any more, for want of room."""
        return 0 if self._ledger is None else self._ledger.forgotten

    def holding(self, t: float) -> frozenset[str]:
        """The rules that are armed and within their hours and states at `t` [s]."""
        return frozenset(
            setting.rule.id
            for index, setting in enumerate(self._settings)
            if self._silence.is_armed(index) and self._times.withheld(setting.rule, t) is None
        )

    def explain(self, about: str | None = None) -> tuple[Explanation, ...]:
        """Why what happened did or did not give a signal: by track and rule, of one track, zone or rule, or of all.

        Empty where the book was not asked to keep it.
        """
        return () if self._ledger is None else self._ledger.explain(about)

    # ---- inside

    def _follow(self, batch: Batch) -> None:
        wanted = {
            track for one in self._open.values() if self._settings[one.rule].follows for track in one.event.tracks
        }
        if not wanted:
            self._where.clear()
            self._seen.clear()
            return
        for index, track in enumerate(batch.tracks):
            if track in wanted and batch.observed[index]:
                x, y = batch.places[index]
                self._where[track] = (float(x), float(y))
                self._seen[track] = float(batch.times[index])
        for track in self._where.keys() - wanted:
            del self._where[track], self._seen[track]

    def _settle(self, index: int, event: BehaviourEvent, t: float) -> list[Signal]:
        """Note what a behaviour reports, and say what is to be said of it."""
        key = (index, event.about)
        known = self._open.get(key)
        if event.phase == "ended":
            if known is None:
                return []
            known.event = event
            return self._over(known, t)
        if known is None:
            known = self._open[key] = Occurrence(index, event)
            return self._judge(known, t)
        known.event = event
        if known.case is not None:
            known.case.members[event.about] = event
        signals = self._judge(known, t)
        if not signals and known.case is not None:
            signals = [self._signal(known.case, "updated", t)]
        return signals

    def _judge(self, occurrence: Occurrence, t: float) -> list[Signal]:
        """Raise what may be raised now: for the first time, or sounded after it was silent."""
        if occurrence.case is not None and occurrence.case.silent is None:
            return []
        setting = self._settings[occurrence.rule]
        occurrence.withheld = None if occurrence.case is not None else self._times.withheld(setting.rule, t)
        if occurrence.withheld is not None:
            self._note(occurrence, occurrence.withheld, t)
            return []
        occurrence.silent = self._silence.of(occurrence, t)
        self._note(occurrence, occurrence.silent or "raised", t)
        if occurrence.case is not None:
            if occurrence.silent is not None:
                occurrence.case.silent = occurrence.silent
                return []
            occurrence.case.silent, occurrence.case.sounded = None, t
            return [self._signal(occurrence.case, "raised", t)]
        if occurrence.silent is None:
            for case in self._cases.values():
                if case.setting is setting and case.takes(occurrence.event, t, self._where):
                    case.join(occurrence.event, t)
                    occurrence.case = case
                    self._note(occurrence, f"group: told in signal {case.id}", t)
                    return [self._signal(case, "updated", t)]
        return [self._signal(self._begin(occurrence, t), "raised", t)]

    def _begin(self, occurrence: Occurrence, t: float) -> Case:
        setting, event = self._settings[occurrence.rule], occurrence.event
        case = Case(
            id=next(self._ids),
            setting=setting,
            element=setting.nearest(event.at),
            severity=setting.rule.severity,
            silent=occurrence.silent,
            joined=t,
            sounded=t if occurrence.silent is None else None,
        )
        case.join(event, t)
        occurrence.case = self._cases[case.id] = case
        return case

    def _over(self, occurrence: Occurrence, t: float) -> list[Signal]:
        """An occurrence is over."""
        del self._open[occurrence.key]
        case = occurrence.case
        if case is None:
            return []
        case.leave(occurrence.event)
        if case.silent is None:
            self._silence.cool(occurrence, t)
        self._silence.release(occurrence)
        if case.over(t):
            return self._close(case, t)
        return [self._signal(case, "updated", t)]

    def _close(self, case: Case, t: float) -> list[Signal]:
        del self._cases[case.id]
        return [self._signal(case, "ended", t)]

    def _look_again(self, t: float) -> list[Signal]:
        """What the passing of time brings: hours begin, a cooldown ends, a patrol has gone, something has gone on."""
        signals: list[Signal] = []
        for occurrence in list(self._open.values()):
            if occurrence.case is None or occurrence.case.silent is not None:
                signals += self._judge(occurrence, t)
        for case in list(self._cases.values()):
            worse = False
            while case.silent is None and case.due(t, self._seen):
                case.escalate()
                worse = True
            if worse:
                signals.append(self._signal(case, "updated", t))
            if case.over(t):
                signals += self._close(case, t)
        return signals

    def _note(self, occurrence: Occurrence, why: str, t: float) -> None:
        if self._ledger is not None:
            self._ledger.judged(occurrence.rule, occurrence.event, why, t)

    def _signal(self, case: Case, phase: Phase, t: float) -> Signal:
        tracks = [track for event in (*case.past, *case.members.values()) for track in event.tracks]
        return case.signal(
            phase,
            t,
            utc=self._times.utc(t),
            words=self._times.words,
            linked=self._chains.possible(tracks),
            exercise=self._exercise,
        )
