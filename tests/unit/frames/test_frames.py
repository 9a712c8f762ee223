"""A study as pandas frames: types, units in names, and joins."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

import bartizan
from bartizan.adapters.frames import frames
from bartizan.app.study import Study, study, study_sheet
from bartizan.app.study.tables import study_tables
from bartizan.assess.task import Task
from bartizan.errors import MissingExtraError


@pytest.fixture(scope="module")
def answered(chancery: Path) -> Study:
    return study(bartizan.load(chancery), targets=["registry"], count=2)


def test_types_are_those_of_the_columns(answered: Study) -> None:
    made = frames(answered)
    assert list(made) == ["results", "paths", "steps", "figures"]
    results, steps = made["results"], made["steps"]
    assert [str(results[name].dtype) for name in ("case", "threat", "p_interruption", "proved")] == [
        "Int64",
        "string",
        "Float64",
        "boolean",
    ]
    assert str(steps["delay_mean_s"].dtype) == "Float64"
    # what no case has stays absent and of its type
    assert results["reason"].isna().all()
    assert str(results["reason"].dtype) == "string"


def test_frames_hold_the_tables_and_join(answered: Study) -> None:
    made: dict[str, Any] = dict(frames(answered))
    for name, table in study_tables(answered).items():
        assert len(made[name]) == len(table.rows)
        assert list(made[name].columns) == list(table.columns)
    steps = made["steps"]
    interrupted = (steps["p_first"] * steps["p_timely"]).groupby([steps["case"], steps["path"]]).sum()
    paths = made["paths"].set_index(["case", "path"])["p_interruption"]
    communication = made["results"].set_index("case")["p_communication"]
    for row in made["paths"].itertuples():
        expected = communication[row.case] * interrupted[row.case, row.path]
        assert paths[row.case, row.path] == pytest.approx(expected, abs=1e-12)


def test_a_sheet_has_frames_too_and_empty_ones_keep_their_types() -> None:
    task = Task(kind="element", id="fence", p_detection=0.5, detect_at="begin", delay_mean=400.0, delay_sd=3.0)
    made = frames(study_sheet([task], name="path.csv", response_mean=300, response_sd=90, p_communication=1.0))
    assert len(made["figures"]) == 0
    assert str(made["figures"]["trials"].dtype) == "Int64"
    assert made["results"]["threat"].isna().all()


def test_without_pandas_the_cure_is_told(answered: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(MissingExtraError, match=r"frames needs an extra .*pip install 'bartizan\[pandas\]'"):
        frames(answered)
