"""One's own account: the password, the second factor, a fresh proof of who one is, and leaving everywhere."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from bartizan.adapters.web.accounts import Account, AccountRefusedError, Accounts
from bartizan.adapters.web.door import LOGINS_WAITING, Code, address_of, checked, enter, set_cookie
from bartizan.adapters.web.gate import needs, note, session_of
from bartizan.adapters.web.pages import say
from bartizan.adapters.web.password_rules import MIN_PASSWORD, PasswordRefusedError
from bartizan.adapters.web.permission import Action
from bartizan.adapters.web.second_factor import enrolment, new_secret
from bartizan.adapters.web.sessions import MAX_SESSIONS
from bartizan.adapters.web.shell import shell_page

Password = Annotated[str, Form()]


def own_routes(routes: APIRouter) -> None:
    """Every route of one's own account; each change of it ends the sessions of before."""
    _session_routes(routes)
    _password_routes(routes)
    _factor_routes(routes)


def _session_routes(routes: APIRouter) -> None:

    @routes.get("/own")
    @needs(Action.OWN)
    def own_page(request: Request) -> Response:
        return _own_page(request)

    @routes.post("/own/prove")
    @needs(Action.OWN)
    async def prove(request: Request, password: Password = "", code: Code = "") -> Response:
        state, session = request.app.state, session_of(request)
        page = "text/html" in request.headers.get("accept", "")
        note(request, thing=session.user)
        if await _proof(request, password, code) is None:
            wrong = say("own.wrong")
            return _own_page(request, 403, wrong) if page else JSONResponse({"error": wrong}, 403)
        answer: Response = RedirectResponse("/own", 303) if page else JSONResponse({"proved": True})
        secret = state.sessions.prove(session)
        if secret is not None:
            set_cookie(answer, state.cookie, secret, state.tls)
        return answer

    @routes.post("/own/leave-everywhere")
    @needs(Action.LEAVE)
    async def leave_everywhere(request: Request) -> Response:
        state, session = request.app.state, session_of(request)
        note(request, thing=session.user)
        state.sessions.end_all(session.user)
        answer = RedirectResponse("/login", 303)
        answer.delete_cookie(state.cookie, secure=state.tls, httponly=True, samesite="strict")
        return answer


def _password_routes(routes: APIRouter) -> None:
    @routes.post("/own/password")
    @needs(Action.OWN)
    async def password(
        request: Request, old: Password = "", code: Code = "", new: Password = "", again: Password = ""
    ) -> Response:
        state, user = request.app.state, session_of(request).user
        note(request, thing=user)
        if new != again:
            return _own_page(request, 400, say("own.differ"))
        if await _proof(request, old, code) is None:
            return _own_page(request, 403, say("own.wrong"))
        if new == old:
            return _own_page(request, 400, say("own.same"))
        try:
            account = await _hashed(request, user, new)
        except PasswordRefusedError as error:
            return _own_page(request, 400, str(error))
        # the epoch went on, so every session of before has ended, this one too: a new one begins here
        answer = RedirectResponse("/", 303)
        state.sessions.end_all(user)
        enter(request, answer, account)
        return answer


def _factor_routes(routes: APIRouter) -> None:
    @routes.post("/own/second-factor/begin")
    @needs(Action.OWN)
    async def begin(request: Request, password: Password = "", code: Code = "") -> Response:
        session = session_of(request)
        note(request, thing=session.user)
        if session.owes == "password":
            raise HTTPException(409)
        # who just logged in has given the password; who comes later, or has a factor already, gives it again
        fresh = session.owes == "second-factor" and request.app.state.sessions.proved(session)
        if not fresh and await _proof(request, password, code) is None:
            return _own_page(request, 403, say("own.wrong"))
        secret = new_secret()
        _pending(request)[session.key] = secret
        return _own_page(request, secret=secret)

    @routes.post("/own/second-factor")
    @needs(Action.OWN)
    async def enrol(request: Request, code: Code = "") -> Response:
        state, session = request.app.state, session_of(request)
        note(request, thing=session.user)
        secret = _pending(request).get(session.key)
        if secret is None:
            return _own_page(request, 400, say("own.begin.again"))
        accounts: Accounts = state.accounts
        try:
            codes, account = await asyncio.to_thread(accounts.enrol, session.user, secret, code)
        except AccountRefusedError as error:
            return _own_page(request, 400, str(error), secret=secret)
        _pending(request).pop(session.key, None)
        answer = shell_page(
            request, "given.html", title=say("own.codes.title"), words=say("own.codes.words"), given=codes, back="/"
        )
        state.sessions.end_all(session.user)
        enter(request, answer, account)
        return answer


async def _proof(request: Request, password: str, code: str) -> Account | None:
    """The account, when this is its password and code; who guesses here waits as at the door."""
    state, user = request.app.state, session_of(request).user
    if state.limit.wait(address_of(request), user) > 0:
        raise HTTPException(429)
    if state.hashing >= LOGINS_WAITING:
        raise HTTPException(503)
    return await checked(request, user, password, code)


async def _hashed(request: Request, user: str, new: str) -> Account:
    state = request.app.state
    loop = asyncio.get_running_loop()
    accounts: Accounts = state.accounts
    account: Account = await loop.run_in_executor(
        state.hasher, accounts.set_own_password, user, new, (state.site.name,)
    )
    return account


def _pending(request: Request) -> dict[str, str]:
    """Secrets that were shown and not yet proved, by session; those of sessions that ended are dropped."""
    state = request.app.state
    pending: dict[str, str] = state.enrolling
    if len(pending) > MAX_SESSIONS:
        for key in [key for key in pending if state.sessions.living(key) is None]:
            del pending[key]
    return pending


def _own_page(request: Request, code: int = 200, wrong: str = "", *, secret: str | None = None) -> Response:
    state, session = request.app.state, session_of(request)
    account: Account | None = state.accounts.account(session.user)
    return shell_page(
        request,
        "own.html",
        code,
        wrong=wrong,
        owes=session.owes,
        least=MIN_PASSWORD,
        has_factor=account is not None and account.totp is not None,
        codes_left=0 if account is None else len(account.recovery),
        enrolment=None if secret is None else enrolment(secret, session.user, state.site.name),
        sessions=state.sessions.of(session.user),
        proved=state.sessions.proved(session),
    )
