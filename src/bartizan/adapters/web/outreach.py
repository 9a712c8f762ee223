"""People outside: what strangers may do by a link in a mail, and what the house sees of subscribers and the queue."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict, deque
from threading import Lock
from typing import Annotated, Any, Literal, cast

from fastapi import APIRouter, Form, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.exceptions import HTTPException

from bartizan.adapters.web.gate import needs, note, session_of
from bartizan.adapters.web.pages import page, say
from bartizan.adapters.web.permission import Action, authorise
from bartizan.adapters.web.shell import shell_page
from bartizan.app.outreach import Outreach, OutreachSettings
from bartizan.desk.errors import CommandError, TransitionError, UnknownThingError
from bartizan.desk.event import instant
from bartizan.desk.outreach import Level, Purpose, Subscriber
from bartizan.errors import MissingPartError

PER_ADDRESS = 10  # of subscribing, from one network address
OF_ALL = 200  # from everywhere
WINDOW = 3_600.0  # seconds
MAX_KEYS = 4_096
MAX_SETTINGS = 64 * 1024  # bytes; terms and privacy notice are in them
_ONE_CLICK = ("List-Unsubscribe", "One-Click")  # RFC 8058, 3.1
_PURPOSES = ("confirm", "leave", "never")
_KEPT = "kept"  # stands for a secret that is never shown again

Token = Annotated[str, Field(min_length=1, max_length=100)]


class Ask(BaseModel):
    """The form of who wants mails. `terms` and `privacy` are the versions that the page showed."""

    model_config = ConfigDict(extra="forbid")
    address: str = Field("", max_length=300)
    every: Literal["day", "week"] = "week"
    terms: str = Field("", max_length=40)
    privacy: str = Field("", max_length=40)
    agree: str = Field("", max_length=10)


class Levelled(BaseModel):
    """Up to which sharing level somebody may read."""

    model_config = ConfigDict(extra="forbid")
    level: Level


class Nothing(BaseModel):
    """No more than the subscriber."""

    model_config = ConfigDict(extra="forbid")


class AskLimit:
    """How often strangers may ask: in a sliding window of an hour, by network address and altogether."""

    def __init__(self) -> None:
        self._asked: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = Lock()

    def ask(self, address: str, now: float) -> bool:
        """Whether one more is heard; it is counted then."""
        with self._lock:
            rows = [(self._row(key, most), most) for key, most in ((f"at {address}", PER_ADDRESS), ("all", OF_ALL))]
            if any(len(row) == most and now - row[0] < WINDOW for row, most in rows):
                return False
            for row, _ in rows:
                row.append(now)
            return True

    def _row(self, key: str, most: int) -> deque[float]:
        row = self._asked.pop(key, None)
        self._asked[key] = row = deque(maxlen=most) if row is None else row
        while len(self._asked) > MAX_KEYS:
            self._asked.popitem(last=False)
        return row


def outreach_routes(routes: APIRouter) -> None:
    """Every route of outreach. Sync on purpose: the ledger and the cabinet wait for the disk."""
    limit = AskLimit()
    _subscribing(routes, limit)
    _links(routes)
    _inside(routes)


def _subscribing(routes: APIRouter, limit: AskLimit) -> None:
    @routes.get("/mail")
    @needs(Action.PUBLIC)
    def subscribe_page(request: Request) -> Response:
        return _subscribe_page(request)

    @routes.post("/mail")
    @needs(Action.PUBLIC)
    def subscribe(request: Request, form: Annotated[Ask, Form()]) -> Response:
        note(request, thing="a subscription", by="stranger")
        if not limit.ask(request.client.host if request.client else "", time.monotonic()):
            return _subscribe_page(request, 429, say("mail.often"))
        if form.agree != "yes":
            return _subscribe_page(request, 400, say("mail.agree"))
        try:
            _outreach(request).subscribe(form.address, form.every, terms=form.terms, privacy=form.privacy)
        except CommandError as error:
            return _subscribe_page(request, 400, str(error))
        # the same words for an address that is known, one that is not, and one that must not be written to
        return _told(request, say("mail.asked.title"), say("mail.asked"))


def _links(routes: APIRouter) -> None:
    @routes.get("/mail/{purpose}/{subscriber_id}/{token}")
    @needs(Action.PUBLIC)
    def link(request: Request, purpose: str, subscriber_id: str, token: str) -> Response:
        """A page with a button. Looking changes nothing: programs that check mails look at every link."""
        meant = _opened(request, purpose, subscriber_id, token)
        outreach = _outreach(request)
        texts = outreach.settings if meant == "confirm" else None
        return page(
            "mail.html",
            title=say(f"mail.{meant}.title"),
            words=say(f"mail.{meant}", site=request.app.state.site.name),
            site=request.app.state.site.name,
            button=say(f"mail.{meant}.do"),
            action=request.url.path,
            terms=None if texts is None else texts.terms,
            privacy=None if texts is None else texts.privacy,
            form=None,
            wrong="",
        )

    @routes.post("/mail/{purpose}/{subscriber_id}/{token}")
    @needs(Action.PUBLIC, from_elsewhere=True)
    async def follow(request: Request, purpose: str, subscriber_id: str, token: str) -> Response:
        """Do what the link is for. The token is the authority: no log-in, no cookie, and as often as one likes."""
        note(request, thing="a link in a mail", by="stranger")
        one_click = False
        if purpose == "leave":
            async with request.form(max_files=0, max_fields=4) as form:
                one_click = form.get(_ONE_CLICK[0]) == _ONE_CLICK[1]
        return await asyncio.to_thread(_follow, request, purpose, subscriber_id, token, one_click)


def _follow(request: Request, purpose: str, subscriber_id: str, token: str, one_click: bool) -> Response:
    meant = _opened(request, purpose, subscriber_id, token)
    outreach = _outreach(request)
    note(request, thing=subscriber_id, by="subscriber")
    try:
        if meant == "confirm":
            outreach.confirm(subscriber_id, token)
        else:
            outreach.leave(subscriber_id, token, "never" if meant == "never" else "one-click" if one_click else "page")
    except TransitionError as error:
        return _told(request, say(f"mail.{meant}.title"), str(error), 409)
    return _told(request, say(f"mail.{meant}.title"), say(f"mail.{meant}.done"))


def _inside(routes: APIRouter) -> None:
    @routes.get("/outreach")
    @needs(Action.SETTINGS)
    async def outreach_page(request: Request) -> Response:
        return shell_page(request, "outreach.html")

    @routes.get("/outreach.json")
    @needs(Action.SETTINGS)
    def shown(request: Request) -> Response:
        found = _outreach(request)
        return JSONResponse(
            {
                "settings": hidden(found.settings),
                "backlog": found.backlog().to_json(),
                "subscribers": [subscriber_json(one) for one in reversed(found.subscribers())],
            }
        )

    @routes.post("/outreach/settings")
    @needs(Action.SETTINGS, body=MAX_SETTINGS)
    def change(request: Request, body: dict[str, Any]) -> Response:
        found = _outreach(request)
        found.set(settings_of(body, found.settings))
        return JSONResponse({"settings": hidden(found.settings)})

    @routes.post("/outreach/subscribers/{subscriber_id}/level")
    @needs(Action.SETTINGS)
    def level(request: Request, subscriber_id: str, body: Levelled) -> Response:
        found, by = _subscriber(request, subscriber_id)
        return JSONResponse(subscriber_json(found.level(subscriber_id, body.level, by=by)))

    @routes.post("/outreach/subscribers/{subscriber_id}/resume")
    @needs(Action.SETTINGS)
    def resume(request: Request, subscriber_id: str, body: Nothing) -> Response:
        found, by = _subscriber(request, subscriber_id)
        return JSONResponse(subscriber_json(found.resume(subscriber_id, by=by)))

    @routes.post("/outreach/subscribers/{subscriber_id}/remove")
    @needs(Action.SETTINGS)
    def remove(request: Request, subscriber_id: str, body: Nothing) -> Response:
        found, by = _subscriber(request, subscriber_id)
        return JSONResponse(subscriber_json(found.remove(subscriber_id, by=by)))


def settings_of(body: dict[str, Any], before: OutreachSettings) -> OutreachSettings:
    """The settings that a page sends; a secret that says "kept" stays as it was.

    Errors: CommandError naming the key and what is wrong with it; it repeats nothing of what was sent.
    """
    given = dict(body)
    mail = given.get("mail")
    if isinstance(mail, dict) and mail.get("password") == _KEPT:
        given["mail"] = mail | {"password": None if before.mail is None else before.mail.password}
    known = {hook.id: hook.secret for hook in before.hooks}
    hooks = given.get("hooks")
    if isinstance(hooks, list):
        given["hooks"] = [
            hook | {"secret": known.get(str(hook.get("id")), "")}
            if isinstance(hook, dict) and hook.get("secret") == _KEPT
            else hook
            for hook in hooks
        ]
    try:
        return OutreachSettings.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        place = ".".join(str(step) for step in first["loc"]) or "settings"
        words = first["msg"].removeprefix("Value error, ")
        raise CommandError(f"{place}: {words}. Nothing was changed") from None


def hidden(settings: OutreachSettings) -> dict[str, Any]:
    """The settings as a page may show them: a secret is never sent back."""
    shown: dict[str, Any] = settings.model_dump(mode="json")
    if shown["mail"] is not None and shown["mail"]["password"] is not None:
        shown["mail"]["password"] = _KEPT
    for hook in shown["hooks"]:
        hook["secret"] = _KEPT
    return shown


def subscriber_json(one: Subscriber) -> dict[str, Any]:
    """A subscriber as JSON: nobody's address, which the desk shows to nobody."""
    return {
        "id": one.id,
        "who": one.who[:8],
        "stage": one.stage,
        "every": one.every,
        "level": one.level,
        "terms": one.terms,
        "privacy": one.privacy,
        "asked_at": instant(one.asked_at),
        "confirmed_at": None if one.confirmed_at is None else instant(one.confirmed_at),
        "left_at": None if one.left_at is None else instant(one.left_at),
        "digested": None if one.digested is None else instant(one.digested),
    }


def _subscriber(request: Request, subscriber_id: str) -> tuple[Outreach, str]:
    """Outreach and who asks, where there is such a subscriber."""
    found, session = _outreach(request), session_of(request)
    authorise(session, Action.SETTINGS, found.subscriber(subscriber_id))
    return found, session.user


def _opened(request: Request, purpose: str, subscriber_id: str, token: str) -> Purpose:
    """What the link is for, where it is one. Errors: 404, the same for every link that leads nowhere."""
    if purpose not in _PURPOSES or len(token) > 100 or len(subscriber_id) > 100:
        raise HTTPException(404)
    meant = cast("Purpose", purpose)
    try:
        _outreach(request).opens(meant, subscriber_id, token)
    except UnknownThingError:
        raise HTTPException(404) from None
    return meant


def _subscribe_page(request: Request, status: int = 200, wrong: str = "") -> Response:
    outreach = _outreach(request)
    if not outreach.settings.open:
        raise HTTPException(404)
    site = request.app.state.site.name
    return page(
        "mail.html",
        status,
        title=say("mail.title"),
        words=say("mail.words", site=site),
        site=site,
        button=say("mail.do"),
        action="/mail",
        terms=outreach.settings.terms,
        privacy=outreach.settings.privacy,
        form=True,
        wrong=wrong,
    )


def _told(request: Request, title: str, words: str, status: int = 200) -> Response:
    site = request.app.state.site.name
    return page(
        "mail.html",
        status,
        title=title,
        words=words,
        site=site,
        button=None,
        action="",
        terms=None,
        privacy=None,
        form=None,
        wrong="",
    )


def _outreach(request: Request) -> Outreach:
    found: Outreach | None = request.app.state.room.outreach
    if found is None:
        raise MissingPartError("this desk was started without a cabinet, and writes to nobody")
    return found
