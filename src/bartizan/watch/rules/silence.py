"""What keeps a signal quiet: disarmed, an access zone, an announced patrol, the cooldown of its own track."""

from __future__ import annotations

from collections.abc import Sequence

from bartizan.site.site import Site
from bartizan.watch.rules.case import Occurrence
from bartizan.watch.rules.chains import Chains
from bartizan.watch.rules.setting import Setting, holds
from bartizan.watch.rules.timetable import Timetable


class Silence:
    """Knows what is to be recorded and not sounded. Its memory is that of the cooldowns under way."""

    def __init__(self, site: Site, settings: Sequence[Setting], times: Timetable, chains: Chains) -> None:
        self._settings = settings
        self._times = times
        self._chains = chains
        self._access = tuple(zone for zone in site.zones if zone.use == "access")
        self._zones = {zone.id: zone for zone in site.zones}
        self._armed: dict[int, bool] = {}
        self._quiet: tuple[dict[str, float], ...] = tuple({} for _ in settings)
        # the tracks that each patrol vouches for, with how many occurrences of each are open
        self._vouched: dict[str, dict[str, int]] = {patrol.id: {} for patrol in site.patrols}

    def arm(self, rule: int, armed: bool | None) -> None:
        """Arm or disarm a rule by its number; None: as the site says."""
        if armed is None:
            self._armed.pop(rule, None)
        else:
            self._armed[rule] = armed

    def is_armed(self, rule: int) -> bool:
        """Whether a rule, by its number, is sounded."""
        return self._armed.get(rule, self._settings[rule].rule.armed)

    def of(self, occurrence: Occurrence, t: float) -> str | None:
        """Why an occurrence is not sounded at `t` [s]; None where it is."""
        self.release(occurrence)
        setting, event = self._settings[occurrence.rule], occurrence.event
        if not self.is_armed(occurrence.rule):
            return "disarmed"
        for zone in self._access:
            if zone is setting.zone or holds(zone, event.at):
                return f"access zone {zone.id}"
        patrol = self._patrol(occurrence, t)
        if patrol is not None:
            return f"patrol {patrol}"
        return "cooldown" if self._cooling(occurrence, t) else None

    def cool(self, occurrence: Occurrence, t: float) -> None:
        """A sounded occurrence is over at `t` [s]: its tracks are quiet for the cooldown of its rule."""
        cooldown = self._settings[occurrence.rule].rule.cooldown
        if cooldown <= 0.0:
            return
        quiet = self._quiet[occurrence.rule]
        for track in [track for track, until in quiet.items() if until <= t]:
            del quiet[track]
        quiet.update(dict.fromkeys(occurrence.event.tracks, t + cooldown))

    def _cooling(self, occurrence: Occurrence, t: float) -> bool:
        quiet = self._quiet[occurrence.rule]
        # one track that was not sounded before, and nothing is kept quiet
        return bool(quiet) and all(
            any(quiet.get(one, t) > t for one in self._chains.same(track)) for track in occurrence.event.tracks
        )

    def _patrol(self, occurrence: Occurrence, t: float) -> str | None:
        """The patrol that an occurrence may be of: it goes here now, and has people left for these tracks."""
        setting, event = self._settings[occurrence.rule], occurrence.event
        for patrol in self._times.patrols(t):
            here = (self._zones[name] for name in patrol.zones)
            if not any(zone is setting.zone or holds(zone, event.at) for zone in here):
                continue
            vouched = self._vouched[patrol.id]
            # a track that goes on under another id is no further person
            people = {tuple(self._chains.same(track))[-1] for track in (*vouched, *event.tracks)}
            if len(people) <= patrol.people:
                for track in event.tracks:
                    vouched[track] = vouched.get(track, 0) + 1
                occurrence.patrol, occurrence.vouched = patrol.id, event.tracks
                return patrol.id
        return None

    def release(self, occurrence: Occurrence) -> None:
        """No patrol vouches for this occurrence any more."""
        if occurrence.patrol is None:
            return
        vouched = self._vouched[occurrence.patrol]
        for track in occurrence.vouched:
            vouched[track] -= 1
            if not vouched[track]:
                del vouched[track]
        occurrence.patrol, occurrence.vouched = None, ()
