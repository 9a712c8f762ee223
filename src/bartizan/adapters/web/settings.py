"""Settings of a running desk: which rules are sounded, how long things are kept, and who is told by mail."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Annotated, Any, Protocol

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from bartizan.adapters.web.gate import needs, note, session_of
from bartizan.adapters.web.permission import Action
from bartizan.adapters.web.shell import shell_page
from bartizan.desk.event import instant
from bartizan.errors import MissingPartError
from bartizan.site.site import Site
from bartizan.watch.arming import Order, standing, target_of

LONGEST = 366 * 24 * 60  # minutes: as `bartizan arm` has it


class Orders(Protocol):
    """The orders of arming of one desk."""

    def __call__(self) -> Iterable[Order]:
        """Every order, oldest first."""
        ...

    def add(self, order: Order) -> None:
        """Keep an order, durable when this returns. Raises InputError where it cannot be kept."""
        ...


class OrderBody(BaseModel):
    """A rule, or every rule of a zone, is armed or disarmed, for some minutes or until the next order."""

    model_config = ConfigDict(extra="forbid")
    target: Annotated[str, Field(min_length=1, max_length=200)]
    armed: bool
    minutes: Annotated[int | None, Field(ge=1, le=LONGEST)] = None
    reason: Annotated[str | None, Field(max_length=1000)] = None


def settings_routes(routes: APIRouter) -> None:
    """What is not sounded may be missed: every route asks for SETTINGS, every change for a fresh proof."""

    @routes.get("/settings")
    @needs(Action.SETTINGS)
    async def settings_page(request: Request) -> Response:
        return shell_page(request, "settings.html")

    @routes.get("/settings.json")
    @needs(Action.SETTINGS)
    def settings(request: Request) -> Response:
        state = request.app.state
        now = state.room.ledger.utc()
        site: Site = state.site
        orders = () if state.orders is None else state.orders()
        outreach = state.room.outreach
        return JSONResponse(
            {
                "rules": _rules(site, orders, now),
                "can_arm": state.orders is not None,
                "privacy": _privacy(site),
                "subscribers": None if outreach is None else len(outreach.subscribers()),
            }
        )

    @routes.post("/settings/orders")
    @needs(Action.SETTINGS)
    def order(request: Request, body: OrderBody) -> Response:
        state = request.app.state
        if state.orders is None:
            raise MissingPartError("this desk keeps no orders of arming. Start it with bartizan desk SITE --watch")
        now: datetime = state.room.ledger.utc()
        target = target_of(state.site, body.target)
        until = None if body.minutes is None else now + timedelta(minutes=body.minutes)
        by = session_of(request).user
        state.orders.add(Order(target=target, armed=body.armed, at=now, until=until, by=by, reason=body.reason))
        note(request, thing=target, detail="armed" if body.armed else "disarmed")
        return JSONResponse({"rules": _rules(state.site, state.orders(), now)})


def _rules(site: Site, orders: Iterable[Order], now: datetime) -> list[dict[str, Any]]:
    stands = standing(site, orders, now)
    return [
        {
            "id": rule.id,
            "name": rule.name or rule.id,
            "kind": rule.kind,
            "zone": rule.zone,
            "element": rule.element,
            "severity": rule.severity,
            "armed": rule.armed if rule.id not in stands else stands[rule.id].armed,
            "order": _order(stands[rule.id]) if rule.id in stands else None,
        }
        for rule in site.rules
    ]


def _order(order: Order) -> dict[str, Any]:
    return {
        "target": order.target,
        "at": instant(order.at),
        "until": None if order.until is None else instant(order.until),
        "by": order.by,
        "reason": order.reason,
    }


def _privacy(site: Site) -> dict[str, Any] | None:
    found = site.privacy
    if found is None:
        return None
    return {
        "days": found.pictures_days,
        "purpose": found.purpose,
        "controller": found.controller,
        "contact": found.contact,
    }
