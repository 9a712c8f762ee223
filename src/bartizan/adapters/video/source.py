"""The pictures behind any address: a file, a folder, a stream, a device; masked before anybody sees them."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial

from bartizan.adapters.video import device, mjpeg, rtsp
from bartizan.adapters.video.address import Address, read_address
from bartizan.adapters.video.live import Line, LiveStream
from bartizan.adapters.video.masks import Masked, Masks
from bartizan.adapters.video.opencv import open_video
from bartizan.adapters.video.secrets import Secrets
from bartizan.app.live.ports import FrameSource
from bartizan.errors import VideoError
from bartizan.site.model import Camera

SILENCE = 8.0  # s without a picture after which a line is dialled again: before its camera counts as dead
_SHARE = 0.8  # of the silence that a camera is granted


def is_live(address: str, camera: str) -> bool:
    """Whether an address is of a camera that goes on for ever. Raises VideoError where it is no address."""
    return read_address(address, camera).kind != "file"


def open_source(
    address: str,
    camera: Camera,
    fps: float | None,
    secrets: Secrets,
    *,
    seconds: Callable[[], float],
    rng: random.Random,
) -> FrameSource:
    """The pictures of `camera` at an address, with its masks burned in.

    The address is the path of a video file or of a folder of pictures, rtsp:// or rtsps:// (extra `rtsp`), http:// or
    https:// with Motion JPEG, or device:N. What is live is a `LiveSource`: it dials at once, in a thread, and for ever.
    `fps` says that the times of the stream are wrong: those of a file are then counted, a live camera's pictures bear
    the time at which they come. `seconds` is the clock of the run, `rng` draws the pauses between two attempts.

    Raises VideoError where the address is none, or a file cannot be opened or is of another size than the masks;
    MissingExtraError for RTSP without PyAV; InputError for credentials that cannot be used.
    """
    place = read_address(address, camera.id)
    masks = Masks(camera.masks)
    if place.kind == "file":
        pictures = open_video(place.place, camera.id, fps)
        if not masks:
            return pictures
        if camera.size is None:
            raise VideoError(f"camera '{camera.id}': it has masks and no size. Add size = [width, height]")
        return Masked(pictures, masks, camera.size, camera.id)
    return LiveStream(
        camera.id,
        _dialling(place, camera, secrets),
        size=camera.size,
        seconds=seconds,
        rng=rng,
        masks=masks,
        use_stream_time=fps is None,
    )


def _dialling(place: Address, camera: Camera, secrets: Secrets) -> Callable[[], Line]:
    if place.kind == "device":
        return partial(device.dial, int(place.place), camera.id)
    # a camera that is slow by design is granted its time
    silence = max(SILENCE, _SHARE * camera.health.silence)
    credentials = secrets.of(camera.id)
    if place.kind == "rtsp":
        rtsp.require_extra()
        return partial(rtsp.dial, place, credentials, camera.id, silence)
    return partial(mjpeg.dial, place, credentials, camera.id, silence)
