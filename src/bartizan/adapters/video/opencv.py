"""Pictures with their times from a video file or from a folder of pictures, through OpenCV."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from bartizan.errors import VideoError

# FFmpeg's and OpenCV's own words stay off the terminal unless the user asks; FFmpeg looks once, at its first use
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
if "OPENCV_LOG_LEVEL" not in os.environ:
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)

Picture = NDArray[np.uint8]

PICTURES = (".jpg", ".jpeg", ".png", ".bmp", ".webp")
"""Endings of the files that a folder of pictures may hold."""

# a container's own length is rounded: half a second short is not yet a broken file
_ROUNDING = 0.5
_HEAD = 4096
_WORDS = frozenset(range(32, 256)) | frozenset(b"\t\n\r\f\v\b\x1b")


class VideoFile:
    """A video file as (t [s], picture of shape (height, width, 3), BGR) in the order of time; it can be read again.

    `fps` gives the times where the stream's own are wrong (picture n is then at n / fps); otherwise each picture has
    the stream's time, from 0. `size` is (width, height). After a pass `count` says how many pictures were read and
    `mended` how many had a time that did not advance and was set one period after the one before.

    Raises a VideoError where the file is missing or is no video, when made; and at the end of a pass, after every
    picture that could be decoded was given, where the file ends before its header says.
    """

    def __init__(self, path: str | Path, camera: str, fps: float | None = None) -> None:
        self.path = Path(path)
        self.camera = camera
        self.fps = _checked_fps(fps, self.path)
        self.count = 0
        self.mended = 0
        capture = self._open()
        self.size = (int(capture.get(cv2.CAP_PROP_FRAME_WIDTH)), int(capture.get(cv2.CAP_PROP_FRAME_HEIGHT)))
        self._promised = int(max(0.0, min(capture.get(cv2.CAP_PROP_FRAME_COUNT), 1e12)))
        self._header_fps = float(capture.get(cv2.CAP_PROP_FPS))
        capture.release()
        if not 0.1 <= self._header_fps <= 1000.0:
            self._header_fps = 25.0  # a header that says nonsense: only used to mend times and to judge the length

    def __iter__(self) -> Iterator[tuple[float, Picture]]:
        capture = self._open()
        self.count = self.mended = 0
        start, last = math.nan, -math.inf
        # while one picture is looked at, a thread decodes the next
        ahead = ThreadPoolExecutor(1, "decoding")
        try:
            coming = ahead.submit(_read, capture)
            while (read := coming.result()) is not None:
                coming = ahead.submit(_read, capture)
                stream, picture = read
                start = stream if math.isnan(start) else start
                seen = stream - start
                if not seen > last and self.count:
                    seen = last + 1.0 / self._header_fps
                    self.mended += 1
                last = seen
                t = seen if self.fps is None else self.count / self.fps
                self.count += 1
                yield t, picture
        finally:
            ahead.shutdown()
            capture.release()
        self._check_end(last)

    def _open(self) -> cv2.VideoCapture:
        _check_file(self.path)
        try:
            capture = cv2.VideoCapture(str(self.path), cv2.CAP_FFMPEG)
        except cv2.error as error:
            raise VideoError(f"{self.path}: it cannot be opened as a video. Give a video file") from error
        if not capture.isOpened():
            raise VideoError(f"{self.path}: it cannot be opened as a video. Give a video file that FFmpeg can play")
        return capture

    def _check_end(self, last: float) -> None:
        """Refuse a file that held no picture, or that ended before its header says."""
        if not self.count:
            raise VideoError(f"{self.path}: not one picture could be decoded. Give a video file that FFmpeg can play")
        missing = (self._promised - 1) / self._header_fps - last
        if self.count < self._promised and missing > max(_ROUNDING, 1.5 / self._header_fps):
            raise VideoError(
                f"{self.path}: it ends early, {self.count} of {self._promised} pictures could be read. "
                "What was read was used; copy the file again for the rest"
            )


class PictureFolder:
    """The pictures of a folder in the order of their names, as (t [s], picture BGR); picture n is at n / fps.

    Raises a VideoError where the folder holds no pictures, when made; and where one cannot be decoded.
    """

    def __init__(self, path: str | Path, camera: str, fps: float | None = None) -> None:
        self.path = Path(path)
        self.camera = camera
        checked = _checked_fps(fps, self.path)
        if checked is None:
            raise VideoError(f"{self.path}: a folder of pictures has no times of its own. Give fps")
        self.fps = checked
        try:
            names = sorted(entry for entry in self.path.iterdir() if entry.suffix.lower() in PICTURES)
        except OSError as error:
            raise VideoError(f"{self.path}: it cannot be read as a folder: {error.strerror}") from error
        if not names:
            raise VideoError(f"{self.path}: it holds no pictures. Give a folder with {', '.join(PICTURES)} files")
        self._names = names
        self.size = self._load(names[0]).shape[1::-1]

    def __iter__(self) -> Iterator[tuple[float, Picture]]:
        for number, name in enumerate(self._names):
            yield number / self.fps, self._load(name)

    @staticmethod
    def _load(name: Path) -> Picture:
        try:
            picture = cv2.imdecode(np.frombuffer(name.read_bytes(), np.uint8), cv2.IMREAD_COLOR)
        except (OSError, cv2.error) as error:
            raise VideoError(f"{name}: it cannot be read as a picture. Replace it or take it away") from error
        if picture is None:
            raise VideoError(f"{name}: it cannot be read as a picture. Replace it or take it away")
        return np.asarray(picture, dtype=np.uint8)


def open_video(path: str | Path, camera: str, fps: float | None = None) -> VideoFile | PictureFolder:
    """The pictures of a video file, or of a folder of pictures (which needs `fps`)."""
    return PictureFolder(path, camera, fps) if Path(path).is_dir() else VideoFile(path, camera, fps)


def _read(capture: cv2.VideoCapture) -> tuple[float, Picture] | None:
    """The next picture with the stream's own time [s]; None at the end."""
    try:
        there, picture = capture.read()
    except cv2.error:  # a decoder that gives up on broken bytes ends the stream; the length tells of it
        return None
    if not there or picture is None:
        return None
    return float(capture.get(cv2.CAP_PROP_POS_MSEC)) / 1000.0, np.asarray(picture, dtype=np.uint8)


def _checked_fps(fps: float | None, path: Path) -> float | None:
    if fps is not None and not (math.isfinite(fps) and fps > 0.0):
        raise VideoError(f"{path}: fps must be above 0, not {fps!r}")
    return fps


def _check_file(path: Path) -> None:
    """Refuse what is no file, and text: FFmpeg would paint it, or follow the addresses of a playlist."""
    try:
        if not path.is_file():
            kind = "is not a file" if path.exists() else "does not exist"
            raise VideoError(f"{path}: it {kind}. Give the path of a video file")
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except VideoError:
        raise
    except (OSError, ValueError) as error:
        raise VideoError(f"{path}: it cannot be read: {error}. Check the name and the rights") from error
    if not head:
        raise VideoError(f"{path}: it is empty. Give a video file")
    if not head.startswith(b"YUV4MPEG2") and _WORDS.issuperset(head):
        raise VideoError(f"{path}: it is a text file, not a video. Give a video file")
