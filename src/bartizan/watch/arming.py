"""Arming: what people have said about which rules are sounded, and what of it stands at an instant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bartizan.errors import UnknownIdError
from bartizan.site.faults import among
from bartizan.site.site import Site


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Somebody arms or disarms a rule, or every rule of a zone: `target` is "rule/ID" or "zone/ID".

    It stands from `at` on, before `until` (None: until another order), both UTC. `by` and `reason` are for people.
    """

    target: str
    armed: bool
    at: datetime
    until: datetime | None = None
    by: str = ""
    reason: str | None = None

    def stands(self, now: datetime) -> bool:
        """Whether it stands at this instant."""
        return self.at <= now and (self.until is None or now < self.until)


def target_of(site: Site, name: str) -> str:
    """The target that a person means by the id of a rule or of a zone, or by "rule/ID" or "zone/ID".

    Raises UnknownIdError where no rule and no zone has it, or both have.
    """
    rules, zones = {rule.id for rule in site.rules}, {zone.id for zone in site.zones}
    known = {f"rule/{rule}" for rule in rules} | {f"zone/{zone}" for zone in zones}
    if name in known:
        return name
    found = sorted(known & {f"rule/{name}", f"zone/{name}"})
    if len(found) == 1:
        return found[0]
    if found:
        raise UnknownIdError(f"a rule and a zone have the id '{name}'. Write rule/{name} or zone/{name}")
    raise UnknownIdError(f"no rule and no zone has the id '{name}'. {among(name, rules | zones, 'rule or zone')}")


def standing(site: Site, orders: Iterable[Order], now: datetime) -> Mapping[str, Order]:
    """For each rule that people have spoken of, the order that stands at `now`: the last one given that has not ended.

    A rule that is not in the answer is as the site says. An order for a zone speaks of every rule of that zone; an
    order for what the site does not have speaks of nothing.
    """
    zone_of = {rule.id: rule.zone for rule in site.rules}
    found: dict[str, Order] = {}
    # of two orders of one instant the later written one counts, so the sort must keep their order
    for order in sorted(orders, key=lambda one: one.at):
        if not order.stands(now):
            continue
        kind, _, name = order.target.partition("/")
        for rule, zone in zone_of.items():
            if (kind == "rule" and rule == name) or (kind == "zone" and zone == name):
                found[rule] = order
    return found
