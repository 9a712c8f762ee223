"""The score of a watch: its signals against true episodes, beside a plain timer where there are tracks."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bartizan import __version__
from bartizan.app.live.stream import Moment, watch_tracks
from bartizan.app.score.alarms import PLAIN_AFTER, alarms_of, plain_timer
from bartizan.app.score.tracks import TrackScore
from bartizan.errors import InputError, MissingPartError
from bartizan.site.model import Rule
from bartizan.site.site import Site
from bartizan.watch.score import Alarm, Episode, EventScore, match, score_events, true_stays

SCHEMA = 1
STAYS = ("loitering", "intrusion")  # kinds whose truth lies in true tracks


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreOptions:
    """How signals are scored: the window [s] in which one counts, F's recall bias, and the seed of the intervals.

    A signal counts from `early` seconds before an episode is due to `within` seconds after. `cameras` watched at once.
    """

    within: float = 10.0
    early: float = 2.0
    bias: float = 1.0
    cameras: int = 1
    seed: int = 1

    def __post_init__(self) -> None:
        for name, value in (("within", self.within), ("early", self.early)):
            if not 0.0 <= value <= 1e6:
                raise InputError(f"{name} is {value!r}. Give seconds from 0 to 1e6")
        if self.cameras < 1:
            raise InputError(f"{self.cameras} cameras cannot watch. Give 1 or more")

    def to_json(self) -> dict[str, Any]:
        """The options as a JSON object."""
        return {
            "within": self.within,
            "early": self.early,
            "bias": self.bias,
            "cameras": self.cameras,
            "seed": self.seed,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Scores by what was scored ("signals", "plain 60 s timer"), all of them and per kind and zone, and of tracks.

    `silent`: signals that were recorded and not sounded. `seconds` [s] of the stream that are covered.
    """

    options: ScoreOptions
    seconds: float
    silent: int
    overall: Mapping[str, EventScore]
    by_rule: Mapping[tuple[str, str], Mapping[str, EventScore]]
    tracks: TrackScore | None = None

    def to_json(self) -> dict[str, Any]:
        """The score as a JSON object; what cannot be said is null."""
        return {
            "schema": SCHEMA,
            "bartizan": __version__,
            "options": self.options.to_json(),
            "seconds": self.seconds,
            "silent": self.silent,
            "overall": {name: score.to_json() for name, score in self.overall.items()},
            "by_rule": [
                {"kind": kind, "zone": zone, **{name: score.to_json() for name, score in scores.items()}}
                for (kind, zone), scores in self.by_rule.items()
            ],
            "tracks": None if self.tracks is None else self.tracks.to_json(),
        }


def score_signals(
    episodes: Sequence[Episode],
    signals: Iterable[Mapping[str, Any]],
    *,
    seconds: float,
    options: ScoreOptions | None = None,
    beside: Mapping[str, Sequence[Alarm]] | None = None,
    tracks: TrackScore | None = None,
) -> Score:
    """Score signals (JSON objects of `watch`) against episodes over `seconds` of the stream.

    `beside` are other alarms to be scored in the same way, by name. Kinds that no episode speaks of are scored as
    well: all their signals are false. Raises InputError for signals that are none.
    """
    options = options or ScoreOptions()
    alarms, silent = alarms_of(signals)
    rivals: dict[str, Sequence[Alarm]] = {"signals": alarms, **(beside or {})}

    def scored(of: Sequence[Episode], raised: Sequence[Alarm]) -> EventScore:
        return score_events(
            match(of, raised, within=options.within, early=options.early),
            camera_seconds=seconds * options.cameras,
            bias=options.bias,
            generator=np.random.default_rng(options.seed),
        )

    named = [(one.kind, one.zone) for one in episodes] + [(one.kind, one.zone) for one in alarms]
    rules = sorted(set(named))
    return Score(
        options=options,
        seconds=seconds,
        silent=silent,
        overall={name: scored(episodes, raised) for name, raised in rivals.items()},
        by_rule={
            (kind, zone): {
                name: scored(_of(episodes, kind, zone), _of(raised, kind, zone)) for name, raised in rivals.items()
            }
            for kind, zone in rules
        },
        tracks=tracks,
    )


def score_tables(
    site: Site,
    episodes: Sequence[Episode],
    moments: Sequence[Moment],
    *,
    options: ScoreOptions | None = None,
    tracks: TrackScore | None = None,
) -> Score:
    """Apply the rules of a site to tracks, and score what they raise beside what a plain timer of 60 s raises.

    The timer stands in for every loitering rule. Raises MissingPartError where the site has no rule, or there is no
    track.
    """
    if not moments:
        raise MissingPartError("there is no track to score. Give a table with at least one row")
    signals = [
        json.loads(json.dumps(signal.to_json()))
        for _, _, raised in watch_tracks(site, moments, run="score")
        for signal in raised
    ]
    timed = tuple(
        alarm
        for rule in site.rules
        if rule.kind == "loitering" and rule.zone is not None
        for alarm in plain_timer(rule.kind, rule.zone, site.zone(rule.zone).polygon, moments)
    )
    kinds = {alarm.kind for alarm in timed} | {one.kind for one in episodes}
    beside = {f"plain {PLAIN_AFTER:g} s timer": timed} if "loitering" in kinds else {}
    seconds = moments[-1][0] - moments[0][0]
    return score_signals(episodes, signals, seconds=seconds, options=options, beside=beside, tracks=tracks)


def truth_in_tracks(site: Site, moments: Sequence[Moment]) -> tuple[Episode, ...]:
    """The episodes that lie in true tracks, for the site's rules about stays: loitering and intrusion.

    Raises MissingPartError where the site has none of these.
    """
    rules = [rule for rule in site.rules if rule.kind in STAYS and rule.zone is not None]
    if not rules:
        raise MissingPartError(
            "the site has no rule for loitering or intrusion, and the truth of other kinds does not lie in tracks. "
            "Give the episodes with --truth"
        )
    people = list(_tracks(moments))
    return tuple(sorted(_episodes(site, rules, people), key=lambda one: (one.due, one.kind, one.zone)))


def _episodes(site: Site, rules: Sequence[Rule], people: Sequence[tuple[Any, Any]]) -> Iterator[Episode]:
    for rule in rules:
        zone = site.zone(str(rule.zone))
        yield from true_stays(rule.kind, zone.id, zone.polygon, people, after=rule.after, grace=rule.grace)


def _tracks(moments: Sequence[Moment]) -> Iterator[tuple[Any, Any]]:
    times: dict[str, list[float]] = {}
    places: dict[str, list[tuple[float, float]]] = {}
    for t, people in moments:
        for track, x, y in people:
            times.setdefault(track, []).append(t)
            places.setdefault(track, []).append((x, y))
    for track, seen in times.items():
        yield np.array(seen), np.array(places[track])


def _of(items: Sequence[Any], kind: str, zone: str) -> list[Any]:
    return [one for one in items if (one.kind, one.zone) == (kind, zone)]
