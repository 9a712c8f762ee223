"""Sites for sweeps, and work that dawdles or dies: importable by the workers of every test."""

from __future__ import annotations

import os
import signal
import time
from functools import partial
from pathlib import Path
from typing import Any

from bartizan.app.sweep import Outcome, Task, Unit, here, work
from bartizan.site import build
from bartizan.site.site import Site


def yard(mean: float) -> Site:
    """A fence, a door and two threats."""

    def way(identity: str, p: float, seconds: float) -> dict[str, Any]:
        delay = {"mean": seconds, "sd": 0.4 * seconds, "dist": "gamma"}
        return {"id": identity, "p_detection": p, "detect_at": "begin", "delay": delay}

    document: dict[str, Any] = {
        "schema": 1,
        "site": {"name": f"Yard {mean:g}"},
        "area": [{"id": "street", "outside": True}, {"id": "yard"}, {"id": "room"}],
        "element": [
            {"id": "fence", "kind": "fence", "between": ["street", "yard"], "way": [way("climb", 0.5, mean)]},
            {"id": "door", "kind": "door", "between": ["yard", "room"], "way": [way("force", 0.8, 60.0)]},
        ],
        "threat": [{"id": "one"}, {"id": "two"}],
        "state": [{"id": "night", "axis": "time", "changes": [
            {"at": "element/fence/way/climb", "set": {"p_detection": 0.2}}]}],
        "target": [{"id": "safe", "area": "room", "way": [{"id": "open", "delay": {"mean": 90, "sd": 30}}]}],
        "response": [{"id": "guards", "arrival": {"mean": 120, "sd": 40}}],
    }  # fmt: skip
    return build(document)


SITES = {"small": yard(20.0), "large": yard(80.0)}
STATES = [(), ("night",)]
SIMULATED = Task(simulate=True, standard_error=0.01)


class Inline:
    """`Runner` without workers, backwards, so that the order is seen not to matter."""

    def run(self, units: Any, work: Any) -> Any:
        return here(reversed(units), work)


def slow(unit: Unit) -> Outcome:
    time.sleep(0.15)
    return work(unit)


def dying(marks: str, unit: Unit) -> Outcome:
    """Dies on the first try of every third unit, as if somebody had killed the worker."""
    mark = Path(marks) / str(unit.number)
    if unit.number % 3 == 0 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return work(unit)


def deadly(unit: Unit) -> Outcome:
    """Always kills its worker for one unit."""
    if unit.number == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return work(unit)


def dying_in(marks: Path) -> Any:
    return partial(dying, str(marks))
