from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from bartizan.geometry.pinhole import Pinhole
from bartizan.watch.detection import body
from bartizan.watch.detection.silhouette import SilhouetteParams, Silhouettes, bodies_at

SIZE = (320, 240)
CAMERA = Pinhole.looking(position=(0.0, -10.0, 4.0), at=(0.0, 3.0), focal_px=320.0, size=SIZE)
PRICES = body.Prices(np.array([0.6, 0.6, 0.3]), 0.4, 0.6, np.array([0.9, 1.0, 1.1]))


def standing(x: float, y: float, height: float = 1.75) -> NDArray[np.float64]:
    foot = CAMERA.to_image(np.array([[x, y]]))
    return np.asarray(bodies_at(CAMERA, foot, 1.0, height)[0])


def lit(*people: NDArray[np.float64]) -> NDArray[np.float32]:
    """A foreground in which the parts of the bodies light up, and nothing else."""
    strength = np.zeros((SIZE[1], SIZE[0]), np.float32)
    rows, columns = np.mgrid[0 : SIZE[1], 0 : SIZE[0]] + 0.5
    for x, y, tall, lean, across in people:
        for low, high, half in body.PARTS:
            middle = x + lean * (low + high) / 2
            inside = (abs(columns - middle) < half * across) & (rows < y - low * tall) & (rows > y - high * tall)
            strength[inside] = 1.0
    return strength


def test_bodies_have_the_height_and_breadth_of_the_camera() -> None:
    x, y, tall, lean, across = standing(1.0, 5.0)
    foot, head, east = CAMERA.to_image(np.array([[1.0, 5.0, 0.0], [1.0, 5.0, 1.75], [2.0, 5.0, 0.0]]))
    assert (x, y) == pytest.approx(tuple(foot))
    assert tall == pytest.approx(foot[1] - head[1])
    assert lean == pytest.approx(head[0] - foot[0])
    assert across == pytest.approx(east[0] - foot[0], rel=0.02)


def test_a_perfect_silhouette_scores_one_an_empty_place_less_than_nothing() -> None:
    person = standing(0.0, 3.0)
    claims = np.zeros((SIZE[1], SIZE[0]), np.float32)
    full = body.scores(lit(person), claims, person[None], PRICES)[0]
    assert full == pytest.approx(1.0, abs=0.12)  # half a pixel along the outline is a tenth of so small a body
    assert body.scores(claims, claims, person[None], PRICES)[0] < -0.3
    flooded = body.scores(np.ones_like(claims), claims, person[None], PRICES)[0]
    assert flooded < full - 0.4


def test_claimed_pixels_count_for_nobody() -> None:
    person = standing(0.0, 3.0)
    claims = np.zeros((SIZE[1], SIZE[0]), np.float32)
    body.claim(claims, person, 1.0)
    assert body.scores(lit(person), claims, person[None], PRICES)[0] == pytest.approx(0.0, abs=0.05)
    body.claim(claims, person, -1.0)
    assert not claims.any()


@pytest.mark.parametrize("place", [(0.0, 0.0), (-3.0, 4.0), (4.0, 12.0), (0.5, 20.0)])
@pytest.mark.parametrize("height", [1.65, 1.75, 1.85])
def test_one_person_is_found_where_they_stand(place: tuple[float, float], height: float) -> None:
    search = Silhouettes(CAMERA, SIZE, 1.0)
    person = standing(*place, height)
    (found,) = search.explain(lit(person))
    assert found.score > 0.7
    # the error that observe() states for a foot is 5 % of the height; the height is tried in steps of 5 %
    assert np.hypot(*(found.body[:2] - person[:2])) < 2 * 0.05 * person[2]
    assert found.body[2] == pytest.approx(person[2], rel=0.09)


def test_two_who_overlap_are_told_apart_and_nobody_is_added() -> None:
    search = Silhouettes(CAMERA, SIZE, 1.0)
    people = [standing(0.0, 2.0), standing(0.5, 2.6), standing(-4.0, 6.0)]
    found = search.explain(lit(*people))
    assert len(found) == 3
    for person in people:
        assert min(np.hypot(*(one.body[:2] - person[:2])) for one in found) < 0.08 * person[2]


def test_who_is_found_covers_their_pixels() -> None:
    search = Silhouettes(CAMERA, SIZE, 1.0)
    strength = lit(standing(0.0, 2.0))
    covered = search.covered(search.explain(strength))
    assert covered[strength > 0].mean() > 0.97
    assert covered.mean() < 3 * strength.mean()
    assert not search.covered([]).any()


def test_what_is_not_shaped_like_a_person_is_nobody() -> None:
    search = Silhouettes(CAMERA, SIZE, 1.0)
    everything = np.ones((SIZE[1], SIZE[0]), np.float32)
    assert len(search.explain(everything)) <= SilhouetteParams().most
    low = np.zeros_like(everything)
    low[200:208, 60:200] = 1.0
    assert search.explain(low) == []
    assert search.explain(np.zeros_like(everything)) == []


def test_people_too_small_to_tell_from_noise_are_not_looked_for() -> None:
    far = standing(0.0, 60.0)
    assert far[2] < 12
    assert Silhouettes(CAMERA, SIZE, 1.0).explain(lit(far)) == []
    assert len(Silhouettes(CAMERA, SIZE, 1.0, SilhouetteParams(smallest=6.0)).explain(lit(far))) == 1
