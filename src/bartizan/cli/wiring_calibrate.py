"""The adapters of calibration, each imported when it is asked for."""

# ruff: noqa: PLC0415 - a verb must not pay for the parts of another

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bartizan.cli.wiring import open_video
from bartizan.errors import VideoError

if TYPE_CHECKING:
    from bartizan.adapters.files.calibration_edit import Proposal
    from bartizan.adapters.web.server import DeskServer
    from bartizan.app.calibration import Calibrated
    from bartizan.app.live import FrameSource
    from bartizan.app.live.ports import Picture
    from bartizan.geometry.spread import Spread
    from bartizan.site.model import Camera
    from bartizan.site.site import Site
    from bartizan.watch.detection.detect import Detection


def write_survey(found: Calibrated, path: Path) -> None:
    """Write a camera's survey as a self-contained page, or as a PDF where the name ends so; whole or not at all."""
    from bartizan.adapters.files.whole import write_whole
    from bartizan.adapters.report.pdf import as_pdf
    from bartizan.adapters.report.survey import render

    page = render(found)
    write_whole(path, as_pdf(page) if path.suffix.lower() == ".pdf" else page)


def moving_boxes(
    video: str, camera: Camera, fps: float | None, seconds: float
) -> tuple[Iterator[tuple[float, list[Detection]]], tuple[int, int]]:
    """Boxes round what moves in the first `seconds` of a video, with its size; no model of the camera is needed."""
    from bartizan.watch.calibrate.moving import moving

    source = _masked(video, camera, fps)
    return moving(takewhile(lambda frame: frame[0] <= seconds, source)), source.size


def empty_scene(video: str, camera: Camera, fps: float | None) -> Picture:
    """The scene of a video without those who move in it."""
    from bartizan.adapters.video.scene import empty_scene as empty

    return empty(_masked(video, camera, fps))


def _masked(video: str, camera: Camera, fps: float | None) -> FrameSource:
    """The pictures of a video file, what the camera masks hidden in them."""
    from bartizan.adapters.video.masks import Masked, Masks

    source = open_video(Path(video), camera.id, fps)
    masks = Masks(camera.masks)
    if not masks:
        return source
    if camera.size is None:
        raise VideoError(f"camera '{camera.id}': it has masks and no size. Add size = [width, height]")
    return Masked(source, masks, camera.size, camera.id)


def propose_points(site: Path, camera: str, points: Sequence[Sequence[float]], more: Mapping[str, Any]) -> Proposal:
    """What point pairs would change in a site file."""
    from bartizan.adapters.files.calibration_edit import propose_points as propose

    return propose(site, camera, points, more)


def propose_walkers(site: Path, camera: str, model: Spread, about: Sequence[str], more: Mapping[str, Any]) -> Proposal:
    """What a camera found from walkers would change in a site folder."""
    from bartizan.adapters.files.calibration_edit import propose_walkers as propose

    return propose(site, camera, model, about, more)


def calibration_page(
    path: Path, site: Site, camera: Camera, *, size: tuple[int, int], scene: Picture | None, port: int
) -> tuple[DeskServer, str]:
    """The page to click point pairs on, on the loopback address, and its address with the token of one person."""
    from bartizan.adapters.web.calibrate import create_app
    from bartizan.adapters.web.server import DeskServer
    from bartizan.app.calibration import as_written

    def propose(pairs: Sequence[Sequence[float]], lens: bool) -> Proposal:
        more: dict[str, Any] = {"lens": lens}
        if camera.size is None:
            more["size"] = list(size)
        return propose_points(path, camera.id, as_written(site, pairs), more)

    app, token = create_app(site, camera, size, scene, propose)
    server = DeskServer(app, port=port)
    return server, f"{server.url}?token={token}"
