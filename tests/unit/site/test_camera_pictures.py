"""What a camera's entry says of its pictures: masks, health, and no secret in an address."""

from __future__ import annotations

from typing import Any

import pytest

from bartizan.errors import SiteFileError
from bartizan.site import build
from bartizan.site.model import CameraHealth
from bartizan.site.site import Site

ONE = [[0, 0], [10, 0], [10, 10]]
OTHER = [[20, 5], [40, 5], [40, 25], [20, 25]]


def site(**keys: Any) -> Site:
    camera = {"id": "north", "size": [640, 480], **keys}
    return build(
        {"schema": 1, "site": {"name": "x"}, "camera": [{key: value for key, value in camera.items() if value}]}
    )


def test_masks_are_polygons_in_pixels() -> None:
    camera = site(masks=[ONE, OTHER]).cameras[0]
    assert sorted(mask.area for mask in camera.masks) == [50.0, 400.0]
    assert site().cameras[0].masks == ()


def test_masks_count_for_the_hash_and_their_order_does_not() -> None:
    plain = site().hash
    assert site(masks=[ONE]).hash != plain
    assert site(masks=[ONE, OTHER]).hash == site(masks=[[*OTHER[2:], *OTHER[:2]], ONE]).hash
    assert site(health={"silence": 10, "ignore": []}).hash == plain
    assert site(health={"silence": 20}).hash != plain


def test_health_has_its_defaults() -> None:
    assert site().cameras[0].health == CameraHealth(silence=10.0, ignore=frozenset())
    told = site(health={"silence": 60, "ignore": ["turned", "frozen"]}).cameras[0].health
    assert told == CameraHealth(silence=60.0, ignore=frozenset({"turned", "frozen"}))


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"masks": [ONE], "size": None}, "masks without a size"),
        ({"masks": [[[0, 0], [10, 10], [10, 0], [0, 10]]]}, "must not cross itself"),
        ({"masks": [[[0, 0], [10, 10]]]}, "masks"),
        ({"masks": [[[0, 0], [5, 5], [10, 10]]]}, "masks"),
        ({"masks": [[[0, 0], [30_000, 0], [10, 10]]]}, "far outside any picture"),
        ({"masks": [[[0, 0], [float("nan"), 0], [10, 10]]]}, "finite"),
        ({"masks": [ONE] * 101}, "100"),
        ({"health": {"silence": 0.5}}, "silence"),
        ({"health": {"ignore": ["asleep"]}}, "asleep"),
        ({"health": {"quiet": 1}}, "quiet"),
        ({"source": "rtsp://u:p@cam.example/"}, "never stand in a site file"),
        ({"source": "rtsp://u@cam.example?x=1"}, "never stand in a site file"),
        ({"source": "http://cam.example/video?user=u&PWD=p"}, "never stand in a site file"),
        ({"source": "http://cam.example/video;token=p"}, "never stand in a site file"),
    ],
)
def test_what_is_wrong_is_a_fault_with_its_cure(keys: dict[str, Any], words: str) -> None:
    with pytest.raises(SiteFileError, match=words):
        site(**keys)


@pytest.mark.parametrize("source", ["rtsp://cam.example/a@b", "http://cam.example/?ch=1&mail=a@b", "film @ home.avi"])
def test_what_is_no_secret_is_none(source: str) -> None:
    assert site(source=source).cameras[0].source == source
