"""Sweeps: one question asked of many sites, states, threats and seeds, on as many workers as there are."""

from bartizan.app.sweep.run import Progress, Sweep, sweep
from bartizan.app.sweep.unit import Answered, Failed, Outcome, Row, Runner, Task, Unit, here, work

__all__ = [
    "Answered",
    "Failed",
    "Outcome",
    "Progress",
    "Row",
    "Runner",
    "Sweep",
    "Task",
    "Unit",
    "here",
    "sweep",
    "work",
]
