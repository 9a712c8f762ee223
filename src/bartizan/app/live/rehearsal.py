"""What is compiled or loaded at its first use is so before a live run begins: it would be blind for that long."""

from __future__ import annotations

import numpy as np
from shapely import Point

from bartizan.app.live.eye import Eye, Glimpse
from bartizan.app.live.looking import Measure
from bartizan.app.live.run import LiveRun
from bartizan.signal import Observation
from bartizan.site.site import Site

_PICTURES = 40  # two a second: time to learn a scene
_STEPS = 30  # sightings, two a second: time for a track to be believed
_PACE = 0.6  # metres from one to the next


def rehearse_eye(eye: Eye, size: tuple[int, int], measure: Measure) -> None:
    """Look at made-up pictures of `size` (width, height), with an eye and a measure that are thrown away.

    There is a scene to learn, and then dark things of several heights that move in it.
    """
    rng = np.random.default_rng(0)
    width, height = size
    scene = rng.integers(90, 130, (height, width, 3), np.uint8)
    for n in range(_PICTURES):
        picture = scene.copy()
        if n > _PICTURES // 2:
            for part in (2, 4, 8):
                left = (n * 7 + width * part // 10) % width
                picture[
                    height // 2 : height // 2 + height // (2 * part), left : left + max(2, height // (6 * part))
                ] = 30
        eye.see(n / 2.0, picture)
        measure(n / 2.0, picture)


def rehearse_run(site: Site) -> None:
    """Let somebody made up walk through each zone of a site, in a run that is thrown away."""
    run = LiveRun(site, run="rehearsal")
    camera = next((camera.id for camera in site.cameras if camera.model is not None), "")
    places = [zone.polygon.representative_point() for zone in site.zones] or [Point(0.0, 0.0)]
    for n, place in enumerate(places):
        for step in range(_STEPS):
            moment = 1000.0 * n + step / 2.0
            at = (float(place.x) + _PACE * (step - _STEPS // 2), float(place.y))
            one = Observation(t=moment, camera=camera, at=at, covariance=(0.04, 0.0, 0.04))
            run.take(Glimpse(moment, camera, (), (one,)))
    run.finish()
