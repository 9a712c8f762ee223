"""The reference of the JSON forms names every key that is written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

import bartizan
from bartizan.app.advice import advise_site
from bartizan.app.calibration import Walked, calibrated
from bartizan.app.doubt import doubt_site
from bartizan.app.figures import study_figures
from bartizan.app.incidents.timeline import timeline
from bartizan.app.ledger import MemoryJournal
from bartizan.app.room import open_room
from bartizan.app.simulate import Trials, simulate_site
from bartizan.assess.doubt import Asked
from bartizan.desk.figures import Life, Origin
from bartizan.geometry.homography import Homography
from bartizan.signal import Signal
from bartizan.site.model import Change
from bartizan.watch.calibrate import Found, People, Stance, Walkers

PAGE = Path(__file__).resolve().parents[2].joinpath("docs", "reference", "json.md").read_text(encoding="utf-8")


def keys_of(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, part in value.items():
            yield key
            # what was asked for, and why a signal was raised, are open forms
            if key not in ("options", "because"):
                yield from keys_of(part)
    elif isinstance(value, list):
        for part in value:
            yield from keys_of(part)


def test_every_key_of_the_desks_figures_is_told() -> None:
    at = datetime(2026, 11, 2, tzinfo=UTC)
    sounded = tuple(at + timedelta(seconds=second) for second in range(12))
    life = Life(
        alarm="a",
        number=1,
        exercise=False,
        priority="high",
        origins=(Origin("rule", "r"),),
        place=None,
        raised_at=at,
        sounded=sounded,
        active=tuple((one, one) for one in sounded),
    )
    study = study_figures([life], until=at + timedelta(days=1)).to_json()
    written = set(keys_of(study))
    assert {"floods", "chattering", "backwards", "nuisance_a_day"} <= written
    # the names of limits are those of `judged`, which the page of figures words
    assert (
        sorted(key for key in written - set(study["limits"]) if f"`{key}`" not in PAGE and f'"{key}"' not in PAGE) == []
    )


def test_every_key_of_an_assessment_is_told(chancery: Path) -> None:
    written = set(keys_of(bartizan.assess(bartizan.load(chancery)).to_json()))
    assert {"p_interruption", "mean_after", "hash"} <= written
    assert not {key for key in written if f"`{key}`" not in PAGE}


def test_every_key_of_a_simulation_is_told(chancery: Path) -> None:
    site = bartizan.load(chancery)
    if not site.engagements:
        guards = {"id": "guards", "response": "guard-force", "law": "linear", "advantage": 0.5}
        site = site.with_changes([Change(add={"engagement": guards})])
    campaign = simulate_site(
        site, targets=["registry"], responses=["guard-force"], trials=Trials(standard_error=0.01)
    ).to_json()
    for case in campaign["results"]:
        for path in case["paths"]:
            # keyed by the ids of responses, and by shares
            path["p_interruption_alone"] = list(path["p_interruption_alone"].values())
            for times in path["simulation"]["times"]:
                times["quantiles"] = list(times["quantiles"].values())
    written = set(keys_of(campaign))
    assert {"p_effectiveness", "standard_error", "histogram", "there"} <= written
    assert not {key for key in written if f"`{key}`" not in PAGE}


def test_every_key_of_a_doubt_is_told(chancery: Path) -> None:
    site = bartizan.load(chancery).with_changes(
        [{"at": "response/guard-force", "set": {"arrival": {"mean": 140, "sd": 42, "trials": 9}}}]
    )
    found = doubt_site(
        site,
        asked=Asked(draws=256),
        bound="lower",
        threats=["armed-intruder"],
        targets=["registry"],
        responses=["guard-force"],
    )
    written = set(keys_of(found.to_json()))
    assert {"drivers", "trials_to_settle", "attained", "share_at_most", "low_error"} <= written
    assert not {key for key in written if f"`{key}`" not in PAGE}


def test_every_key_of_advice_is_told(chancery: Path) -> None:
    written = set(keys_of(advise_site(bartizan.load(chancery), want=0.8).to_json()))
    assert {"levers", "hindrance", "artefact", "weakest"} <= written
    assert not {key for key in written if f"`{key}`" not in PAGE}


def test_every_key_of_a_signal_is_told() -> None:
    written = set(keys_of(Signal(id="r-1", t=0.0, kind="loitering", state="raised").to_json()))
    assert "because" in written
    assert not {key for key in written if f"`{key}`" not in PAGE}


def test_every_key_of_a_calibration_is_told(chancery: Path) -> None:
    site = bartizan.load(chancery)
    pairs: list[list[float]] = [[60, 300, 20, 12], [580, 310, 30, 12.5], [80, 460, 22, 7]]
    pairs += [[560, 450, 28, 7.2], [320, 380, 25, 9]]
    camera = replace(site.camera("entrance"), model=Homography.from_points(pairs, (640, 480)))
    answer = calibrated(site, camera).to_json()
    answer["classes"] = list(answer["classes"].values())  # keyed by years
    stance = Stance(600.0, 0.3, 0.0, 0.3)
    found = Found(stance, 1.7, ((stance, 1.7),), 100, 90, 9, 0.05)
    seen = Walkers(np.zeros(1), np.zeros((1, 2)), np.ones(1), (640, 480), {})
    answer["walkers"] = Walked(found, None, seen, People(), 1).to_json()
    written = set(keys_of(answer))
    assert {"leverage", "polygon", "steepest", "scatter", "reached"} <= written
    assert not {key for key in written if f"`{key}`" not in PAGE}


def test_every_key_of_an_incident_is_told() -> None:
    at = datetime(2026, 11, 2, tzinfo=UTC)
    steps = [{"id": "a", "text": "t", "answer": [{"id": "y", "text": "yes"}]}]
    site = bartizan.site.build(
        {
            "schema": 1,
            "site": {"name": "x"},
            "responder": [{"id": "anna"}],
            "procedure": [{"id": "p", "kind": "entry", "step": steps}],
        }
    )
    room = open_room(site, MemoryJournal(), lambda: at, minds=False)
    first = room.incidents.open([], "Ann", title="x", kind="entry", exercise=False)
    other = room.incidents.open([], "Ann", title="y", kind="entry", exercise=False)
    room.incidents.step(first.id, "a", "Ann", answer="y")
    room.incidents.send(first.id, "anna", "Ann")
    room.incidents.note(first.id, "words", "Ann")
    room.incidents.link(first.id, other.id, "related-to", "Ann")
    told = room.incidents.incident(first.id).to_json()
    offers = [
        one.to_json()
        for one in room.seen_before.offers(room.incidents.open([], "A", title="z", exercise=False).id).best
    ]
    moments = [one.to_json() | {"details": None} for one in timeline(room.ledger, room.desk, first)]
    assert moments
    written = set(keys_of(told)) | {key for one in offers for key in one} | {key for one in moments for key in one}
    assert {"seen_by", "answers", "sent_by"} <= written
    assert sorted(key for key in written if f"`{key}`" not in PAGE) == []


def test_every_key_of_a_verified_package_is_told(tmp_path: Path) -> None:
    from click.testing import CliRunner  # noqa: PLC0415

    from bartizan.cli.main import main  # noqa: PLC0415
    from shared_case import a_package  # noqa: PLC0415

    told = CliRunner().invoke(main, ["verify", str(a_package(tmp_path / "p.zip")), "--json"])
    written = set(keys_of(json.loads(told.output)))
    assert {"records_proved", "sha256", "root"} <= written
    section = PAGE[PAGE.index("## `bartizan verify --json`") : PAGE.index("## Exit status")]
    assert {key for key in written if f"`{key}`" not in section} == set()
