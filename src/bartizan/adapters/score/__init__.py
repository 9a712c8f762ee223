"""Scores of tracks by motmetrics, an extra."""

from bartizan.adapters.score.tracks import MotMetrics

__all__ = ["MotMetrics"]
