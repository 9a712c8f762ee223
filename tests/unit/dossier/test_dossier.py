"""Everything said of a site on one page: each part in its place, the same bytes again, and in agreement."""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bartizan.adapters.report.dossier import render
from bartizan.adapters.report.svg import ticks
from bartizan.app.dossier import Dossier, Wanted, dossier_of
from bartizan.app.simulate import Trials
from bartizan.assess.doubt import Asked
from bartizan.cli.main import main
from bartizan.site.document import build

HOSTILE = "<script>alert(1)</script>"

# a fence and a gate, one of them doubtful; two upgrades, of which one is worth nothing alone
DOCUMENT: dict[str, Any] = {
    "schema": 1,
    "site": {"name": HOSTILE},
    "area": [{"id": "street", "outside": True}, {"id": "yard", "name": HOSTILE}],
    "element": [
        {
            "id": name,
            "name": HOSTILE,
            "kind": name,
            "between": ["street", "yard"],
            "way": [{"id": "pass", "p_detection": p, "detect_at": "begin", "delay": {"mean": 60, "sd": 18}}],
        }
        for name, p in (("gate", {"detected": 9, "trials": 20}), ("fence", 0.7))
    ],
    "target": [{"id": "safe", "area": "yard", "way": [{"id": "open", "delay": {"mean": 120, "sd": 36}}]}],
    "response": [{"id": "guards", "arrival": {"mean": 100, "sd": 30}, "strength": 2}],
    "threat": [{"id": "climber"}],
    "upgrade": [
        {
            "id": name,
            "name": HOSTILE,
            "cost": cost,
            "changes": [{"at": f"element/{at}/way/pass", "set": {"p_detection": 0.95}}],
        }
        for name, cost, at in (("sensor", 10, "gate"), ("mesh", 5, "fence"))
    ],
}


@pytest.fixture(scope="module")
def dossier() -> Dossier:
    wanted = Wanted(
        require=0.8, doubt=Asked(draws=512, require=0.8), trials=Trials(seed=3, standard_error=0.01), budget=Decimal(10)
    )
    return dossier_of(build(DOCUMENT), wanted=wanted)


def test_every_part_stands_on_the_page_and_names_do_no_harm(dossier: Dossier) -> None:
    page = render(dossier)
    for heading in (
        "The layers, and the worst path through them",
        "How sure is this, and what drives the doubt",
        "to 0.8",
        "Balance within each layer",
        "What each part is worth",
        "What money buys",
        "Tried again and again, all responses together",
        "The figures behind this answer",
    ):
        assert heading in page
    assert HOSTILE not in page
    assert "&lt;script&gt;" in page
    assert "http:" not in page
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_the_same_question_gives_the_same_page(dossier: Dossier) -> None:
    wanted = Wanted(
        require=0.8, doubt=Asked(draws=512, require=0.8), trials=Trials(seed=3, standard_error=0.01), budget=Decimal(10)
    )
    assert render(dossier_of(build(DOCUMENT), wanted=wanted)) == render(dossier)


def test_the_parts_agree_on_the_figure_that_all_of_them_know(dossier: Dossier) -> None:
    (case,) = dossier.study.cases
    p = case.result.p_interruption
    doubted, advised, tried = dossier.doubt(case), dossier.advised(case), dossier.tried(case)
    assert p is not None
    assert doubted is not None
    assert doubted.doubt is not None
    assert doubted.doubt.p_interruption == pytest.approx(p, abs=1e-12)
    assert advised is not None
    assert advised.path is not None
    assert advised.path.p_interruption == p
    assert dossier.upgrades is not None
    assert dossier.upgrades.hardening.front[0].value == pytest.approx(p, abs=1e-12)
    assert tried is not None
    share = tried.tried[0].simulation.p_interruption
    assert abs(share.value - p) < 5 * share.standard_error


def test_the_budget_buys_what_lifts_the_weakest(dossier: Dossier) -> None:
    assert dossier.upgrades is not None
    assert dossier.upgrades.hardening.best.upgrades == ("sensor",)


def test_a_reading_that_upgrades_do_not_cover_leaves_them_out() -> None:
    wanted = Wanted(doubt=Asked(draws=256), trials=Trials(standard_error=0.02))
    found = dossier_of(build(DOCUMENT), wanted=wanted, forced="stays-open")
    assert found.upgrades is None
    assert "What money buys" not in render(found)


def test_the_verb_writes_the_page(tmp_path: Path) -> None:
    (tmp_path / "site.toml").write_text(
        'schema = 1\nsite = { name = "Yard" }\n'
        'area = [{ id = "street", outside = true }, { id = "yard" }]\n'
        'target = [{ id = "safe", area = "yard", way = [{ id = "open", delay = { mean = 90, sd = 9 } }] }]\n'
        'response = [{ id = "guards", arrival = { mean = 50, sd = 5 } }]\n'
        "[[element]]\nid = 'gate'\nkind = 'gate'\nbetween = ['street', 'yard']\n"
        "[[element.way]]\nid = 'pass'\np_detection = 0.5\ndetect_at = 'begin'\ndelay = { mean = 5, sd = 1 }\n"
    )
    page = tmp_path / "page.html"
    answer = CliRunner().invoke(main, ["report", str(tmp_path), str(page), "--state", "-"])
    assert answer.exit_code == 0, answer.output
    assert "What each part is worth" in page.read_text()
    refused = CliRunner().invoke(main, ["report", str(tmp_path), str(tmp_path / "site.toml")])
    assert refused.exit_code == 2
    assert "another kind of file" in refused.output


@pytest.mark.parametrize(("first", "last"), [(0.0, 1.0), (-37.0, 412.0), (0.0, 3e7), (0.0, 2e-5)])
def test_ticks_are_round_and_within(first: float, last: float) -> None:
    found = ticks(first, last, 6)
    assert 3 <= len(found) <= 8
    assert first <= found[0]
    assert found[-1] <= last * (1 + 1e-12)
    steps = {round((b - a) / (found[1] - found[0]), 9) for a, b in pairwise(found)}
    assert steps == {1.0}
