"""What a camera of a site sees of the ground: what lies in its picture, and behind nothing that blocks sight."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bartizan.geometry.projection import Points
from bartizan.geometry.shapes import segments_of
from bartizan.site.model import Camera
from bartizan.site.site import Site

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
NOTHING: Floats = np.empty((0, 4))
"""No wall."""


def walls_of(site: Site) -> Floats:
    """What nobody sees through: the pieces [m], shape (k, 4), of the site's obstacles that block sight."""
    return segments_of(one.shape for one in site.obstacles if "sight" in one.blocks)


def eye_of(camera: Camera) -> Floats | None:
    """Where a camera hangs [m], shape (1, 2); None where nobody can say.

    A calibration knows it best, then the plan; points alone give it where they show what lens it has.
    """
    centre = getattr(camera.model, "centre", None)
    if centre is None and camera.shape is not None:
        middle = camera.shape.representative_point()
        centre = (middle.x, middle.y)
    if centre is None:
        centre = getattr(getattr(camera.model, "camera", None), "centre", None)
    return None if centre is None else np.array([[float(centre[0]), float(centre[1])]])


def unhidden(camera: Camera, places: Points, walls: Floats) -> Flags:
    """Whether nothing stands between a camera and each place [m], shape (n, 2); true where it hangs nobody knows where.

    `walls` [m], shape (k, 4), as of `walls_of`. Not modelled: heights, see `bartizan.geometry.sight.seen`.
    """
    eye = eye_of(camera) if len(walls) else None
    clear = np.ones(len(places), dtype=np.bool_)
    chosen = np.flatnonzero(np.isfinite(places).all(axis=1))
    if eye is not None and len(chosen):
        # it is compiled, and most sites have no such obstacle
        from bartizan.geometry.sight import seen  # noqa: PLC0415

        clear[chosen] = seen(np.ascontiguousarray(places[chosen], np.float64), eye, walls)
    return clear


def pictured(camera: Camera, places: Points) -> Flags:
    """Whether each place [m], shape (n, 2), lies in a camera's picture; nowhere without a model or a size."""
    if camera.model is None or camera.size is None:
        return np.zeros(len(places), dtype=np.bool_)
    pixels = camera.model.to_image(places)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.all((pixels >= 0.0) & (pixels < np.array(camera.size)), axis=1))


def sees(camera: Camera, places: Points, walls: Floats) -> Flags:
    """Whether a camera sees each place [m], shape (n, 2): in its picture, and past the `walls` of `walls_of`."""
    return pictured(camera, places) & unhidden(camera, places, walls)
