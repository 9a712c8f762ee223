"""What happens if it is tried: one path attacked many times, with every law, several responses and the fight."""

from bartizan.assess.simulate.attack import Attack, Force
from bartizan.assess.simulate.draw import DrawnTask, draw_attack, sample
from bartizan.assess.simulate.expected import Expected, expect_interruption
from bartizan.assess.simulate.outcome import Estimate, Simulation, Times
from bartizan.assess.simulate.run import Progress, simulate

__all__ = [
    "Attack",
    "DrawnTask",
    "Estimate",
    "Expected",
    "Force",
    "Progress",
    "Simulation",
    "Times",
    "draw_attack",
    "expect_interruption",
    "sample",
    "simulate",
]
