"""Somebody walks along the bundled pavement, rendered for two cameras: one id where they see him, a link where not."""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from bartizan.adapters.files.site import load_site
from bartizan.app.live.eye import Eye, Glimpse
from bartizan.drill.play import figure
from bartizan.drill.render import Renderer
from bartizan.drill.scenario import Actor, Walk
from bartizan.drill.scenery import scenery
from bartizan.site.site import Site
from bartizan.watch.point import EndedTrack, Link, TrackPoint
from bartizan.watch.tracking.track import Tracker
from bartizan.watch.tracking.view import View

CAMERAS = ("west", "east")
FPS = 5.0
# the scene is learnt empty before he comes from the east, where the west camera alone sees him
EMPTY = 4.0
WALKER = Actor(id="he", enters=EMPTY, start=(44.0, 0.0), steps=(Walk(to=(8.0, 0.0), speed=1.4),))
SECONDS = EMPTY + WALKER.seconds()


@pytest.fixture(scope="module")
def site(chancery: Path) -> Site:
    return load_site(chancery)


@pytest.fixture(scope="module")
def glimpses(site: Site) -> list[Glimpse]:
    """What both cameras' own detectors make of the rendered pictures, in the order of time."""

    def seen(name: str, offset: float) -> Iterator[Glimpse]:
        camera = site.camera(name)
        assert camera.size is not None
        renderer = Renderer(camera.model, camera.size, scenery(site), seed=1)  # type: ignore[arg-type]
        eye = Eye(camera)
        for n in range(int(SECONDS * FPS)):
            t = n / FPS + offset
            here = figure(WALKER, t)
            yield eye.see(t, renderer.render(n, (here,) if here is not None else ()))

    return list(heapq.merge(seen("west", 0.0), seen("east", 0.04), key=lambda one: one.t))


def follow(site: Site, glimpses: list[Glimpse]) -> tuple[list[TrackPoint], list[Link], list[EndedTrack]]:
    views = {c.id: View(c.model, c.size) for c in site.cameras if c.model is not None and c.size is not None}
    tracker = Tracker(views=views, names=map(str, itertools.count(1)))
    updates = [tracker.step(one.t, one.camera, one.observations) for one in glimpses]
    updates.append(tracker.finish())
    return (
        [point for update in updates for point in update.points],
        [link for update in updates for link in update.links],
        [ended for update in updates for ended in update.ended],
    )


def test_where_both_see_him_he_is_one(site: Site, glimpses: list[Glimpse]) -> None:
    points, _, ended = follow(site, glimpses)
    assert {point.track for point in points} == {"1"}
    assert {point.camera for point in points if point.observed} == set(CAMERAS)
    assert any(point.cameras == ("east", "west") for point in points)
    assert [one.track for one in ended] == ["1"]
    off = [
        math.dist(point.at, here.at)
        for point in points
        if point.observed and (here := figure(WALKER, point.t)) is not None
    ]
    assert np.median(off) < 0.5
    assert points[-1].label == "person"
    assert points[-1].height == pytest.approx(WALKER.height, abs=0.2)


def test_where_nobody_sees_him_he_is_two_and_a_link(site: Site, glimpses: list[Glimpse]) -> None:
    # both cameras are blind while he walks 14 m of the way: ten seconds, more than one id may lie hidden
    blind = [
        Glimpse(one.t, one.camera, (), tuple(o for o in one.observations if not 18.0 < o.at[0] < 32.0))
        for one in glimpses
    ]
    points, links, _ = follow(site, blind)
    assert {point.track for point in points} == {"1", "2"}
    (link,) = links
    assert (link.earlier, link.later, link.rivals) == ("1", "2", 0)
    assert link.gap == pytest.approx(10.0, abs=1.5)
    assert link.distance == pytest.approx(14.0, abs=1.5)
    assert link.speed == pytest.approx(1.4, abs=0.2)
