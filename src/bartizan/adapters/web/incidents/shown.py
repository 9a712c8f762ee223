"""What pages show of an incident, of what this person may see."""

from __future__ import annotations

from typing import Any

from fastapi import Request

from bartizan.adapters.web.gate import room_of, session_of
from bartizan.adapters.web.permission import Action, NotTheirs, authorise, may
from bartizan.adapters.web.sessions import Session
from bartizan.app.incidents.seen_before import Offers, Shown
from bartizan.app.room import Room
from bartizan.desk.alarms import Alarm
from bartizan.desk.incidents import Incident


def loaded(request: Request, action: Action, incident_id: str) -> Incident:
    """The incident, where this person may do this to it."""
    room, session = room_of(request), session_of(request)
    incident = room.incidents.incident(incident_id)
    authorise(session, action, incident)
    if not room.incidents.shown_to(incident, session.user):
        raise NotTheirs
    return incident


def shown(room: Room, session: Session, incident: Incident) -> bool:
    """Whether this person may know of the incident."""
    return may(session, Action.VIEW, incident) and room.incidents.shown_to(incident, session.user)


def sees(room: Room, session: Session) -> Shown:
    """Whether something is this person's to know of, for what is offered to them."""

    def seen(thing: Incident | Alarm) -> bool:
        return shown(room, session, thing) if isinstance(thing, Incident) else may(session, Action.VIEW, thing)

    return seen


def offers_json(offers: Offers) -> dict[str, Any]:
    """What is offered, how many more there are, and whether the whole past was compared."""
    return {"offers": [one.to_json() for one in offers.best], "more": offers.more, "whole": offers.whole}


def row(one: Incident) -> dict[str, Any]:
    """An incident as a line of a list."""
    told = one.to_json()
    keys = ("id", "number", "version", "title", "kind", "exercise", "state", "lead", "opened_at", "sharing", "outcome")
    step = None if one.run is None or one.run.step is None else one.run.step.text
    return {key: told[key] for key in keys} | {
        "alarms": len(one.alarms),
        "members": list(one.alarms) if one.is_open else [],
        "step": step,
        "late": list(one.late),
        "unseen_skips": [place + 1 for place in one.unseen_skips],
    }


def state_json(request: Request, incident: Incident) -> dict[str, Any]:
    """The incident with what its page shows beside it."""
    room, session = room_of(request), session_of(request)
    alarms = [_alarm(session, alarm) for alarm in room.incidents.alarms(incident)]
    told = incident.to_json()
    for link in told["links"]:
        other = room.incidents.incident(link["incident"])
        link |= {"number": other.number, "title": other.title}
    back = [
        {"kind": kind, "incident": other.id, "number": other.number, "title": other.title}
        for other, kind in room.incidents.linked_by(incident.id)
        if shown(room, session, other)
    ]
    responders = [
        {
            "id": one.id,
            "label": one.label,
            "name": one.name,
            "can": list(one.can),
            "on": None if busy is None else {"id": busy.id, "number": busy.number},
        }
        for one, busy in room.incidents.responders()
    ]
    return told | {
        "alarms": alarms,
        "linked_by": back,
        "responders": responders,
        "unseen_skips": [place + 1 for place in incident.unseen_skips],
        "posture": posture_json(room),
        "musters": [one.to_json() for one in room.musters.all() if one.incident == incident.id],
        "kinds": [{"kind": one.kind, "name": one.name or one.kind} for one in room.site.procedures],
    }


def _alarm(session: Session, alarm: Alarm) -> dict[str, Any]:
    """What the page of an incident shows of an alarm; of one that this person may not see, that there is one."""
    if not may(session, Action.VIEW, alarm):
        return {"id": alarm.id, "number": alarm.number, "hidden": True}
    return alarm.to_json() | {"hidden": False}


def posture_json(room: Room) -> dict[str, Any]:
    """The posture that holds, and those there are."""
    holding = room.posture.holding
    return {
        "present": room.posture.present,
        "choices": list(room.posture.choices),
        "set": None if holding is None else holding.to_json(),
        "trouble": room.posture.trouble,
    }
