"""The door: logging in with password and second factor, and out."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from bartizan.adapters.web.accounts import MAX_NAME, Account
from bartizan.adapters.web.gate import needs, note, session_of
from bartizan.adapters.web.pages import page, say
from bartizan.adapters.web.permission import Action
from bartizan.adapters.web.sessions import Owed

LOGINS_WAITING = 8  # log-ins that may wait for the one thread that hashes; more are asked to come again
MAX_CODE = 64  # characters of what is looked at as a code; those on paper have 29

Code = Annotated[str, Form(max_length=MAX_CODE)]


def door_routes(routes: APIRouter) -> None:
    """Logging in and out."""

    @routes.get("/login")
    @needs(Action.PUBLIC)
    def login_page(request: Request) -> Response:
        if request.state.session is not None:
            return RedirectResponse("/", 303)
        return _login_page(request)

    @routes.post("/login")
    @needs(Action.PUBLIC)
    async def login(
        request: Request,
        user: Annotated[str, Form(max_length=4 * MAX_NAME)] = "",
        password: Annotated[str, Form()] = "",
        code: Code = "",
        token: Annotated[str, Form(max_length=200)] = "",
    ) -> Response:
        state = request.app.state
        note(request, thing="")
        if not state.forms.fits(request.cookies.get(state.form_cookie), token):
            return _login_page(request, 400, say("login.expired"))
        wait = state.limit.wait(address_of(request), user)
        if wait > 0:
            return _wait(request, wait)
        if state.hashing >= LOGINS_WAITING:
            return _login_page(request, 503, say("login.busy"))
        account = await checked(request, user, password, code)
        if account is None:
            # what was typed as a name may be a password: only a name that there is may be kept
            note(request, thing=user if state.accounts.account(user) is not None else "")
            return _login_page(request, 401, say("login.wrong"))
        if request.state.session is not None:
            state.sessions.end(request.state.session)
        note(request, by=account.name, thing=account.name)
        answer = RedirectResponse("/", 303)
        enter(request, answer, account)
        answer.delete_cookie(state.form_cookie, secure=state.tls, httponly=True, samesite="strict")
        return answer

    @routes.post("/logout")
    @needs(Action.LEAVE)
    async def logout(request: Request) -> Response:
        state = request.app.state
        state.sessions.end(session_of(request))
        answer = RedirectResponse("/login", 303)
        answer.delete_cookie(state.cookie, secure=state.tls, httponly=True, samesite="strict")
        # what the browser kept of the pages goes too, where the connection is one that it trusts
        answer.headers["clear-site-data"] = '"cache", "storage"'
        return answer


async def checked(request: Request, name: str, password: str, code: str) -> Account | None:
    """The account whose name, password and code these are, else None, and then a failure is counted.

    Hashing has a thread of its own, so that log-ins cannot starve alarms.
    """
    state = request.app.state
    state.hashing += 1
    try:
        loop = asyncio.get_running_loop()
        account: Account | None = await loop.run_in_executor(state.hasher, state.accounts.check, name, password, code)
    finally:
        state.hashing -= 1
    address = address_of(request)
    if account is None:
        await asyncio.to_thread(state.limit.failed, address, name)
    else:
        await asyncio.to_thread(state.limit.succeeded, address)
    return account


def enter(request: Request, answer: Response, account: Account) -> None:
    """Begin a session of this person, and give the browser its cookie."""
    state = request.app.state
    secret, _ = state.sessions.begin(account, owed(request, account))
    set_cookie(answer, state.cookie, secret, state.tls)


def owed(request: Request, account: Account) -> Owed | None:
    """What this person must do before anything else."""
    if account.must_change:
        return "password"
    return "second-factor" if account.totp is None and account.role in request.app.state.second_factor else None


def address_of(request: Request) -> str:
    """The network address that a request came from, for limits alone: it proves nothing."""
    return request.client.host if request.client else ""


def set_cookie(answer: Response, name: str, value: Any, tls: bool) -> None:
    """A cookie that no script reads and no other site sends."""
    answer.set_cookie(name, value, httponly=True, samesite="strict", secure=tls, path="/")


def _wait(request: Request, wait: float) -> Response:
    seconds = str(int(wait) + 1)
    answer = _login_page(request, 429, say("login.wait", seconds=seconds))
    answer.headers["retry-after"] = seconds
    return answer


def _login_page(request: Request, status: int = 200, wrong: str = "") -> Response:
    state = request.app.state
    cookie, token = state.forms.issue()
    answer = page("login.html", status, site=state.site.name, token=token, wrong=wrong)
    set_cookie(answer, state.form_cookie, cookie, state.tls)
    return answer
