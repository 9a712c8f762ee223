"""Checks of what the desk goes by: do procedures and escalations wait for something that can come?"""

from __future__ import annotations

from collections.abc import Iterator

from bartizan.site.alarm_kinds import KINDS
from bartizan.site.escalation import EscalationChain
from bartizan.site.faults import near
from bartizan.site.finding import Finding
from bartizan.site.site import Site


def desk_findings(site: Site) -> Iterator[Finding]:
    """Everything odd about procedures and escalations."""
    yield from _kinds(site)
    yield from _hidden(site)


def _kinds(site: Site) -> Iterator[Finding]:
    # in an exercise a sensor's alarm has the sensor's own kind
    known = {*KINDS, *(sensor.kind for sensor in site.sensors)}
    waiting = [(f"procedure/{one.id}", one.signals) for one in site.procedures]
    waiting += [(f"escalation/{one.id}", tuple(sorted(one.kinds))) for one in site.escalations]
    for about, words in waiting:
        for word in words:
            if word not in known:
                message = f"nothing here raises an alarm of the kind '{word}': only another program can tell it"
                meant = near(word, sorted(known))
                cure = "The reference of the site file lists the kinds" if meant is None else f"Did you mean '{meant}'?"
                yield Finding("kind-of-nobody", "note", about, message, cure)


def _hidden(site: Site) -> Iterator[Finding]:
    everything: dict[str, EscalationChain] = {}
    for chain in site.escalations:
        before = everything.get(chain.until)
        if before is not None:
            message = f"never holds: '{before.id}' stands before it and is for every alarm"
            about = f"escalation/{chain.id}"
            yield Finding("escalation-unreached", "warning", about, message, "Put it before that one")
        elif not (chain.priorities or chain.kinds or chain.zones or chain.areas or chain.elements):
            everything[chain.until] = chain
