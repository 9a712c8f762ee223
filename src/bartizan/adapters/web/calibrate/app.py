"""The application of the calibration page: one camera, one person, the loopback address, a token used once."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Protocol

import cv2
import numpy as np
from fastapi import APIRouter, FastAPI, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from bartizan.adapters.web.calibrate.pages import page, say, static_files
from bartizan.adapters.web.drawing import drawing
from bartizan.adapters.web.gate import SAFE_METHODS, TOKEN_HEADER, ForeignRequest, require_same_origin
from bartizan.adapters.web.shield import LOOPBACK_HOSTS, Shield
from bartizan.app.calibration import given_pairs, tried
from bartizan.errors import BartizanError
from bartizan.site.model import Camera
from bartizan.site.site import Site

COOKIE = "bartizan-calibrate"
JPEG_QUALITY = 90  # percent: a point is set to the pixel
MOST_PAIRS = 100
_FURTHEST = 1e7  # pixels or metres beyond which a number is a slip

Number = Annotated[float, Field(ge=-_FURTHEST, le=_FURTHEST, allow_inf_nan=False)]
Row = Annotated[list[Number], Field(min_length=4, max_length=4)]


class ProposalLike(Protocol):
    """What would be written: its lines, and the writing."""

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines that would change."""
        ...

    def write(self) -> None:
        """Write it; a BartizanError says why not."""
        ...


ProposalOf = Callable[[Sequence[Sequence[float]], bool], ProposalLike]
"""What pairs (pixel x, y, plan x, y [m]) and a lens would change in the site."""


class Pairs(BaseModel):
    """Point pairs as the page sends them."""

    model_config = ConfigDict(extra="forbid")

    pairs: Annotated[list[Row], Field(max_length=MOST_PAIRS)]
    lens: bool = False


class Written(BaseModel):
    """Which proposal is to be written: the one that was shown."""

    model_config = ConfigDict(extra="forbid")

    proposal: Annotated[str, Field(min_length=1, max_length=100)]


class _Quiet:
    """No stream is ever open here that a stop would have to end."""

    def let_go(self) -> None:
        """Nothing."""


class _Door:
    """Who may come in: whoever has the token, once; and from then on whoever has the cookie made for them."""

    def __init__(self) -> None:
        self.token = secrets.token_urlsafe(24)
        self.csrf = secrets.token_urlsafe(24)
        self._cookie = secrets.token_urlsafe(24)
        self._used = False

    def enter(self, token: str) -> str | None:
        """The cookie for the token's first use; None for a wrong or used one."""
        if self._used or not hmac.compare_digest(token.encode(), self.token.encode()):
            return None
        self._used = True
        return self._cookie

    def knows(self, cookie: str | None) -> bool:
        """Whether a cookie is the one that was given."""
        return self._used and cookie is not None and hmac.compare_digest(cookie.encode(), self._cookie.encode())

    def require(self, request: Request) -> None:
        """Raise unless the request is from the page that was let in."""
        if not self.knows(request.cookies.get(COOKIE)):
            raise HTTPException(403)
        if request.method not in SAFE_METHODS:
            require_same_origin(request)
            if not hmac.compare_digest(request.headers.get(TOKEN_HEADER, "").encode(), self.csrf.encode()):
                raise ForeignRequest


def create_app(
    site: Site, camera: Camera, size: tuple[int, int], scene: NDArray[np.uint8] | None, propose: ProposalOf
) -> tuple[FastAPI, str]:
    """The page for one camera, and the token that opens it once.

    `scene` is a picture of the camera, shape (height, width, 3) in BGR, of `size` (width, height), or None;
    `propose` says what pairs would change in the site, and writes it where it is told to.
    """
    door = _Door()
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    app.state.hub = _Quiet()
    routes = APIRouter()
    _entrance(routes, door, site, camera)
    _looking(routes, door, _shown(site, camera, size, scene), None if scene is None else _jpeg(scene))
    _working(routes, door, size, propose)
    app.include_router(routes)
    _refusals(app)
    app.add_middleware(Shield, hosts=LOOPBACK_HOSTS, tls=False)
    return app, door.token


def _entrance(routes: APIRouter, door: _Door, site: Site, camera: Camera) -> None:
    @routes.get("/")
    def entrance(request: Request, token: str = "") -> Response:
        if token:
            cookie = door.enter(token[:200])
            if cookie is None and not door.knows(request.cookies.get(COOKIE)):
                return page("closed.html", 403)
            # away from the address, so that the token is in no history that matters
            answer = RedirectResponse("/", 303)
            if cookie is not None:
                answer.set_cookie(COOKIE, cookie, httponly=True, samesite="strict", path="/")
            return answer
        if not door.knows(request.cookies.get(COOKIE)):
            return page("closed.html", 403)
        return page("calibrate.html", site=site.name, camera=camera.name or camera.id, csrf=door.csrf)

    @routes.get("/static/{name}")
    def static(name: str) -> Response:
        found = static_files().get(name)
        if found is None:
            raise HTTPException(404)
        return Response(found[0], media_type=found[1])

    @routes.get("/favicon.ico")
    def favicon() -> Response:
        content, media_type = static_files()["favicon.svg"]
        return Response(content, media_type=media_type)


def _looking(routes: APIRouter, door: _Door, shown: dict[str, Any], picture: bytes | None) -> None:
    @routes.get("/camera.json")
    def camera_json(request: Request) -> Response:
        door.require(request)
        return JSONResponse(shown)

    @routes.get("/picture.jpg")
    def picture_jpg(request: Request) -> Response:
        door.require(request)
        if picture is None:
            raise HTTPException(404)
        return Response(picture, media_type="image/jpeg")


def _working(routes: APIRouter, door: _Door, size: tuple[int, int], propose: ProposalOf) -> None:
    waiting: dict[str, ProposalLike] = {}

    @routes.post("/try")
    def try_pairs(request: Request, given: Pairs) -> Response:
        door.require(request)
        return JSONResponse(tried(given.pairs, size, lens=given.lens).to_json())

    @routes.post("/propose")
    def propose_pairs(request: Request, given: Pairs) -> Response:
        door.require(request)
        trial = tried(given.pairs, size, lens=given.lens)
        if trial.problem is not None:
            return JSONResponse({"error": trial.problem}, 400)
        proposal = propose(given.pairs, given.lens)
        name = hashlib.sha256("\n".join(proposal.lines).encode()).hexdigest()
        waiting.clear()
        waiting[name] = proposal
        return JSONResponse({"proposal": name, "lines": list(proposal.lines)})

    @routes.post("/write")
    def write(request: Request, given: Written) -> Response:
        door.require(request)
        proposal = waiting.pop(given.proposal, None)
        if proposal is None:
            return JSONResponse({"error": say("save.stale")}, 409)
        proposal.write()
        return JSONResponse({"written": True})


def _refusals(app: FastAPI) -> None:
    @app.exception_handler(ForeignRequest)
    def foreign(_: Request, __: Exception) -> Response:
        return JSONResponse({"error": say("error.foreign")}, 403)

    @app.exception_handler(RequestValidationError)
    def not_understood(_: Request, __: Exception) -> Response:
        return JSONResponse({"error": say("error.400")}, 400)

    @app.exception_handler(BartizanError)
    def refused(_: Request, error: Exception) -> Response:
        return JSONResponse({"error": str(error)}, 400)


def _shown(site: Site, camera: Camera, size: tuple[int, int], scene: NDArray[np.uint8] | None) -> dict[str, Any]:
    """What the page draws: the site, the picture, and the pairs that the camera has now."""
    lens = type(camera.model).__name__ == "Spread" and bool(given_pairs(camera))
    return {
        "site": drawing(site),
        "camera": camera.id,
        "size": list(size),
        "picture": scene is not None,
        "pairs": given_pairs(camera),
        "lens": lens,
    }


def _jpeg(scene: NDArray[np.uint8]) -> bytes:
    done, data = cv2.imencode(".jpg", scene, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    if not done:
        raise ValueError(f"a picture of shape {scene.shape} cannot be encoded")
    return data.tobytes()
