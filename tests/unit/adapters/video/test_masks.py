"""Masks fill every pixel of their polygons, also where two overlap, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import Polygon, box

from bartizan.adapters.video.masks import FILL, Masked, Masks
from bartizan.errors import VideoError

SIZE = (40, 30)
PIXELS = shapely.points(*(part.ravel() for part in np.meshgrid(np.arange(SIZE[0]), np.arange(SIZE[1]))))


def bright() -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.full((SIZE[1], SIZE[0], 3), 255, np.uint8)


@given(
    st.lists(st.tuples(st.floats(-20, 60), st.floats(-20, 50)), min_size=3, max_size=6),
    st.lists(st.tuples(st.floats(-20, 60), st.floats(-20, 50)), min_size=3, max_size=6),
)
def test_every_pixel_inside_a_mask_is_filled_and_none_far_from_all(
    one: list[tuple[float, float]], other: list[tuple[float, float]]
) -> None:
    hulls = [Polygon(corners).convex_hull for corners in (one, other)]
    shapes = [hull for hull in hulls if isinstance(hull, Polygon) and hull.area > 1.0]
    filled = np.all(Masks(shapes).burn(bright()) == FILL, axis=2).ravel()
    with np.errstate(invalid="ignore"):  # GEOS may leave the flag set though its answer is a number
        away = np.min(
            [np.full(SIZE[0] * SIZE[1], np.inf), *(shapely.distance(shape, PIXELS) for shape in shapes)], axis=0
        )
    assert np.all(filled[away == 0.0])
    assert not np.any(filled[away > 0.75])


def test_overlapping_masks_leave_no_hole() -> None:
    picture = Masks([box(0, 0, 20, 20), box(10, 10, 30, 25), box(0, 0, 20, 20)]).burn(bright())
    assert not picture[:21, :21].any()
    assert not picture[10:26, 10:31].any()
    assert picture[:9, 22:].all()


def test_a_picture_that_cannot_be_written_to_is_copied() -> None:
    locked = bright()
    locked.setflags(write=False)
    burned = Masks([box(0, 0, 5, 5)]).burn(locked)
    assert not burned[:6, :6].any()
    assert locked.all()


def test_a_picture_of_another_size_in_mid_stream_is_refused() -> None:
    class Source:
        size = SIZE

        def __iter__(self):  # type: ignore[no-untyped-def]
            yield 0.0, bright()
            yield 1.0, np.zeros((60, 80, 3), np.uint8)

    seen = []
    with pytest.raises(VideoError, match="80 x 60 pixels, and its masks were drawn on 40 x 30"):
        seen += list(Masked(Source(), Masks([box(0, 0, 5, 5)]), SIZE, "north"))
    for frame in Masked(Source(), Masks([box(0, 0, 5, 5)]), SIZE, "north"):
        assert not frame[1][:6, :6].any()
        break
