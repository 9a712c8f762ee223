"""RTSP and RTSPS through PyAV, over TCP: what FFmpeg decodes, with the stream's own times."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from bartizan.adapters.video.address import Address, with_credentials
from bartizan.adapters.video.live import Line, Shot
from bartizan.adapters.video.secrets import Credentials
from bartizan.app.live.ports import Picture
from bartizan.errors import MissingExtraError, VideoError

if TYPE_CHECKING:
    import av

OPENING = 5.0  # s for a server to answer
MOST_PIXELS = 64_000_000  # of one picture: beyond any camera, below what empties a machine

# nothing but RTSP over TCP: what a server says must not make FFmpeg open files or other addresses
_OPTIONS = {
    "rtsp_transport": "tcp",
    "protocol_whitelist": "rtsp,rtsps,rtp,tcp,tls",
    "allowed_media_types": "video",
    "fflags": "nobuffer",
    "probesize": "32",
    "analyzeduration": "0",
}
_REFUSED = "it refuses the name and password, or wants some. Give them by the environment or a secrets file"
_FORBIDDEN = "it forbids the stream. Check the address, the name and the password"
_NO_SUCH = "it has no such stream. Check the address"


def require_extra() -> None:
    """MissingExtraError where PyAV is not installed."""
    try:
        import av  # noqa: F401, PLC0415 - an extra
    except ImportError as error:
        raise MissingExtraError.of("a camera by RTSP", "rtsp") from error


def dial(address: Address, credentials: Credentials, camera: str, silence: float) -> Line:
    """A line to an RTSP camera; `silence` [s] without a picture breaks it. Raises VideoError where it cannot be had.

    The certificate of an RTSPS camera is checked, by the system's certificates or by `credentials.ca`.
    """
    import av  # noqa: PLC0415 - an extra

    av.logging.set_level(av.logging.PANIC)  # FFmpeg's own words would hold the address with its password
    options = dict(_OPTIONS)
    if address.url.scheme.lower() == "rtsps":
        options["tls_verify"] = "1"
        if credentials.ca is not None:
            options["ca_file"] = str(credentials.ca)
    url = with_credentials(address, credentials.user, credentials.password, credentials.query)
    try:
        container = av.open(url, options=options, timeout=(OPENING, silence))
    except av.FFmpegError as error:
        raise VideoError(f"camera '{camera}': {address.shown}: {_words(error)}") from None
    if not container.streams.video:
        container.close()
        raise VideoError(f"camera '{camera}': {address.shown}: it sends no video. Check the address")
    return _RtspLine(container, camera, address.shown, silence)


class _RtspLine:
    def __init__(self, container: Any, camera: str, shown: str, silence: float) -> None:
        self._container, self._camera, self._shown, self._silence = container, camera, shown, silence
        self._stream = container.streams.video[0]
        self._stream.codec_context.thread_type = "SLICE"  # threads by frame would hold pictures back
        self._stream.codec_context.options = {"max_pixels": str(MOST_PIXELS)}

    def __iter__(self) -> Iterator[Shot]:
        import av  # noqa: PLC0415 - an extra

        last = time.monotonic()
        try:
            for packet in self._container.demux(self._stream):
                try:
                    frames = packet.decode()
                except av.FFmpegError:
                    frames = []
                    yield Shot(None if packet.pts is None else float(packet.pts * packet.time_base), None, _garbled)
                for frame in frames:
                    last = time.monotonic()
                    yield _shot(frame)
                if time.monotonic() - last > self._silence:
                    raise VideoError(f"camera '{self._camera}': {self._shown}: what it sends cannot be decoded")
        except av.FFmpegError as error:
            raise VideoError(f"camera '{self._camera}': {self._shown}: {_words(error)}") from None

    def close(self) -> None:
        self._container.close()


def _shot(frame: av.VideoFrame) -> Shot:
    stream = None if frame.pts is None or frame.time_base is None else float(frame.pts * frame.time_base)
    load: Callable[[], Picture | None] = _garbled if frame.is_corrupt else partial(_picture, frame)
    return Shot(stream, (frame.width, frame.height), load)


def _picture(frame: av.VideoFrame) -> Picture:
    return np.asarray(frame.to_ndarray(format="bgr24"), dtype=np.uint8)


def _garbled() -> None:
    return None


def _words(error: av.FFmpegError) -> str:
    """Why, in words that hold nothing of the address: FFmpeg's own may hold its password."""
    import av  # noqa: PLC0415 - an extra

    for refusal, why in (
        (av.error.HTTPUnauthorizedError, _REFUSED),
        (av.error.HTTPForbiddenError, _FORBIDDEN),
        (av.error.HTTPNotFoundError, _NO_SUCH),
    ):
        if isinstance(error, refusal):
            return why
    if isinstance(error, av.error.ExitError | av.error.TimeoutError):
        return "it is silent. Check the camera and the network"
    log = getattr(error, "log", None)
    if log and "verification" in str(log[-1]).lower():
        return "its certificate is not one that is trusted. Give the file of its authority as ca in a secrets file"
    if isinstance(error, av.error.InvalidDataError):
        return "it does not send what an RTSP camera sends. Check the address"
    return f"it cannot be read ({error.strerror or type(error).__name__}). Check the address and the network"
