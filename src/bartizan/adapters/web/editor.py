"""The site editor: a draft of one's own, each change checked at once, saved only whole and without faults."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import Field

from bartizan.adapters.web.bodies import Body, Nothing
from bartizan.adapters.web.drawing import drawing
from bartizan.adapters.web.gate import needs, room_of, session_of
from bartizan.adapters.web.permission import Action
from bartizan.adapters.web.shell import shell_page
from bartizan.app.editing import Checked, Draft, Drafts, fields_of, in_plan, listed
from bartizan.errors import ChangeError, Fault, InputError, MissingPartError

At = Annotated[str, Field(min_length=1, max_length=300)]
Key = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,60}$")]
Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,80}$")]
Number = Annotated[float, Field(ge=-1e6, le=1e6, allow_inf_nan=False)]
Places = Annotated[
    list[Annotated[list[Number], Field(min_length=2, max_length=2)]], Field(min_length=1, max_length=500)
]

BODY = 64 * 1024  # bytes: a polygon of 500 corners is 20 kB
SHOWN_FAULTS = 200
_SHAPES = ("polygon", "line", "at", "feature")


class SetBody(Body):
    """A key with another value: as the file writes it, or the text itself; null takes the key away."""

    at: At
    key: Key
    value: Annotated[str | None, Field(max_length=8000)]
    plain: bool = False


class DrawBody(Body):
    """A thing in another place: its corners, in metres on the plan."""

    at: At
    shape: Literal["polygon", "line", "at"]
    places: Places


class AddBody(Body):
    """A new thing, drawn or not."""

    kind: Literal["area", "element", "zone", "camera", "sensor", "target", "way"]
    id: Id
    of: Annotated[str | None, Field(max_length=200)] = None
    shape: Literal["polygon", "line", "at"] | None = None
    places: Places | None = None


class RemoveBody(Body):
    """A thing that goes."""

    at: At


def editor_routes(routes: APIRouter) -> None:
    """Every route asks for EDIT_SITE. Sync on purpose: reading a site takes its time, in a thread of its own."""

    @routes.get("/editor")
    @needs(Action.EDIT_SITE)
    async def editor_page(request: Request) -> Response:
        return shell_page(request, "editor.html")

    @routes.get("/editor/draft")
    @needs(Action.EDIT_SITE)
    def draft(request: Request) -> Response:
        return _told(request, _draft(request))

    @routes.get("/editor/thing")
    @needs(Action.EDIT_SITE)
    def thing(request: Request, at: Annotated[str, Query(max_length=300)]) -> Response:
        draft = _draft(request)
        own, more = fields_of(draft.checked().document, at, _drafts(request).folder.spelt)
        shown = [{"key": one.key, "shown": one.shown, "value": one.value, "takes": one.takes} for one in own]
        return JSONResponse({"at": at, "fields": shown, "more": [{"key": o.key, "takes": o.takes} for o in more]})

    @routes.get("/editor/try")
    @needs(Action.EDIT_SITE)
    def attempt(
        request: Request,
        at: Annotated[str, Query(max_length=300)],
        key: Annotated[str, Query(max_length=61)],
        value: Annotated[str, Query(max_length=8000)],
        plain: bool = False,
    ) -> Response:
        # a question that changes nothing, asked while one types: what would this be?
        draft = _draft(request)
        try:
            checked = draft.tried([_set(request, SetBody(at=at, key=key, value=value, plain=plain))])
        except InputError as error:
            return JSONResponse({"faults": [], "words": str(error)})
        return JSONResponse({"faults": _faults(checked), "words": ""})

    @routes.get("/editor/lines")
    @needs(Action.EDIT_SITE)
    def lines(request: Request) -> Response:
        return JSONResponse({"lines": _draft(request).lines()})

    _changing(routes)


def _changing(routes: APIRouter) -> None:
    @routes.post("/editor/set")
    @needs(Action.EDIT_SITE, body=BODY)
    def set_key(request: Request, body: SetBody) -> Response:
        return _changed(request, [_set(request, body)])

    @routes.post("/editor/draw")
    @needs(Action.EDIT_SITE, body=BODY)
    def draw(request: Request, body: DrawBody) -> Response:
        document = _draft(request).checked().document
        own, _ = fields_of(document, body.at, str)
        # a thing has one place: what it had of another spelling goes
        gone = [one.key for one in own if one.key in _SHAPES and one.key != body.shape]
        changes: list[dict[str, Any]] = [{"at": f"{body.at}/{key}", "remove": True} for key in gone]
        changes.append({"at": body.at, "set": {body.shape: _shape(document, body.shape, body.places)}})
        return _changed(request, changes)

    @routes.post("/editor/add")
    @needs(Action.EDIT_SITE, body=BODY)
    def add(request: Request, body: AddBody) -> Response:
        document = _draft(request).checked().document
        new: dict[str, Any] = {"id": body.id, **_beginning(document, body.kind)}
        if body.shape is not None and body.places is not None:
            new[body.shape] = _shape(document, body.shape, body.places)
        change: dict[str, Any] = {"add": {body.kind: new}}
        return _changed(request, [change if body.of is None else change | {"at": body.of}])

    @routes.post("/editor/remove")
    @needs(Action.EDIT_SITE)
    def remove(request: Request, body: RemoveBody) -> Response:
        return _changed(request, [{"at": body.at, "remove": True}])

    @routes.post("/editor/undo")
    @needs(Action.EDIT_SITE)
    def undo(request: Request, body: Nothing) -> Response:
        draft = _draft(request)
        draft.undo()
        return _told(request, draft)

    @routes.post("/editor/redo")
    @needs(Action.EDIT_SITE)
    def redo(request: Request, body: Nothing) -> Response:
        draft = _draft(request)
        draft.redo()
        return _told(request, draft)

    @routes.post("/editor/again")
    @needs(Action.EDIT_SITE)
    def again(request: Request, body: Nothing) -> Response:
        return _told(request, _drafts(request).begin_again(session_of(request).user))

    @routes.post("/editor/save")
    @needs(Action.EDIT_SITE, prove=True)
    def save(request: Request, body: Nothing) -> Response:
        draft = _draft(request)
        draft.save()
        return _told(request, draft)


def _drafts(request: Request) -> Drafts:
    drafts: Drafts | None = request.app.state.drafts
    if drafts is None:
        raise MissingPartError("this desk was not told where its site lies, so the site cannot be edited here")
    return drafts


def _draft(request: Request) -> Draft:
    return _drafts(request).of(session_of(request).user)


def _changed(request: Request, changes: list[dict[str, Any]]) -> Response:
    draft = _draft(request)
    draft.change(changes)
    return _told(request, draft)


def _set(request: Request, body: SetBody) -> dict[str, Any]:
    if body.value is None:
        return {"at": f"{body.at}/{body.key}", "remove": True}
    value = body.value if body.plain else _drafts(request).folder.value(body.value)
    return {"at": body.at, "set": {body.key: value}}


def _shape(document: Any, shape: str, places: list[list[float]]) -> Any:
    spelt = in_plan(document, places)
    least = {"polygon": 3, "line": 2, "at": 1}[shape]
    if len(spelt) < least:
        raise ChangeError(f"a {shape} has {least} places or more, not {len(spelt)}. Draw more of it")
    return spelt[0] if shape == "at" else spelt


def _beginning(document: Any, kind: str) -> dict[str, Any]:
    """What a new thing cannot do without, so that it begins with few faults."""
    areas = [entry["id"] for entry in document.get("area", []) if isinstance(entry, dict) and "id" in entry]
    if kind == "element":
        return {"kind": "door", "between": areas[:2]}
    if kind == "target":
        return {"area": areas[-1] if areas else ""}
    if kind == "sensor":
        return {"kind": "contact", "covers": [], "p_sensed": 0.9}
    return {"delay": {"mean": 30, "sd": 9}} if kind == "way" else {}


def _told(request: Request, draft: Draft) -> Response:
    """Everything that the page shows of a draft."""
    waits = room_of(request).siting.waits
    checked = draft.checked()
    return JSONResponse(
        {
            "faults": _faults(checked),
            "more": max(0, len(checked.faults) - SHOWN_FAULTS),
            "things": [{"at": o.at, "kind": o.kind, "name": o.name, "key": o.key} for o in listed(checked.document)],
            "drawing": None if checked.site is None else drawing(checked.site),
            "undo": draft.can_undo,
            "redo": draft.can_redo,
            "changed": draft.changed,
            "waits": list(waits),
        }
    )


def _faults(checked: Checked) -> list[dict[str, Any]]:
    return [_fault(one) for one in checked.faults[:SHOWN_FAULTS]]


def _fault(one: Fault) -> dict[str, Any]:
    return {
        "file": one.file,
        "line": one.line,
        "key": one.key,
        "value": one.value,
        "message": one.message,
        "cure": one.cure,
    }
