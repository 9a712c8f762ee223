"""What machines tell the desk over HTTP, with a token, and what people report by hand."""

from __future__ import annotations

import asyncio
import re
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import AwareDatetime, Field, StrictBool, StrictFloat, StrictInt

from bartizan.adapters.web.bodies import Body
from bartizan.adapters.web.gate import needs, note, room_of, session_of, subject_of
from bartizan.adapters.web.permission import Action, authorise
from bartizan.adapters.web.shell import shell_page
from bartizan.app.intake import report as by_hand
from bartizan.app.intake.once import Once
from bartizan.app.intake.reading import LARGEST, Refused
from bartizan.desk.errors import CommandRefusedError
from bartizan.errors import InputError
from bartizan.signal import Severity, Signal
from bartizan.site.site import Site

KEY_HEADER = "idempotency-key"
LARGEST_SIGNAL = 32_768  # bytes: the desk keeps signals of up to twice that, and adds to them
_KEY = re.compile(r"[!-~]{1,128}")
_TEXT = Annotated[str, Field(max_length=2000)]
_ID = Annotated[str, Field(min_length=1, max_length=80)]
_METRES = Annotated[float, Field(ge=-by_hand.FARTHEST, le=by_hand.FARTHEST, allow_inf_nan=False)]
_MOST_BECAUSE = 50  # figures that a signal comes with


class KeyUsedError(CommandRefusedError):
    """The key of a request was that of another one."""


class SignalBody(Body):
    """A signal of another program: the contract of `bartizan watch --json`, less what only a watch can say."""

    id: Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[ -~]+$")]
    t: Annotated[float, Field(ge=-1e12, le=1e12, allow_inf_nan=False)]
    kind: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,63}$")]
    state: Literal["raised", "updated", "ended"]
    utc: AwareDatetime | None = None
    zone: _ID | None = None
    area: _ID | None = None
    element: _ID | None = None
    cameras: Annotated[list[_ID], Field(max_length=100)] = Field(default_factory=list)
    at: tuple[_METRES, _METRES] | None = None
    since: Annotated[float | None, Field(ge=-1e12, le=1e12, allow_inf_nan=False)] = None
    severity: Severity = "medium"
    exercise: StrictBool = False
    because: Annotated[
        dict[_ID, _TEXT | StrictBool | StrictInt | Annotated[StrictFloat, Field(allow_inf_nan=False)] | None],
        Field(max_length=_MOST_BECAUSE),
    ] = Field(default_factory=dict)


class ReportBody(Body):
    """What somebody told the desk: by whom, how, how far it is to be believed, where and what."""

    key: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{8,64}$")]
    channel: by_hand.Channel
    reliability: by_hand.Reliability
    credibility: by_hand.Credibility
    reported_by: Annotated[str, Field(min_length=1, max_length=by_hand.LONGEST_SOURCE)]
    text: Annotated[str, Field(min_length=1, max_length=by_hand.LONGEST_TEXT)]
    severity: Severity = "medium"
    area: _ID | None = None
    element: _ID | None = None
    zone: _ID | None = None
    at: tuple[_METRES, _METRES] | None = None
    seen_at: AwareDatetime | None = None
    exercise: StrictBool = False


def intake_routes(routes: APIRouter) -> None:
    """Words of inputs, signals of other programs, and reports by hand."""
    once: Once[dict[str, Any]] = Once()

    @routes.post("/intake/inputs/{input_id}")
    @needs(Action.INTAKE, body=LARGEST)
    async def word(request: Request, input_id: str) -> Response:
        """One message of an input, as it would stand on its topic."""
        room, body = room_of(request), await request.body()

        def take() -> dict[str, Any]:
            try:
                alarms = room.inbox.tell(input_id, body)
            except Refused as why:
                raise InputError(
                    f"input {input_id!r:.80}: the message is not taken: {why}. Send what [[input]] of the site says"
                ) from None
            return {"taken": True, "alarms": [alarm.id for alarm in alarms]}

        source = next((one for one in room.site.inputs if one.id == input_id), None)
        authorise(subject_of(request), Action.INTAKE, source)
        note(request, thing=None if source is None else source.id)
        asked = input_id.encode() + b"\0" + body
        return JSONResponse(await asyncio.to_thread(_answer, request, once, asked, take))

    @routes.post("/intake/signals")
    @needs(Action.INTAKE, body=LARGEST_SIGNAL)
    async def signal(request: Request, body: SignalBody) -> Response:
        """A signal of another program; the same id again goes on with it, and the same words again do nothing."""
        room, run = room_of(request), subject_of(request).user
        told = _signal(body, room.site)

        def take() -> dict[str, Any]:
            alarm = room.influx.take(told, run)
            return {"taken": True, "alarms": [] if alarm is None else [alarm.id]}

        note(request, thing=body.id)
        asked = body.model_dump_json().encode()
        return JSONResponse(await asyncio.to_thread(_answer, request, once, asked, take))

    @routes.get("/report")
    @needs(Action.REPORT)
    async def report_page(request: Request) -> Response:
        return shell_page(
            request,
            "report.html",
            channels=by_hand.CHANNELS,
            reliabilities=by_hand.RELIABILITIES,
            credibilities=by_hand.CREDIBILITIES,
        )

    @routes.post("/reports")
    @needs(Action.REPORT, body=LARGEST_SIGNAL)
    def report(request: Request, body: ReportBody) -> Response:
        """A report by hand; it is an alarm of the desk at once. The same key again is the same report."""
        room, by = room_of(request), session_of(request).user
        told = by_hand.Report(**body.model_dump(), taken_by=by)
        alarm = room.desk.submit(by_hand.signal_of(told, room.site, room.ledger.utc()), by_hand.RUN)
        note(request, thing=alarm.id)
        return JSONResponse(alarm.to_json(), 201)


def _answer(request: Request, once: Once[dict[str, Any]], asked: bytes, take: Any) -> dict[str, Any]:
    """What `take` answers, or answered already under the request's key."""
    key, who = request.headers.get(KEY_HEADER), subject_of(request).user
    if key is None:
        return take()  # type: ignore[no-any-return]
    if _KEY.fullmatch(key) is None:
        raise InputError("Idempotency-Key is 1 to 128 printable characters without blanks. Make a new one each time")
    try:
        before = once.find(who, key, asked)
    except KeyError:
        raise KeyUsedError("this Idempotency-Key was that of another message. Make a new one for each") from None
    if before is not None:
        return before
    answer: dict[str, Any] = take()
    once.keep(who, key, asked, answer)
    return answer


def _signal(body: SignalBody, site: Site) -> Signal:
    """The signal of a body. Errors: UnknownIdError for a place or camera that the site does not have."""
    for id_, find in ((body.zone, site.zone), (body.area, site.area), (body.element, site.element)):
        if id_ is not None:
            find(id_)
    for camera in body.cameras:
        site.camera(camera)
    zone = None if body.zone is None else site.zone(body.zone)
    return Signal(
        id=body.id,
        t=body.t,
        kind=body.kind,
        state=body.state,
        utc=None if body.utc is None else body.utc.isoformat(),
        zone=body.zone,
        area=body.area or (None if zone is None else zone.area),
        element=body.element,
        cameras=tuple(body.cameras),
        at=body.at,
        since=body.since,
        severity=body.severity,
        exercise=body.exercise,
        because=dict(body.because),
    )
