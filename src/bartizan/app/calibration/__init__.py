"""Calibrating a camera: point pairs tried, people who walk taken for a measure, and what the camera is worth then."""

from bartizan.app.calibration.calibrated import Calibrated, calibrated, fit_json
from bartizan.app.calibration.classes import EDITIONS, Edition, PixelClass
from bartizan.app.calibration.concerns import Concern, Limits, concerns
from bartizan.app.calibration.survey import Cover, Survey, SurveyParams, covers, survey
from bartizan.app.calibration.trial import Trial, as_written, given_pairs, tried
from bartizan.app.calibration.walked import Walked, calibrate_by_walkers

__all__ = [
    "EDITIONS",
    "Calibrated",
    "Concern",
    "Cover",
    "Edition",
    "Limits",
    "PixelClass",
    "Survey",
    "SurveyParams",
    "Trial",
    "Walked",
    "as_written",
    "calibrate_by_walkers",
    "calibrated",
    "concerns",
    "covers",
    "fit_json",
    "given_pairs",
    "survey",
    "tried",
]
