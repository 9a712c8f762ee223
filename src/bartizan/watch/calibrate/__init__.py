"""A camera calibrated by the people who walk through its picture, where nothing else is known of it."""

from bartizan.watch.calibrate.placing import DOUBTFUL_SCALE, Placed, placed
from bartizan.watch.calibrate.stance import Found, Interval, StanceParams, find_stance
from bartizan.watch.calibrate.upright import Stance
from bartizan.watch.calibrate.walkers import People, Walkers, walkers

__all__ = [
    "DOUBTFUL_SCALE",
    "Found",
    "Interval",
    "People",
    "Placed",
    "Stance",
    "StanceParams",
    "Walkers",
    "find_stance",
    "placed",
    "walkers",
]
