"""What `bartizan watch` says as it goes: signals to whoever else listens, and why each was raised, at once."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pytest

from bartizan.app.live import watch_tracks
from bartizan.cli.watch_rules import EVERYTHING, Counts
from bartizan.cli.watch_words import Teller
from bartizan.signal import Signal, SignalIds
from bartizan.site.document import build
from bartizan.site.site import Site
from bartizan.watch.rules import RuleBook

SITE = """
schema = 1
[site]
name = "A street"
[plan]
crs = "metres"
[[area]]
id = "street"
outside = true
[[zone]]
id = "pavement"
area = "street"
polygon = [[0, 0], [20, 0], [20, 5], [0, 5]]
[[rule]]
id = "loiter"
kind = "loitering"
zone = "pavement"
after = 20
[[rule]]
id = "enter"
kind = "intrusion"
zone = "pavement"
"""


@pytest.fixture
def site() -> Site:
    return build(tomllib.loads(SITE))


def moments() -> Iterator[tuple[float, Sequence[tuple[str, float, float]]]]:
    """Somebody stays for half a minute, somebody else passes in the middle of it."""
    for t in range(60):
        here = [("stays", 3.0, 1.0)] if t < 30 else []
        passes = [("passes", float(t), 2.0)] if t < 20 else []
        yield float(t), [*here, *passes]


@dataclass(slots=True)
class Unusual(Counts):
    """Finds every raised signal unusual."""

    def begin(self, site: Site, book: RuleBook, cameras: object) -> None:
        del site, book, cameras

    def take(self, signals: Sequence[Signal], t: float) -> tuple[Signal, ...]:
        raised = [signal for signal in signals if signal.state == "raised"]
        return tuple(Signal(id=f"n-{one.id}", t=t, kind="unusual-count", state="raised") for one in raised)


def run(site: Site, why: str | None, counts: Counts | None = None) -> list[Signal]:
    heard: list[Signal] = []
    book = RuleBook(site, SignalIds("run"), explain=True)
    teller = Teller(True, counts)
    teller.begin(site, book, (), also=heard.append, why=why)
    for t, _, signals in watch_tracks(site, moments(), run="run", book=book):
        teller.tell(signals, t)
    return heard


def told(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_each_signal_is_followed_by_why_it_was_raised_and_by_nothing_else(
    site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    heard = run(site, EVERYTHING)
    lines = told(capsys.readouterr().out)
    assert [one["id"] for one in lines if "explain" not in one] == [one.id for one in heard]
    for before, line in pairwise(lines):
        if "explain" in line:
            assert before["state"] == "raised"
            assert (line["explain"]["rule"], line["explain"]["track"]) == (before["rule"], before["tracks"][0])
            assert line["explain"]["outcome"] == "raised"
    raised = [one for one in heard if one.state == "raised"]
    assert sum("explain" in line for line in lines) == len(raised) == 3
    ended = [one for one in heard if one.state == "ended"]
    assert len(ended) == 3


@pytest.mark.parametrize(("about", "count"), [("loiter", 1), ("enter", 2), ("pavement", 3), ("roof", 0), (None, 0)])
def test_only_what_was_asked_for_is_explained(
    site: Site, capsys: pytest.CaptureFixture[str], about: str | None, count: int
) -> None:
    run(site, about)
    assert sum("explain" in line for line in told(capsys.readouterr().out)) == count


def test_a_track_that_was_asked_for_is_explained_alone(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    (stays,) = {one.tracks[0] for one in run(site, None) if one.rule == "loiter"}
    capsys.readouterr()
    run(site, stays)
    why = [line["explain"] for line in told(capsys.readouterr().out) if "explain" in line]
    assert {one["track"] for one in why} == {stays}
    assert {one["rule"] for one in why} == {"loiter", "enter"}


def test_who_else_listens_hears_what_is_unusual_too(site: Site, tmp_path: Any) -> None:
    heard = run(site, None, Unusual(tmp_path, "run"))
    assert [one.kind for one in heard if one.state == "raised"].count("unusual-count") == 3
