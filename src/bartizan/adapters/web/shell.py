"""What every page stands in: the bar, the way to the other pages, and who is there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse

from bartizan.adapters.web.gate import GatedRoute, session_of
from bartizan.adapters.web.pages import page
from bartizan.adapters.web.permission import Action, may


@dataclass(frozen=True, slots=True)
class Place:
    """A page that one may go to: its path, the letter after `g` that goes there, and the key of its name.

    What is `behind` the watch (who plans, sets up, looks after the desk) stands under one word of the bar.
    """

    path: str
    letter: str
    words: str
    behind: bool = False


# in the order of the bar; a page that this desk does not serve is not offered
PLACES = (
    Place("/", "d", "nav.desk"),
    Place("/incidents", "i", "nav.incidents"),
    Place("/report", "n", "nav.report"),
    Place("/plan", "p", "nav.plan"),
    Place("/wall", "w", "nav.wall"),
    Place("/replay", "r", "nav.replay"),
    Place("/shift", "s", "nav.shift"),
    Place("/duty", "y", "nav.duty"),
    Place("/logbook", "l", "nav.logbook"),
    Place("/evidence", "e", "nav.evidence"),
    Place("/service", "m", "nav.service", behind=True),
    Place("/shared", "q", "nav.shared", behind=True),
    Place("/assessment", "a", "nav.assessment", behind=True),
    Place("/figures", "f", "nav.figures", behind=True),
    Place("/proposals", "b", "nav.proposals", behind=True),
    Place("/drills", "x", "nav.drills", behind=True),
    Place("/editor", "t", "nav.editor", behind=True),
    Place("/people", "o", "nav.people", behind=True),
    Place("/outreach", "u", "nav.outreach", behind=True),
    Place("/settings", "c", "nav.settings", behind=True),
    Place("/health", "h", "nav.health", behind=True),
)


def shell_page(request: Request, template: str, code: int = 200, /, **values: Any) -> HTMLResponse:
    """A page that extends shell.html, for whoever is logged in.

    The template finds `site` (its name), `user`, `role`, `csrf`, `may` (the actions of this person, in words that
    scripts ask for), `places` (the pages this person may go to), `here` (the path) and whatever `values` adds.
    """
    session = session_of(request)
    shown = {
        "site": request.app.state.site.name,
        "user": session.user,
        "role": session.role,
        "csrf": session.csrf,
        "may": [action.value for action in Action if may(session, action)],
        "places": [place for place, action in offered(request.app.routes) if may(session, action)],
        "here": request.url.path,
    }
    return page(template, code, **(shown | values))


def offered(routes: Iterable[Any]) -> list[tuple[Place, Action]]:
    """The pages that are served, each with the action that its gate asks for: there is no second list of rights."""
    gated = [route for route in routes if isinstance(route, GatedRoute)]
    actions = {route.path: route.action for route in gated if "GET" in (route.methods or ())}
    return [(place, actions[place.path]) for place in PLACES if place.path in actions]
