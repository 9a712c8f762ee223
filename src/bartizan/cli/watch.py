"""`bartizan watch`: who is out there now, and is one of them staying too long?"""

from __future__ import annotations

import math
import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import click

from bartizan import __version__
from bartizan.app.live.recorded import RunHead
from bartizan.cli import watch_files, watch_foreign, watch_live, wiring, wiring_live
from bartizan.cli.bus_options import Bus, bus_options
from bartizan.cli.data_folder import data_folder
from bartizan.cli.moments import Moment
from bartizan.cli.watch_inputs import CAMERA, Pair, check_out, pairs, sources
from bartizan.cli.watch_live import LiveTask
from bartizan.cli.watch_rules import Counts, counting_options, rule_options
from bartizan.cli.watch_words import Teller

MAX_FPS = 1000.0  # as in a site file
RUN = re.compile(r"[A-Za-z0-9_.-]{1,80}")
SPOOL = "outbox.sqlite"
_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("site", type=click.Path(path_type=Path))
@click.option("--camera", "cameras", type=CAMERA, multiple=True, help="Watch this video or stream; may be repeated.")
@click.option("--detections", type=Pair(), multiple=True, help="Boxes found elsewhere, MOTChallenge text.")
@click.option("--tracks", type=click.Path(path_type=Path), metavar="FILE", help="Tracks made elsewhere: t,track,x,y.")
@click.option(
    "--from", "source", metavar="BROKER", help="Watch the cameras of other machines: mqtts://HOST:PORT/PREFIX."
)
@click.option("--frigate", metavar="BROKER", help="Take Frigate's events: mqtts://HOST:PORT/frigate.")
@click.option("--onvif", metavar="BROKER", help="Take ONVIF notifications told on PREFIX/CAMERA.")
@click.option("--foreign", type=watch_foreign.FOREIGN, multiple=True, help="Such messages, from mosquitto_sub -F %J.")
@click.option("--replay", type=_FILE, help="Play a recorded run again.")
@click.option("--to", metavar="BROKER", help="Track nothing; hand what the cameras show to a broker.")
@click.option("--spool", type=_FILE, help="Where --to keeps what nobody has taken; beside SITE by itself.")
@click.option("--publish", is_flag=True, help="With --from: tell the broker of signals.")
@bus_options
@click.option("--record", type=_FILE, help="Keep all that the run takes, without pictures, for --replay.")
@click.option(
    "--pictures",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where pictures are kept at signals of rules that allow it, others blurred; deleted in time.",
)
@click.option("--as-live", is_flag=True, help="Play files by the clock, as if they were cameras.")
@click.option(
    "--fps",
    type=click.FloatRange(min=0.0, max=MAX_FPS, min_open=True),
    help="Pictures a second, where the file is wrong.",
)
@click.option("--mot-out", type=Pair(), multiple=True, help="Write a camera's tracks as MOTChallenge text.")
@click.option("--start", type=Moment(), help="The time of the first picture.")
@click.option("--run", default="run", show_default=True, metavar="NAME", help="Begins every id of a track or signal.")
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), help="Of the ids of tracks; live runs draw one.")
@rule_options
@counting_options
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
@click.pass_context
def watch(
    context: click.Context,
    site: Path,
    *,
    cameras: Sequence[tuple[str, str]],
    detections: Sequence[tuple[str, str]],
    tracks: Path | None,
    source: str | None,
    frigate: str | None,
    onvif: str | None,
    foreign: Sequence[tuple[str, str]],
    replay: Path | None,
    to: str | None,
    spool: Path | None,
    publish: bool,
    bus_ca: Path | None,
    bus_cert: Path | None,
    bus_key: Path | None,
    plain_mqtt: bool,
    record: Path | None,
    pictures: Path | None,
    as_live: bool,
    fps: float | None,
    mot_out: Sequence[tuple[str, str]],
    start: datetime | None,
    run: str,
    seed: int | None,
    states: Sequence[str],
    explain: str | None,
    episodes: bool,
    data: Path | None,
    as_json: bool,
) -> None:
    """Who is out there, and does somebody stay where nobody should?

    Follows people on the plan of SITE and prints what its rules raise. It watches the videos or streams named by
    --camera, or boxes or tracks that were made elsewhere, or the cameras of other machines, or what Frigate or ONVIF
    cameras notice, or else the cameras' own sources. Streams go on until Ctrl-C. Exit status: 0 also where something
    was raised; 2 where an input cannot be read.
    """
    _refuse_contradictions(context.params)
    read = wiring.load_site(site)
    teller = Teller(as_json, Counts(data_folder(site, data), run) if episodes else None)
    if not read.rules and to is None:
        teller.note("the site has no rule: people are followed, and nothing is raised")
    if replay is not None:
        watch_files.recording(read, replay, explain, teller)
        return
    head = RunHead(
        site=read.hash, name=read.name, version=__version__, run=run, seed=seed or 0, start=start, states=tuple(states)
    )
    task = LiveTask(site, read, head, record, explain, pictures)
    if tracks is not None:
        watch_files.tracks(task, tracks, teller)
        return
    if foreign:
        watch_foreign.files(task, foreign, teller)
        return
    bus = Bus(source or to or frigate or onvif or "", bus_ca, bus_cert, bus_key, plain_mqtt)
    if source is not None:
        watch_live.watch_elsewhere(_drawn(task, seed), bus, publish, teller)
        return
    if frigate or onvif:
        watch_foreign.elsewhere(_drawn(task, seed), bus, "frigate" if frigate else "onvif", teller)
        return
    files = pairs("--camera/--detections", cameras or detections) or sources(read)
    out = pairs("--mot-out", mot_out)
    if to is not None:
        watch_live.send(task, files, fps, bus, spool=spool or data_folder(site, None) / SPOOL, teller=teller)
    elif not detections and (as_live or _any_live(files)):
        if out:
            raise click.UsageError("--mot-out is written at the end, and what is watched live has none")
        watch_live.watch_here(_drawn(task, seed), files, fps, teller)
    else:
        check_out("--mot-out", out, files, site)
        watch_files.cameras(task, files, fps, out, teller, boxes=bool(detections))


def _refuse_contradictions(given: Mapping[str, object]) -> None:
    """UsageError for options that cannot be meant together."""
    for wrong, words in _contradictions(given):
        if wrong:
            raise click.UsageError(words)


def _contradictions(given: Mapping[str, object]) -> Iterator[tuple[object, str]]:
    """Whether something is given that cannot be meant, and what to say of it."""
    fps, replay, to = given["fps"], given["replay"], given["to"]

    def any_of(*names: str) -> bool:
        return any(given[name] for name in names)

    foreign = any_of("frigate", "onvif", "foreign")
    ways = ("cameras", "detections", "tracks", "source", "frigate", "onvif", "foreign", "replay")
    told = "--camera, --detections, --tracks, --from, --frigate, --onvif, --foreign and --replay"
    yield (
        foreign and any_of("cameras", "detections", "source"),
        "what Frigate or ONVIF cameras tell comes when something changes, seconds apart, and is followed by other "
        "thresholds than pictures are: watch them in a run of their own. A desk takes both: bartizan desk --camera "
        "... --frigate ...",
    )
    yield sum(bool(given[way]) for way in ways) > 1, f"give one of {told}"
    yield (
        foreign and (any_of("to", "pictures", "mot_out", "as_live") or fps is not None),
        "--frigate, --onvif and --foreign bring no pictures: leave out --to, --pictures, --mot-out, --fps, --as-live",
    )
    yield any_of("frigate", "onvif") and given["start"], "--start: what comes over a broker bears the time of day"
    yield isinstance(fps, float) and not math.isfinite(fps), "--fps is a number of pictures a second"
    yield (
        RUN.fullmatch(str(given["run"])) is None,
        "--run: give at most 80 letters, digits, '-', '_' and '.'; it stands in every id",
    )
    yield (
        given["tracks"] and (given["mot_out"] or fps is not None),
        "--mot-out and --fps are for cameras; --tracks has places and times of its own",
    )
    yield (
        to and any_of("detections", "tracks", "source", "replay", "record", "mot_out"),
        "--to hands on what cameras show, and follows nobody: give it --camera alone",
    )
    yield (
        given["record"] and any_of("tracks", "replay"),
        "--record is for cameras: tracks and recordings are kept already",
    )
    yield (
        given["pictures"] and (to or any_of("detections", "tracks", "source", "replay")),
        "--pictures is for --camera: nothing else has pictures that could be kept",
    )
    other_run = any_of("start", "states") or given["seed"] is not None or given["run"] != "run"
    yield replay and other_run, "--replay: --start, --run, --seed and --state are those of the recording"
    yield (
        given["episodes"] and (replay or to),
        "--episodes counts what a run finds: a replay was counted, and --to finds nothing",
    )
    yield given["data"] is not None and not given["episodes"], "--data goes with --episodes"
    yield given["publish"] and not given["source"], "--publish goes with --from"
    yield given["spool"] and not to, "--spool goes with --to"


def _any_live(files: Mapping[str, str]) -> bool:
    return any(wiring_live.is_live(address, camera) for camera, address in files.items())


def _drawn(task: LiveTask, seed: int | None) -> LiveTask:
    """The task with a seed that nobody can guess, where none was given."""
    return task if seed is not None else task.seeded(secrets.randbits(63))
