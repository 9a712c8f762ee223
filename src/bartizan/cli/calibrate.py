"""`bartizan calibrate`: how good is what a camera says of the ground, and how is it made better?"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from bartizan.app.calibration import Calibrated, Walked, as_written, calibrate_by_walkers, calibrated, tried
from bartizan.app.calibration.survey import point_of
from bartizan.cli import wiring, wiring_calibrate
from bartizan.cli.words import columns, printable
from bartizan.errors import CalibrationError, MissingPartError
from bartizan.site.model import Camera
from bartizan.site.site import Site
from bartizan.watch.calibrate import Interval, People, StanceParams

MAX_FPS = 1000.0  # as in a site file


class PairOf(click.ParamType[tuple[float, float, float, float]]):
    """PX,PY,X,Y."""

    name = "PX,PY,X,Y"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Four numbers with commas between."""
        if isinstance(value, tuple):
            return value
        try:
            x, y, east, north = (float(part) for part in str(value).split(","))
        except ValueError:
            self.fail(f"{value!r} is not PX,PY,X,Y: a pixel and its place on the plan in metres", param, ctx)
        return x, y, east, north


@dataclass(frozen=True)
class Asked:
    """What the command line asked for."""

    site: Path
    camera: str
    video: str | None
    detections: Path | None
    fps: float | None
    pairs: tuple[tuple[float, float, float, float], ...]
    lens: bool
    walkers: bool
    seconds: float
    people: People
    stance: StanceParams
    seed: int
    report: Path | None
    write: bool
    as_json: bool


@click.command()
@click.argument("path", type=click.Path(path_type=Path), metavar="SITE")
@click.argument("camera", metavar="CAMERA")
@click.option("--video", metavar="FILE", help="A video of the camera, for --from-walkers and --page.")
@click.option(
    "--detections", type=click.Path(path_type=Path), metavar="FILE", help="Boxes of people, MOTChallenge text."
)
@click.option(
    "--fps",
    type=click.FloatRange(min=0.0, max=MAX_FPS, min_open=True),
    help="Pictures a second, where the file is wrong.",
)
@click.option("--pair", "pairs", type=PairOf(), multiple=True, help="A point in picture and plan; may be repeated.")
@click.option("--lens", is_flag=True, help="With --pair: find the lens too; from six pairs on.")
@click.option("--from-walkers", "walkers", is_flag=True, help="Find the camera from the people who walk there.")
@click.option(
    "--seconds", type=click.FloatRange(1.0, 86400.0), default=600.0, show_default=True, help="Of the video, at most."
)
@click.option(
    "--people", type=click.FloatRange(0.5, 2.5), default=People().mean, show_default=True, help="Mean height, metres."
)
@click.option(
    "--excess", type=click.FloatRange(-0.4, 0.4), default=0.0, show_default=True, help="By how much boxes are too tall."
)
@click.option(
    "--focal", type=click.FloatRange(50.0, 1e5), metavar="PX", help="The focal length in pixels, where known."
)
@click.option("--height", type=click.FloatRange(0.5, 200.0), metavar="M", help="The camera's height, where measured.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Of all that is drawn at random.")
@click.option("--report", type=click.Path(path_type=Path), metavar="FILE.html", help="Write the survey as a page.")
@click.option("--write", is_flag=True, help="Write the model found into the site, and show what changed.")
@click.option("--page", is_flag=True, help="Open a page to click point pairs on picture and plan.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Of the page; a free one unless given.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of words.")
def calibrate(path: Path, camera: str, *, page: bool, port: int, people: float, excess: float, **given: Any) -> None:
    """How good is what CAMERA says of the ground of SITE, and what does it cover?

    Shows the residuals of its points, the error over the picture, the detail by both editions of IEC 62676-4, the
    zones and what to see to. With --pair or --from-walkers it makes a model first; --write puts that into the site.
    """
    focal, height = given.pop("focal"), given.pop("height")
    asked = Asked(
        site=path,
        camera=camera,
        people=People(mean=people, excess=excess),
        stance=StanceParams(focal=focal, camera_height=height),
        **given,
    )
    _refuse(asked, page)
    site = wiring.load_site(path)
    one = site.camera(camera)
    if page:
        _serve(asked, site, one, port)
        return
    walked = _walked(asked, one) if asked.walkers else None
    one = _with_model(asked, one, walked)
    found = calibrated(site, one, fps=asked.fps, walked=walked)
    if asked.report is not None:
        wiring_calibrate.write_survey(found, asked.report)
    if asked.as_json:
        click.echo(json.dumps(found.to_json(), indent=2, ensure_ascii=False, allow_nan=False))
    else:
        for line in _told(found):
            click.echo(line)
        if asked.report is not None:
            click.echo(f"\n{asked.report}: the survey")
    if asked.write:
        _write(asked, site, one, walked)


def _refuse(asked: Asked, page: bool) -> None:
    """What makes no sense together is said before anything is read."""
    if page and (asked.as_json or asked.write or asked.report or asked.walkers or asked.pairs):
        raise click.UsageError("--page shows and writes for itself. Leave out the other answers")
    if asked.walkers and (asked.video is None) == (asked.detections is None):
        raise click.UsageError("--from-walkers needs --video or --detections, one of the two")
    if asked.write and not (asked.walkers or asked.pairs):
        raise click.UsageError("--write needs a new model: give --pair or --from-walkers")
    if asked.lens and (asked.walkers or not asked.pairs):
        raise click.UsageError("--lens goes with --pair, without --from-walkers")
    if asked.report is not None:
        wiring.require_place_for_report(asked.report)


def _walked(asked: Asked, camera: Camera) -> Walked:
    fps = asked.fps or camera.fps
    if asked.detections is not None:
        if fps is None or camera.size is None:
            raise MissingPartError(
                f"boxes count frames and pixels: camera '{camera.id}' needs fps (or give --fps) and size in site.toml"
            )
        frames, size = wiring.read_boxes(asked.detections, fps), camera.size
    else:
        assert asked.video is not None  # noqa: S101 - _refuse asked for it
        frames, size = wiring_calibrate.moving_boxes(asked.video, camera, fps, asked.seconds)
        if camera.size is not None and camera.size != size:
            raise CalibrationError(
                f"the video is {size[0]} x {size[1]} and camera '{camera.id}' {camera.size[0]} x {camera.size[1]}: "
                "its picture was changed, or the video is of another. Give a video as the camera makes it"
            )
    limited = ((t, boxes) for t, boxes in frames if t <= asked.seconds)
    return calibrate_by_walkers(
        limited,
        size,
        pairs=asked.pairs,
        at=point_of(camera) if asked.pairs else None,
        people=asked.people,
        params=asked.stance,
        seed=asked.seed,
    )


def _with_model(asked: Asked, camera: Camera, walked: Walked | None) -> Camera:
    """The camera with the model that was asked for."""
    if walked is not None:
        return replace(camera, model=walked.camera, size=walked.seen.size)
    if not asked.pairs:
        return camera
    if camera.size is None:
        raise MissingPartError(f"camera '{camera.id}' has no size. Add size = [width, height] in pixels")
    trial = tried(asked.pairs, camera.size, lens=asked.lens)
    if trial.model is None:
        raise CalibrationError(str(trial.problem))
    return replace(camera, model=trial.model)


def _write(asked: Asked, site: Site, camera: Camera, walked: Walked | None) -> None:
    if walked is None:
        more = {"lens": asked.lens}
        proposal = wiring_calibrate.propose_points(asked.site, camera.id, as_written(site, asked.pairs), more)
    elif walked.placed is None:
        raise MissingPartError(
            "the camera is not on the plan yet, so nothing was written. "
            "Give two point pairs (--pair), or one where the site says where the camera is"
        )
    else:
        size = {} if site.camera(camera.id).size is not None else {"size": list(walked.seen.size)}
        about = [f"seed {walked.seed}, {walked.found.used} boxes, people {walked.people.mean:g} m"]
        proposal = wiring_calibrate.propose_walkers(asked.site, camera.id, walked.placed.camera, about, size)
    proposal.write()
    for line in proposal.lines:
        click.echo(printable(line), err=asked.as_json)


def _serve(asked: Asked, site: Site, camera: Camera, port: int) -> None:
    size = camera.size
    scene = None if asked.video is None else wiring_calibrate.empty_scene(asked.video, camera, asked.fps or camera.fps)
    if scene is not None:
        height, width = scene.shape[:2]
        if size is not None and size != (width, height):
            raise CalibrationError(
                f"the video is {width} x {height} and camera '{camera.id}' {size[0]} x {size[1]}. "
                "Give a video as the camera makes it"
            )
        size = (width, height)
    if size is None:
        raise MissingPartError(f"camera '{camera.id}' has no size. Add size = [width, height], or give --video")
    server, address = wiring_calibrate.calibration_page(asked.site, site, camera, size=size, scene=scene, port=port)
    click.echo(f"{address}\n", nl=False)
    click.echo("bartizan: the address is for one person on this machine; Ctrl-C ends the page", err=True)
    sys.stdout.flush()
    server.run()


def _told(found: Calibrated) -> Iterator[str]:
    survey = found.survey
    name = survey.camera.name or survey.camera.id
    yield f"{printable(found.site_name)}: {printable(name)}   (hash {found.site_hash[:12]}, Bartizan {found.version})"
    if found.walked is not None:
        yield ""
        yield from _told_walkers(found.walked)
    answer = found.to_json()
    fit = answer["fit"]
    if fit is not None:
        yield ""
        yield from _told_points(fit)
    yield ""
    error = answer["error"]
    of = "foot and calibration" if survey.known else "the foot; that of the calibration is unknown"
    if error["middle"] is not None:
        spread = f"{error['middle']:.2f} m in the middle, {error['worst']:.2f} m at the worst 5 %"
        yield f"Error of a place, of {of}: {spread}"
    yield f"People are placed in {error['placed']:.0%} of the picture, on {answer['reach']['area']:,.0f} m² of ground"
    for told in answer["classes"].values():
        areas = [f"{one['name']} {one['area']:,.0f}" for one in told["reached"] if one["area"] > 0]
        yield f"  {told['edition']}, m²: {', '.join(areas) or 'none'}"
    if found.covers:
        yield ""
        yield from columns([("zone", "camera", "covered", "error m", "px/m"), *_zone_rows(found)], "<<>>>")
    yield ""
    yield from _told_concerns(found)


def _zone_rows(found: Calibrated) -> Iterator[Sequence[str]]:
    for one in found.covers:
        error = "-" if one.error is None else f"{one.error[0]:.2f}"
        density = "-" if one.density is None else f"{one.density[1]:.0f}"
        yield (one.zone.id, one.camera, f"{one.share:.0%}", error, density)


def _told_concerns(found: Calibrated) -> Iterator[str]:
    if found.walked is not None and found.walked.doubt is not None:
        yield printable(f"! scale: {found.walked.doubt}")
    for one in found.concerns:
        yield printable(f"{'!' if one.level == 'warn' else '-'} {one.about}: {one.text}")
    if not found.concerns:
        yield "Nothing to see to: every limit is kept"


def _told_points(fit: dict[str, Any]) -> Iterator[str]:
    if fit["rms"] is None:
        yield f"{len(fit['points'])} points: nothing is left over to check them, so the residuals are unknown"
    else:
        yield f"{len(fit['points'])} points, {fit['rms']:.2f} m off (root mean square)"
    rows = [("point", "pixel", "plan", "miss m", "leverage", "believed")]
    for number, point in enumerate(fit["points"], start=1):
        miss = "unknown" if point["miss"] is None else f"{point['miss']:.2f}"
        weight = "-" if point["weight"] is None else f"{point['weight']:.0%}"
        pixel, place = ("{:.0f}, {:.0f}".format(*point["pixel"]), "{:.2f}, {:.2f}".format(*point["plan"]))
        rows.append((str(number), pixel, place, miss, f"{point['leverage']:.2f}", weight))
    yield from columns(rows, ">>>>>>")


def _told_walkers(walked: Walked) -> Iterator[str]:
    found = walked.found
    yield (
        f"From people: {found.used:,} of {found.boxes:,} boxes, {found.strides} stretches walked; heights scatter by "
        f"{found.scatter:.0%}"
    )
    left = [f"{count:,} {why}" for why, count in walked.seen.dropped.items() if count]
    if left:
        yield f"Left out: {', '.join(left)}"

    def row(name: str, figure: Interval, digits: int) -> tuple[str, str, str]:
        span = f"{figure.low:.{digits}f} to {figure.high:.{digits}f}"
        return name, f"{figure.value:.{digits}f}", span

    figures = (
        ("", "value", "90 %"),
        row("focal length, pixels", found.focal, 0),
        row("tilt, degrees", found.tilt, 1),
        row("roll, degrees", found.roll, 1),
        row("height, metres", found.height, 2),
    )
    yield from columns(figures, "<>>")
    if walked.placed is None:
        yield "Not on the plan: no --pair says where. Places are about a plan of its own, the camera looking north"
    else:
        yield f"Laid on the plan by pairs, which make people {walked.placed.people:.2f} m tall"
