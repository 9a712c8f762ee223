"""What is said when something is refused: words, never the input, and JSON where a script asked."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from bartizan.adapters.web.gate import ForeignRequest, NotProved
from bartizan.adapters.web.pages import error_page, say
from bartizan.adapters.web.permission import NotAllowed, NotLoggedIn, NotTheirs
from bartizan.desk.errors import CommandRefusedError, UnknownThingError
from bartizan.errors import BartizanError, CheckError, InputError, MissingPartError, StoreError


def refusals(app: FastAPI) -> None:
    """What is said when something is refused: words, never the input, and JSON where a script asked."""

    @app.exception_handler(NotLoggedIn)
    async def not_logged_in(request: Request, _: Exception) -> Response:
        if request.method == "GET" and _for_people(request):
            return RedirectResponse("/login", 303)
        return JSONResponse({"error": say("error.401")}, 401, {"www-authenticate": "Bearer"})

    @app.exception_handler(NotTheirs)
    async def not_theirs(_: Request, __: Exception) -> Response:
        # as if it were not there: what another may see can be asked for, and must not be found by asking
        return JSONResponse({"error": say("error.404")}, 404)

    @app.exception_handler(NotAllowed)
    async def not_allowed(request: Request, _: Exception) -> Response:
        elsewhere = _where_instead(request)
        return elsewhere or JSONResponse({"error": say("error.403")}, 403)

    @app.exception_handler(ForeignRequest)
    async def foreign(_: Request, __: Exception) -> Response:
        return JSONResponse({"error": say("error.foreign")}, 403)

    @app.exception_handler(NotProved)
    async def not_proved(request: Request, _: Exception) -> Response:
        if _for_people(request):
            return RedirectResponse("/own#prove", 303)
        # a script that hears of "prove" asks the person, and then once more for the same
        return JSONResponse({"error": say("error.prove"), "prove": True}, 403)

    @app.exception_handler(RequestValidationError)
    async def not_understood(_: Request, __: Exception) -> Response:
        return JSONResponse({"error": say("error.400")}, 400)

    @app.exception_handler(BartizanError)
    async def refused(_: Request, error: Exception) -> Response:
        return JSONResponse({"error": str(error)}, _status(error))

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101 - that is what the handler is for
        return error_page(error.status_code, request.url.path[:200] if error.status_code == 404 else "")


def _where_instead(request: Request) -> Response | None:
    """The page that this person may see in place of the one that they asked for, where there is one."""
    session = request.state.session
    if session is None or request.method != "GET" or not _for_people(request):
        return None
    if session.owes is not None:
        return RedirectResponse("/own", 303)
    return RedirectResponse("/shared", 303) if session.agency is not None and request.url.path == "/" else None


def _for_people(request: Request) -> bool:
    """Whether a person waits for a page, and no script for an answer."""
    return request.url.path == "/" or "text/html" in request.headers.get("accept", "")


def _status(error: Exception) -> int:
    kinds: tuple[tuple[type[Exception], int], ...] = (
        (UnknownThingError, 404),
        (CommandRefusedError, 409),
        (StoreError, 503),
        (CheckError, 409),
        (MissingPartError, 409),
        (InputError, 400),
    )
    return next((status for kind, status in kinds if isinstance(error, kind)), 500)
