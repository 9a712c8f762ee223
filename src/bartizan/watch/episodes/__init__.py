"""Episodes over days: how often something happens in a zone at an hour of the week, and when that is too often.

Nothing is said about persons: an episode is an occurrence, counted. Linking two of them is a person's act at the desk.
"""

from bartizan.watch.episodes.base import Base, base_of, tail
from bartizan.watch.episodes.series import DAY, HOUR, WEEK, WINDOWS, Bucket, Series, Window
from bartizan.watch.episodes.unusual import LEAST_DAYS, Promise, Unusual, judge, review

__all__ = [
    "DAY",
    "HOUR",
    "LEAST_DAYS",
    "WEEK",
    "WINDOWS",
    "Base",
    "Bucket",
    "Promise",
    "Series",
    "Unusual",
    "Window",
    "base_of",
    "judge",
    "review",
    "tail",
]
