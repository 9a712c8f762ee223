"""MOTA, IDF1, switches and fragmentations of tracks, worked out by motmetrics."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any

import numpy as np

from bartizan.app.score.tracks import ClearScore, Frame
from bartizan.errors import MissingExtraError

_ASKED = ("mota", "idf1", "num_switches", "num_fragmentations", "recall", "precision")


class MotMetrics:
    """Scores by motmetrics (MIT), the reimplementation of the measures of MOTChallenge that others check against.

    Raises MissingExtraError, when made, where the extra is not installed.
    """

    def __init__(self) -> None:
        try:
            self._library: Any = import_module("motmetrics")
        except ImportError as error:
            raise MissingExtraError.of("a score of tracks", "score") from error

    def score(self, frames: Sequence[Frame], least: float) -> ClearScore:
        """Score frames; a pair that is less alike than `least` is no match."""
        accumulator = self._library.MOTAccumulator(auto_id=True)
        for true, found, alike in frames:
            # exactly the least is a match, whatever rounding made of it
            distance = np.where(alike >= least - 1e-9, 1.0 - alike, np.nan)
            accumulator.update(list(true), list(found), distance)
        told = self._library.metrics.create().compute(accumulator, metrics=list(_ASKED)).iloc[0]
        mota, idf1, switches, fragments, recall, precision = (float(told[name]) for name in _ASKED)
        return ClearScore(
            mota=mota, idf1=idf1, switches=int(switches), fragments=int(fragments), recall=recall, precision=precision
        )
