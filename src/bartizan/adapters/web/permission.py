"""May this person do this to that? One function answers, and everything asks it."""

from __future__ import annotations

from enum import Enum
from typing import Any

from bartizan.adapters.web.accounts import Role
from bartizan.adapters.web.sessions import Session


class Action(Enum):
    """Everything that a page or a script may ask of the desk. PUBLIC is what a stranger may have: the login page."""

    PUBLIC = "public"
    VIEW = "view"
    LEAVE = "leave"
    ACKNOWLEDGE = "acknowledge"
    ASSESS = "assess"
    DISPATCH = "dispatch"


_ALLOWED: dict[Role, frozenset[Action]] = {
    "viewer": frozenset({Action.PUBLIC, Action.VIEW, Action.LEAVE}),
    "officer": frozenset(Action),
}


class NotLoggedIn(Exception):  # noqa: N818 - it ends a request; nobody below the web hears of it
    """Nobody is logged in, and the action is not public."""


class NotAllowed(Exception):  # noqa: N818 - as above
    """This person may not do this."""


def authorise(subject: Session | None, action: Action, thing: Any = None) -> None:
    """Return when `subject` may do `action` to `thing`, else raise NotLoggedIn or NotAllowed.

    `thing` is the loaded object (an alarm, a camera of the site), never an id from the request. A desk guards one
    site, so today the role decides for every object; where objects differ, they differ here.
    """
    if action is Action.PUBLIC:
        return
    if subject is None:
        raise NotLoggedIn
    if action not in _ALLOWED[subject.role]:
        raise NotAllowed
