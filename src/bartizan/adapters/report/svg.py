"""A drawing as inline SVG, built as a tree so that every word in it is escaped."""

from __future__ import annotations

import math
from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, tostring

from markupsafe import Markup

from bartizan.adapters.report.words import clean

CHARACTER = 0.55  # width of an average character of the page's type, in parts of its size
Place = tuple[float, float]


def fitted(text: str, width: float, size: float) -> str:
    """`text` cut with an ellipsis so that it fits `width` at type `size`, both in the drawing's units."""
    room = max(1, int(width / (size * CHARACTER)))
    return text if len(text) <= room else text[: room - 1].rstrip() + "…"


def ticks(first: float, last: float, about: int) -> list[float]:
    """Round numbers from `first` to `last`, evenly spaced, some `about` of them."""
    rough = (last - first) / about
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1.0, 2.0, 5.0, 10.0) if factor * power >= rough)
    begin = math.ceil(first / step)
    # multiples and not sums, so that 0 is 0
    return [step * number for number in range(begin, math.floor(last / step) + 1)]


class Drawing:
    """One drawing, `width` by `height` units, that scales with the page; looks come from the page's classes."""

    def __init__(self, name: str, width: float, height: float, *, title: str, description: str) -> None:
        self._root = Element(
            "svg",
            {
                "viewBox": f"0 0 {_number(width)} {_number(height)}",
                "role": "img",
                "aria-labelledby": f"{name}-title {name}-desc",
                "class": "drawing",
                # never wider than drawn: type keeps its size on a wide screen
                "style": f"max-width:{_number(width)}px",
            },
        )
        SubElement(self._root, "title", {"id": f"{name}-title"}).text = clean(title)
        SubElement(self._root, "desc", {"id": f"{name}-desc"}).text = clean(description)

    def rectangle(
        self, x: float, y: float, width: float, height: float, look: str, *, round_by: float = 0.0, says: str = ""
    ) -> None:
        """A rectangle with its upper left corner at (x, y); `says` is shown when pointed at."""
        box = {"x": x, "y": y, "width": max(width, 0.0), "height": max(height, 0.0), "rx": round_by}
        self._says(SubElement(self._root, "rect", _attributes(look, **box)), says)

    def circle(self, x: float, y: float, radius: float, look: str, *, says: str = "") -> None:
        """A circle about (x, y)."""
        self._says(SubElement(self._root, "circle", _attributes(look, cx=x, cy=y, r=radius)), says)

    def line(self, start: Place, end: Place, look: str) -> None:
        """A straight line."""
        SubElement(self._root, "line", _attributes(look, x1=start[0], y1=start[1], x2=end[0], y2=end[1]))

    def path(
        self, places: Sequence[Place], look: str, *, radius: float = 0.0, closed: bool = False, says: str = ""
    ) -> None:
        """A line through places, with corners rounded by `radius`."""
        line = {"class": look, "d": _rounded(places, radius) + ("Z" if closed else "")}
        self._says(SubElement(self._root, "path", line), says)

    def text(self, x: float, y: float, words: str, look: str, *, anchor: str = "start") -> None:
        """Words on a base line at y; `anchor` is start, middle or end."""
        attributes = _attributes(look, x=x, y=y) | {"text-anchor": anchor}
        SubElement(self._root, "text", attributes).text = clean(words)

    def markup(self) -> Markup:
        """The drawing as markup; words in it are escaped."""
        return Markup(tostring(self._root, encoding="unicode"))  # noqa: S704 - the tree escapes what it holds

    @staticmethod
    def _says(element: Element, words: str) -> None:
        if words:
            SubElement(element, "title").text = clean(words)


def _attributes(look: str, **numbers: float) -> dict[str, str]:
    return {"class": look} | {name: _number(value) for name, value in numbers.items()}


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _rounded(places: Sequence[Place], radius: float) -> str:
    parts = [f"M{_number(places[0][0])} {_number(places[0][1])}"]
    for before, corner, after in zip(places, places[1:], places[2:], strict=False):
        entry, leave = _towards(corner, before, radius), _towards(corner, after, radius)
        parts.append(f"L{_number(entry[0])} {_number(entry[1])}")
        parts.append(f"Q{_number(corner[0])} {_number(corner[1])} {_number(leave[0])} {_number(leave[1])}")
    parts.append(f"L{_number(places[-1][0])} {_number(places[-1][1])}")
    return "".join(parts)


def _towards(start: Place, end: Place, distance: float) -> Place:
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = (dx * dx + dy * dy) ** 0.5
    # half at most, so that two corners on one short piece do not overlap
    share = min(distance / length, 0.5) if length else 0.0
    return start[0] + share * dx, start[1] + share * dy
