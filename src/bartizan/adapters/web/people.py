"""The page of people and roles: who may log in, what each may do, and which machines have tokens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from bartizan.adapters.web.accounts import MAX_NAME, Account, AccountRefusedError, Accounts
from bartizan.adapters.web.gate import needs, note, session_of
from bartizan.adapters.web.pages import say
from bartizan.adapters.web.permission import POWERS, ROLES, Action, Role, may
from bartizan.adapters.web.shell import shell_page
from bartizan.adapters.web.tokens import DEFAULT_DAYS, MAX_DAYS, MAX_LABEL, Tokens
from bartizan.app.upkeep.audit import Audit
from bartizan.errors import CheckError, InputError

AUDIT_SHOWN = 50  # records


class Rights(BaseModel):
    """The form of what a person may do. `sees` is "all" cameras or "some": those that are named."""

    model_config = ConfigDict(extra="forbid")
    token: str = Field("", max_length=200)
    role: Role
    sees: Literal["all", "some"] = "all"
    cameras: list[Annotated[str, Field(max_length=200)]] = Field(default_factory=list, max_length=1000)
    agency: str = Field("", max_length=100)
    disabled: bool = False


class NewPerson(Rights):
    """The same, of somebody new."""

    name: str = Field(max_length=4 * MAX_NAME)


def people_routes(routes: APIRouter) -> None:
    """Every route of people, roles and tokens. Sync on purpose: hashing and the disk wait in a thread of their own."""
    _rights_routes(routes)
    _person_routes(routes)
    _token_routes(routes)


def _rights_routes(routes: APIRouter) -> None:

    @routes.get("/people")
    @needs(Action.PEOPLE)
    def people_page(request: Request) -> Response:
        return _people_page(request)

    @routes.post("/people")
    @needs(Action.PEOPLE)
    def make(request: Request, form: Annotated[NewPerson, Form()]) -> Response:
        def command(accounts: Accounts) -> Response:
            seen = _seen(request, form)
            password, account = accounts.make(form.name, form.role, cameras=seen, agency=form.agency)
            note(request, thing=account.name, detail=_told(account))
            return _given(request, account.name, password)

        return _try(request, command)

    @routes.post("/people/{name}/change")
    @needs(Action.PEOPLE)
    def change(request: Request, name: str, form: Annotated[Rights, Form()]) -> Response:
        def command(accounts: Accounts) -> Response:
            _require_other(request, name)
            seen = _seen(request, form)
            account = accounts.change(name, role=form.role, cameras=seen, agency=form.agency, disabled=form.disabled)
            note(request, detail=_told(account))
            return _back()

        return _try(request, command)


def _person_routes(routes: APIRouter) -> None:
    @routes.post("/people/{name}/password")
    @needs(Action.PEOPLE)
    def password(request: Request, name: str) -> Response:
        def command(accounts: Accounts) -> Response:
            _require_other(request, name)
            return _given(request, name, accounts.new_password(name))

        return _try(request, command)

    @routes.post("/people/{name}/second-factor")
    @needs(Action.PEOPLE)
    def second_factor(request: Request, name: str) -> Response:
        def command(accounts: Accounts) -> Response:
            _require_other(request, name)
            accounts.forget_second_factor(name)
            return _back()

        return _try(request, command)

    @routes.post("/people/{name}/log-out")
    @needs(Action.PEOPLE)
    def log_out(request: Request, name: str) -> Response:
        request.app.state.sessions.end_all(name)
        return _back()

    @routes.post("/people/{name}/remove")
    @needs(Action.PEOPLE)
    def remove(request: Request, name: str) -> Response:
        def command(accounts: Accounts) -> Response:
            _require_other(request, name)
            accounts.remove(name)
            return _back()

        return _try(request, command)


def _token_routes(routes: APIRouter) -> None:
    @routes.post("/tokens")
    @needs(Action.TOKENS)
    def make_token(
        request: Request,
        label: Annotated[str, Form(max_length=4 * MAX_LABEL)] = "",
        days: Annotated[int, Form(ge=1, le=MAX_DAYS)] = DEFAULT_DAYS,
    ) -> Response:
        tokens: Tokens = request.app.state.tokens
        try:
            shown, token = tokens.make(label, session_of(request).user, days=days)
        except (InputError, CheckError) as error:
            return _people_page(request, 409, str(error))
        note(request, thing=token.id, detail=f"{token.label}, until {token.expires_at:%Y-%m-%d}")
        return shell_page(
            request,
            "given.html",
            title=say("people.token.title", label=token.label),
            words=say("people.token.words"),
            given=(shown,),
            back="/people",
        )

    @routes.post("/tokens/{token_id}/end")
    @needs(Action.TOKENS)
    def end_token(request: Request, token_id: str) -> Response:
        try:
            token = request.app.state.tokens.end(token_id)
        except CheckError as error:
            return _people_page(request, 409, str(error))
        note(request, detail=token.label)
        return _back()


def _try(request: Request, command: Callable[[Accounts], Response]) -> Response:
    """Do it, or show the page with the desk's no in words."""
    try:
        return command(request.app.state.accounts)
    except (InputError, CheckError) as error:
        return _people_page(request, 409, str(error))


def _require_other(request: Request, name: str) -> None:
    """Nobody gives themselves rights, or takes away what keeps them in check."""
    if name == session_of(request).user:
        raise AccountRefusedError(say("people.self"))


def _seen(request: Request, form: Rights) -> list[str] | None:
    """The cameras of the form, each one of the site; None for all."""
    if form.sees == "all":
        return None
    known = {camera.id for camera in request.app.state.site.cameras}
    strange = sorted(set(form.cameras) - known)
    if strange:
        raise InputError(f"The site has no camera {strange[0]!r:.60}. Load the page again")
    return sorted(set(form.cameras))


def _told(account: Account) -> str:
    cameras = "every camera" if account.cameras is None else f"cameras {', '.join(sorted(account.cameras)) or 'none'}"
    agency = f", agency {account.agency}" if account.agency else ""
    return f"{account.role}, {cameras}{agency}{', shut' if account.disabled else ''}"


def _given(request: Request, name: str, password: str) -> Response:
    return shell_page(
        request,
        "given.html",
        title=say("people.password.title", name=name),
        words=say("people.password.words"),
        given=(password,),
        back="/people",
    )


def _back() -> Response:
    return RedirectResponse("/people", 303)


def _people_page(request: Request, code: int = 200, wrong: str = "") -> Response:
    state = request.app.state
    audit: Audit = state.audit
    session = session_of(request)
    tokens: list[Any] = list(state.tokens.all()) if may(session, Action.TOKENS) else []
    return shell_page(
        request,
        "people.html",
        code,
        wrong=wrong,
        people=state.accounts.all(),
        sessions={one.name: state.sessions.of(one.name) for one in state.accounts.all()},
        cameras=state.site.cameras,
        roles=ROLES,
        powers={role: [one.value for one in Action if one in POWERS[role]] for role in ROLES},
        agencies=[partner.id for partner in getattr(state.site, "partners", ())],
        tokens=tokens,
        tokens_too=may(session, Action.TOKENS),
        days=DEFAULT_DAYS,
        now=state.tokens.utc(),
        audit=audit.latest()[:AUDIT_SHOWN],
    )
