"""A bag that is left, from rendered pictures to the signal: detector, tracker and rule, all at their defaults."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
from shapely import box

from bartizan.app.live import LiveRun, watch_pictures
from bartizan.app.live.ports import Frame
from bartizan.drill.play import figure
from bartizan.drill.prop import Prop
from bartizan.drill.render import Renderer
from bartizan.drill.scenario import Actor, Light, Wait, Walk
from bartizan.drill.scenery import Scenery
from bartizan.geometry.pinhole import Pinhole
from bartizan.signal import Signal
from bartizan.site.document import build
from bartizan.site.model import Camera
from bartizan.site.site import Site
from bartizan.watch.detection.left import LeftParams

SIZE = (640, 480)
FPS = 3.0
CAMERA = Pinhole.looking(position=(0.0, 0.0, 4.5), at=(0.0, 14.0), focal_px=600.0, size=SIZE)
GROUND = Scenery((("paving", box(-30.0, -5.0, 30.0, 60.0)),), (), ((0.0, 12.0),))
PUT, TAKEN = 14.0, 90.0
AFTER = 60.0  # the rule's default
# the detector waits until a thing has settled, and the tracker until it has seen it a few times
NOTICED = LeftParams().settle + 4.0


@pytest.fixture(scope="module")
def site() -> Site:
    found = build(
        {
            "schema": 1,
            "site": {"name": "Court"},
            "area": [{"id": "court", "outside": True}],
            "zone": [{"id": "court", "area": "court", "polygon": [[-6, 6], [6, 6], [6, 22], [-6, 22]]}],
            "rule": [{"id": "left", "kind": "left-object", "zone": "court"}],
        },
        {},
    )
    return replace(found, cameras=(Camera(id="north", size=SIZE, model=CAMERA),))


class Rendered:
    """A stretch of rendered pictures; a source of frames."""

    size = SIZE

    def __init__(self, seconds: float, actor: Actor, bag: Prop, light: Light) -> None:
        self.count = 0
        self._seconds, self._actor, self._bag, self._light = seconds, actor, bag, light

    def __iter__(self) -> Iterator[Frame]:
        renderer = Renderer(CAMERA, SIZE, GROUND, light=self._light, seed=4)
        for number in range(round(self._seconds * FPS)):
            t = number / FPS
            there = figure(self._actor, t)
            self.count += 1
            yield t, renderer.render(number, () if there is None else (there,), t, (self._bag,))


def brings(*steps: Walk | Wait) -> Actor:
    """Comes, puts the bag down and does what else is said."""
    return Actor(id="p", enters=3.0, start=(-9.0, 10.0), steps=(Walk(to=(1.0, 10.0), speed=1.3), *steps))


def signals(site: Site, seconds: float, actor: Actor, *, light: Light = "day") -> Sequence[Signal]:
    bag = Prop(at=(1.0, 10.5), begins=PUT, ends=TAKEN)
    run = LiveRun(site, run="run", seed=1)
    found = [
        one
        for seen in watch_pictures(site, {"north": Rendered(seconds, actor, bag, light)}, run)
        for one in seen.signals
    ]
    return [*found, *run.finish()]


@pytest.mark.parametrize("light", ["day", "night"])
def test_a_bag_whose_owner_went_is_told_once_where_it_stands_and_ends_when_it_is_taken(
    site: Site, light: Light
) -> None:
    found = signals(site, 105.0, brings(Wait(seconds=4.0), Walk(to=(12.0, 12.0), speed=1.3)), light=light)
    raised, *later = [one for one in found if one.rule == "left"]
    assert raised.state == "raised"
    assert PUT + AFTER <= raised.t <= PUT + AFTER + NOTICED
    assert raised.at == pytest.approx((1.0, 10.5), abs=0.6)
    assert raised.because["owner"] is not None
    assert [one.state for one in later][-1] == "ended"
    assert "raised" not in [one.state for one in later]
    assert TAKEN < later[-1].t < TAKEN + 12.0


def test_a_bag_whose_owner_stands_beside_it_is_not_told(site: Site) -> None:
    stays = brings(Wait(seconds=4.0), Walk(to=(2.2, 10.0), speed=1.3), Wait(seconds=200.0))
    assert not [one for one in signals(site, TAKEN, stays) if one.rule == "left"]
