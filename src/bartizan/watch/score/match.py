"""Which alarm tells of which episode."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from bartizan.watch.score.episode import Alarm, Episode

# a pair that cannot be, in seconds: more than all delays of any day together
_NEVER = 1e12


@dataclass(frozen=True, slots=True)
class Matched:
    """An episode with the alarm that told of it, and how long after it was due [s]; negative is early."""

    episode: Episode
    alarm: Alarm

    @property
    def delay(self) -> float:
        """Seconds from when the episode was due to when the alarm was raised."""
        return self.alarm.t - self.episode.due


@dataclass(frozen=True, slots=True)
class Matching:
    """Every episode and every alarm, each in exactly one place.

    `late`: told of in its own time, but after the window, so that the episode counts as missed and the alarm not as
    false. `duplicates`: further alarms of an episode that was told of already.
    """

    matched: tuple[Matched, ...]
    missed: tuple[Episode, ...]
    false: tuple[Alarm, ...]
    late: tuple[Matched, ...]
    duplicates: tuple[Matched, ...]

    @property
    def episodes(self) -> int:
        """How many there truly were."""
        return len(self.matched) + len(self.missed)


def match(episodes: Sequence[Episode], alarms: Sequence[Alarm], *, within: float, early: float) -> Matching:
    """Match alarms to episodes of the same kind and zone, one to one.

    An alarm can tell of an episode when it is raised from `early` seconds before it is due to `within` seconds after.
    As many episodes as possible are matched, and among those matchings the one of least delay is taken. What is left
    over is late where it was raised before its episode ended, a duplicate where its episode was told of already, and
    false elsewhere.

    Source: the window and the rule that further alarms of an event are no false ones are those of the scoring of
    i-LIDS as it is told of (parameters here, since its constants are unconfirmed).
    """
    pairs: list[Matched] = []
    for kind, zone in sorted({(episode.kind, episode.zone) for episode in episodes}):
        ours = [one for one in episodes if (one.kind, one.zone) == (kind, zone)]
        theirs = [one for one in alarms if (one.kind, one.zone) == (kind, zone)]
        pairs += _assign(ours, theirs, within, early)
    told = {id(pair.episode) for pair in pairs}
    used = {id(pair.alarm) for pair in pairs}
    late: list[Matched] = []
    duplicates: list[Matched] = []
    false: list[Alarm] = []
    for alarm in alarms:
        if id(alarm) in used:
            continue
        during = _during(alarm, episodes, early, within)
        if not during:
            false.append(alarm)
            continue
        again = [one for one in during if id(one) in told]
        if again:
            duplicates.append(Matched(again[0], alarm))
        else:
            late.append(Matched(during[0], alarm))
    missed = tuple(one for one in episodes if id(one) not in told)
    return Matching(tuple(pairs), missed, tuple(false), tuple(late), tuple(duplicates))


def _assign(episodes: Sequence[Episode], alarms: Sequence[Alarm], within: float, early: float) -> list[Matched]:
    if not alarms:
        return []
    delay = np.array([alarm.t for alarm in alarms])[None, :] - np.array([episode.due for episode in episodes])[:, None]
    cost = np.where((delay >= -early) & (delay <= within), np.abs(delay), _NEVER)
    rows, columns = linear_sum_assignment(cost)
    return [
        Matched(episodes[row], alarms[column])
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True)
        if cost[row, column] < _NEVER
    ]


def _during(alarm: Alarm, episodes: Sequence[Episode], early: float, within: float) -> list[Episode]:
    """The episodes that go on when the alarm is raised, nearest in time first."""
    found = [
        one
        for one in episodes
        if (one.kind, one.zone) == (alarm.kind, alarm.zone)
        and one.due - early <= alarm.t <= max(one.end, one.due + within)
    ]
    return sorted(found, key=lambda one: abs(alarm.t - one.due))
