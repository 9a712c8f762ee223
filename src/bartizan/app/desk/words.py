"""One plain line for the person who has to act, from a reading of the interruption clock.

All words stand in one catalogue, `WORDS`, so that they can be read and translated together.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from bartizan.assess.clock import ClockReading, LayerLeft, ResponseChance
from bartizan.site.site import Site

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "send": "Send {response} now: {chance} to be there in time{layer}.",
        "under-way": "{response} is on its way: {chance} to be there in time{layer}.",
        "under-way-better": "{response} is on its way: {chance} to be in time. Send {other} too: {otherwise}{layer}.",
        "on-scene": "{response} is on the scene{layer}.",
        "late": "No response is likely to be there in time; {response} comes closest with {chance}{layer}.",
        "outside": "Outside the layers. If it began now and you sent {response} at once: {chance} to be there in time.",
        "nobody": "The site names no response that could be sent{layer}.",
        "layer": "; {name} holds about {time}",
        "seconds": "{seconds} s",
        "minutes": "{minutes} min",
        "minutes-seconds": "{minutes} min {seconds} s",
        "percent": "{percent} %",
        "hardly": "under 1 %",
        "almost": "over 99 %",
    }
)

LATE = 0.1  # below one in ten, "send" would promise what the figures do not


def advice(site: Site, reading: ClockReading) -> str:
    """What to do now, in one line. `site` gives the names that people use."""
    layer = _layer(site, reading.layers)
    best = next((chance for chance in reading.chances if chance.response == reading.best), None)
    if best is None:
        return WORDS["nobody"].format(layer=layer)
    told = {"response": _name(site.responses, best.response), "chance": percent(best.chance), "layer": layer}
    if not reading.counting:
        return WORDS["outside"].format(**told)
    there = [chance for chance in reading.chances if chance.on_scene]
    moving = [chance for chance in reading.chances if chance.sent and not chance.on_scene]
    engaged = max(there or moving, key=lambda chance: chance.chance, default=None)
    if engaged is None:
        return WORDS["late" if best.chance < LATE else "send"].format(**told)
    return _engaged(site, engaged, best, layer)


def _engaged(site: Site, engaged: ResponseChance, best: ResponseChance, layer: str) -> str:
    told = {"response": _name(site.responses, engaged.response), "chance": percent(engaged.chance), "layer": layer}
    if engaged.on_scene:
        return WORDS["on-scene"].format(**told)
    if best.response != engaged.response and not best.sent and best.chance > engaged.chance:
        other = {"other": _name(site.responses, best.response), "otherwise": percent(best.chance)}
        return WORDS["under-way-better"].format(**told, **other)
    return WORDS["under-way"].format(**told)


def percent(chance: float) -> str:
    """A probability in words: whole percent, never rounded to certainty: "under 1 %", "83 %", "over 99 %"."""
    if chance < 0.01:
        return WORDS["hardly"]
    if chance > 0.99:
        return WORDS["almost"]
    return WORDS["percent"].format(percent=round(100 * chance))


def duration(seconds: float) -> str:
    """A time left in words, rounded down: to 10 s from one minute on, to whole minutes from ten minutes on."""
    whole = max(0, math.floor(seconds))
    if whole < 60:
        return WORDS["seconds"].format(seconds=whole)
    minutes, rest = divmod(whole, 60)
    rest -= rest % 10
    if minutes >= 10 or rest == 0:
        return WORDS["minutes"].format(minutes=minutes)
    return WORDS["minutes-seconds"].format(minutes=minutes, seconds=rest)


def _layer(site: Site, layers: Iterable[LayerLeft]) -> str:
    """The first layer that still takes time; no words where none does."""
    left = next((layer for layer in layers if layer.mean >= 1.0), None)
    if left is None:
        return ""
    kinds = {"element": site.elements, "area": site.areas, "target": site.targets}
    return WORDS["layer"].format(name=_name(kinds[left.kind], left.id), time=duration(left.mean))


def _name(things: Iterable[object], id: str) -> str:  # noqa: A002 - the field is named id
    for thing in things:
        if getattr(thing, "id", None) == id:
            return getattr(thing, "name", None) or id
    return id
