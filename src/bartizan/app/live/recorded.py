"""A run that was recorded, and played again: the same messages in the same order give the same signals."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from bartizan.app.live.foreign import EVENT_PACE
from bartizan.app.live.run import LiveRun, Sighting
from bartizan.app.live.wire import Message
from bartizan.site.site import Site


@dataclass(frozen=True, slots=True, kw_only=True)
class RunHead:
    """What a recording begins with: all that makes a run but its messages.

    `site` is the hash of the site and `name` its name, `version` that of Bartizan, `run` the name of the run in every
    id, `seed` of its generator, `start` (UTC) its zero or None. `health` are the cameras whose health was minded from
    `began` [s] on, or None; `states` the states of the site that were said to hold. `foreign`: what was taken are
    messages of other people's recorders, which come now and then.
    """

    site: str
    name: str
    version: str
    run: str
    seed: int
    start: datetime | None = None
    health: tuple[str, ...] | None = None
    began: float = 0.0
    states: tuple[str, ...] = ()
    foreign: bool = False

    def live(self, site: Site, keep: Callable[[Message], None] | None = None, *, explain: bool = False) -> LiveRun:
        """The run that it is the head of, before its first message."""
        return LiveRun(
            site,
            run=self.run,
            seed=self.seed,
            start_utc=self.start,
            health=self.health,
            began=self.began,
            states=self.states,
            params=EVENT_PACE if self.foreign else None,
            keep=keep,
            explain=explain,
        )

    def differences(self, site: Site, version: str) -> Iterator[str]:
        """What keeps a replay from being byte for byte the same, in words; nothing where nothing does."""
        if self.site != site.hash:
            yield (
                f"recorded for '{self.name}' ({self.site[:12]}), and the site is now '{site.name}' ({site.hash[:12]}): "
                "what its cameras saw then goes through the rules as they are now"
            )
        if self.version != version:
            yield f"recorded by Bartizan {self.version}, and this is {version}: signals may differ"


def replay(messages: Iterable[Message], run: LiveRun) -> Iterator[Sighting]:
    """Play recorded messages through a run made as the recording's head says; the caller finishes the run."""
    for message in messages:
        yield run.take(message)
