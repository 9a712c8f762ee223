"""The door: logging in and out."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from bartizan.adapters.web.accounts import MAX_NAME
from bartizan.adapters.web.gate import needs, note, session_of
from bartizan.adapters.web.pages import page, say
from bartizan.adapters.web.permission import Action

LOGINS_WAITING = 8  # log-ins that may wait for the one thread that hashes; more are asked to come again


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
        token: Annotated[str, Form(max_length=200)] = "",
    ) -> Response:
        state = request.app.state
        address = request.client.host if request.client else ""
        refused = _login_refused(request, address, user, token)
        if refused is not None:
            return refused
        state.hashing += 1
        try:
            loop = asyncio.get_running_loop()
            account = await loop.run_in_executor(state.hasher, state.accounts.check, user, password)
        finally:
            state.hashing -= 1
        if account is None:
            # what was typed as a name may be a password: only a name that there is may be kept
            note(request, thing=user if state.accounts.account(user) is not None else "")
            state.limit.failed(address, user)
            return _login_page(request, 401, say("login.wrong"))
        state.limit.succeeded(address)
        note(request, by=account.name, thing=account.name)
        if request.state.session is not None:
            state.sessions.end(request.state.session)
        secret, _ = state.sessions.begin(account.name, account.role)
        answer = RedirectResponse("/", 303)
        _set_cookie(answer, state.cookie, secret, state.tls)
        answer.delete_cookie(state.form_cookie, secure=state.tls, httponly=True, samesite="strict")
        return answer

    @routes.post("/logout")
    @needs(Action.LEAVE)
    async def logout(request: Request) -> Response:
        state = request.app.state
        state.sessions.end(session_of(request))
        answer = RedirectResponse("/login", 303)
        answer.delete_cookie(state.cookie, secure=state.tls, httponly=True, samesite="strict")
        return answer


def _login_refused(request: Request, address: str, user: str, token: str) -> Response | None:
    """Why this log-in is not even tried: a form of another page, too many failures, too many at once."""
    state = request.app.state
    if not state.forms.fits(request.cookies.get(state.form_cookie), token):
        return _login_page(request, 400, say("login.expired"))
    wait = state.limit.wait(address, user)
    if wait > 0:
        seconds = str(int(wait) + 1)
        answer = _login_page(request, 429, say("login.wait", seconds=seconds))
        answer.headers["retry-after"] = seconds
        return answer
    return _login_page(request, 503, say("login.busy")) if state.hashing >= LOGINS_WAITING else None


def _login_page(request: Request, status: int = 200, wrong: str = "") -> Response:
    state = request.app.state
    cookie, token = state.forms.issue()
    answer = page("login.html", status, site=state.site.name, token=token, wrong=wrong)
    _set_cookie(answer, state.form_cookie, cookie, state.tls)
    return answer


def _set_cookie(answer: Response, name: str, value: Any, tls: bool) -> None:
    answer.set_cookie(name, value, httponly=True, samesite="strict", secure=tls, path="/")
