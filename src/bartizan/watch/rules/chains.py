"""Which tracks place and time could join: wide for what is told, narrow for what keeps a rule quiet.

A link says that one walker could have left two tracks; over minutes out of sight many others could as well. So a
signal tells every possible link, and a cooldown follows only those that leave no room for a second person: nobody
else could be it, and the one was out of sight for seconds only, and is never seen again beside the other.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator

from bartizan.watch.point import Link

# out of sight for longer than this [s], somebody else may have come in unseen
SURE_GAP = 10.0
# as many tracks are remembered with their links; the oldest are forgotten first
MOST = 10_000
# as many linked tracks are told in one signal
_TOLD = 20


class Chains:
    """Remembers links, at most those of MOST tracks; `forgotten` counts the tracks dropped beyond that."""

    def __init__(self) -> None:
        self._near: OrderedDict[str, set[str]] = OrderedDict()
        self._before: OrderedDict[str, str] = OrderedDict()
        self._after: dict[str, str] = {}
        self.forgotten = 0

    def link(self, links: Iterable[Link]) -> None:
        """Take what the tracker says of a moment."""
        for link in links:
            if link.earlier == link.later:
                continue  # a stitch: the id itself goes on
            for one, other in ((link.earlier, link.later), (link.later, link.earlier)):
                self._near.setdefault(one, set()).add(other)
                self._near.move_to_end(one)
            sure = link.rivals == 0 and link.gap <= SURE_GAP
            # one that two could continue, or that could continue two, is none of them for sure
            if sure and link.later not in self._before and link.earlier not in self._after:
                self._before[link.later] = link.earlier
                self._after[link.earlier] = link.later
            else:
                self._part(link.later)
                self._part(self._after.get(link.earlier, ""))
        while len(self._near) > MOST:
            self._near.popitem(last=False)
            self.forgotten += 1
        while len(self._before) > MOST:
            _, earlier = self._before.popitem(last=False)
            self._after.pop(earlier, None)

    def seen(self, tracks: Iterable[str]) -> None:
        """These tracks are seen now: one that was thought to have gone on as another did not."""
        if self._after:
            for track in tracks:
                if track in self._after:
                    self._part(self._after[track])

    def _part(self, later: str) -> None:
        earlier = self._before.pop(later, None)
        if earlier is not None:
            self._after.pop(earlier, None)

    def same(self, track: str) -> Iterator[str]:
        """The track, and those before it that can be nobody else."""
        seen = {track}
        yield track
        while (earlier := self._before.get(track)) is not None and earlier not in seen:
            seen.add(earlier)
            track = earlier
            yield track

    def possible(self, tracks: Iterable[str]) -> tuple[str, ...]:
        """Other tracks that place and time could join to these, directly or through one another; at most twenty."""
        known = dict.fromkeys(tracks)
        own = len(known)
        todo = list(known)
        while todo and len(known) < own + _TOLD:
            for other in sorted(self._near.get(todo.pop(0), ())):
                if other not in known and len(known) < own + _TOLD:
                    known[other] = None
                    todo.append(other)
        return tuple(list(known)[own:])
