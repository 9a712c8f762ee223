"""Arming and posture while a run goes on: what people say is looked at each second, and changes are told to the run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime

from bartizan.app.live.wire import Armed, Held
from bartizan.site.site import Site
from bartizan.watch.arming import Order, standing


class Arming:
    """Compares what stands now with what the run was told, rule by rule.

    `orders` gives every order that people have written, oldest first; `now` the present instant (UTC), by which
    orders begin and end.
    """

    def __init__(self, site: Site, orders: Callable[[], Iterable[Order]], now: Callable[[], datetime]) -> None:
        self._site = site
        self._orders = orders
        self._now = now
        self._told: dict[str, bool] = {}

    def changes(self, t: float) -> Iterator[Armed]:
        """What the run must be told at `t` [s]: rules that are armed, disarmed, or as the site says again (None)."""
        stands = {rule: order.armed for rule, order in standing(self._site, self._orders(), self._now()).items()}
        for rule in sorted(self._told.keys() | stands.keys()):
            if self._told.get(rule) != stands.get(rule):
                yield Armed(rule, t, stands.get(rule))
        self._told = stands


class Postures:
    """Compares the states of the site that hold now with those that the run was told; `told` are those it began with.

    `states` gives every state that somebody says holds (`bartizan.app.incidents.posture.Posture.states`).
    """

    def __init__(self, states: Callable[[], tuple[str, ...]], told: Sequence[str]) -> None:
        self._states = states
        self._told = tuple(told)

    def changes(self, t: float) -> Iterator[Held]:
        """What the run must be told at `t` [s]: the states, where they are not those that it was told last."""
        states = self._states()
        if states != self._told:
            self._told = states
            yield Held(states, t)
