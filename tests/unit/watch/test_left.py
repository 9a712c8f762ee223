"""Things left on the ground, rendered: reported where they stand, never for shadows, lamps, marks or people."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from shapely import box

from bartizan.drill.disturbance import Disturbance
from bartizan.drill.lighting import LampOn, PassingShadow
from bartizan.drill.play import Figure, figure
from bartizan.drill.prop import Prop
from bartizan.drill.render import Renderer
from bartizan.drill.scenario import Actor, Light, Wait, Walk
from bartizan.drill.scenery import Scenery
from bartizan.geometry.pinhole import Pinhole
from bartizan.watch.detection.background import Background, BackgroundParams, Marked
from bartizan.watch.detection.detect import BackgroundDetector, Detection
from bartizan.watch.detection.left import LeftParams, LeftThings

SIZE = (640, 480)
FPS = 3.0
CAMERA = Pinhole.looking(position=(0.0, 0.0, 4.5), at=(0.0, 14.0), focal_px=600.0, size=SIZE)
GROUND = Scenery((("paving", box(-30.0, -5.0, 30.0, 60.0)),), (), ((0.0, 12.0),))


def watch(
    seconds: float,
    props: Sequence[Prop] = (),
    actors: Sequence[Actor] = (),
    *,
    disturbances: Sequence[Disturbance] = (),
    light: Light = "day",
) -> list[tuple[float, list[Detection]]]:
    renderer = Renderer(CAMERA, SIZE, GROUND, light=light, seed=4, disturbances=disturbances)
    detector = BackgroundDetector(CAMERA, SIZE)
    told = []
    for frame in range(round(seconds * FPS)):
        t = frame / FPS
        there: tuple[Figure, ...] = tuple(one for actor in actors if (one := figure(actor, t)) is not None)
        told.append((t, detector.detect(t, renderer.render(frame, there, t, props))))
    return told


def things(seen: Sequence[Detection]) -> list[Detection]:
    return [one for one in seen if one.label == "object"]


def place(one: Detection) -> tuple[float, float]:
    left, top, wide, high = one.box
    x, y = CAMERA.to_ground(np.array([[left + wide / 2.0, top + high]]))[0]
    return float(x), float(y)


@pytest.mark.parametrize(("at", "shade"), [((1.0, 9.0), 0.1), ((-2.0, 14.0), 0.95), ((2.0, 18.0), 0.1)])
def test_a_bag_is_reported_where_it_stands_after_it_has_settled(at: tuple[float, float], shade: float) -> None:
    told = watch(25.0, [Prop(at=at, begins=6.0, shade=shade)])
    assert not any(things(seen) for t, seen in told if t < 6.0 + LeftParams().settle)
    late = [things(seen) for t, seen in told if t >= 12.0]
    assert sum(len(found) == 1 for found in late) >= 0.95 * len(late)
    for found in late:
        for one in found:
            # the nearest point of its footprint is up to 0.3 m nearer than its middle, and a pixel of the map 0.25 m
            assert np.hypot(*(np.array(place(one)) - at)) < 0.6
            assert one.box[3] / float(CAMERA.height_scale(np.array([at]))[0]) < 0.9


def test_it_stays_while_it_is_reported_and_is_scenery_after_that() -> None:
    scene = np.full((240, 320, 3), 140.0, np.float32)
    picture = scene.astype(np.uint8)
    picture[130:142, 150:164] = (20, 30, 25)  # darker than any shadow
    strength = np.zeros((240, 320), np.float32)
    strength[130:142, 150:164] = 1.0
    nobody = np.zeros((240, 320), np.bool_)
    left = LeftThings(CAMERA, (320, 240), 0.5, LeftParams(settle=5.0, hold=60.0))
    for t in range(90):
        seen = left.step(float(t), strength, nobody, picture, scene)
        reported = 5 <= t <= 60
        assert len(seen.things) == reported, t
        assert seen.kept.any() == reported  # what is kept is not learnt
        assert all(thing.since == 0.0 for thing in seen.things)


def test_what_is_kept_is_not_learnt_and_what_nobody_explains_is() -> None:
    empty, there = np.full((60, 80, 3), 120, np.uint8), np.full((60, 80, 3), 120, np.uint8)
    there[20:40, 30:50] = 30
    none = np.zeros((60, 80), np.bool_)
    thing = none.copy()
    thing[20:40, 30:50] = True
    learnt = {}
    for name, kept in (("kept", thing), ("unexplained", none)):
        background = Background(BackgroundParams(absorb=20.0))
        for tenth in range(400):
            t = tenth / 5.0
            strength = background.foreground(t, there if t > 6.0 else empty)
            if strength is not None:
                background.update(t, strength, Marked(none, kept, none, none))
        learnt[name] = float(background.scene[30, 40, 1])
    assert learnt["kept"] > 115.0  # 74 s of an hour
    assert learnt["unexplained"] < 60.0


def test_what_is_taken_away_is_over_and_leaves_no_mark() -> None:
    # it stood there from before the start, so the scene was learnt with it
    told = watch(30.0, [Prop(at=(1.0, 9.0), ends=8.0), Prop(at=(-3.0, 10.0), begins=6.0, ends=20.0)])
    assert not any(place(one)[0] > 0.0 for _, seen in told for one in things(seen))
    assert any(things(seen) for t, seen in told if 12.0 < t < 20.0)
    assert not any(things(seen) for t, seen in told if t > 20.5)


def test_a_bag_behind_a_passer_by_is_the_same_bag() -> None:
    passer = Actor(id="p", enters=14.0, start=(-6.0, 8.0), steps=(Walk(to=(6.0, 8.0), speed=1.3),))
    told = watch(30.0, [Prop(at=(1.0, 9.0), begins=5.0, height=0.5)], [passer])
    after = [len(things(seen)) for t, seen in told if t > 25.0]
    assert after.count(1) >= 0.9 * len(after)
    assert all(len(things(seen)) <= 1 for _, seen in told)


def test_somebody_who_stands_still_is_no_thing() -> None:
    steps = (Walk(to=(1.0, 9.0), speed=1.3), Wait(seconds=60.0))
    told = watch(40.0, actors=[Actor(id="p", enters=3.0, start=(-6.0, 9.0), steps=steps)])
    assert not any(things(seen) for _, seen in told)


@pytest.mark.parametrize(
    ("what", "light"),
    [
        # a shadow that stays: a slow one, that has come and moves 5 cm a minute
        (PassingShadow(at=(0.0, 10.0), speed=0.001, path=0.5, every=1e4, length=0.8, width=0.6), "day"),
        (LampOn(at=(1.0, 10.0), begins=6.0, reach=0.5, strength=0.9), "night"),
        (LampOn(at=(1.0, 10.0), begins=6.0), "night"),
    ],
)
def test_light_and_shadow_are_no_things(what: Disturbance, light: Light) -> None:
    class Late:
        """The same, but only once the scene is learnt."""

        stage = what.stage

        def begin(self, view: object, rng: np.random.Generator) -> object:
            effect = what.begin(view, rng)  # type: ignore[arg-type]

            class Effect:
                def apply(self, canvas: object, t: float, *rest: object) -> None:
                    if t >= 6.0:
                        effect.apply(canvas, t + 240.0 if light == "day" else t, *rest)  # type: ignore[arg-type]

            return Effect()

    told = watch(30.0, disturbances=[Late()], light=light)  # type: ignore[list-item]
    assert not any(things(seen) for _, seen in told)


@pytest.mark.parametrize(("length", "width", "height"), [(4.4, 1.8, 1.5), (0.08, 0.08, 0.05)])
def test_a_parked_car_and_a_tin_are_no_left_things(length: float, width: float, height: float) -> None:
    told = watch(20.0, [Prop(at=(0.0, 12.0), length=length, width=width, height=height, begins=5.0)])
    assert not any(things(seen) for _, seen in told)


def test_time_that_runs_back_forgets_it() -> None:
    renderer = Renderer(CAMERA, SIZE, GROUND, seed=4)
    detector = BackgroundDetector(CAMERA, SIZE)
    bag = [Prop(at=(1.0, 9.0), begins=5.0)]
    for frame in range(38):
        detector.detect(frame / FPS, renderer.render(frame, (), frame / FPS, bag))
    assert things(detector.detect(13.0, renderer.render(50, (), 13.0, bag)))
    assert not things(detector.detect(0.0, renderer.render(51, (), 13.0, bag)))
