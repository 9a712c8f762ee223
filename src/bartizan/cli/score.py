"""`bartizan score`: how good is what a watch raised, or whom it followed, against what truly happened?"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import click

from bartizan.app.live.stream import Moment
from bartizan.app.score import (
    Score,
    ScoreOptions,
    TrackScore,
    ground_frames,
    picture_frames,
    score_signals,
    score_tables,
    score_tracks,
    truth_in_tracks,
)
from bartizan.app.score.tracks import NEAR, OVERLAP, moments_of
from bartizan.cli import wiring
from bartizan.cli.words import columns
from bartizan.site.site import Site
from bartizan.watch.score import EventScore, Interval

FILE = click.Path(path_type=Path, dir_okay=False)
HOUR = 3600.0


@click.command()
@click.argument("site", type=click.Path(path_type=Path), required=False)
@click.option("--truth", type=FILE, help="True episodes: kind,zone,begin,due,end,seconds.")
@click.option("--true-tracks", type=FILE, help="True tracks: t,track,x,y. Without --truth, the episodes lie in them.")
@click.option("--signals", type=FILE, help="What `bartizan watch --json` printed.")
@click.option(
    "--tracks", type=FILE, help="Tracks to score: t,track,x,y; without --signals, SITE's rules apply to them."
)
@click.option("--mot-truth", type=FILE, help="True boxes with ids, MOTChallenge text.")
@click.option("--mot", type=FILE, help="Boxes with ids to score, MOTChallenge text.")
@click.option(
    "--within", type=float, default=10.0, show_default=True, help="Seconds after due in which a signal counts."
)
@click.option("--early", type=float, default=2.0, show_default=True, help="Seconds before due from which it counts.")
@click.option("--bias", type=float, default=1.0, show_default=True, help="Recall bias of F: beta squared of F_beta.")
@click.option("--cameras", type=click.IntRange(min=1), default=1, show_default=True, help="Cameras that watched.")
@click.option("--hours", type=float, help="Hours that the signals cover; else the truth's own span.")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Of the intervals' draws.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def score(
    site: Path | None,
    *,
    truth: Path | None,
    true_tracks: Path | None,
    signals: Path | None,
    tracks: Path | None,
    mot_truth: Path | None,
    mot: Path | None,
    within: float,
    early: float,
    bias: float,
    cameras: int,
    hours: float | None,
    seed: int,
    as_json: bool,
) -> None:
    """How good is what a watch raised, or whom it followed, against the truth?

    Signals are scored against true episodes: precision, recall, F, delay, false alarms a camera-day, duplicates and
    the error of the length of stay, each with its interval. Tracks are scored against true tracks on the ground, or
    as boxes in a picture. Where the rules of SITE are applied to tracks, a plain timer of 60 s is scored beside them.
    """
    if (mot is None) != (mot_truth is None):
        raise click.UsageError("--mot and --mot-truth go together")
    options = ScoreOptions(within=within, early=early, bias=bias, cameras=cameras, seed=seed)
    found: list[Score] = []
    followed: list[TrackScore] = []
    if mot is not None and mot_truth is not None:
        frames = picture_frames(wiring.read_tracked_boxes(mot_truth), wiring.read_tracked_boxes(mot))
        followed.append(score_tracks(frames, wiring.track_scorer(), by=f"IoU {OVERLAP:g}", least=OVERLAP))
    files = _Files(site, truth, true_tracks, signals, tracks)
    if files != _Files(site):
        found.append(_events(files, None if hours is None else hours * HOUR, options))
        followed += [one.tracks for one in found if one.tracks is not None]
    if not found and not followed:
        raise click.UsageError("there is nothing to score. Give --truth or --true-tracks, or --mot-truth with --mot")
    if as_json:
        told = found[0].to_json() if found else {"schema": 1, "options": options.to_json()}
        told["tracks"] = [one.to_json() for one in followed]
        click.echo(json.dumps(told, indent=2, allow_nan=False))
        return
    for one in found:
        for line in _summary(one):
            click.echo(line)
    for track_score in followed:
        click.echo(_track_line(track_score))


class _Files(NamedTuple):
    """What was given about events."""

    site: Path | None
    truth: Path | None = None
    true_tracks: Path | None = None
    signals: Path | None = None
    tracks: Path | None = None


def _events(files: _Files, seconds: float | None, options: ScoreOptions) -> Score:
    if files.truth is None and files.true_tracks is None:
        raise click.UsageError("give the truth: --truth, or --true-tracks")
    if files.signals is None and files.tracks is None:
        raise click.UsageError("give what is to be scored: --signals, or --tracks")
    real, given = _moments(files.true_tracks), _moments(files.tracks)
    followed = None
    if real and given:
        by = f"places within {NEAR:g} m"
        followed = score_tracks(ground_frames(real, given), wiring.track_scorer(), by=by, least=0.5)
    episodes = truth_in_tracks(_site(files), real) if files.truth is None else wiring.read_episodes(files.truth)
    if files.signals is None:
        return score_tables(_site(files), episodes, given, options=options, tracks=followed)
    said = wiring.read_signals(files.signals)
    times = [one.begin for one in episodes] + [one.end for one in episodes] + [float(one["t"]) for one in said]
    span = max(times) - min(times) if times else 0.0
    return score_signals(episodes, said, seconds=seconds or span, options=options, tracks=followed)


def _moments(path: Path | None) -> list[Moment]:
    return [] if path is None else list(moments_of(wiring.read_tracks(path).moments()))


def _site(files: _Files) -> Site:
    if files.site is None:
        raise click.UsageError("give SITE: its rules say what lies in tracks")
    return wiring.load_site(files.site)


def _summary(score: Score) -> Iterator[str]:
    hours = score.seconds / HOUR
    yield f"{hours:.2f} h of {score.options.cameras} camera{'s' if score.options.cameras > 1 else ''}; 95 % intervals"
    if score.silent:
        yield f"{score.silent:,} signals were recorded and not sounded: they are not scored"
    yield from _table("All", list(score.overall.items()))
    if len(score.by_rule) > 1:
        for (kind, zone), scores in score.by_rule.items():
            yield from _table(f"{kind} in {zone}", list(scores.items()))


def _table(head: str, scores: Sequence[tuple[str, EventScore]]) -> Iterator[str]:
    yield ""
    yield head
    rows = [("", *(name for name, _ in scores))]
    lines: dict[str, Callable[[EventScore], str]] = {
        "episodes told of in time": lambda s: f"{s.matched} of {s.episodes}",
        "... told of too late": lambda s: str(s.late),
        "false alarms": lambda s: str(s.false),
        "duplicates": lambda s: str(s.duplicates),
        "precision": lambda s: _interval(s.precision, 3),
        "recall": lambda s: _interval(s.recall, 3),
        "F": lambda s: _interval(s.f, 3),
        "delay, median [s]": lambda s: _interval(s.delay_median, 1),
        "delay, 95 % [s]": lambda s: _interval(s.delay_p95, 1),
        "false alarms a camera-day": lambda s: _interval(s.false_per_camera_day, 1),
        "error of the stay, median [s]": lambda s: _interval(s.dwell_median, 1),
        "error of the stay, 95 % [s]": lambda s: _interval(s.dwell_p95, 1),
    }
    rows += [(name, *(say(one) for _, one in scores)) for name, say in lines.items()]
    yield from columns(rows, "<" + ">" * len(scores))


def _interval(found: Interval, places: int) -> str:
    if math.isnan(found.value):
        return "-"
    if math.isnan(found.low) or math.isnan(found.high):
        return f"{found.value:.{places}f}"
    return f"{found.value:.{places}f} ({found.low:.{places}f} to {found.high:.{places}f})"


def _track_line(score: TrackScore) -> str:
    clear = score.clear
    return (
        f"\nTracks, {score.by}, {score.frames:,} frames: HOTA {score.hota:.3f} (detection {score.detection:.3f}, "
        f"association {score.association:.3f}), MOTA {clear.mota:.3f}, IDF1 {clear.idf1:.3f}, "
        f"{clear.switches} switches, {clear.fragments} breaks"
    )
