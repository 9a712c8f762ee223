from __future__ import annotations

import contextlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bartizan.adapters.video.opencv import PictureFolder, VideoFile, open_video
from bartizan.errors import VideoError

FRAMES = 40


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty pictures of 64 x 48 at 10 fps; picture n is as bright as 5 n."""
    path = tmp_path_factory.mktemp("film") / "film.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10.0, (64, 48))
    for number in range(FRAMES):
        writer.write(np.full((48, 64, 3), 5 * number, np.uint8))
    writer.release()
    return path


def test_pictures_come_with_the_streams_own_times(film: Path) -> None:
    video = VideoFile(film, "north")
    assert video.size == (64, 48)
    assert video.camera == "north"
    shown = list(video)
    assert [t for t, _ in shown] == pytest.approx([n / 10 for n in range(FRAMES)])
    for number, (_, picture) in enumerate(shown):
        assert picture.shape == (48, 64, 3)
        assert abs(float(picture.mean()) - 5 * number) < 3
    assert (video.count, video.mended) == (FRAMES, 0)


def test_fps_overrides_the_header(film: Path) -> None:
    assert [t for t, _ in VideoFile(film, "north", fps=7)] == pytest.approx([n / 7 for n in range(FRAMES)])


def test_a_video_can_be_read_again(film: Path) -> None:
    video = VideoFile(film, "north")
    assert len(list(video)) == len(list(video)) == FRAMES


@pytest.mark.parametrize("fps", [0.0, -1.0, float("nan"), float("inf")])
def test_fps_that_is_none_is_refused(film: Path, fps: float) -> None:
    with pytest.raises(VideoError, match="fps must be above 0"):
        VideoFile(film, "north", fps=fps)


def test_a_truncated_file_gives_what_it_has_and_then_says_so(film: Path, tmp_path: Path) -> None:
    short = tmp_path / "short.avi"
    content = film.read_bytes()
    short.write_bytes(content[: len(content) // 2])
    video = VideoFile(short, "north")
    shown: list[float] = []
    with pytest.raises(VideoError, match=r"short\.avi: it ends early, \d+ of 40 pictures"):
        shown.extend(t for t, _ in video)
    assert 5 < len(shown) < FRAMES
    assert video.count == len(shown)


def test_what_is_no_video_is_refused_at_once(tmp_path: Path) -> None:
    cases = {
        "text.avi": b"hello, this is not a video\n" * 50,
        "list.m3u8": b"#EXTM3U\n#EXTINF:10,\nhttp://example.invalid/a.ts\n",
        "art.txt": b"\x1b[31mred\x1b[0m\n" * 300,
        "noise.avi": np.random.default_rng(3).bytes(20_000),
        "head.avi": b"RIFF\x00\x01\x00\x00AVI LIST",
        "empty.avi": b"",
    }
    for name, content in cases.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(VideoError, match=name):
            list(VideoFile(tmp_path / name, "north"))
    with pytest.raises(VideoError, match="does not exist"):
        VideoFile(tmp_path / "none.avi", "north")
    with pytest.raises(VideoError, match="is not a file"):
        VideoFile(tmp_path, "north")
    with pytest.raises(VideoError, match=r"cannot be read|does not exist"):
        VideoFile("a\0b.avi", "north")


def test_nothing_is_printed_by_the_libraries(film: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    broken = tmp_path / "broken.avi"
    content = bytearray(film.read_bytes())
    content[len(content) // 3 : len(content) // 3 + 400] = b"\xff" * 400
    broken.write_bytes(bytes(content[: len(content) * 2 // 3]))
    with pytest.raises(VideoError):
        list(VideoFile(broken, "north"))
    heard = capfd.readouterr()
    assert heard.out == ""
    assert heard.err == ""


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_broken_bytes_never_crash(film: Path, tmp_path: Path, data: st.DataObject) -> None:
    content = bytearray(film.read_bytes())
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), max_size=60)):
        content[place] = data.draw(st.integers(0, 255))
    broken = tmp_path / "mutant.avi"
    broken.write_bytes(bytes(content[: data.draw(st.integers(1, len(content)))]))
    last = -1.0
    with contextlib.suppress(VideoError):  # the one error that may come
        for t, picture in VideoFile(broken, "north"):
            assert t > last
            assert picture.dtype == np.uint8
            assert picture.ndim == 3
            last = t


def test_a_folder_of_pictures(tmp_path: Path) -> None:
    for number in (2, 0, 1):
        cv2.imwrite(str(tmp_path / f"{number:03}.png"), np.full((48, 64, 3), 40 * number, np.uint8))
    (tmp_path / "notes.txt").write_text("not a picture")
    folder = open_video(tmp_path, "north", fps=5)
    assert isinstance(folder, PictureFolder)
    assert folder.size == (64, 48)
    assert [(t, int(picture[0, 0, 0])) for t, picture in folder] == [(0.0, 0), (0.2, 40), (0.4, 80)]
    with pytest.raises(VideoError, match="Give fps"):
        open_video(tmp_path, "north")
    (tmp_path / "003.png").write_bytes(b"no picture")
    with pytest.raises(VideoError, match=r"003\.png"):
        list(folder.__class__(tmp_path, "north", fps=5))


def test_a_folder_without_pictures_is_refused(tmp_path: Path) -> None:
    with pytest.raises(VideoError, match="holds no pictures"):
        open_video(tmp_path, "north", fps=5)


@pytest.mark.data
def test_pets_can_be_read_at_its_true_rate(data_dir: Path) -> None:
    video = VideoFile(data_dir / "pets09_s2l1" / "vtest.avi", "pets", fps=7)
    assert video.size == (768, 576)
    times = [t for t, _ in video]
    assert len(times) == 795
    assert times[-1] == pytest.approx(794 / 7)
