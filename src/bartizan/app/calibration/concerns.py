"""What an installer would say of a view: each names the zone, the figure, the limit and the cure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from bartizan.app.calibration.survey import Cover, Survey

Level = Literal["warn", "note"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a view must give; each with where the figure comes from.

    `density` [pixels per metre]: "detect" of IEC 62676-4:2014. `steep` [degrees] below the horizontal: at 60 a
    standing person is half as tall in the picture (our choice; Axis Perimeter Defender asks for a near-horizontal
    plane). `fps`: 8 of Axis Perimeter Defender; uAlarm refuses below 6. `visible` [s] that a walker is wholly in the
    picture: 2 of Axis Perimeter Defender. `walker` and `runner` [m/s]: 1.34 is the mean of free walking (Weidmann,
    1993), 6 a run that one keeps up for a minute (our choice). `frames` that a runner is seen in on the shortest way
    across: 5, so that a track is confirmed and has a speed (our choice). `share`: less of a zone than this is not
    worth a warning, and `covered`: a zone seen to a smaller share by every camera is told. `say`, `miss`: leverage
    and metres from which a point is told of.
    """

    density: float = 25.0
    steep: float = 60.0
    fps: float = 8.0
    visible: float = 2.0
    walker: float = 1.34
    runner: float = 6.0
    frames: float = 5.0
    share: float = 0.02
    covered: float = 0.95
    say: float = 0.9
    miss: float = 0.5


@dataclass(frozen=True, slots=True)
class Concern:
    """One thing to see to: `kind` is a name for machines, `about` a zone, a point or the camera."""

    kind: str
    level: Level
    about: str
    text: str

    def to_json(self) -> dict[str, str]:
        """As plain JSON values."""
        return {"kind": self.kind, "level": self.level, "about": self.about, "text": self.text}


def concerns(found: Survey, all_covers: tuple[Cover, ...] = (), limits: Limits | None = None) -> tuple[Concern, ...]:
    """All that is to be seen to; `all_covers` are those of every camera, for zones that nobody sees."""
    some = limits or Limits()
    told = (_of_points, _of_place, _of_frames, _of_zones)
    return (*(one for tell in told for one in tell(found, some)), *_unseen(all_covers, some))


def _of_points(found: Survey, some: Limits) -> Iterator[Concern]:
    fit = found.fit
    camera = f"camera {found.camera.id}"
    if fit is None:
        if not found.known:
            text = "the calibration file does not say how good it is, so the errors shown are those of the foot alone"
            yield Concern("error-unknown", "note", camera, text)
        return
    if fit.misses is None:
        text = (
            f"{len(fit.pairs)} points leave nothing to check: the error of the calibration is unknown, and the errors "
            "shown are those of the foot alone. Give more points"
        )
        yield Concern("error-unknown", "warn", camera, text)
        return
    if fit.freedom <= 2:
        text = f"{len(fit.pairs)} points check each other hardly: one wrong point would not show. Give eight or more"
        yield Concern("few-points", "note", camera, text)
    for number, (miss, weight, say) in enumerate(zip(fit.misses, fit.weights, fit.leverage, strict=True), start=1):
        if weight < 0.5:
            text = f"disagrees with the others by {miss:.2f} m, and was hardly counted. Look at it again"
            yield Concern("point-disagrees", "warn", f"point {number}", text)
        elif miss > some.miss:
            text = f"lies {miss:.2f} m from where the camera puts it. Look at it again"
            yield Concern("point-far-off", "warn", f"point {number}", text)
        elif say > some.say:
            text = f"is checked by no other (leverage {say:.2f}). Give another point near it"
            yield Concern("point-unchecked", "note", f"point {number}", text)


def _of_place(found: Survey, some: Limits) -> Iterator[Concern]:
    if found.past is None:
        text = (
            "where it hangs is not known, so that what lies behind the site's obstacles counts as seen. Give the "
            "camera at = [x, y]"
        )
        yield Concern("place-unknown", "note", f"camera {found.camera.id}", text)


def _of_frames(found: Survey, some: Limits) -> Iterator[Concern]:
    camera = f"camera {found.camera.id}"
    if found.fps is None:
        yield Concern("fps-unknown", "note", camera, "how many pictures a second it gives is not known. Give --fps")
    elif found.fps < some.fps:
        text = (
            f"{found.fps:g} pictures a second are few: comparable products ask for {some.fps:g} "
            "(Axis Perimeter Defender) or refuse below 6 (uAlarm)"
        )
        yield Concern("few-frames", "note", camera, text)


def _of_zones(found: Survey, some: Limits) -> Iterator[Concern]:
    for cover in found.covers:
        zone = f"zone {cover.zone.id}"
        if cover.beyond > some.share:
            text = (
                f"{cover.beyond:.0%} of it is so near the horizon that a place is off by more than "
                f"{found.params.observe.farthest:g} m. End the zone nearer, or mount the camera higher"
            )
            yield Concern("horizon-in-zone", "warn", zone, text)
        if cover.hidden > some.share:
            text = (
                f"{cover.hidden:.0%} of it lies in the picture, but behind an obstacle that blocks sight. Move the "
                "camera, end the zone before it, or let another camera see what lies behind"
            )
            yield Concern("hidden-in-zone", "warn", zone, text)
        if cover.share <= some.share or cover.density is None:
            continue
        if cover.density[1] < some.density:
            text = (
                f"people in it have {cover.density[1]:.0f} pixels per metre at the worst, {some.density:g} are needed "
                "to detect them (IEC 62676-4:2014). Zoom in, or take a larger picture"
            )
            yield Concern("few-pixels", "warn", zone, text)
        if cover.steepest is not None and cover.steepest > some.steep:
            text = (
                f"it is looked down on at {cover.steepest:.0f} degrees (at most {some.steep:g}): people are seen from "
                "above, and their height and foot are hard to tell"
            )
            yield Concern("too-steep", "warn", zone, text)
        if cover.outside is not None and cover.outside > 0.25:
            text = f"{cover.outside:.0%} of what is seen of it lies outside the points given. Give points in it"
            yield Concern("outside-points", "warn", zone, text)
        yield from _of_speed(found, cover, some)


def _of_speed(found: Survey, cover: Cover, some: Limits) -> Iterator[Concern]:
    zone = f"zone {cover.zone.id}"
    if cover.whole < cover.share - 0.25:
        text = f"feet and head are both in the picture in {cover.whole:.0%} of it only. Tilt the camera up"
        yield Concern("heads-cut", "note", zone, text)
    if cover.narrow / some.walker < some.visible:
        text = (
            f"somebody who walks across it at {some.walker:g} m/s is seen for {cover.narrow / some.walker:.1f} s only; "
            f"{some.visible:g} s are asked for (Axis Perimeter Defender)"
        )
        yield Concern("too-short", "note", zone, text)
    frames = None if found.fps is None else found.fps * cover.narrow / some.runner
    if frames is not None and frames < some.frames:
        text = (
            f"somebody who runs across it at {some.runner:g} m/s is in {frames:.1f} pictures, and {some.frames:g} are "
            f"needed: take {some.frames * some.runner / max(cover.narrow, 0.1):.0f} pictures a second"
        )
        yield Concern("runner-missed", "warn", zone, text)


def _unseen(all_covers: tuple[Cover, ...], some: Limits) -> Iterator[Concern]:
    best: dict[str, float] = {}
    for cover in all_covers:
        best[cover.zone.id] = max(best.get(cover.zone.id, 0.0), cover.share)
    for zone, share in best.items():
        if share <= some.share:
            yield Concern("zone-unseen", "warn", f"zone {zone}", "no camera sees it: no rule in it can ever be met")
        elif share < some.covered:
            text = f"no camera alone sees all of it: the best sees {share:.0%}"
            yield Concern("zone-in-part", "note", f"zone {zone}", text)
