"""The parts of a desk that its hand-over works with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bartizan.app.desk.desk import Desk
from bartizan.app.handover.evidence import Evidence
from bartizan.app.handover.heads import Heads
from bartizan.app.handover.ports import DeskKeys, Vault
from bartizan.app.incidents.incidents import Incidents
from bartizan.app.ledger.ledger import Ledger
from bartizan.site.site import Site


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a case is told from, and where its packages lie. `site` gives the site as it is now, `new_id` fresh ids."""

    ledger: Ledger
    site: Callable[[], Site]
    desk: Desk
    incidents: Incidents
    evidence: Evidence
    heads: Heads
    keys: DeskKeys
    vault: Vault
    new_id: Callable[[], str]
