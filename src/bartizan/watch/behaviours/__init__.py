"""What people do over time: one module per behaviour, each a pure step over the points of one track.

`BEHAVIOURS` gives, for the kind of a rule, what makes the behaviour of that rule on its site.
"""

from collections.abc import Callable, Mapping

from bartizan.site.model import Rule
from bartizan.site.site import Site
from bartizan.watch.behaviours import (
    approach,
    gathering,
    intrusion,
    laps,
    left_object,
    line_crossing,
    loitering,
    pacing,
    repeated_pass,
    running,
    tailgating,
    wandering,
)
from bartizan.watch.behaviours.event import Behaviour

BEHAVIOURS: Mapping[str, Callable[[Rule, Site], Behaviour]] = {
    module.KIND: module.behaviour
    for module in (
        approach,
        gathering,
        intrusion,
        laps,
        left_object,
        line_crossing,
        loitering,
        pacing,
        repeated_pass,
        running,
        tailgating,
        wandering,
    )
}

__all__ = ["BEHAVIOURS"]
