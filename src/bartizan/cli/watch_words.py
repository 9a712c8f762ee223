"""What `bartizan watch` prints: signals on stdout; how far it is, what it came to and what is odd on stderr."""

from __future__ import annotations

import json
import math
import sys
import time
from collections.abc import Callable, Sequence

import click

from bartizan.cli.watch_rules import Counts, explained, notes, reasons, unexplained
from bartizan.cli.words import printable
from bartizan.signal import Signal
from bartizan.site.site import Site
from bartizan.watch.rules import RuleBook

REFRESH = 0.5  # seconds between two updates of the progress line


def many(count: int, what: str) -> str:
    """A count with its noun: "1 picture", "2,000 pictures"."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"


class Teller:
    """Prints signals on stdout as they come, and on stderr how far the run is (on a terminal) and what it came to."""

    def __init__(self, as_json: bool, counts: Counts | None = None) -> None:
        self._counts = counts
        self._as_json = as_json
        self._shows = sys.stderr.isatty()
        self._next = 0.0
        self._raised = 0
        self._silent = 0
        self._also: Callable[[Signal], object] = lambda signal: None
        self._book: RuleBook | None = None
        self._why: str | None = None

    def tell(self, signals: Sequence[Signal], t: float = math.nan) -> None:
        """Print signals, one a line, and after those of a moment `t` [s] what is unusual in their number."""
        if self._counts is not None:
            signals = (*signals, *self._counts.take(signals, t))
        for signal in signals:
            self._raised += signal.state == "raised" and signal.silent is None
            self._silent += signal.state == "raised" and signal.silent is not None
            self._wipe()
            click.echo(json.dumps(signal.to_json(), ensure_ascii=False) if self._as_json else _words(signal))
            self._also(signal)
            if self._book is not None and self._why is not None:
                for line in reasons(self._book, signal, self._why, self._as_json):
                    click.echo(line)

    def begin(
        self,
        site: Site,
        book: RuleBook,
        cameras: Sequence[str],
        *,
        also: Callable[[Signal], object] = lambda signal: None,
        why: str | None = None,
    ) -> None:
        """Say what a person should know before the run begins.

        `also` hears every signal that is printed. `why` (as of --explain) explains each signal as it is raised: a run
        without an end has none at which all could be explained.
        """
        self._also, self._book, self._why = also, book, why
        for words in notes(site, book, cameras):
            self.note(words)
        if self._counts is not None:
            self._counts.begin(site, book, cameras)

    def explain(self, book: RuleBook, about: str | None) -> None:
        """Say why something did or did not give a signal, where that was asked for."""
        if about is not None:
            for line in explained(book, about, self._as_json):
                click.echo(line)
            for words in unexplained(book, about):
                self.note(words)

    def progress(self, words: str) -> None:
        """Show how far the run is, now and then."""
        now = time.monotonic()
        if self._shows and now >= self._next:
            self._next = now + REFRESH
            click.echo(f"\r\x1b[K{words}", err=True, nl=False)

    def note(self, words: str) -> None:
        """Say something that is no signal."""
        self._wipe()
        click.echo(f"bartizan: {printable(words)}", err=True)

    def done(self, words: str) -> None:
        """Say what the run came to."""
        for trouble in () if self._counts is None else self._counts.done():
            self.note(trouble)
        quiet = f", {self._silent:,} recorded and not sounded"
        self.note(f"{words}; {many(self._raised, 'signal')} raised{quiet if self._silent else ''}")

    def _wipe(self) -> None:
        if self._shows:
            click.echo("\r\x1b[K", err=True, nl=False)
            self._next = 0.0


def _words(signal: Signal) -> str:
    when = f"{signal.t:9.1f} s" if signal.utc is None else signal.utc
    if signal.tracks:
        place = f"in {signal.zone}" if signal.zone is not None else f"at {signal.element or 'a line'}"
        where = f"{place} by {', '.join(signal.tracks)}"
    else:
        where = f"in {signal.zone}" if signal.zone is not None else f"of {', '.join(signal.cameras) or 'the site'}"
    quiet = "" if signal.silent is None else f", not sounded: {signal.silent}"
    what = f"{when}  {signal.state:7}  {signal.kind} {where}: {signal.because.get('text', '')}"
    return printable(f"{what} [{signal.id}, {signal.severity}{quiet}]")
