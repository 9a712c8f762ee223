"""Plays a scenario: renders every camera, lets the real eyes look, and carries what follows to the desk.

Everything runs on the script's time. How fast that passes, and on whose desk, is the business of the `Stage`; how many
threads render and look never changes a result, because every camera's pictures are looked at by its own eye in order.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from bartizan.app.desk.desk import Desk
from bartizan.app.desk.feed import LiveFeed
from bartizan.app.exercise.cases import Cases
from bartizan.app.exercise.officer import Officer, describe
from bartizan.app.exercise.references import check_references
from bartizan.app.exercise.report import Came, ExerciseReport, Happening, SceneReport
from bartizan.app.exercise.stage import Stage
from bartizan.app.live import Eye, Glimpse, LiveRun, Sighting
from bartizan.app.live.showing import Showing
from bartizan.drill.play import figures, sensor_signal
from bartizan.drill.render import Renderer
from bartizan.drill.scenario import Light, Scenario, Scene
from bartizan.drill.scenery import scenery
from bartizan.errors import MissingPartError
from bartizan.signal import Signal, rfc3339
from bartizan.site.model import Camera
from bartizan.site.site import Site

Image = NDArray[np.uint8]
Tell = Callable[[Scene, Happening], None]

BATCH = 1.0  # seconds of the script that are rendered and looked at ahead of what the desk hears
DEFAULT_FPS = 5.0  # for a camera of the site without its own rate


@dataclass(frozen=True, slots=True)
class _Frame:
    t: float
    image: Image
    glimpse: Glimpse


@dataclass(slots=True)
class _Lens:
    """One camera in one scene: its renderer, its eye, and the pictures not yet asked for."""

    camera: Camera
    number: int
    renderer: Renderer
    eye: Eye
    scene: Scene
    blind: bool
    fps: float
    phase: float
    taken: int = 0

    def look(self, until: float) -> list[_Frame]:
        """Render and look at everything up to (not at) `until` seconds of the scene."""
        found: list[_Frame] = []
        while (t := self.phase + self.taken / self.fps) < until:
            image = self.renderer.render(self.taken, figures(self.scene, t))
            if self.blind:
                image = np.zeros_like(image)
            found.append(_Frame(t, image, self.eye.see(t, image)))
            self.taken += 1
        return found


@dataclass(slots=True)
class _Play:
    """What a scene has come to so far."""

    scene: Scene
    officer: Officer
    live: LiveRun
    showing: Showing | None
    said: list[Happening] = field(default_factory=list)
    rendered: int = 0
    seen_by: set[str] = field(default_factory=set)

    @property
    def counts(self) -> tuple[int, int, int]:
        """Pictures rendered, people detected, and what was dropped on the way to the tracks."""
        counts = self.live.counts
        return self.rendered, counts.detections, counts.dropped_frames + counts.dropped_observations


class Exercise:
    """Plays scenarios on a site and a desk.

    Parameters: the `site` as its file holds; the `desk` that takes the signals, and the `stage`, its time and its
    place; `cases`, for scripts that deal with incidents; `feed`, who is shown the pictures, or None; `tell` hears
    what happens as it happens; `blind` are cameras that give a black picture; `seed` of the pictures' noise;
    `workers` threads.

    Errors: MissingPartError where the site has no camera that can be rendered; UnknownIdError for an id of the
    scenario, or in `blind`, that the site does not have; CalibrationError for a camera without a full model.
    """

    def __init__(
        self,
        site: Site,
        desk: Desk,
        stage: Stage,
        *,
        cases: Cases | None = None,
        feed: LiveFeed | None = None,
        tell: Tell | None = None,
        blind: Sequence[str] = (),
        seed: int = 1,
        workers: int = 2,
    ) -> None:
        self._site, self._desk, self._stage, self._feed = site, desk, stage, feed
        self._cases, self._tell, self._seed, self._workers = cases, tell, seed, workers
        self._going = True
        self._blind = frozenset(site.camera(name).id for name in blind)
        self._cameras = [camera for camera in site.cameras if camera.model is not None and camera.size is not None]
        if not self._cameras:
            raise MissingPartError(
                "the site has no camera with a model and a size: a drill needs at least one to see its people"
            )
        self._renderers: dict[tuple[str, Light], Renderer] = {}
        self._before = (0, 0, 0)

    def play(self, scenario: Scenario) -> ExerciseReport:
        """Play every scene in order, until the stage lets no more time pass; returns what came of it."""
        check_references(scenario, self._site)
        scenes: list[SceneReport] = []
        with ThreadPoolExecutor(self._workers, thread_name_prefix="camera") as pool:
            for scene in scenario.scenes:
                scenes.append(self._scene(scenario, scene, pool))
                if not self._going:
                    break
        return ExerciseReport(
            scenario=scenario.name,
            scenes=tuple(scenes),
            site_hash=self._site.hash,
            seed=self._seed,
            stopped=not self._going,
        )

    # ---- one scene

    def _scene(self, scenario: Scenario, scene: Scene, pool: ThreadPoolExecutor) -> SceneReport:
        site = self._site.in_state(scene.states)
        scene = self._stage.begin(scene, site)
        run = self._stage.run(scenario, scene)
        play = _Play(
            scene,
            Officer(scene, self._desk, lambda t, what: self._say(play, t, what), self._cases),
            LiveRun(site, run=run, start_utc=scene.start, exercise=True),
            None if self._feed is None else Showing(self._feed),
        )
        if self._feed is not None:
            self._feed.publish_scene(scene.name, _rfc3339(scene, 0.0), exercise=True)
        self._say(play, 0.0, f"{scene.name} begins" + (f" ({', '.join(scene.states)})" if scene.states else ""))
        lenses = list(pool.map(lambda pair: self._lens(pair[0], pair[1], scene), enumerate(self._cameras)))
        sensors = self._sensors(site, scene, run)
        for until, frames in _batches(lenses, scene.length, pool):
            for frame in frames:
                self._until(play, frame.t, sensors, run)
                self._see(play, frame, run)
            self._until(play, until, sensors, run)
            self._desk.pass_time()
            if not self._going:
                break
        self._end(play, run)
        met, missed = play.officer.missed()
        rendered, detected, dropped = play.counts
        return SceneReport(
            id=scene.id,
            name=scene.name,
            start=scene.start,
            happenings=tuple(play.said),
            met=tuple(met),
            missed=(*missed, *(f"camera {name} saw nobody" for name in scene.seen_by if name not in play.seen_by)),
            alarms=tuple(
                Came(alarm=one.alarm, t=one.t, what=describe(one.signal), response=one.response, chance=one.chance)
                for one in play.officer.arrivals
            ),
            rendered=rendered,
            detected=detected,
            dropped=dropped,
        )

    def _lens(self, number: int, camera: Camera, scene: Scene) -> _Lens:
        assert camera.size is not None  # noqa: S101 - cameras without are left out at the start
        key = (camera.id, scene.light)
        if key not in self._renderers:
            self._renderers[key] = Renderer(
                camera.model,  # type: ignore[arg-type]  # the renderer itself refuses a model without a place
                camera.size,
                scenery(self._site),
                light=scene.light,
                seed=self._seed * 1000 + number,
            )
        fps = camera.fps or DEFAULT_FPS
        # cameras are not in step with one another: each begins a little later than the one before
        phase = number / (len(self._cameras) * fps)
        return _Lens(camera, number, self._renderers[key], Eye(camera), scene, camera.id in self._blind, fps, phase)

    def _sensors(self, site: Site, scene: Scene, run: str) -> list[Signal]:
        events = sorted(scene.sensors, key=lambda event: event.t)
        return [
            sensor_signal(site, scene, event, id=f"{run}/sensor-{number}") for number, event in enumerate(events, 1)
        ]

    def _until(self, play: _Play, t: float, sensors: list[Signal], run: str) -> None:
        """Sensors and orders that fall due by `t`, each at its own time."""
        while True:
            sensor = sensors[0].t if sensors else math.inf
            order = play.officer.due()
            due = min(sensor, math.inf if order is None else order)
            if due > t:
                break
            self._at(play, due)
            if sensor <= due:
                self._submit(play, due, sensors.pop(0), run)
            else:
                play.officer.act(due)
        self._at(play, t)

    def _at(self, play: _Play, t: float) -> None:
        self._going = self._stage.reach(play.scene, t)

    def _see(self, play: _Play, frame: _Frame, run: str) -> None:
        sighting = play.live.take(frame.glimpse)
        play.rendered += 1
        if frame.glimpse.detections:
            play.seen_by.add(frame.glimpse.camera)
        self._show(play, frame, sighting)
        for signal in sighting.signals:
            self._submit(play, frame.t, signal, run)

    def _submit(self, play: _Play, t: float, signal: Signal, run: str) -> None:
        alarm = self._desk.take(signal, run)
        if alarm is not None:
            play.officer.hear(t, alarm, signal)

    def _end(self, play: _Play, run: str) -> None:
        """The end of a scene: tracks end, sensors fall back to rest, late orders are carried out."""
        length = play.scene.length
        for signal in play.live.finish():
            self._submit(play, length, signal, run)
        for arrival in play.officer.arrivals:
            if arrival.signal.because.get("sensor") is not None and self._desk.alarm(arrival.alarm).is_open:
                self._desk.submit(_ended(arrival.signal, play.scene), run)
        play.officer.finish(length)
        self._before = self._totals(play)

    # ---- what is shown and said

    def _show(self, play: _Play, frame: _Frame, sighting: Sighting) -> None:
        if self._feed is None or play.showing is None:
            return
        play.showing.show(sighting, frame.image)
        self._feed.publish_counts(*self._totals(play))

    def _totals(self, play: _Play) -> tuple[int, int, int]:
        """Pictures rendered, people detected and things dropped since the exercise began."""
        rendered, detected, dropped = (before + now for before, now in zip(self._before, play.counts, strict=True))
        return rendered, detected, dropped

    def _say(self, play: _Play, t: float, what: str) -> None:
        happening = Happening(t=t, utc=play.scene.start + timedelta(seconds=t), what=what)
        play.said.append(happening)
        if self._tell is not None:
            self._tell(play.scene, happening)


def _batches(lenses: Sequence[_Lens], length: float, pool: ThreadPoolExecutor) -> Iterator[tuple[float, list[_Frame]]]:
    """(end of the batch [s], its frames of all cameras in order of time and camera), one batch looked at ahead."""
    order = {lens.camera.id: lens.number for lens in lenses}
    count = max(1, math.ceil(length / BATCH))
    ends = [min(length, (number + 1) * BATCH) for number in range(count)]
    ahead = [pool.submit(lens.look, ends[0]) for lens in lenses]
    for number, until in enumerate(ends):
        frames = [frame for future in ahead for frame in future.result()]
        if number + 1 < count:
            ahead = [pool.submit(lens.look, ends[number + 1]) for lens in lenses]
        yield until, sorted(frames, key=lambda frame: (frame.t, order[frame.glimpse.camera]))


def _ended(signal: Signal, scene: Scene) -> Signal:
    return replace(signal, t=scene.length, utc=_rfc3339(scene, scene.length), state="ended")


def _rfc3339(scene: Scene, t: float) -> str:
    return rfc3339(scene.start + timedelta(seconds=t))
