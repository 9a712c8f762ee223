"""Checks of the layers: can they be passed, do they lead anywhere, does anything depend on what is written."""

from __future__ import annotations

from collections.abc import Iterator

from bartizan.site.changes import clash
from bartizan.site.finding import Finding
from bartizan.site.graph import can_use, outside_areas, reachable, serves, usable_ways
from bartizan.site.model import Target, Threat
from bartizan.site.site import Site


def layer_findings(site: Site) -> Iterator[Finding]:
    """Everything odd about areas, elements, ways, sensors, targets, states and upgrades."""
    yield from _start(site)
    yield from _joints(site)
    yield from _targets(site)
    yield from _ways(site)
    yield from _sides(site)
    yield from _opened(site)
    yield from _sensors(site)
    yield from _common_causes(site)
    yield from _engagements(site)
    yield from _axes(site)
    yield from _upgrades(site)
    yield from _upgrades_together(site)


def _start(site: Site) -> Iterator[Finding]:
    if site.targets and not outside_areas(site):
        message = "no area is outside, so nobody can start and no path exists"
        yield Finding("no-outside-area", "error", "site", message, "Set outside = true on the area where one starts")
    if site.targets and not site.responses:
        message = "there are targets and no response, so nothing can be assessed"
        yield Finding("no-response", "warning", "site", message, "Add a [[response]]")


def _joints(site: Site) -> Iterator[Finding]:
    joined = {area for element in site.elements for area in element.between}
    for area in site.areas:
        if site.elements and area.id not in joined:
            message = "no element joins this area to another"
            yield Finding("area-without-element", "warning", f"area/{area.id}", message, "Add an element between")
    outside = set(outside_areas(site))
    for element in site.elements:
        about = f"element/{element.id}"
        if not element.ways:
            message = "joins nothing: it has no way, so nobody can pass"
            yield Finding("element-without-way", "warning", about, message, "Add an [[element.way]]")
        if set(element.between) <= outside:
            message = "joins two areas that are both outside: no path needs it"
            cure = "Check which of the two is outside"
            yield Finding("element-between-outside-areas", "note", about, message, cure)


def _threats(site: Site) -> tuple[Threat | None, ...]:
    return site.threats or (None,)


def _targets(site: Site) -> Iterator[Finding]:
    starts = outside_areas(site)
    for target in site.targets:
        about = f"target/{target.id}"
        if not target.ways:
            message = "has no way, so nothing can be done to it"
            yield Finding("target-without-way", "warning", about, message, "Add a [[target.way]]")
        elif starts and target.area not in reachable(site, starts):
            message = f"no path reaches it: no elements lead from outside to '{target.area}'"
            yield Finding("target-unreached", "warning", about, message, "Add the element that is missing")
        elif starts and not any(_comes_to(site, target, threat) for threat in _threats(site)):
            message = "no threat can reach it and act on it: none has what the ways need"
            yield Finding("target-unreached", "warning", about, message, "Give a threat what it needs, or add a way")
        elif starts and target.objective == "remove" and not set(starts) & reachable(site, [target.area]):
            message = "it can be reached, and there is no way out again to remove it"
            yield Finding("target-without-exit", "warning", about, message, "Check the direction of the elements")


def _comes_to(site: Site, target: Target, threat: Threat | None) -> bool:
    way = usable_ways(threat, target.ways)
    return bool(way) and target.area in reachable(site, outside_areas(site), threat)


def _ways(site: Site) -> Iterator[Finding]:
    if not site.threats:
        return
    things = [(f"element/{element.id}", element.ways) for element in site.elements]
    things += [(f"target/{target.id}", target.ways) for target in site.targets]
    for about, ways in things:
        for way in ways:
            if not any(can_use(threat, way) for threat in site.threats):
                lacks = [", ".join(sorted(way.needs))] if way.needs else []
                lacks += [f"{way.needs_count} persons"] if way.needs_count > 1 else []
                message = f"no threat has all that it needs: {' and '.join(lacks)}"
                cure = "Check the words in needs and in the threats' has, needs_count and their count"
                yield Finding("way-nobody-can-use", "warning", f"{about}/way/{way.id}", message, cure)


def _sides(site: Site) -> Iterator[Finding]:
    for element in site.elements:
        for way in element.ways:
            if not any(serves(element, way, start) for start in element.between):
                message = "leads nowhere: it serves the side from which its element cannot be passed"
                cure = "Check the direction of the way and of the element"
                yield Finding("way-of-no-side", "warning", f"element/{element.id}/way/{way.id}", message, cure)


def _opened(site: Site) -> Iterator[Finding]:
    later = len(site.targets) > 1 or any(target.objective == "remove" for target in site.targets)
    for element in site.elements:
        for way in (way for way in element.ways if way.opens):
            about = f"element/{element.id}/way/{way.id}"
            if site.threats and not any(can_use(threat, way) for threat in site.threats):
                message = "opens its element, and nobody can use it"
                cure = "Check what it needs, or take opens out"
                yield Finding("opens-without-use", "note", about, message, cure)
            elif site.targets and not later:
                message = "opens its element, and nobody comes back: nothing is to be removed, and there is one target"
                cure = 'Take opens out, or write objective = "remove" on the target'
                yield Finding("opens-without-use", "note", about, message, cure)


def _common_causes(site: Site) -> Iterator[Finding]:
    groups: dict[str, list[str]] = {}
    for sensor in site.sensors:
        if sensor.common_cause is not None:
            groups.setdefault(sensor.common_cause, []).append(sensor.id)
    for group, (first, *others) in groups.items():
        if not others:
            message = f"no other sensor has the common cause '{group}', so it changes nothing"
            cure = "Name the same common_cause on what fails with it, or take it out"
            yield Finding("common-cause-alone", "note", f"sensor/{first}", message, cure)


def _engagements(site: Site) -> Iterator[Finding]:
    for engagement in site.engagements:
        if not site.threats:
            message = "the site has no threat, so nobody says how many are fought: one is taken"
            cure = "Add a [[threat]] with its count"
            yield Finding("engagement-without-threat", "warning", f"engagement/{engagement.id}", message, cure)


def _sensors(site: Site) -> Iterator[Finding]:
    usable = {
        f"{element.id}/{way.id}"
        for element in site.elements
        for threat in _threats(site)
        for way in usable_ways(threat, element.ways)
    }
    usable |= {way.partition("/")[0] for way in usable} | {area.id for area in site.areas if not area.outside}
    for sensor in site.sensors:
        if not usable.intersection(sensor.covers):
            message = "covers nothing that a path uses: ways that nobody can use, or areas where one starts"
            cure = "Check covers, and what the ways need"
            yield Finding("sensor-without-use", "warning", f"sensor/{sensor.id}", message, cure)


def _axes(site: Site) -> Iterator[Finding]:
    for axis in dict.fromkeys(state.axis for state in site.states):
        states = [state for state in site.states if state.axis == axis]
        if not any(state.changes for state in states):
            message = f"no state on the axis '{axis}' changes anything"
            yield Finding("axis-without-effect", "note", f"state/{states[0].id}", message, "Add changes to a state")


def _upgrades(site: Site) -> Iterator[Finding]:
    by_id = {upgrade.id: upgrade for upgrade in site.upgrades}
    for upgrade in site.upgrades:
        needed: set[str] = set()
        todo = [upgrade.id]
        while todo:
            name = todo.pop()
            if name not in needed:
                needed.add(name)
                todo += sorted(by_id[name].requires)
        barred = needed & {other for name in needed for other in by_id[name].excludes}
        if barred:
            message = f"can never be had: what it requires excludes {', '.join(sorted(barred))}"
            cure = "Check requires and excludes"
            yield Finding("upgrade-impossible", "error", f"upgrade/{upgrade.id}", message, cure)


def _upgrades_together(site: Site) -> Iterator[Finding]:
    for number, upgrade in enumerate(site.upgrades):
        for other in site.upgrades[number + 1 :]:
            if other.id in upgrade.excludes or upgrade.id in other.excludes:
                continue
            key = clash([*upgrade.changes, *other.changes])
            if key is not None:
                message = (
                    f"cannot be had with upgrade '{other.id}', for both change {key}, and neither excludes the other"
                )
                cure = f"Add excludes = ['{other.id}'], or let only one of them change it"
                yield Finding("upgrades-clash", "warning", f"upgrade/{upgrade.id}", message, cure)
