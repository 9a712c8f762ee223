"""What `bartizan calibrate` answers: a camera's survey, what to see to, and who covers which zone."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from bartizan import __version__
from bartizan.app.calibration.classes import EDITIONS
from bartizan.app.calibration.concerns import Concern, Limits, concerns
from bartizan.app.calibration.survey import Cover, Reach, Survey, SurveyParams, camera_place, covers, survey
from bartizan.app.calibration.walked import Walked
from bartizan.app.study.head import head
from bartizan.geometry.plane_fit import PointFit
from bartizan.site.model import Camera
from bartizan.site.site import Site


@dataclass(frozen=True, slots=True)
class Calibrated:
    """The answer for one camera of a site; `walked` where it was found from people."""

    site: Site
    survey: Survey
    covers: tuple[Cover, ...]
    concerns: tuple[Concern, ...]
    walked: Walked | None
    options: Mapping[str, Any]

    @property
    def site_name(self) -> str:
        """The site's name."""
        return self.site.name

    @property
    def site_hash(self) -> str:
        """SHA-256 over the site's meaning."""
        return self.site.hash

    @property
    def version(self) -> str:
        """The version of Bartizan."""
        return __version__

    def to_json(self) -> dict[str, Any]:
        """The answer as plain JSON values; what is unknown is null."""
        found = self.survey
        seed = None if self.walked is None else self.walked.seed
        return head(self, seed) | {
            "camera": found.camera.id,
            "model": type(found.model).__name__.lower(),
            "size": list(found.size),
            "fps": found.fps,
            "place": _place(found),
            "fit": None if found.fit is None else fit_json(found.fit),
            "calibration_error_known": found.known,
            "error": _errors(found),
            "reach": _reach(Reach("reach", 0.0, found.reach)),
            "classes": {
                year: {
                    "edition": EDITIONS[year].name,
                    "source": EDITIONS[year].source,
                    "reached": [_reach(one) for one in reached],
                }
                for year, reached in found.editions.items()
            },
            "zones": [_cover(one) for one in self.covers],
            "concerns": [one.to_json() for one in self.concerns],
            "walkers": None if self.walked is None else self.walked.to_json(),
        }


def calibrated(
    site: Site,
    camera: Camera,
    *,
    fps: float | None = None,
    walked: Walked | None = None,
    params: SurveyParams | None = None,
    limits: Limits | None = None,
) -> Calibrated:
    """The answer for one camera, with its model or, where `walked` was placed, with the one found from people.

    Raises MissingPartError for a camera that has neither.
    """
    found = survey(site, camera, fps, params)
    others = tuple(one for one in covers(site, params) if one.camera != camera.id)
    everyone = (*found.covers, *others)
    by_zone = {zone.id: number for number, zone in enumerate(site.zones)}
    ranked = tuple(sorted(everyone, key=lambda one: (by_zone[one.zone.id], -one.share, one.camera)))
    asked = {"camera": camera.id, "fps": fps, "from_walkers": walked is not None}
    return Calibrated(site, found, ranked, concerns(found, ranked, limits), walked, asked)


def fit_json(fit: PointFit) -> dict[str, Any]:
    """How well points fit, as plain JSON values: misses and leverage are null where they are unknown."""
    known = fit.misses is not None
    return {
        "points": [
            {
                "pixel": list(pair[:2]),
                "plan": [round(value, 4) for value in pair[2:]],
                "miss": round(fit.misses[number], 4) if fit.misses is not None else None,
                "leverage": round(fit.leverage[number], 4),
                "weight": round(fit.weights[number], 4) if known else None,
            }
            for number, pair in enumerate(fit.pairs)
        ],
        "rms": None if fit.misses is None else round(math.sqrt(sum(m * m for m in fit.misses) / len(fit.misses)), 4),
        "scatter": None if fit.scale is None else round(fit.scale, 4),
        "freedom": fit.freedom,
    }


def _place(found: Survey) -> list[float] | None:
    place = camera_place(found.model)
    return None if place is None else [round(value, 3) for value in place]


def _errors(found: Survey) -> dict[str, float | None]:
    """The error over the picture: middle and worst of what is placed, and the share of the picture that is."""
    placed = found.raster.error <= found.params.observe.farthest
    values = found.raster.error[placed]
    return {
        "middle": round(float(np.median(values)), 3) if values.size else None,
        "worst": round(float(np.percentile(values, 95)), 3) if values.size else None,
        "placed": round(float(placed.mean()), 4),
    }


def _reach(reach: Reach) -> dict[str, Any]:
    shape = reach.shape
    ring = None if shape is None else [[round(x, 2), round(y, 2)] for x, y, *_ in shape.exterior.coords]
    return {"name": reach.name, "least": reach.least, "area": round(reach.area, 1), "polygon": ring}


def _cover(one: Cover) -> dict[str, Any]:
    def pair(values: tuple[float, float] | None) -> list[float] | None:
        return None if values is None else [round(value, 3) for value in values]

    return {
        "zone": one.zone.id,
        "camera": one.camera,
        "share": round(one.share, 4),
        "whole": round(one.whole, 4),
        "beyond": round(one.beyond, 4),
        "hidden": round(one.hidden, 4),
        "error": pair(one.error),
        "density": pair(one.density),
        "steepest": None if one.steepest is None else round(one.steepest, 1),
        "narrow": round(one.narrow, 2),
        "outside": None if one.outside is None else round(one.outside, 4),
    }
