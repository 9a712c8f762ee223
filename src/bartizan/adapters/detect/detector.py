"""A detector that a user brings: an ONNX model of one of three layouts, for the cameras of a site."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bartizan.adapters.detect.fitting import Fitting
from bartizan.adapters.detect.layouts import Candidates, Outputs, d_fine, rt_detr, suppressed, yolox
from bartizan.adapters.detect.session import Opened, open_model
from bartizan.errors import DetectorError, InputError
from bartizan.site.detectors import OnnxModel
from bartizan.site.model import Camera
from bartizan.watch.detection.detect import Detection

# no more boxes than this are kept of one picture, best first: suppression takes time with their square
_MOST = 300


@dataclass(slots=True)
class OnnxCounts:
    """What a detector dropped: boxes that are no numbers, boxes without area, and those beyond the most kept."""

    unusable: int = 0
    flat: int = 0
    surplus: int = 0

    @property
    def dropped(self) -> int:
        """All that was dropped."""
        return self.unusable + self.flat + self.surplus


class OnnxDetector:
    """The detector of one camera whose pictures have `size` (width, height) [pixels].

    Not modelled: a foot that the picture's lower edge cuts off (the box ends at the edge). Errors: DetectorError
    where the model takes pictures of another size than the site says.
    """

    def __init__(self, opened: Opened, model: OnnxModel, size: tuple[int, int]) -> None:
        self.counts = OnnxCounts()
        self._opened, self._model, self._size = opened, model, size
        self._input = _input_size(opened, model)
        self._fitting = Fitting(model, size, self._input)
        self._labels = dict(model.classes)

    def detect(self, t: float, picture: NDArray[np.uint8]) -> list[Detection]:
        """What the picture shows, shape (height, width, 3), BGR, best first; boxes in its pixels."""
        if picture.shape != (self._size[1], self._size[0], 3):
            raise InputError(
                f"a picture of {self._size[0]} x {self._size[1]} in three colours is expected, "
                f"not an array of shape {picture.shape}"
            )
        arrays = self._opened.run(self._fitting.blob(picture), self._input)
        return self._chosen(self._candidates(Outputs(self._opened.name, arrays)))

    def _candidates(self, outputs: Outputs) -> Candidates:
        if self._model.layout == "yolox":
            return yolox(outputs, self._input, self._model.decoded)
        if self._model.layout == "rt-detr":
            return rt_detr(outputs, self._input, self._model.logits)
        return d_fine(outputs)

    def _chosen(self, offered: Candidates) -> list[Detection]:
        numbers = np.isfinite(offered.boxes).all(axis=1) & np.isfinite(offered.scores)
        self.counts.unusable += int(np.count_nonzero(~numbers))
        with np.errstate(invalid="ignore"):
            good = numbers & (offered.scores >= self._model.score) & np.isin(offered.classes, list(self._labels))
        rows = np.flatnonzero(good)
        rows = rows[np.argsort(-offered.scores[rows], kind="stable")]
        self.counts.surplus += max(0, len(rows) - _MOST)
        rows = rows[:_MOST]
        boxes = self._fitting.back(offered.boxes[rows])
        area = (boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])
        self.counts.flat += int(np.count_nonzero(~area))
        rows, boxes = rows[area], boxes[area]
        scores, classes = offered.scores[rows], offered.classes[rows]
        kept = range(len(rows))
        if self._model.layout == "yolox":
            kept = suppressed(boxes, scores, classes, self._model.overlap)  # type: ignore[assignment]
        return [
            Detection(
                box=(
                    float(boxes[index, 0]),
                    float(boxes[index, 1]),
                    float(boxes[index, 2] - boxes[index, 0]),
                    float(boxes[index, 3] - boxes[index, 1]),
                ),
                score=min(1.0, float(scores[index])),
                label=self._labels[int(classes[index])],
            )
            for index in kept
        ]


def _input_size(opened: Opened, model: OnnxModel) -> tuple[int, int]:
    """The model's own size, or where it takes any the site's."""
    for own, asked, what in zip(opened.size, model.size, ("wide", "high"), strict=True):
        if own is not None and own != asked:
            raise DetectorError(
                f"{opened.name}: takes pictures {own} pixels {what}, and the site says {asked}. "
                "Correct the detector's size in site.toml"
            )
    return model.size


class OnnxDetectors:
    """Makes the detectors of a site's cameras that name a model; cameras with the same model share it.

    `folder` is the site's: a model's file lies in it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._opened: dict[tuple[str, tuple[str, ...], int], Opened] = {}

    def detector(self, camera: Camera, size: tuple[int, int]) -> OnnxDetector | None:
        """The detector of a camera whose pictures have `size`; None where it names no model. Errors: DetectorError."""
        model = camera.detector
        if model is None:
            return None
        key = (model.file, model.providers, model.threads)
        try:
            if key not in self._opened:
                self._opened[key] = open_model(self._folder / model.file, model.providers, model.threads)
            return OnnxDetector(self._opened[key], model, size)
        except DetectorError as error:
            raise DetectorError(f"camera '{camera.id}': {error}") from error
