"""What `bartizan watch` is told of rules, and tells of them: states that hold, what nobody can see, why or why not."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from bartizan.app.episodes import Counting
from bartizan.cli import wiring
from bartizan.cli.words import printable
from bartizan.signal import SCHEMA, Signal, SignalIds
from bartizan.site.ground_checks import unseen
from bartizan.site.site import Site
from bartizan.watch.rules import RuleBook
from bartizan.watch.rules.explain import Explanation

EVERYTHING = "*"
_Verb = TypeVar("_Verb", bound=Callable[..., Any])


def rule_options(verb: _Verb) -> _Verb:
    """Adds --state (as `states`) and --explain (as `explain`: None, EVERYTHING or an id) to a verb."""
    verb = click.option(
        "--explain",
        is_flag=False,
        flag_value=EVERYTHING,
        metavar="[TRACK|ZONE|RULE]",
        help="At the end, and live at each signal too, say why something did or did not give one.",
    )(verb)
    return click.option("--state", "states", multiple=True, metavar="STATE", help="A state of the site that holds.")(
        verb
    )


def counting_options(verb: _Verb) -> _Verb:
    """Adds --episodes and --data to a verb."""
    verb = click.option(
        "--data", type=click.Path(path_type=Path, file_okay=False), help="Where counts are kept; beside SITE by itself."
    )(verb)
    return click.option("--episodes", is_flag=True, help="Count episodes for the base rates; needs --start.")(verb)


@dataclass(slots=True)
class Counts:
    """Counts the episodes of a run named `run` into a data folder; nothing before it has begun."""

    folder: Path
    run: str
    counting: Counting | None = None

    def begin(self, site: Site, book: RuleBook, cameras: Collection[str]) -> None:
        """Begin to count. Raises MissingPartError where nobody knows when the stream began."""
        file = wiring.counts_file(self.folder)
        file.compact()
        ids = SignalIds(f"{self.run}-count")
        self.counting = Counting(site, file, ids, book.holding, start=book.start, cameras=cameras)

    def take(self, signals: Sequence[Signal], t: float) -> tuple[Signal, ...]:
        """Count the signals of a moment `t` [s]; what is unusual with them."""
        return () if self.counting is None or not math.isfinite(t) else self.counting.take(signals, t)

    def done(self) -> Iterator[str]:
        """Keep what was counted last; say what could not be kept."""
        if self.counting is not None:
            self.counting.keep()
            if self.counting.trouble is not None:
                yield f"episodes were counted and not kept: {self.counting.trouble}"


def notes(site: Site, book: RuleBook, cameras: Collection[str]) -> Iterator[str]:
    """What a person should know before the run begins: what is not minded, and what none of its cameras sees."""
    yield from book.notes
    for zone in unseen(site, cameras):
        rules = ", ".join(rule.id for rule in site.rules if rule.zone == zone)
        yield f"zone '{zone}' lies outside every watched camera's view: nothing can come of {rules}"


def explained(book: RuleBook, about: str, as_json: bool) -> Iterator[str]:
    """Why what happened did or did not give a signal, a line each; of everything, or of one track, zone or rule."""
    for one in book.explain(None if about == EVERYTHING else about):
        yield _line(one, as_json)


def reasons(book: RuleBook, signal: Signal, about: str, as_json: bool) -> Iterator[str]:
    """Why a signal was raised, a line for each of its tracks; none where it goes on, ends, or is not what `about` asks.

    `about` as of --explain: EVERYTHING, a track, a zone or a rule.
    """
    if signal.state != "raised" or signal.rule is None:
        return
    for track in signal.tracks:
        for one in book.explain(track):
            if one.rule == signal.rule and about in (EVERYTHING, track, one.rule, one.zone):
                yield _line(one, as_json)


def _line(one: Explanation, as_json: bool) -> str:
    told: Mapping[str, Any] = {"schema": SCHEMA, "explain": one.to_json()}
    return json.dumps(told, ensure_ascii=False) if as_json else printable(f"why: {one.text}")


def unexplained(book: RuleBook, about: str) -> Iterator[str]:
    """What cannot be explained, in words."""
    if about != EVERYTHING and not book.explain(about):
        yield f"--explain {about}: no track that was seen, no zone and no rule has this id"
    if book.forgotten:
        yield f"--explain: {book.forgotten} tracks are forgotten, for there were too many to remember"
