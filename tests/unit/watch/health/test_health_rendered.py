"""Camera health on rendered scenes: each fault is found in its time, and nothing that is none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from scenes import GRAIN, SITE, STEP, Faults, Picture, Timed, going_wrong, noise, still_scene, told, watched, with_noise

from bartizan.adapters.files.site import load_site
from bartizan.drill.lighting import Cloud, Exposure, Headlights, LampOn
from bartizan.drill.play import Figure
from bartizan.drill.render import Renderer
from bartizan.drill.scenario import Light
from bartizan.drill.scenery import scenery
from bartizan.drill.weather import Branch, Rain, Snow
from bartizan.geometry.pinhole import Pinhole
from bartizan.site import build
from bartizan.site.site import Site
from bartizan.watch.health import EVERY, HealthParams, Meter

SIZE = (640, 480)
BEGINS = 15.0
MARGIN = 2 * EVERY  # s: of the readings themselves
PARAMS = HealthParams()
MANY = 25  # people of a crowd
# the name of the fault, the way it is made, the time within which it is raised [s]
FOUND = [
    ("covered", "capped", PARAMS.covered),
    ("covered", "bagged", PARAMS.covered),
    ("covered", "half_blocked", PARAMS.covered),
    ("blinded", "washed_out", PARAMS.blinded),
    ("blinded", "torch", PARAMS.blinded),
    ("defocused", "out_of_focus", PARAMS.defocused),
    ("turned", "turned", PARAMS.turned),
    ("turned", "nudged", PARAMS.turned),
    ("turned", "tilted", PARAMS.turned),
]
Clean = dict[tuple[str, Light], Picture]


@pytest.fixture(scope="module")
def chancery_site(chancery: Path) -> Site:
    return load_site(chancery)


def renderer_of(site: Site, name: str, light: Light, disturbances: tuple[object, ...] = ()) -> Renderer:
    model = site.camera(name).model
    assert isinstance(model, Pinhole)
    return Renderer(model, SIZE, scenery(site), light=light, seed=1, disturbances=disturbances)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def clean(chancery_site: Site) -> Clean:
    scenes: list[tuple[str, Light]] = [("forecourt", "day"), ("forecourt", "night"), ("west", "night")]
    return {(name, light): renderer_of(chancery_site, name, light).clean for name, light in scenes}


def disturbed(quiet: Picture, site: Site, name: str, light: Light, *disturbances: object) -> Iterator[Timed]:
    """A minute of a scene, with disturbances after twelve seconds without."""
    renderer = renderer_of(site, name, light, disturbances)
    yield from still_scene(quiet, 12.0, GRAIN[light])
    for number in range(12, 50):
        yield float(number), renderer.render(number, (), float(number))


@pytest.mark.parametrize("scene", [("forecourt", "day"), ("west", "night")], ids=str)
@pytest.mark.parametrize(("fault", "way", "within"), FOUND, ids=[way for _, way, _ in FOUND])
def test_a_fault_is_found_in_its_time_and_ends(
    clean: Clean, scene: tuple[str, Light], fault: str, way: str, within: float
) -> None:
    ends = BEGINS + within + 8.0
    frames = still_scene(clean[scene], ends + PARAMS.well + 6.0, GRAIN[scene[1]])
    signals, readings = watched(going_wrong(frames, BEGINS, ends, getattr(Faults(), way)))
    assert told(signals) == [(fault, "raised"), (fault, "ended")]
    raised, ended = signals
    # what is odd never becomes usual; a reading bears what was usual before it
    early, late = (readings[int(t / STEP)].usual for t in (BEGINS + 1.0, ends))
    assert early is not None
    assert late is not None
    assert (late.brightness, late.contrast, late.sharpness) == (early.brightness, early.contrast, early.sharpness)
    assert within <= raised.t - BEGINS <= within + MARGIN
    assert BEGINS <= (raised.since or 0.0) <= BEGINS + MARGIN
    assert PARAMS.well <= ended.t - ends <= PARAMS.well + MARGIN
    assert ended.id == raised.id
    assert raised.kind == "camera-health"
    assert raised.cameras == ("north",)
    assert raised.because["text"]


@pytest.mark.parametrize("way", ["frozen", "coded_again"])
@pytest.mark.parametrize("scene", [("forecourt", "day"), ("west", "night")], ids=str)
def test_a_still_picture_is_found_within_a_minute(clean: Clean, scene: tuple[str, Light], way: str) -> None:
    begins = 25.0  # by then it is known how much the picture changes in quiet moments
    frames = still_scene(clean[scene], begins + 65.0, GRAIN[scene[1]])
    signals, _ = watched(going_wrong(frames, begins, begins + 50.0, getattr(Faults(), way)))
    assert told(signals) == [("frozen", "raised"), ("frozen", "ended")]
    assert signals[0].t - begins <= 45.0


def test_a_picture_that_stood_still_from_the_start_is_found(clean: Clean) -> None:
    picture = clean["forecourt", "day"]
    signals, _ = watched((number * STEP, picture) for number in range(130))
    assert told(signals) == [("frozen", "raised")]
    assert signals[0].t <= 45.0


def test_a_camera_that_was_covered_from_the_start_is_found(clean: Clean) -> None:
    frames = still_scene(clean["forecourt", "day"], 30.0, 2.2)
    signals, _ = watched(going_wrong(frames, 0.0, 99.0, Faults().capped))
    assert told(signals) == [("covered", "raised")]
    assert signals[0].t <= PARAMS.covered + MARGIN


@pytest.mark.parametrize("scene", [("forecourt", "day"), ("forecourt", "night"), ("west", "night")], ids=str)
def test_nothing_is_wrong_with_a_quiet_scene(clean: Clean, scene: tuple[str, Light]) -> None:
    assert watched(still_scene(clean[scene], 90.0, GRAIN[scene[1]]))[0] == []


def test_the_renderers_own_few_noises_are_no_still_picture(chancery_site: Site) -> None:
    renderer = renderer_of(chancery_site, "forecourt", "night")
    assert watched((number * STEP, renderer.render(number, ())) for number in range(140))[0] == []


def test_dusk_is_no_fault(clean: Clean) -> None:
    day, night = clean["forecourt", "day"], clean["forecourt", "night"]

    def dusk() -> Iterator[Timed]:
        grains = noise(SIZE, 2.8, np.random.default_rng(2))
        for t, picture in still_scene(day, 130.0, 0.0):
            share = float(np.clip((t - 20.0) / 90.0, 0.0, 1.0))  # twenty times as fast as any
            mixed = cv2.addWeighted(picture, 1.0 - share, night, share, 0.0)
            yield t, with_noise(np.asarray(mixed, dtype=np.uint8), next(grains))

    assert watched(dusk())[0] == []


@pytest.mark.parametrize(
    ("light", "disturbances"),
    [
        ("night", (LampOn(at=(10.0, 6.0), begins=20.0, strength=0.9, reach=8.0),)),
        ("night", (Headlights(start=(0.0, -2.0), stop=(20.0, -2.0)),)),
        ("night", (Rain(), Rain())),
        ("day", (Snow(),)),
        ("day", (Cloud(every=20.0),)),
        ("day", (Exposure(),)),
        ("night", (Exposure(steps=(1.0, 1.8, 0.5)),)),
        ("day", (Branch(),)),
    ],
    ids=["lamp", "headlights", "rain", "snow", "cloud", "exposure", "exposure-night", "branch"],
)
def test_what_weather_and_lamps_do_is_no_fault(
    clean: Clean, chancery_site: Site, light: Light, disturbances: tuple[object, ...]
) -> None:
    frames = disturbed(clean["forecourt", light], chancery_site, "forecourt", light, *disturbances)
    assert told(watched(frames)[0]) == []


def test_a_crowd_that_passes_is_no_fault(chancery_site: Site) -> None:
    renderer = renderer_of(chancery_site, "west", "day")
    rng = np.random.default_rng(4)
    places = rng.uniform((0.0, -4.0), (40.0, 3.0), (MANY, 2))
    paces = rng.uniform(0.6, 1.6, MANY) * rng.choice([-1.0, 1.0], MANY)

    def crowd() -> Iterator[Timed]:
        for number in range(50):
            t = float(number)
            many = MANY if t >= 12.0 else 0
            people = tuple(
                Figure(
                    actor=f"a{n}",
                    at=(float((x + pace * t) % 40.0), float(y)),
                    heading=0.0,
                    phase=t,
                    swing=0.4,
                    busy=False,
                    height=1.75,
                    shade=0.3,
                )
                for n, ((x, y), pace) in enumerate(zip(places[:many], paces[:many], strict=True))
            )
            yield t, renderer.render(number, people)

    assert told(watched(crowd())[0]) == []


def test_masks_neither_hide_a_fault_nor_make_one(clean: Clean) -> None:
    masked = build(
        {
            "schema": 1,
            "site": {"name": "Masked"},
            "camera": [{"id": "north", "size": [640, 480], "masks": [[[0, 0], [639, 0], [639, 200], [0, 240]]]}],
        }
    )
    # the desk's own clock runs in the masked part, which must not make a still picture live
    corners = np.array([[0, 0], [639, 0], [639, 200], [0, 240]])

    def burned(frames: Iterator[Timed]) -> Iterator[Timed]:
        for t, picture in frames:
            shown = picture.copy()
            cv2.fillPoly(shown, [corners], (0, 0, 0))
            yield t, shown

    scene = clean["forecourt", "day"]
    quiet, readings = watched(burned(still_scene(scene, 40.0, 2.2)), masked)
    assert quiet == []
    assert all(reading.brightness > 60.0 for reading in readings)
    for fault, way in (("covered", "bagged"), ("defocused", "out_of_focus"), ("turned", "turned")):
        frames = going_wrong(still_scene(scene, 50.0, 2.2), BEGINS, 99.0, getattr(Faults(), way))
        assert told(watched(burned(frames), masked)[0]) == [(fault, "raised")]
    still = going_wrong(still_scene(scene, 70.0, 2.2), BEGINS, 99.0, Faults().frozen)
    assert told(watched(burned(still), masked)[0]) == [("frozen", "raised")]


def test_what_moves_alone_is_no_view_that_could_be_lost() -> None:
    def ball() -> Iterator[Timed]:
        rng = np.random.default_rng(3)
        for number in range(120):
            picture = np.full((480, 640, 3), 20, np.uint8)
            cv2.circle(picture, (int(rng.integers(80, 560)), int(rng.integers(80, 400))), 60, (230, 230, 230), -1)
            yield number * STEP, picture

    signals, readings = watched(ball())
    assert signals == []
    assert all(reading.usual is None for reading in readings)


def test_nearly_everything_masked_is_not_measured() -> None:
    whole = build(
        {
            "schema": 1,
            "site": {"name": "Masked"},
            "camera": [{"id": "north", "size": [640, 480], "masks": [[[-1, -1], [640, -1], [640, 480], [-1, 480]]]}],
        }
    )
    assert Meter(whole.cameras[0]).measure(0.0, np.zeros((480, 640, 3), np.uint8)) is None


def test_a_picture_that_is_too_small_and_times_that_are_none_give_no_reading() -> None:
    meter = Meter(SITE.cameras[0])
    picture = np.random.default_rng(1).integers(0, 255, (480, 640, 3)).astype(np.uint8)
    assert meter.measure(0.0, picture[:50, :50]) is None
    assert meter.measure(float("nan"), picture) is None
    assert meter.measure(0.0, picture[:, :, 0]) is None
    assert meter.measure(0.0, picture) is not None
    assert meter.measure(0.1, picture) is None
    assert meter.measure(-1.0, picture) is None
    assert meter.measure(EVERY, picture) is not None
    # of another size nothing is compared
    other = meter.measure(2 * EVERY, picture[:400, :600])
    assert other is not None
    assert other.change is None
