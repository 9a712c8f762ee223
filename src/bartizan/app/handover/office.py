"""What a desk keeps as evidence and shares: its parts, put together over one ledger."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import uuid4

from bartizan.app.desk.desk import Desk
from bartizan.app.handover.arrivals import Arrivals
from bartizan.app.handover.evidence import Evidence, Retention
from bartizan.app.handover.handover import HandOver
from bartizan.app.handover.heads import EVERY, Heads
from bartizan.app.handover.parts import Parts
from bartizan.app.handover.ports import DeskKeys, MemoryVault, PassingKeys, Vault
from bartizan.app.incidents.incidents import Incidents
from bartizan.app.ledger.hours import Hours
from bartizan.app.ledger.ledger import Ledger
from bartizan.desk.errors import UnknownThingError
from bartizan.desk.evidence.item import Item
from bartizan.errors import StoreError
from bartizan.site.site import Site

_OVER = ("closed", "reviewed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Safe:
    """Where contents lie and who signs. `every`: how often a head of the journal is signed by itself; None: never."""

    vault: Vault
    keys: DeskKeys
    every: timedelta | None = EVERY

    @classmethod
    def passing(cls) -> Safe:
        """One that is gone when the process ends."""
        return cls(vault=MemoryVault(), keys=PassingKeys(), every=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """The evidence of a desk, the heads of its journal, what it handed over, and what came from partners."""

    evidence: Evidence
    heads: Heads
    handover: HandOver
    arrivals: Arrivals
    safe: Safe

    def mend(self) -> int:
        """Put right what a crash left in the vault. Once, when the ledger is open. Returns how much was destroyed."""
        return self.evidence.mend((*self.handover.names(), *self.arrivals.names()))

    def pass_time(self, at: datetime) -> None:
        """Erase what is over its time, destroy copies that had theirs, sign a head where one is due."""
        del at
        for due in (self.evidence.pass_time, self.handover.pass_time, self.heads.pass_time):
            # a journal that refuses must not keep the desk's other deadlines waiting: what is due stays due
            with suppress(StoreError):
                due()


def open_office(
    ledger: Ledger,
    site: Callable[[], Site],
    desk: Desk,
    incidents: Incidents,
    *,
    safe: Safe | None = None,
    new_id: Callable[[], str] = lambda: str(uuid4()),
) -> Office:
    """The office of a desk over its ledger, before that is opened. Without a `safe` all passes with the process."""
    safe = Safe.passing() if safe is None else safe
    rules = site().evidence
    evidence = Evidence(
        ledger,
        safe.vault,
        is_exercise=lambda about: _is_exercise(about, desk, incidents),
        needed=lambda item: _needed(item, incidents),
        retention=Retention() if rules is None else Retention(alarm_days=rules.alarm_days, case_days=rules.case_days),
        new_id=new_id,
    )
    heads = Heads(ledger, safe.keys, every=safe.every)
    parts = Parts(
        ledger=ledger,
        site=site,
        desk=desk,
        incidents=incidents,
        evidence=evidence,
        heads=heads,
        keys=safe.keys,
        vault=safe.vault,
        new_id=new_id,
    )
    handover, arrivals = HandOver(parts), Arrivals(parts)
    office = Office(evidence=evidence, heads=heads, handover=handover, arrivals=arrivals, safe=safe)
    ledger.add(Hours(office.pass_time))
    return office


def _is_exercise(about: str, desk: Desk, incidents: Incidents) -> bool:
    kind, _, name = about.partition("/")
    if kind == "incident":
        return incidents.incident(name).exercise
    if kind == "alarm":
        return desk.alarm(name).exercise
    raise UnknownThingError(f"there is no {about!r:.80} for evidence to be about. Give alarm/ID or incident/ID")


def _needed(item: Item, incidents: Incidents) -> datetime | Literal["open"] | None:
    """Until when a case needs an item: of its incident, or that of its alarm; "open" while that is."""
    kind, _, name = item.about.partition("/")
    incident = incidents.incident(name) if kind == "incident" else incidents.of_alarm(name)
    if incident is None:
        return None
    return incident.closed_at if incident.state in _OVER and incident.closed_at is not None else "open"
