"""A figure in a picture stands where the camera's model says, is as tall as it says, and hides behind things."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from bartizan.adapters.files.site import load_site
from bartizan.drill.play import Figure
from bartizan.drill.render import Renderer
from bartizan.drill.scenario import Light
from bartizan.drill.scenery import Box, Scenery, scenery
from bartizan.errors import CalibrationError
from bartizan.geometry.homography import Homography
from bartizan.geometry.pinhole import Pinhole
from bartizan.site.site import Site

SIZE = (640, 480)
MARKED = 18  # grey levels: what a figure changes beyond its soft shadow's edge; the noise of one frame cancels out
EMPTY = Scenery((), (), ())


def standing(x: float, y: float, *, height: float = 1.8, heading: float = 0.0, shade: float = 0.0) -> Figure:
    return Figure(actor="a", at=(x, y), heading=heading, phase=0.0, swing=0.0, busy=False, height=height, shade=shade)


def changed(renderer: Renderer, *figures: Figure, frame: int = 3) -> NDArray[np.bool_]:
    with_them = renderer.render(frame, figures).astype(int)
    return np.asarray(np.abs(with_them - renderer.render(frame, ())).max(axis=2) > MARKED)


@pytest.fixture(scope="module")
def site(chancery: Path) -> Site:
    return load_site(chancery)


@pytest.fixture(scope="module")
def entrance(site: Site) -> Renderer:
    return renderer_of(site, "entrance")


@pytest.fixture(scope="module")
def forecourt(site: Site) -> Renderer:
    return renderer_of(site, "forecourt")


@pytest.fixture(scope="module")
def bare() -> tuple[Pinhole, Renderer]:
    model = Pinhole.looking(position=(0.0, 0.0, 4.5), at=(14.0, 0.0), focal_px=600.0, size=SIZE)
    return model, Renderer(model, SIZE, EMPTY)


def renderer_of(site: Site, name: str, light: Light = "day", seed: int = 1) -> Renderer:
    model = site.camera(name).model
    assert isinstance(model, Pinhole)
    return Renderer(model, SIZE, scenery(site), light=light, seed=seed)


@pytest.mark.parametrize("height", [1.5, 1.8, 2.0])
@pytest.mark.parametrize("place", [(8.0, 0.0), (14.0, 2.0), (20.0, -4.0), (27.0, 3.0)])
@pytest.mark.parametrize("heading", [0.0, 1.2, 3.0])
def test_feet_and_head_are_where_the_model_puts_them(
    bare: tuple[Pinhole, Renderer], place: tuple[float, float], height: float, heading: float
) -> None:
    model, renderer = bare
    found = changed(renderer, standing(*place, height=height, heading=heading))
    rows, columns = np.nonzero(found)
    foot, head = model.to_image(np.array([[*place, 0.0], [*place, height]]))
    scale = (foot[1] - head[1]) / height
    # the shadow and the toes reach up to 0.25 m nearer than the middle of the feet
    nearest = model.to_image(np.array([[place[0] - 0.25, place[1], 0.0]]))[0, 1]
    assert foot[1] - 0.05 * scale - 1.5 <= rows.max() <= nearest + 1.5
    # the crown is drawn to within 3 % of the height, and one pixel of rounding
    assert abs(rows.min() - head[1]) <= 0.03 * height * scale + 1.5
    assert abs(0.5 * (columns.min() + columns.max()) - 0.5 * (foot[0] + head[0])) <= 0.15 * scale + 1.5
    # nobody is wider than their shoulders and arms
    assert columns.max() - columns.min() <= 0.75 * scale + 3.0


def test_legs_swing_with_the_gait(bare: tuple[Pinhole, Renderer]) -> None:
    model, renderer = bare

    def width(phase: float) -> int:
        walking = Figure(
            actor="a", at=(12.0, 0.0), heading=np.pi / 2, phase=phase, swing=1.0, busy=False, height=1.8, shade=0.0
        )
        found = changed(renderer, walking)
        rows = np.flatnonzero(found.any(axis=1))
        legs = found[rows[0] + int(0.75 * len(rows)) :]
        columns = np.flatnonzero(legs.any(axis=0))
        return int(columns[-1] - columns[0])

    # at 90 degrees of phase the feet are 0.42 of the height apart, at 0 they pass each other
    assert width(np.pi / 2) >= width(0.0) + 0.3 * 1.8 * float(model.height_scale(np.array([[12.0, 0.0]]))[0])


def test_a_picture_depends_on_the_seed_the_frame_and_the_figures_alone(site: Site, entrance: Renderer) -> None:
    first = entrance.render(7, (standing(20.0, 9.0),))
    for frame in range(5):
        entrance.render(frame, (standing(18.0 + frame, 9.0), standing(22.0, 8.5)))
    again = entrance.render(7, (standing(20.0, 9.0),))
    other = renderer_of(site, "entrance").render(7, (standing(20.0, 9.0),))
    assert np.array_equal(first, again)
    assert np.array_equal(first, other)
    assert not np.array_equal(first, renderer_of(site, "entrance", seed=2).render(7, (standing(20.0, 9.0),)))
    assert not np.array_equal(entrance.render(7, ()), entrance.render(8, ()))


def test_the_order_of_the_script_does_not_matter(entrance: Renderer) -> None:
    near, far = standing(24.0, 9.2), standing(20.0, 9.4, shade=0.9)
    assert np.array_equal(entrance.render(1, (near, far)), entrance.render(1, (far, near)))


def test_who_is_inside_a_building_is_not_seen(entrance: Renderer, forecourt: Renderer) -> None:
    for renderer in (entrance, forecourt):
        assert not changed(renderer, standing(20.0, 13.0)).any()
        assert not changed(renderer, standing(29.0, 28.0)).any()


def test_a_wall_hides_who_is_behind_it(site: Site, forecourt: Renderer) -> None:
    """From 6 m up at y = 19, a wall of 2.6 m at y = 11 hides somebody of 1.8 m at y = 9; on this side nobody."""
    assert not changed(forecourt, standing(12.0, 9.0)).any()
    model = site.camera("forecourt").model
    assert model is not None
    rows, _ = np.nonzero(changed(forecourt, standing(26.0, 15.0)))
    foot = model.to_image(np.array([[26.0, 15.0, 0.0]]))[0, 1]
    assert rows.max() >= foot - 2.0


def test_a_nearer_figure_stands_before_a_farther_one(bare: tuple[Pinhole, Renderer]) -> None:
    model, renderer = bare
    near = standing(10.0, 0.0, shade=1.0)
    alone = renderer.render(0, (near,))
    both = renderer.render(0, (standing(13.0, 0.0, shade=0.0), near))
    chest = model.to_image(np.array([[10.0, 0.0, 1.2]]))[0].round().astype(int)
    assert np.array_equal(alone[chest[1], chest[0]], both[chest[1], chest[0]])


def test_night_is_darker_and_people_still_show(site: Site, entrance: Renderer) -> None:
    night = renderer_of(site, "entrance", "night")
    assert night.clean.mean() < 0.75 * entrance.clean.mean()
    assert changed(night, standing(20.0, 9.0, shade=0.2)).sum() > 300


def test_grain_is_that_of_a_sensor(entrance: Renderer) -> None:
    """Noise of 2.2 grey levels: the standard deviation of the mean over 300,000 pixels is far below 0.1."""
    noise = entrance.render(0, ()).astype(float) - entrance.clean
    inside = (entrance.clean > 20).all(axis=2) & (entrance.clean < 235).all(axis=2)
    assert noise[inside].std() == pytest.approx(2.2, abs=0.1)
    assert noise[inside].mean() == pytest.approx(0.0, abs=0.1)


def test_a_camera_that_knows_only_the_ground_cannot_be_rendered() -> None:
    flat = Homography.from_points([[0, 0, 0, 30], [640, 0, 20, 30], [640, 480, 14, 10], [0, 480, 6, 10]])
    with pytest.raises(CalibrationError, match="give the camera a pinhole or Tsai model"):
        Renderer(flat, SIZE, EMPTY)  # type: ignore[arg-type]


def test_nobody_can_be_hidden_by_a_box_behind_them() -> None:
    box = Box("wall", np.array([[0.0, 10.0], [20.0, 10.0], [20.0, 10.3], [0.0, 10.3]]), 0.0, 2.6)
    eye = np.array([10.0, 0.0])
    assert not box.may_hide(eye, np.array([10.0, 9.0]))
    assert box.may_hide(eye, np.array([10.0, 12.0]))
    assert box.may_hide(eye, np.array([10.0, 10.1]))


def test_scenery_stands_where_the_plan_has_it(site: Site) -> None:
    found = scenery(site)
    gatehouse = next(box for box in found.boxes if box.kind == "gatehouse")
    assert gatehouse.footprint.min(axis=0).tolist() == [17.0, 11.0]
    assert gatehouse.footprint.max(axis=0).tolist() == [23.0, 15.0]
    walls = [box for box in found.boxes if box.kind == "wall"]
    assert len(walls) == 2 + 3
    assert len(found.lamps) == 7
    for box in found.boxes:
        # every side looks outwards: the middle of the box lies behind all of them
        behind = np.einsum("ij,ij->i", box.outward(), box.footprint.mean(axis=0) - box.footprint)
        assert (behind < 0.0).all()
