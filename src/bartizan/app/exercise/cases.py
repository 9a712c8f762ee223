"""What a script has done with incidents: opened from alarms, linked to what was seen before, handed to a stand-in.

A script names an incident by a word of its own ("wanderer"), which holds for all that is played on one desk: the armed
entry of October is linked to the case of March.
"""

from __future__ import annotations

from typing import Protocol

from bartizan.app.handover.handover import HandOver
from bartizan.app.incidents.incidents import Incidents
from bartizan.app.incidents.seen_before import SeenBefore
from bartizan.drill.scenario import Order
from bartizan.errors import UnknownIdError


class Where(Protocol):
    """The parts of a duty room that a script has to do with."""

    @property
    def incidents(self) -> Incidents:
        """Its incidents."""
        ...

    @property
    def seen_before(self) -> SeenBefore:
        """What it offers as seen before."""
        ...


class Cases:
    """The incidents that a script works on. `hand_over` makes packages; None: a case is handed over in words alone."""

    def __init__(self, room: Where, hand_over: HandOver | None = None) -> None:
        self._incidents, self._seen, self._hand_over = room.incidents, room.seen_before, hand_over
        self._named: dict[str, str] = {}

    def carry_out(self, order: Order, alarm: str, by: str) -> str:
        """Do what an order says about an incident; what was done, in words.

        Errors: UnknownIdError where the script has not opened it; whatever the desk refuses.
        """
        name = order.incident or ""
        if order.do == "open-incident":
            incident = self._incidents.open([alarm], by, title=order.note or None)
            self._named[name] = incident.id
            return f"incident {incident.number} opened: {incident.title}"
        incident = self._incidents.incident(self._id(name))
        match order.do:
            case "join-incident":
                self._incidents.join(incident.id, alarm, by)
                words = f"joined to incident {incident.number}"
            case "link":
                words = self._link(incident.id, by)
            case "send-responder":
                self._incidents.send(incident.id, order.responder or "", by)
                words = f"{order.responder} sent"
            case "responder-there":
                self._incidents.arrived(incident.id, order.responder or "", by)
                words = f"{order.responder} on the scene"
            case "contain":
                self._incidents.contain(incident.id, order.note, by)
                words = f"contained: {order.note}"
            case _:
                words = self._hand(incident.id, order, by)
        return words

    def _id(self, name: str) -> str:
        try:
            return self._named[name]
        except KeyError:
            opened = ", ".join(self._named) or "none"
            raise UnknownIdError(f"the script has opened no incident {name!r} (opened: {opened})") from None

    def _link(self, incident_id: str, by: str) -> str:
        """Confirm the likeliest incident that the desk offers as seen before; played alone, a script has none."""
        offer = next((one for one in self._seen.offers(incident_id).best if one.what == "incident"), None)
        if offer is None:
            return "nothing is offered as seen before"
        # the earlier case may be what led to this one: then the link is the earlier one's to say
        pair = (offer.id, incident_id) if offer.reverse else (incident_id, offer.id)
        self._incidents.link(*pair, offer.suggests, by)
        return f"linked with incident {offer.number} ({offer.title}): {'; '.join(offer.reasons)}"

    def _hand(self, incident_id: str, order: Order, by: str) -> str:
        partner, why = order.partner or "", order.note or "for the agency in charge"
        if self._hand_over is None:
            self._incidents.hand_over(incident_id, partner, by, why)
            return f"handed over to {partner}"
        seen = self._hand_over.preview(incident_id, partner)
        package = self._hand_over.hand_over(incident_id, partner, by, why, seen.digest, takes_over=True)
        return f"handed over to {partner}: a package of {package.size:,} bytes, {package.withheld} fields withheld"
