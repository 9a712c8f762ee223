"""How good is what was raised: signals against true episodes, tracks against true tracks, each with its interval."""

from bartizan.watch.score.episode import Alarm, Episode, true_stays
from bartizan.watch.score.events import EventScore, score_events
from bartizan.watch.score.hota import Hota, hota
from bartizan.watch.score.interval import Interval, bootstrap, poisson, wilson
from bartizan.watch.score.match import Matched, Matching, match

__all__ = [
    "Alarm",
    "Episode",
    "EventScore",
    "Hota",
    "Interval",
    "Matched",
    "Matching",
    "bootstrap",
    "hota",
    "match",
    "poisson",
    "score_events",
    "true_stays",
    "wilson",
]
