"""How much room the data folder has, for the page of the desk's health."""

from __future__ import annotations

import shutil
from pathlib import Path

from bartizan.app.health import Probe, Vital, VitalState

WARN, BAD = 0.05, 0.02  # of the disk that is free
_MEGA = 1_000_000


def disk_probe(folder: Path) -> Probe:
    """Asks the disk of a data folder for its room, and the journal there for its size."""

    def probe() -> tuple[Vital, ...]:
        try:
            disk = shutil.disk_usage(folder)
        except OSError as error:
            said = error.strerror or "it cannot be asked"
            return (Vital(group="store", name="disk-gone", values={"problem": said}, state="bad"),)
        free = disk.free / disk.total if disk.total else 0.0
        state: VitalState = "bad" if free < BAD else "warn" if free < WARN else "good"
        values = {"free": round(disk.free / _MEGA), "percent": round(100 * free, 1)}
        found = [Vital(group="store", name="disk", values=values, state=state)]
        journal = folder / "journal.sqlite"
        if journal.is_file():
            found.append(Vital(group="store", name="journal", values={"mb": round(journal.stat().st_size / _MEGA, 1)}))
        return tuple(found)

    return probe
