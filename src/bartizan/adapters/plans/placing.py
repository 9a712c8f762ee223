"""The frame and the window of a plan in degrees: where its origin lies, and which part of it is wanted."""

from __future__ import annotations

from shapely import Polygon, box

from bartizan.adapters.plans.source import refusal
from bartizan.app.draft.drawing import Placing
from bartizan.errors import InputError
from bartizan.geometry import shapes
from bartizan.geometry.shapes import Frame

# of a degree: a tenth of a metre, so that a person can write the origin down again
_DIGITS = 6


def frame_of(placing: Placing, middle: tuple[float, float], file: str) -> Frame:
    """The frame that is asked for; its origin else is the middle of what is asked for, else of the plan."""
    origin = placing.origin
    if origin is None and placing.box is not None:
        west, south, east, north = placing.box
        origin = ((west + east) / 2.0, (south + north) / 2.0)
    if origin is None:
        origin = (round(middle[0], _DIGITS), round(middle[1], _DIGITS))
    try:
        return Frame(origin, placing.bearing or 0.0)
    except InputError as error:
        cure = "Give --origin and --bbox as longitude first, then latitude, in degrees"
        raise refusal(file, str(error), cure) from error


def window_of(placing: Placing, frame: Frame | None) -> Polygon | None:
    """The part of the plan that is asked for [m]; without a frame its box is in metres already."""
    if placing.box is None:
        return None
    west, south, east, north = placing.box
    if not (west < east and south < north):
        raise InputError(f"--bbox {placing.box} encloses nothing. Write west,south,east,north")
    if frame is None:
        return box(west, south, east, north)
    corners = ((west, south), (east, south), (east, north), (west, north))
    return shapes.polygon([frame.to_plan(corner) for corner in corners])
