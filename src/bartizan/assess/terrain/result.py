"""The answer over the ground: the worst path, how sure that is, and the map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bartizan.assess.terrain.raster import Raster

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A piece of a path over the ground: a walk through one area, a way through an element, or an act at the target.

    `kind`: "walk", "element" or "target"; `id` the area, element or target; `at` the places [m] walked, or where it
    is done. `delay_mean` [s]; `p_detection` of the whole piece; `mean_after` [s]: the mean delay left when it begins;
    `p_interruption`: P_I from its beginning on, if nothing was noticed before.
    """

    kind: str
    id: str
    way: str | None
    leg: str
    at: tuple[tuple[float, float], ...]
    delay_mean: float
    p_detection: float
    mean_after: float
    p_interruption: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TerrainPath:
    """A path over the ground: its P_I as the closed form has it, its mean delay [s] and sd [s], its pieces."""

    p_interruption: float
    delay_mean: float
    delay_sd: float
    stretches: tuple[Stretch, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TerrainResult:
    """The worst path over the ground and the map of P_I.

    `worst`: None where no path leads to the target. No path is below `lower_bound`, which is proved; `exact`: the
    path attains it (to within 1e-9). `least`, shape (rows, columns): P_I of a real path that begins in each cell,
    nan where none does; `bound` of the same shape: proved least. `map_exact`: `least` is the least of all paths.
    `slow` [s a cell] and `hazard` [1/s], shape (rows, columns): the ground that was searched. `labels`: how many
    were made.
    """

    raster: Raster
    worst: TerrainPath | None
    lower_bound: float | None
    exact: bool
    least: Floats
    bound: Floats
    map_exact: bool
    slow: Floats
    hazard: Floats
    labels: int

    @property
    def p_interruption(self) -> float | None:
        """P_I of the worst path; None without a path."""
        return None if self.worst is None else self.worst.p_interruption

    @property
    def gap(self) -> float | None:
        """P_I of the path less what is proved; None without a path."""
        if self.worst is None or self.lower_bound is None:
            return None
        return max(self.worst.p_interruption - self.lower_bound, 0.0)

    @property
    def shown(self) -> Floats:
        """The map to show: exact, or else what is proved, so that nobody is told of more protection than there is."""
        return self.least if self.map_exact else self.bound

    @property
    def map_gap(self) -> float:
        """The most by which `least` lies above `bound` anywhere: the least P_I of a place lies between the two."""
        with np.errstate(invalid="ignore"):
            gap = self.least - self.bound
        return float(np.nanmax(gap, initial=0.0))

    def to_json(self) -> dict[str, Any]:
        """The answer as a JSON object, without the map; absent is null, a key is never missing."""
        worst = self.worst
        return {
            "resolution": self.raster.cell,
            "rows": self.raster.rows,
            "columns": self.raster.columns,
            "origin": [self.raster.west, self.raster.south],
            "p_interruption": self.p_interruption,
            "lower_bound": self.lower_bound,
            "gap": self.gap,
            "exact": self.exact,
            "map_gap": self.map_gap,
            "map_exact": self.map_exact,
            "labels": self.labels,
            "delay_mean": None if worst is None else worst.delay_mean,
            "delay_sd": None if worst is None else worst.delay_sd,
            "stretches": []
            if worst is None
            else [
                {
                    "kind": one.kind,
                    "id": one.id,
                    "way": one.way,
                    "leg": one.leg,
                    "at": [list(place) for place in one.at],
                    "delay_mean": one.delay_mean,
                    "p_detection": one.p_detection,
                    "mean_after": one.mean_after,
                    "p_interruption": one.p_interruption,
                }
                for one in worst.stretches
            ],
        }
