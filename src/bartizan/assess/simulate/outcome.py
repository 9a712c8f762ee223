"""What a simulation says: probabilities with their standard errors, and when things happened. Frozen."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv

Moment = Literal["detection", "first_arrival", "assembly", "completion", "decision"]

COVER = 0.95  # of the intervals
SHARES = (0.05, 0.25, 0.5, 0.75, 0.95)
BINS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A probability as so many of so many attacks gave it.

    `standard_error` is the standard deviation of the posterior under Jeffreys' prior, Beta(1/2, 1/2): it stays above
    0 where nothing, or everything, happened. `low`, `high`: that posterior's 95 % interval, reaching 0 where nothing
    happened and 1 where everything did (Brown, Cai and DasGupta 2001).
    """

    value: float
    standard_error: float
    low: float
    high: float
    happened: int
    of: int

    @classmethod
    def counted(cls, happened: int, of: int) -> Estimate:
        """The estimate from counts, `of` at least 1."""
        a, b = happened + 0.5, of - happened + 0.5
        tail = (1.0 - COVER) / 2.0
        return cls(
            value=happened / of,
            standard_error=standard_error(happened, of),
            low=0.0 if happened == 0 else float(betaincinv(a, b, tail)),
            high=1.0 if happened == of else float(betaincinv(a, b, 1.0 - tail)),
            happened=happened,
            of=of,
        )

    def to_json(self) -> dict[str, Any]:
        """The estimate as a JSON object."""
        return {"value": self.value, "standard_error": self.standard_error, "low": self.low, "high": self.high}


def standard_error(happened: int, of: int) -> float:
    """That of `Estimate`."""
    a, b = happened + 0.5, of - happened + 0.5
    return math.sqrt(a * b / (a + b + 1.0)) / (a + b)


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """When something happened, counted from the begin of the attack [s], in those attacks in which it did.

    `count`: in how many of the `of` attacks whose times were kept. `quantiles` at SHARES; `counts` between `edges`.
    """

    moment: Moment
    count: int
    of: int
    mean: float
    sd: float
    quantiles: tuple[float, ...]
    edges: tuple[float, ...]
    counts: tuple[int, ...]

    @classmethod
    def told(cls, moment: Moment, seconds: NDArray[np.float64]) -> Times | None:
        """The times in `seconds`, nan for what never came; None where nothing came."""
        came = seconds[np.isfinite(seconds)]
        if not came.size:
            return None
        counts, edges = _histogram(came)
        return cls(
            moment=moment,
            count=int(came.size),
            of=int(seconds.size),
            mean=float(came.mean()),
            sd=float(came.std()),
            quantiles=tuple(float(one) for one in np.quantile(came, SHARES)),
            edges=edges,
            counts=counts,
        )

    def to_json(self) -> dict[str, Any]:
        """The times as a JSON object."""
        return {
            "moment": self.moment,
            "count": self.count,
            "of": self.of,
            "mean": self.mean,
            "sd": self.sd,
            "quantiles": {f"{share:g}": value for share, value in zip(SHARES, self.quantiles, strict=True)},
            "histogram": {"edges": list(self.edges), "counts": list(self.counts)},
        }


def _histogram(came: NDArray[np.float64]) -> tuple[tuple[int, ...], tuple[float, ...]]:
    low, high = float(came.min()), float(came.max())
    # times so alike that no bin fits between them stand in one
    bins = BINS if high - low > BINS * 1e-12 * max(abs(high), 1.0) else 1
    edges = np.linspace(low, high, bins + 1)
    places = np.clip(np.searchsorted(edges, came, side="right") - 1, 0, bins - 1)
    return tuple(int(one) for one in np.bincount(places, minlength=bins)), tuple(float(edge) for edge in edges)


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """What many attacks came to.

    `p_detection`: noticed at all. `p_arrival`: a first force is there in time. `p_interruption`: `need` responders
    are. `p_neutralization`: the adversaries are beaten, of those interrupted; `p_effectiveness`: of all attacks; both
    None where nobody says how the fight goes, the former also where nobody was interrupted. `p_strength`: pairs
    (k, probability that k or more are there in time), for every number k that occurred. `wanted`: the standard error
    asked for; `reached`: whether P_I and P_E have it. `seed`: what gives the same again.
    """

    attacks: int
    seed: int
    wanted: float
    reached: bool
    need: int
    p_detection: Estimate
    p_arrival: Estimate
    p_interruption: Estimate
    p_neutralization: Estimate | None
    p_effectiveness: Estimate | None
    p_strength: tuple[tuple[int, float], ...]
    times: tuple[Times, ...]

    def to_json(self) -> dict[str, Any]:
        """The simulation as a JSON object; absent is null."""
        neutralization, effectiveness = self.p_neutralization, self.p_effectiveness
        return {
            "attacks": self.attacks,
            "seed": self.seed,
            "wanted_standard_error": self.wanted,
            "reached": self.reached,
            "need": self.need,
            "p_detection": self.p_detection.to_json(),
            "p_arrival": self.p_arrival.to_json(),
            "p_interruption": self.p_interruption.to_json(),
            "p_neutralization": None if neutralization is None else neutralization.to_json(),
            "p_effectiveness": None if effectiveness is None else effectiveness.to_json(),
            "p_strength": [{"there": there, "probability": value} for there, value in self.p_strength],
            "times": [times.to_json() for times in self.times],
        }
