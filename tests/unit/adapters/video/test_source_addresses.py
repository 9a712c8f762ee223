"""Which pictures an address names, and what is said where it names none."""

from __future__ import annotations

import random
import time
from pathlib import Path

import cv2
import numpy as np
import pytest
from shapely import Polygon

from bartizan.adapters.video import device
from bartizan.adapters.video.address import read_address, with_credentials
from bartizan.adapters.video.opencv import VideoFile
from bartizan.adapters.video.secrets import Secrets
from bartizan.adapters.video.source import is_live, open_source
from bartizan.app.live.ports import FrameSource, LiveSource
from bartizan.errors import VideoError
from bartizan.site.model import Camera

NORTH = Camera(id="north")


@pytest.fixture
def film(tmp_path: Path) -> str:
    path = tmp_path / "film.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10.0, (64, 48))
    for _ in range(5):
        writer.write(np.full((48, 64, 3), 200, np.uint8))
    writer.release()
    return str(path)


def source_of(address: str, camera: Camera = NORTH) -> FrameSource:
    rng = random.Random(1)  # noqa: S311 - draws pauses
    return open_source(address, camera, None, Secrets(), seconds=time.monotonic, rng=rng)


@pytest.mark.parametrize(
    ("text", "kind", "live"),
    [
        ("film.avi", "file", False),
        ("/a folder/of pictures", "file", False),
        ("rtsp://cam.example/stream?ch=1", "rtsp", True),
        ("RTSPS://cam.example:322/", "rtsp", True),
        ("http://[::1]:8080/video", "mjpeg", True),
        ("https://cam.example", "mjpeg", True),
        ("device:0", "device", True),
    ],
)
def test_the_form_tells_the_kind(text: str, kind: str, live: bool) -> None:
    assert read_address(text, "north").kind == kind
    assert is_live(text, "north") is live


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ftp://cam.example/x", "ftp:// is not a stream"),
        ("file:///etc/passwd", "file:// is not a stream"),
        ("concat:a|b://x", "is not a stream"),
        ("rtsp://", "names no host"),
        ("rtsp:///stream", "names no host"),
        ("http://cam.example:99999/", "names no host"),
        ("http://cam.example/a\r\nHost: other", "names no host"),
        ("http://[::1/", "names no host"),
        ("device:", "no device"),
        ("device:-1", "no device"),
    ],
)
def test_what_is_no_address_is_refused_with_what_there_is(text: str, words: str) -> None:
    with pytest.raises(VideoError, match=f"camera 'north': .*{words}"):
        source_of(text)


@pytest.mark.parametrize(
    "text", ["rtsp://u:s3cret@cam.example/", "http://:s3cret@cam.example/", "http://u@cam.example"]
)
def test_an_address_with_a_password_is_refused_and_not_quoted(text: str) -> None:
    with pytest.raises(VideoError, match="holds a name and a password") as refused:
        source_of(text)
    assert "s3cret" not in str(refused.value)


def test_what_is_shown_of_an_address_holds_no_question() -> None:
    place = read_address("http://cam.example:81/video?token=s3cret#x", "north")
    assert place.shown == "http://cam.example:81/video"
    assert with_credentials(place, "a b", "p/w", "x=1") == "http://a%20b:p%2Fw@cam.example:81/video?token=s3cret&x=1"


def test_a_file_is_a_file_and_masked_where_it_must_be(film: str) -> None:
    assert isinstance(source_of(film), VideoFile)
    half = Polygon([(0, 0), (31, 0), (31, 47), (0, 47)])
    masked = source_of(film, Camera(id="north", size=(64, 48), masks=(half,)))
    assert masked.size == (64, 48)
    assert not isinstance(masked, LiveSource)
    pictures = [picture for _, picture in masked]
    assert len(pictures) == 5
    assert all(np.all(picture[:, :32] == 0) and np.all(picture[:, 32:] > 150) for picture in pictures)


def test_masks_of_another_size_hide_nothing_so_nothing_is_shown(film: str) -> None:
    half = Polygon([(0, 0), (31, 0), (31, 47), (0, 47)])
    with pytest.raises(VideoError, match="64 x 48 pixels, and its masks were drawn on 128 x 96"):
        source_of(film, Camera(id="north", size=(128, 96), masks=(half,)))


class Webcam:
    """A device that gives some pictures and is then pulled out."""

    def __init__(self, number: int) -> None:
        self.left, self.opened, self.released = 3, number == 0, False

    def isOpened(self) -> bool:  # noqa: N802 - OpenCV's name
        return self.opened

    def read(self) -> tuple[bool, object]:
        self.left -= 1
        return (True, np.zeros((48, 64, 3), np.uint8)) if self.left >= 0 else (False, None)

    def release(self) -> None:
        self.released = True


def test_a_device_gives_pictures_until_it_is_pulled_out() -> None:
    line = iter(device.dial(0, "north", Webcam))
    shots = [next(line) for _ in range(3)]
    assert all(shot.stream is None and shot.size == (64, 48) for shot in shots)
    with pytest.raises(VideoError, match="device:0 gives no picture"):
        next(line)
    with pytest.raises(VideoError, match="device:7 cannot be opened"):
        device.dial(7, "north", Webcam)
