"""The picture of the terrain: P_I from each place over the plan, the worst path, legend and scale."""

from __future__ import annotations

import base64
import math
from collections.abc import Iterable, Sequence

import cv2
import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray
from shapely import LineString, Point, Polygon

from bartizan.app.terrain import TerrainCase
from bartizan.errors import BartizanError
from bartizan.site.model import Shape

Picture = NDArray[np.uint8]
Pixels = NDArray[np.int32]
Colour = tuple[int, int, int]

LONGEST = 1500  # pixels of the longer side of the map
MARGIN, FOOT = 20, 120
# cividis gets lighter all the way up, so that it reads in grey and to the colour-blind
COLOURS = cv2.COLORMAP_CIVIDIS
LEVELS = tuple(level / 10.0 for level in range(1, 10))
PAPER, INK, WALL, OFF, UNREACHED = (255, 255, 255), (20, 20, 20), (30, 30, 30), (226, 226, 226), (180, 180, 180)
FONT = cv2.FONT_HERSHEY_SIMPLEX
SHIFT = 4  # OpenCV draws on a grid of 1/16 pixel


def terrain_picture(case: TerrainCase) -> Picture:
    """The map of P_I with the plan, contours and the worst path on it, as a BGR picture, shape (h, w, 3)."""
    raster = case.result.raster
    scale = max(1.0, LONGEST / max(raster.rows, raster.columns))
    size = (round(raster.columns * scale), round(raster.rows * scale))
    if scale <= 1.0:
        shrink = LONGEST / max(raster.rows, raster.columns)
        size = (max(1, round(raster.columns * shrink)), max(1, round(raster.rows * shrink)))
    field = np.asarray(
        cv2.resize(case.result.shown[::-1].astype(np.float32), size, interpolation=cv2.INTER_NEAREST), dtype=np.float32
    )
    ground = cv2.resize(
        np.isfinite(case.result.slow[::-1]).astype(np.uint8), size, interpolation=cv2.INTER_NEAREST
    ).astype(bool)
    wide = max(size[0], 700)
    page = np.full((size[1] + 2 * MARGIN + FOOT, wide + 2 * MARGIN, 3), PAPER, dtype=np.uint8)
    sheet = page[MARGIN : MARGIN + size[1], MARGIN : MARGIN + size[0]]
    shade = cv2.applyColorMap(np.nan_to_num(255.0 * field).clip(0, 255).astype(np.uint8), COLOURS)
    sheet[:] = np.where(np.isfinite(field)[..., None], shade, np.where(ground[..., None], UNREACHED, OFF))
    _contours(sheet, field)
    pen = _Pen(sheet, case, size)
    pen.plan()
    pen.path()
    _legend(page, size, raster.cell * raster.columns / size[0], case)
    return page


def terrain_png(case: TerrainCase) -> bytes:
    """The picture as a PNG file."""
    done, data = cv2.imencode(".png", terrain_picture(case))
    if not done:
        raise BartizanError("the picture of the terrain cannot be written as PNG")
    return bytes(data.tobytes())


def terrain_image(case: TerrainCase) -> Markup:
    """The picture as part of a page, self-contained."""
    data = base64.b64encode(terrain_png(case)).decode("ascii")
    return Markup('<img src="data:image/png;base64,{}" alt="{}" style="max-width:100%">').format(
        Markup(data),  # noqa: S704 - base64 holds no markup
        caption(case),
    )


def caption(case: TerrainCase) -> str:
    """What the picture shows, in words."""
    result = case.result
    who = case.threat or "anybody"
    head = f"P_I from each place for {who} on the way to {case.target} against {case.response}"
    when = f" in state {', '.join(case.state)}" if case.state else ""
    if result.worst is None or result.lower_bound is None:
        return f"{head}{when}: {case.reason}"
    sure = "exact on this raster" if result.exact else f"no path is below {result.lower_bound:.4f}, which is proved"
    low = f"the map is proved, and may be too low by {result.map_gap:.3f} at most"
    map_sure = "the map is exact" if result.map_exact else low
    return (
        f"{head}{when}. The worst path has P_I {result.worst.p_interruption:.4f} ({sure}); {map_sure}. "
        f"Cells of {result.raster.cell:g} m."
    )


def _contours(sheet: Picture, field: NDArray[np.float32]) -> None:
    """Lines of equal P_I with their figures; none where P_I jumps at a wall, which is drawn anyway."""
    known = np.isfinite(field)
    filled = np.where(known, field, 2.0).astype(np.float32)
    taken = np.zeros(field.shape, dtype=bool)
    for level in LEVELS:
        rings, _ = cv2.findContours((filled < level).astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
        for ring in sorted(rings, key=len, reverse=True)[:12]:
            places = np.asarray(ring[:, 0, :], dtype=np.int32)
            beyond = _neighbours(filled, places)
            # a contour, not an edge of what is known, and no jump
            smooth = (beyond < 1.5) & (beyond - filled[places[:, 1], places[:, 0]] < 0.1)
            for piece in _runs(places, smooth):
                cv2.polylines(sheet, [piece], False, INK, 1, cv2.LINE_AA)
                if len(piece) > 90:
                    _label(sheet, taken, f"{level:.1f}", piece[len(piece) // 2])


def _neighbours(field: NDArray[np.float32], places: Pixels) -> NDArray[np.float32]:
    """The greatest value around each place."""
    most = cv2.dilate(field, np.ones((3, 3), np.uint8))
    return np.asarray(most[places[:, 1], places[:, 0]], dtype=np.float32)


def _runs(places: Pixels, good: NDArray[np.bool_]) -> Iterable[Pixels]:
    """The stretches of a ring on which all is good, of three places or more."""
    ends = np.flatnonzero(np.diff(np.concatenate(([False], good, [False])).astype(np.int8)))
    for first, last in zip(ends[::2], ends[1::2], strict=True):
        if last - first > 2:
            yield places[first:last].astype(np.int32)


def _label(sheet: Picture, taken: NDArray[np.bool_], words: str, place: NDArray[np.int32]) -> None:
    (width, height), _ = cv2.getTextSize(words, FONT, 0.45, 1)
    x, y = int(place[0]) - width // 2, int(place[1]) + height // 2
    inside = x >= 2 and x + width + 2 < sheet.shape[1] and height + 4 <= y and y + 2 < sheet.shape[0]
    if not inside or taken[y - 3 * height : y + 2 * height, max(x - width, 0) : x + 2 * width].any():
        return
    taken[y - height : y, x : x + width] = True
    cv2.rectangle(sheet, (x - 2, y - height - 2), (x + width + 2, y + 3), PAPER, cv2.FILLED)
    cv2.putText(sheet, words, (x, y), FONT, 0.45, INK, 1, cv2.LINE_AA)


class _Pen:
    """Draws metres of the plan on the map."""

    def __init__(self, sheet: Picture, case: TerrainCase, size: tuple[int, int]) -> None:
        self._sheet, self._case, self._height = sheet, case, size[1]
        raster = case.result.raster
        self._west, self._south = raster.west, raster.south
        self._across = size[0] / (raster.columns * raster.cell)
        self._up = size[1] / (raster.rows * raster.cell)

    def plan(self) -> None:
        """Areas, obstacles, elements, cameras, the target, and the names of areas."""
        site = self._case.site
        for area in site.areas:
            if isinstance(area.shape, Polygon):
                self._lines(area.shape, (90, 90, 90), 1)
        for obstacle in site.obstacles:
            self._lines(obstacle.shape, WALL, 3)
        for element in site.elements:
            if element.shape is not None:
                self._lines(element.shape, PAPER, 7)
                self._lines(element.shape, WALL, 4)
        for camera in site.cameras:
            if isinstance(camera.shape, Point):
                self._mark(camera.shape, cv2.MARKER_TRIANGLE_DOWN)
        target = site.target(self._case.target).shape
        if target is not None:
            self._mark(target.representative_point(), cv2.MARKER_STAR)
        for area in site.areas:
            if isinstance(area.shape, Polygon):
                self._name(area.name or area.id, area.shape)

    def path(self) -> None:
        """The worst path: white on black, so that it shows on any ground; a ring where it begins."""
        worst = self._case.result.worst
        if worst is None:
            return
        places = [place for stretch in worst.stretches for place in stretch.at]
        line = self._pixels(places)
        for colour, width in ((INK, 7), (PAPER, 3)):
            cv2.polylines(self._sheet, [line], False, colour, width, cv2.LINE_AA, SHIFT)
        first = (int(line[0][0]), int(line[0][1]))
        cv2.circle(self._sheet, first, 9 << SHIFT, INK, cv2.FILLED, cv2.LINE_AA, SHIFT)
        cv2.circle(self._sheet, first, 6 << SHIFT, PAPER, cv2.FILLED, cv2.LINE_AA, SHIFT)

    def _pixels(self, places: Sequence[Sequence[float]]) -> Pixels:
        along = np.array([place[:2] for place in places], dtype=np.float64)
        x = (along[:, 0] - self._west) * self._across
        y = self._height - (along[:, 1] - self._south) * self._up
        # a plan may run far off the map; OpenCV's whole numbers do not
        return np.asarray(np.clip(np.column_stack([x, y]) * 2**SHIFT, -(2**28), 2**28), dtype=np.int32)

    def _lines(self, shape: Shape, colour: Colour, width: int) -> None:
        rings = [shape.exterior, *shape.interiors] if isinstance(shape, Polygon) else [shape]
        for ring in rings:
            if isinstance(ring, LineString):
                line = self._pixels(list(ring.coords))
                cv2.polylines(self._sheet, [line], False, colour, width, cv2.LINE_AA, SHIFT)

    def _mark(self, point: Point, kind: int) -> None:
        x, y = (self._pixels([(point.x, point.y)])[0] / 2**SHIFT).astype(int)
        for colour, width in ((PAPER, 5), (INK, 2)):
            cv2.drawMarker(self._sheet, (int(x), int(y)), colour, kind, 18, width, cv2.LINE_AA)

    def _name(self, words: str, shape: Polygon) -> None:
        words = words.encode("ascii", "replace").decode()
        inside = shape.representative_point()
        x, y = (self._pixels([(inside.x, inside.y)])[0] / 2**SHIFT).astype(int)
        (width, _), _ = cv2.getTextSize(words, FONT, 0.55, 1)
        for colour, thick in ((PAPER, 4), (INK, 1)):
            cv2.putText(self._sheet, words, (int(x) - width // 2, int(y)), FONT, 0.55, colour, thick, cv2.LINE_AA)


def _legend(page: Picture, size: tuple[int, int], metres: float, case: TerrainCase) -> None:
    """The colours with their figures, the scale, and what the signs mean."""
    top = size[1] + 2 * MARGIN + 8
    length = min(360, size[0] // 2) if size[0] > 400 else 240
    bar = np.tile(np.linspace(0, 255, length).astype(np.uint8), (18, 1))
    page[top : top + 18, MARGIN : MARGIN + length] = cv2.applyColorMap(bar, COLOURS)
    for tick in range(0, 11, 2):
        x = MARGIN + round(tick / 10 * (length - 1))
        cv2.line(page, (x, top + 18), (x, top + 23), INK, 1)
        _write(page, f"{tick / 10:.1f}", (x - 10, top + 38), 0.42)
    _write(page, "probability of interruption, if an intruder begins here", (MARGIN, top + 58), 0.45)
    right = MARGIN + length + 50
    longest = 0.3 * size[0] * metres
    power = 10.0 ** math.floor(math.log10(longest))
    shown = max(factor * power for factor in (1.0, 2.0, 5.0) if factor * power <= longest)
    cv2.line(page, (right, top + 10), (right + round(shown / metres), top + 10), INK, 3)
    _write(page, f"{shown:g} m, north of the plan is up", (right, top + 32), 0.45)
    cv2.line(page, (right, top + 52), (right + 40, top + 52), INK, 7, cv2.LINE_AA)
    cv2.line(page, (right, top + 52), (right + 40, top + 52), PAPER, 3, cv2.LINE_AA)
    _write(page, "worst path, from the ring to the star", (right + 50, top + 57), 0.45)
    worst = case.result.worst
    if worst is None:
        words = "no path leads to the target"
    elif case.result.exact:
        words = f"worst path: P_I {worst.p_interruption:.3f}"
    else:
        words = f"worst path: P_I {worst.p_interruption:.3f}, none is below {case.result.lower_bound:.3f}"
    _write(page, f"{words}; light grey: no ground; dark grey: no way on", (MARGIN, top + 84), 0.45)


def _write(page: Picture, words: str, place: tuple[int, int], size: float) -> None:
    cv2.putText(page, words, place, FONT, size, INK, 1, cv2.LINE_AA)
