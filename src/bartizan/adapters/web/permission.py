"""May this person do this to that? One function answers, and everything asks it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from enum import Enum
from types import MappingProxyType
from typing import Any, Final, Literal, Protocol

from bartizan.desk.alarms import Alarm
from bartizan.desk.alarms.hidden import shown_to
from bartizan.site.model import Camera

Role = Literal["guard", "supervisor", "investigator", "partner", "administrator", "viewer", "officer"]
ROLES: Final[tuple[Role, ...]] = (
    "guard",
    "supervisor",
    "investigator",
    "partner",
    "administrator",
    "viewer",
    "officer",
)


class Action(Enum):
    """Everything that a page or a script may ask of the desk.

    PUBLIC is what a stranger may have: the log-in page. OWN is a person's own account. INTAKE belongs to tokens
    alone, PARTNER to people of another agency alone.
    """

    PUBLIC = "public"
    VIEW = "view"
    LEAVE = "leave"
    OWN = "own"
    ACKNOWLEDGE = "acknowledge"
    ASSESS = "assess"
    DISPATCH = "dispatch"
    SHELVE = "shelve"
    SERVICE = "service"
    FORCE_CLOSE = "force-close"
    LOG = "log"
    REPORT = "report"
    INCIDENT = "incident"
    LINK = "link"
    SHARE = "share"
    EVIDENCE = "evidence"
    HOLD = "hold"
    ERASE = "erase"
    TOUR = "tour"
    DUTY = "duty"
    HANDOVER = "handover"
    EDIT_SITE = "edit-site"
    PROPOSE = "propose"
    ACCEPT_PROPOSAL = "accept-proposal"
    DRILL = "drill"
    FIGURES = "figures"
    PEOPLE = "people"
    TOKENS = "tokens"
    SETTINGS = "settings"
    INTAKE = "intake"
    PARTNER = "partner"


ANYBODY = frozenset({Action.PUBLIC, Action.LEAVE, Action.OWN})
_VIEWER = ANYBODY | {Action.VIEW}
_GUARD = _VIEWER | {
    Action.ACKNOWLEDGE,
    Action.ASSESS,
    Action.DISPATCH,
    Action.SHELVE,
    Action.LOG,
    Action.REPORT,
    Action.INCIDENT,
    Action.EVIDENCE,
    Action.TOUR,
    Action.DUTY,
    Action.HANDOVER,
}
_SUPERVISOR = _GUARD | {
    Action.SERVICE,
    Action.FORCE_CLOSE,
    Action.LINK,
    Action.SHARE,
    Action.HOLD,
    Action.PROPOSE,
    Action.DRILL,
    Action.FIGURES,
}
_INVESTIGATOR = _VIEWER | {
    Action.LOG,
    Action.REPORT,
    Action.INCIDENT,
    Action.LINK,
    Action.SHARE,
    Action.EVIDENCE,
    Action.HOLD,
    Action.FIGURES,
}
_ADMINISTRATOR = _VIEWER | {
    Action.ERASE,
    Action.EDIT_SITE,
    Action.PROPOSE,
    Action.ACCEPT_PROPOSAL,
    Action.FIGURES,
    Action.PEOPLE,
    Action.TOKENS,
    Action.SETTINGS,
}

POWERS: Final = MappingProxyType[Role, frozenset[Action]](
    {
        "guard": _GUARD,
        "supervisor": _SUPERVISOR,
        "investigator": _INVESTIGATOR,
        "partner": ANYBODY | {Action.PARTNER},
        "administrator": _ADMINISTRATOR,
        "viewer": _VIEWER,
        # the account that a desk begins with: one person, everything that people of the house may do
        "officer": _SUPERVISOR | _INVESTIGATOR | _ADMINISTRATOR,
    }
)


# what speaks for the whole desk takes somebody who sees the whole: a shift cannot be signed over half blind, nor a
# camera be taken out of service by who does not see it
_WHOLE: Final = frozenset({Action.HANDOVER, Action.SERVICE})


class Subject(Protocol):
    """Who asks: a person in a session, or a token."""

    @property
    def user(self) -> str:
        """The name that is kept with what they do."""

    @property
    def powers(self) -> frozenset[Action]:
        """What they may do at all."""

    @property
    def cameras(self) -> frozenset[str] | None:
        """The cameras they may see; None is all."""

    @property
    def agency(self) -> str | None:
        """The partner agency they belong to; None is the house."""


class NotLoggedIn(Exception):  # noqa: N818 - it ends a request; nobody below the web hears of it
    """Nobody is logged in, and the action is not public."""


class NotAllowed(Exception):  # noqa: N818 - as above
    """This person may not do this."""


class NotTheirs(NotAllowed):
    """This person may do this, but not to that; they are told that there is no such thing."""


def authorise(subject: Subject | None, action: Action, thing: Any = None, *, about: Any = None) -> None:
    """Return when `subject` may do `action` to `thing`, else raise.

    `thing` is the loaded object (an alarm, an incident, a camera, an item of evidence), never an id from the request;
    `about` is the loaded object that an item of evidence belongs to. Without `thing` the powers alone decide.

    Errors: NotLoggedIn; NotAllowed, the power is missing; NotTheirs, it is another's object.
    """
    if action is Action.PUBLIC:
        return
    if subject is None:
        raise NotLoggedIn
    if action not in subject.powers or (action is Action.PARTNER and subject.agency is None):
        raise NotAllowed
    if action in _WHOLE and subject.cameras is not None:
        raise NotAllowed
    if thing is not None and not _sees(subject, thing, about):
        raise NotTheirs


def may(subject: Subject | None, action: Action, thing: Any = None, *, about: Any = None) -> bool:
    """Whether `authorise` would return: for lists and streams, which leave out what is another's."""
    try:
        authorise(subject, action, thing, about=about)
    except (NotLoggedIn, NotAllowed):
        return False
    return True


def _sees(subject: Subject, thing: Any, about: Any) -> bool:
    """Whether the thing is within what this subject may see; what nobody shared is not a partner's."""
    if subject.agency is not None:
        shared = thing if about is None else about
        return subject.agency in getattr(shared, "partners", ())
    for one in (thing, about):
        if isinstance(one, Alarm) and not shown_to(subject.user, one):
            return False
    if subject.cameras is None:
        return True
    return _rule(thing)(subject.cameras, thing, about)


def _rule(thing: Any) -> Callable[[Collection[str], Any, Any], bool]:
    if isinstance(thing, Camera):
        return lambda cameras, camera, _: camera.id in cameras
    if isinstance(thing, Alarm):
        return lambda cameras, alarm, _: _in_sight(cameras, alarm.signal.get("cameras") or ())
    if hasattr(thing, "about") and hasattr(thing, "sha256"):
        return _item_in_sight
    return lambda *_: True


def _in_sight(cameras: Collection[str], of_thing: Collection[str]) -> bool:
    """An alarm is seen by who sees one of its cameras; one that no camera told of is everybody's."""
    return not of_thing or any(one in cameras for one in of_thing)


def _item_in_sight(cameras: Collection[str], item: Any, about: Any) -> bool:
    """Media of an alarm follow its cameras, all of them; what they belong to must have been loaded."""
    if not isinstance(about, Alarm):
        return False
    told = about.signal.get("cameras") or ()
    return all(one in cameras for one in told)
