"""The detector of a camera, where its user brings a model: what a site file says of it, and what is made of that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from bartizan.site.figures import Part, wrong
from bartizan.site.parts import FileName

Layout = Literal["yolox", "rt-detr", "d-fine"]
Fit = Literal["letterbox", "letterbox-centre", "stretch"]
Colours = Literal["bgr", "rgb"]
Label = Literal["person", "vehicle", "animal", "object"]

# how each family is usually exported: how the picture is fitted, the order of colours, and the factor of its values
_USUAL: dict[str, tuple[Fit, Colours, float]] = {
    "yolox": ("letterbox", "bgr", 1.0),
    "rt-detr": ("stretch", "rgb", 1.0 / 255.0),
    "d-fine": ("stretch", "rgb", 1.0 / 255.0),
}

ClassNumber = Annotated[
    str, StringConstraints(pattern=r"^\d{1,5}$"), Field(description="the number of a class of the model, in quotes")
]
Triple = Annotated[
    list[Annotated[float, Field(ge=-1e6, le=1e6)]],
    Field(min_length=3, max_length=3, description="three numbers, in the order of the colours"),
]
Provider = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9]{1,60}$"),
    Field(description="a provider of ONNX Runtime, such as 'cpu' or 'cuda'"),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class OnnxModel:
    """A detector that a user brings.

    `file` inside the site folder; `size` (width, height) [pixels] of the model's input; `classes` (number, label)
    pairs. A value v of a picture goes in as (v * scale - mean) / deviation per colour, in the order of `colours`;
    `pad` [grey level] fills what a letterbox leaves. `score`: the least to count; `overlap`: above it the worse of
    two boxes of a class goes (YOLOX). `decoded`: the graph gives pixels and not cells; `logits`: classes go through a
    sigmoid. `threads` that one picture may take.
    """

    file: str
    layout: Layout
    size: tuple[int, int]
    classes: tuple[tuple[int, Label], ...] = ((0, "person"),)
    score: float = 0.3
    overlap: float = 0.65
    fit: Fit = "letterbox"
    colours: Colours = "bgr"
    scale: float = 1.0
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0)
    deviation: tuple[float, float, float] = (1.0, 1.0, 1.0)
    pad: int = 114
    decoded: bool = False
    logits: bool = True
    providers: tuple[str, ...] = ()
    threads: int = 1


class DetectorEntry(Part):
    """detector of [[camera]]: a model that the user brings, in place of the detector that needs none."""

    onnx: FileName
    layout: Layout
    size: list[Annotated[int, Field(ge=32, le=8192, description="pixels")]] = Field(
        min_length=2, max_length=2, description="width and height of the model's input in pixels"
    )
    classes: dict[ClassNumber, Label] = Field(
        default_factory=lambda: dict[str, Label]({"0": "person"}),
        min_length=1,
        max_length=1000,
        description="what the model's classes are to the watch; all others are left out",
    )
    score: float = Field(0.3, gt=0, le=1, description="the least score that counts")
    overlap: float = Field(
        0.65, gt=0, le=1, description="of two boxes of a class that overlap by more, one goes: YOLOX"
    )
    fit: Fit | None = None
    colours: Colours | None = None
    scale: float | None = Field(None, gt=0, le=1, description="factor of a picture's values of 0 to 255")
    mean: Triple = Field(default_factory=lambda: [0.0, 0.0, 0.0], description="taken off after the factor")
    deviation: Triple = Field(default_factory=lambda: [1.0, 1.0, 1.0], description="divided by after that")
    pad: int = Field(114, ge=0, le=255, description="grey level that fills what a letterbox leaves")
    decoded: bool = Field(False, description="the graph gives pixels and not cells: YOLOX")
    logits: bool = Field(True, description="classes go through a sigmoid: RT-DETR")
    providers: list[Provider] = Field(default_factory=list, max_length=10, description="in the order of preference")
    threads: int = Field(1, ge=1, le=256, description="that one picture may take")

    @model_validator(mode="after")
    def _is_whole(self) -> DetectorEntry:
        if min(self.deviation) <= 0.0:
            raise wrong("a deviation is above 0", "Write deviation = [1, 1, 1], or that of the model's training")
        if self.layout == "yolox" and any(side % 32 for side in self.size):
            raise wrong("YOLOX's grids need a size in multiples of 32", "Write size = [640, 640], or the model's own")
        return self


def onnx_model(entry: DetectorEntry) -> OnnxModel:
    """What an entry says, complete: what it leaves out is as its layout is usually exported."""
    fit, colours, scale = _USUAL[entry.layout]
    return OnnxModel(
        file=entry.onnx,
        layout=entry.layout,
        size=(entry.size[0], entry.size[1]),
        classes=tuple(sorted((int(number), label) for number, label in entry.classes.items())),
        score=entry.score,
        overlap=entry.overlap,
        fit=entry.fit or fit,
        colours=entry.colours or colours,
        scale=scale if entry.scale is None else entry.scale,
        mean=_triple(entry.mean),
        deviation=_triple(entry.deviation),
        pad=entry.pad,
        decoded=entry.decoded,
        logits=entry.logits,
        providers=tuple(entry.providers),
        threads=entry.threads,
    )


def _triple(numbers: list[float]) -> tuple[float, float, float]:
    return numbers[0], numbers[1], numbers[2]
