"""Whether the processes of the cameras are alive, for the page of the desk's health."""

from __future__ import annotations

from bartizan.adapters.workers.fleet import Fleet
from bartizan.app.health import Probe, Vital


def fleet_probe(fleet: Fleet) -> Probe:
    """Asks a fleet for its processes: one that has none now is being started again, and how often any died."""

    def probe() -> tuple[Vital, ...]:
        alive = fleet.pids
        return (
            *(
                Vital(
                    group="workers",
                    name="process" if camera in alive else "gone",
                    values={"camera": camera, "pid": alive.get(camera, 0)},
                    state="good" if camera in alive else "bad",
                )
                for camera in fleet.counts.starts
            ),
            Vital(group="workers", name="deaths", values={"n": fleet.counts.deaths.total()}),
        )

    return probe
