"""Will it hold: the timeline of a path, the worst paths of a site, and the clock of an alarm."""

from bartizan.assess.clock import ClockReading, Dispatch, LayerLeft, ResponseChance, read_clock
from bartizan.assess.paths import worst_paths
from bartizan.assess.problem import Problem, compile_problem
from bartizan.assess.result import Certificate, Path, Result, Step
from bartizan.assess.timeline import Task, timeline

__all__ = [
    "Certificate",
    "ClockReading",
    "Dispatch",
    "LayerLeft",
    "Path",
    "Problem",
    "ResponseChance",
    "Result",
    "Step",
    "Task",
    "compile_problem",
    "read_clock",
    "timeline",
    "worst_paths",
]
