"""Bartizan: one model of a guarded site, assessed, watched, acted on and practised."""

__version__ = "0.1.0"
