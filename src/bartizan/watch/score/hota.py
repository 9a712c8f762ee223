"""HOTA: how well people are found, and how well what is found stays with the same person, as one figure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

THRESHOLDS = np.arange(0.05, 0.951, 0.05)

Frame = tuple[Sequence[int], Sequence[int], NDArray[np.float64]]
"""True ids, found ids, and their similarities in [0, 1], shape (true, found)."""


class Hota(NamedTuple):
    """HOTA and its two halves, each the mean over the thresholds: detection and association."""

    hota: float
    detection: float
    association: float


def hota(frames: Sequence[Frame], thresholds: NDArray[np.float64] = THRESHOLDS) -> Hota:
    """HOTA over frames of (true ids, found ids, similarities).

    Matches are made frame by frame, favouring pairs of ids that go well together over the whole sequence. Without
    any truth and any find all three are 1, without one of the two 0. Source: Luiten et al., "HOTA: A Higher Order
    Metric for Evaluating Multi-Object Tracking", IJCV (2021), equations of section 4; the global alignment that the
    matching favours is that of its section 5.
    """
    true_ids = {name: row for row, name in enumerate(sorted({name for frame in frames for name in frame[0]}))}
    found_ids = {name: row for row, name in enumerate(sorted({name for frame in frames for name in frame[1]}))}
    coded = [
        (np.array([true_ids[n] for n in true], int), np.array([found_ids[n] for n in found], int), alike)
        for true, found, alike in frames
    ]
    true_count, found_count = np.zeros(len(true_ids)), np.zeros(len(found_ids))
    together = np.zeros((len(true_ids), len(found_ids)))
    for true, found, alike in coded:
        np.add.at(true_count, true, 1.0)
        np.add.at(found_count, found, 1.0)
        if alike.size:
            either = alike.sum(axis=0)[None, :] + alike.sum(axis=1)[:, None] - alike
            together[np.ix_(true, found)] += np.divide(alike, either, out=np.zeros_like(alike), where=either > 0.0)
    if not true_count.sum() or not found_count.sum():
        perfect = float(not true_count.sum() and not found_count.sum())
        return Hota(perfect, perfect, perfect)
    going = together / (true_count[:, None] + found_count[None, :] - together)
    parts = np.array([_at(level, coded, going, true_count, found_count) for level in thresholds])
    detection, association = parts[:, 0], parts[:, 1]
    whole = np.sqrt(detection * association)
    return Hota(float(whole.mean()), float(detection.mean()), float(association.mean()))


def _at(
    level: float,
    coded: Sequence[tuple[NDArray[np.int_], NDArray[np.int_], NDArray[np.float64]]],
    going: NDArray[np.float64],
    true_count: NDArray[np.float64],
    found_count: NDArray[np.float64],
) -> tuple[float, float]:
    """DetA and AssA at one threshold of similarity."""
    matched = np.zeros_like(going)
    for true, found, alike in coded:
        if not alike.size:
            continue
        rows, columns = linear_sum_assignment(-going[np.ix_(true, found)] * alike)
        good = alike[rows, columns] >= level - 1e-9
        np.add.at(matched, (true[rows[good]], found[columns[good]]), 1.0)
    hits = matched.sum()
    detection = hits / (true_count.sum() + found_count.sum() - hits)
    if not hits:
        return float(detection), 0.0
    shared = matched / np.maximum(1.0, true_count[:, None] + found_count[None, :] - matched)
    return float(detection), float((matched * shared).sum() / hits)
