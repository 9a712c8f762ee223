"""The record of who asked the desk for what: one event for every change that was asked for, granted or not."""

from bartizan.desk.audit.events import CODEC, OUTCOMES, Asked, Outcome

__all__ = ["CODEC", "OUTCOMES", "Asked", "Outcome"]
