"""The public names of the package: each is there, documented, lazy, and what the command line has as a verb."""

from __future__ import annotations

import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import bartizan
from bartizan.errors import InputError

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "reference" / "python.md"
VERBS = sorted(set(bartizan.__all__) - {"BartizanError", "__version__"})


def test_the_names_are_those_that_are_promised() -> None:
    promised = {"assess", "assess_sheet", "check", "compare", "frames", "import_plan", "load", "read_sheet"}
    assert set(VERBS) >= promised
    assert sorted(bartizan.__all__) == dir(bartizan)
    assert set(VERBS) == set(bartizan._VERBS)


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_says_what_it_answers(verb: str) -> None:
    module, function = bartizan._VERBS[verb]
    called = getattr(bartizan, verb)
    assert callable(called)
    found = inspect.getdoc(getattr(__import__(module, fromlist=[function]), function)) or ""
    assert len(found) > 60
    assert f"`bartizan.{verb}" in PAGE.read_text(encoding="utf-8")


def test_nothing_heavy_is_imported_before_it_is_asked_for() -> None:
    code = "import sys, bartizan; print(sorted({'numpy', 'pandas', 'shapely', 'ezdxf', 'openpyxl'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_plan_by_python(tmp_path: Path) -> None:
    path = tmp_path / "yard.geojson"
    path.write_text(
        '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"type": "yard"},'
        ' "geometry": {"type": "Polygon", "coordinates": [[[0, 0], [20, 0], [20, 10], [0, 0]]]}}]}'
    )
    draft = bartizan.import_plan(path, unit="ft")
    assert draft.features[0].shape.area == pytest.approx(100 * 0.3048**2)
    with pytest.raises(InputError, match=r"no unit 'furlong'. Give one of mm, cm, m"):
        bartizan.import_plan(path, unit="furlong")


def test_a_what_if_reads_like_a_sentence(chancery: Path) -> None:
    site = bartizan.load(chancery)
    other = site.with_changes([{"at": "element/hard-line/way/force", "set": {"delay": {"mean": 300, "sd": 90}}}])
    before, after = (bartizan.assess(one, targets=["registry"], count=1) for one in (site, other))
    least = [min(result.p_interruption for result in study.results) for study in (before, after)]
    assert least[1] > least[0]
    assert [change.at for change in site.diff(other)] == ["element/hard-line/way/force"]
    assert not bartizan.check(site) or all(finding.level != "error" for finding in bartizan.check(site))


def test_every_question_can_be_asked_by_its_verb(chancery: Path) -> None:
    site = bartizan.load(chancery)
    one = {"threats": ["lone-intruder"], "targets": ["registry"], "responses": ["guard-force"]}
    study = bartizan.assess(site, **one, count=1)
    (worst,) = study.results
    advice = bartizan.advise(site, **one).to_json()
    assert advice["results"][0]["target"] == "registry"
    assert bartizan.spare(site, **one).to_json()["site"]["hash"] == site.hash
    alike = bartizan.compare_states(site, ["day"], ["night"], targets=["registry"], responses=["guard-force"])
    assert alike.to_json()
    trials = bartizan.Trials(seed=1, standard_error=0.05, at_most=2000)
    tried = bartizan.simulate(site, threats=["lone-intruder"], targets=["registry"], trials=trials).to_json()
    assert tried["seed"] == 1
    assert worst.p_interruption is not None
