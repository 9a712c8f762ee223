"""What the outputs of three families of detectors mean: boxes, scores and classes in one form.

Source: Ge, Liu, Wang, Li and Sun, "YOLOX" (2021): one anchor per cell of grids at strides 8, 16 and 32, centres as
offsets from the cell, sizes as logarithms, objectness times class. Zhao et al., "DETRs Beat YOLOs on Real-time Object
Detection" (RT-DETR, 2024): a fixed number of queries, boxes as shares of the input, no suppression. Peng et al.,
"D-FINE" (2024): the same, with the best class, box and score already chosen in the graph.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bartizan.adapters.detect.fitting import Boxes
from bartizan.errors import DetectorError

STRIDES = (8, 16, 32)
Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Candidates:
    """What a model offers: boxes of its input [pixels], scores and class numbers, each of n rows."""

    boxes: Boxes
    scores: Array
    classes: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Outputs:
    """The outputs of one run, by name, each float or integer; `model` names the file for errors."""

    model: str
    arrays: dict[str, NDArray[np.generic]]

    def refuse(self, want: str) -> DetectorError:
        """The error for outputs that the layout does not have."""
        shapes = ", ".join(f"{name} {array.shape}" for name, array in self.arrays.items())
        return DetectorError(
            f"{self.model}: its outputs are {shapes or 'none'}, and the layout has {want}. "
            "Name the layout that the model was exported with: 'yolox', 'rt-detr' or 'd-fine'"
        )


def yolox(outputs: Outputs, size: tuple[int, int], decoded: bool) -> Candidates:
    """One output (1, cells, 5 + classes): centre, size, objectness, classes. `size` is that of the input.

    `decoded`: the graph has the grids in it, and gives pixels. Errors: DetectorError for another shape.
    """
    cells = _cells(size)
    want = f"one output of shape (1, {len(cells)}, 5 + classes) for an input of {size[0]} x {size[1]}"
    array = next(iter(outputs.arrays.values())) if len(outputs.arrays) == 1 else None
    if array is None or array.ndim != 3 or array.shape[0] != 1 or array.shape[2] < 6:
        raise outputs.refuse(want)
    rows = array[0].astype(np.float64)
    if not decoded:
        if len(rows) != len(cells):
            raise outputs.refuse(want)
        with np.errstate(over="ignore", invalid="ignore"):
            rows[:, :2] = (rows[:, :2] + cells[:, :2]) * cells[:, 2:]
            rows[:, 2:4] = np.exp(rows[:, 2:4]) * cells[:, 2:]
    classes = rows[:, 5:].argmax(axis=1) if len(rows) else np.empty(0, np.int64)
    with np.errstate(invalid="ignore", over="ignore"):
        scores = rows[:, 4] * rows[np.arange(len(rows)), 5 + classes]
    return Candidates(_corners(rows[:, :4]), scores, classes.astype(np.int64))


def rt_detr(outputs: Outputs, size: tuple[int, int], logits: bool) -> Candidates:
    """Two outputs: boxes (1, queries, 4) as centre and size in shares of the input, and (1, queries, classes).

    `logits`: the classes are logits, and go through a sigmoid. Errors: DetectorError for other shapes.
    """
    want = "boxes (1, queries, 4) and scores or logits (1, queries, classes)"
    if len(outputs.arrays) != 2 or any(array.ndim != 3 or array.shape[0] != 1 for array in outputs.arrays.values()):
        raise outputs.refuse(want)
    named = sorted(outputs.arrays.items(), key=lambda pair: (pair[1].shape[2] != 4, "box" not in pair[0].lower()))
    (_, boxes), (_, scores) = named
    if boxes.shape[2] != 4 or boxes.shape[1] != scores.shape[1] or scores.shape[2] < 1:
        raise outputs.refuse(want)
    values = scores[0].astype(np.float64)
    if logits:
        with np.errstate(over="ignore"):
            values = 1.0 / (1.0 + np.exp(-values))
    corners = _corners(boxes[0].astype(np.float64) * np.array([*size, *size], np.float64))
    classes = values.argmax(axis=1) if len(values) else np.empty(0, np.int64)
    return Candidates(corners, values[np.arange(len(values)), classes], classes.astype(np.int64))


def d_fine(outputs: Outputs) -> Candidates:
    """Three outputs: labels (1, queries), boxes (1, queries, 4) as corners [pixels of the size asked for], scores.

    Errors: DetectorError for other shapes.
    """
    want = "labels (1, queries), boxes (1, queries, 4) and scores (1, queries)"
    arrays = {name.lower(): array for name, array in outputs.arrays.items()}
    found = [next((array for name, array in arrays.items() if part in name), None) for part in ("label", "box", "scor")]
    labels, boxes, scores = found
    if len(arrays) != 3 or labels is None or boxes is None or scores is None:
        raise outputs.refuse(want)
    many = labels.shape[1] if labels.ndim == 2 else -1
    if labels.shape != (1, many) or scores.shape != (1, many) or boxes.shape != (1, many, 4):
        raise outputs.refuse(want)
    numbers = np.nan_to_num(labels[0].astype(np.float64), nan=-1.0, posinf=-1.0, neginf=-1.0)
    return Candidates(
        boxes[0].astype(np.float64), scores[0].astype(np.float64), np.clip(numbers, -1, 2**31).astype(np.int64)
    )


def _cells(size: tuple[int, int]) -> Array:
    """Column, row and stride of every cell, shape (n, 3), in the order of the output."""
    grids = []
    for stride in STRIDES:
        columns, rows = np.meshgrid(np.arange(size[0] // stride), np.arange(size[1] // stride))
        grids.append(np.column_stack([columns.ravel(), rows.ravel(), np.full(columns.size, stride)]))
    return np.concatenate(grids).astype(np.float64)


def _corners(middles: Array) -> Boxes:
    """Left, top, right, bottom from centre and size."""
    half = 0.5 * middles[:, 2:4]
    with np.errstate(invalid="ignore"):
        return np.column_stack([middles[:, :2] - half, middles[:, :2] + half])


def suppressed(boxes: Boxes, scores: Sequence[float] | Array, classes: NDArray[np.int64], most: float) -> list[int]:
    """Which boxes stay, best first, where a box that overlaps a better one of its class by more than `most` goes.

    `boxes` shape (n, 4); overlap is intersection over union. Of equal scores the earlier counts as the better.
    """
    order = np.argsort(-np.asarray(scores, np.float64), kind="stable")
    area = np.maximum(boxes[:, 2] - boxes[:, 0], 0.0) * np.maximum(boxes[:, 3] - boxes[:, 1], 0.0)
    kept: list[int] = []
    gone = np.zeros(len(boxes), np.bool_)
    for index in order:
        if gone[index]:
            continue
        kept.append(int(index))
        wide = np.minimum(boxes[:, 2], boxes[index, 2]) - np.maximum(boxes[:, 0], boxes[index, 0])
        tall = np.minimum(boxes[:, 3], boxes[index, 3]) - np.maximum(boxes[:, 1], boxes[index, 1])
        shared = np.maximum(wide, 0.0) * np.maximum(tall, 0.0)
        # as a product: boxes without area overlap nothing, and nothing is divided by 0
        gone |= (shared > most * (area + area[index] - shared)) & (classes == classes[index])
    return kept
