"""A picture as the page gets it: JPEG, encoded only because somebody looks, and the boxes that belong to it."""

from __future__ import annotations

import json
import math

import cv2

from bartizan.app.desk.feed import Picture

JPEG_QUALITY = 80  # percent: no visible blocks at wall size, about 40 kB for 640 x 480


def jpeg(picture: Picture) -> bytes:
    """The picture as JPEG bytes; a picture that was published as JPEG passes untouched."""
    if isinstance(picture.image, bytes):
        return picture.image
    encoded, data = cv2.imencode(".jpg", picture.image, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    if not encoded:
        raise ValueError(f"camera {picture.camera}: picture of shape {picture.image.shape} cannot be encoded")
    return data.tobytes()


def boxes_json(picture: Picture) -> str:
    """The boxes as [[track, left, top, width, height], ...] in ASCII, fit for a header; finite ones alone."""
    rows = [[track, *(round(v, 1) for v in place)] for track, *place in picture.boxes if all(map(math.isfinite, place))]
    return json.dumps(rows, separators=(",", ":"))
