"""Scoring: what a watch raised, or the tracks it made, against what truly happened."""

from bartizan.app.score.alarms import alarms_of, plain_timer
from bartizan.app.score.score import Score, ScoreOptions, score_signals, score_tables, truth_in_tracks
from bartizan.app.score.tracks import TrackScore, TrackScorer, ground_frames, picture_frames, score_tracks

__all__ = [
    "Score",
    "ScoreOptions",
    "TrackScore",
    "TrackScorer",
    "alarms_of",
    "ground_frames",
    "picture_frames",
    "plain_timer",
    "score_signals",
    "score_tables",
    "score_tracks",
    "truth_in_tracks",
]
