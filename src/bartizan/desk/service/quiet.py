"""Which outage quiets a signal: one of a thing that the signal is about, or of every camera that tells it.

What a person reports, a call for help and everything of an exercise is never quieted. What is of high priority takes an
outage that two people agreed to.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final, Literal, get_args

from bartizan.desk.alarms.hidden import DURESS
from bartizan.desk.service.life import Outage
from bartizan.signal import Signal

Thing = Literal["element", "sensor", "camera", "zone", "input"]
THINGS: Final[tuple[Thing, ...]] = get_args(Thing)


def things_of(signal: Signal) -> frozenset[str]:
    """The things that a signal is about, each alone enough: its element, zone, sensor and input."""
    told = {
        "element": signal.element,
        "zone": signal.zone,
        "sensor": signal.because.get("sensor"),
        "input": signal.because.get("input"),
    }
    return frozenset(f"{kind}/{name}" for kind, name in told.items() if isinstance(name, str) and name)


def covering(outages: Iterable[Outage], signal: Signal) -> Outage | None:
    """The outage that quiets the signal; None where it is to be heard. Of several the one that holds longest."""
    if signal.exercise or signal.kind == DURESS or "reported_by" in signal.because:
        return None
    strong = [one for one in outages if one.stands and (one.second is not None or signal.severity != "high")]
    about = things_of(signal)
    found = [one for one in strong if not about.isdisjoint(one.things)]
    return max(found or _blind(strong, signal.cameras), key=lambda one: one.until, default=None)


def _blind(outages: Collection[Outage], cameras: Collection[str]) -> list[Outage]:
    """The outages of the cameras of a signal, where every one of them is out of service: what two see, one may see."""
    of = {name: [one for one in outages if f"camera/{name}" in one.things] for name in cameras}
    if not of or not all(of.values()):
        return []
    # heard again with the first camera that comes back
    return [min((max(each, key=lambda one: one.until) for each in of.values()), key=lambda one: one.until)]
