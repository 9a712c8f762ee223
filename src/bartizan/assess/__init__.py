"""Will it hold: the timeline of a path, the worst paths of a site, and the clock of an alarm.

Names are imported when first asked for, so that whoever needs one of them does not wait for all. The function
`timeline` has the name of its module and is imported from there.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bartizan.assess.clock import ClockReading, Dispatch, LayerLeft, ResponseChance, read_clock
    from bartizan.assess.paths import worst_paths
    from bartizan.assess.problem import Problem, compile_problem
    from bartizan.assess.result import Certificate, Path, Result, Step
    from bartizan.assess.task import Task

_MODULES = {
    "clock": ("ClockReading", "Dispatch", "LayerLeft", "ResponseChance", "read_clock"),
    "paths": ("worst_paths",),
    "problem": ("Problem", "compile_problem"),
    "result": ("Certificate", "Path", "Result", "Step"),
    "task": ("Task",),
}
_HOME = {name: module for module, names in _MODULES.items() for name in names}

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
    "worst_paths",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'bartizan.assess' has no attribute {name!r}")
    return getattr(import_module(f"bartizan.assess.{_HOME[name]}"), name)
