"""What entries of every kind in a site file are made of: ids, names, files, places on the plan."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from bartizan.geometry import shapes
from bartizan.site.figures import Part, wrong

Id = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=80),
    Field(description="letters, digits, '-', '_' and '.', not more than 80"),
]
Reference = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_./-]*$", max_length=250),
    Field(description="ids joined by '/'"),
]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200), Field(description="text for people")]
Word = Annotated[str, StringConstraints(min_length=1, max_length=80), Field(description="a word in quotes")]


def file_inside(name: str) -> str:
    """The name of a file, where it lies inside the site folder. Raises ValueError where it does not."""
    parts = PurePosixPath(name).parts
    if name.startswith("/") or ".." in parts or "\\" in name or ":" in name or "\0" in name or not parts:
        raise wrong("a file must lie inside the site folder", "Name a file in the folder, such as 'plan.geojson'")
    return name


FileName = Annotated[
    str,
    StringConstraints(min_length=1, max_length=250),
    AfterValidator(file_inside),
    Field(description="a file inside the site folder, such as 'plan.geojson'"),
]
Number = Annotated[float, Field(description="a number")]
Pair = Annotated[list[Number], Field(min_length=2, max_length=2, description="two numbers, [x, y]")]


def _is_polygon(places: list[list[float]]) -> list[list[float]]:
    shapes.polygon(places)
    return places


def _is_line(places: list[list[float]]) -> list[list[float]]:
    shapes.line(places)
    return places


def _is_point(place: list[float]) -> list[float]:
    shapes.point(place)
    return place


Corners = Annotated[
    list[Pair],
    AfterValidator(_is_polygon),
    Field(min_length=3, max_length=10_000, description="corners [[x, y], ...] in the plan's frame"),
]
Places = Annotated[
    list[Pair],
    AfterValidator(_is_line),
    Field(min_length=2, max_length=10_000, description="places [[x, y], ...] in the plan's frame"),
]
At = Annotated[Pair, AfterValidator(_is_point), Field(description="a place [x, y] in the plan's frame")]


class Placed(Part):
    """A thing that may have a place on the plan, in one of four spellings."""

    polygon: Corners | None = None
    line: Places | None = None
    at: At | None = None
    feature: Name | None = Field(None, description="the id of a feature in the plan's file")

    @model_validator(mode="after")
    def _one_place(self) -> Placed:
        given = [key for key in ("polygon", "line", "at", "feature") if getattr(self, key) is not None]
        if len(given) > 1:
            raise wrong("has more than one place", f"Keep one of {', '.join(given)}")
        return self
