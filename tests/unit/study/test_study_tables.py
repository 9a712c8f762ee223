"""A study as tables: they say what the JSON form says, join, and are safe to open in a spreadsheet program."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable
from pathlib import Path

import pytest

import bartizan
from bartizan.adapters.files.tables import refuse_tables, write_tables
from bartizan.app.study import Study, study
from bartizan.app.study.tables import FIGURES, PATHS, RESULTS, STEPS, Table, study_tables
from bartizan.errors import InputError

REFERENCE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "tables.md"


@pytest.fixture(scope="module")
def answered(chancery: Path) -> Study:
    return study(bartizan.load(chancery), targets=["registry"], states=[[], ["night"]], count=3)


def rows(table: Table) -> list[dict[str, object]]:
    return [dict(zip(table.columns, row, strict=True)) for row in table.rows]


def test_results_say_what_the_json_form_says(answered: Study) -> None:
    told = answered.to_json()["results"]
    found = rows(study_tables(answered)["results"])
    assert len(found) == len(told) > 1
    for number, (row, result) in enumerate(zip(found, told, strict=True)):
        assert row["case"] == number
        assert row["state"] == (",".join(result["state"]) or None)
        for key in ("threat", "target", "response", "p_interruption", "critical_detection_point", "reason"):
            assert row[key] == result[key]
        assert row["paths"] == len(result["paths"])
        assert row["site_hash"] == answered.site_hash


def test_paths_and_steps_join_and_give_p_interruption_again(answered: Study) -> None:
    tables = study_tables(answered)
    results, paths = rows(tables["results"]), rows(tables["paths"])
    steps = rows(tables["steps"])
    for path in paths:
        mine = [step for step in steps if (step["case"], step["path"]) == (path["case"], path["path"])]
        assert [step["step"] for step in mine] == list(range(len(mine))) == list(range(int(str(path["steps"]))))
        # EASI: P_C times the sum of first detections that are in time
        total = math.fsum(float(str(step["p_first"])) * float(str(step["p_timely"])) for step in mine)
        communication = float(str(results[int(str(path["case"]))]["p_communication"]))
        assert path["p_interruption"] == pytest.approx(communication * total, abs=1e-12)
    worst = [path["p_interruption"] for path in paths if path["path"] == 0]
    assert worst == [row["p_interruption"] for row in results]


def test_figures_have_units_and_sources(answered: Study) -> None:
    found = rows(study_tables(answered)["figures"])
    assert len(found) == sum(len(case.rests_on) for case in answered.cases)
    assert {row["unit"] for row in found} == {"1", "s"}
    assert all(0.0 <= float(str(row["value"])) <= 1.0 for row in found if row["unit"] == "1")
    assert {row["source"] for row in found} == {"illustrative"}
    assert all((row["step"] is None) == (row["role"] == "response") for row in found)


def test_a_site_without_a_path_gives_a_row_with_its_reason(chancery: Path) -> None:
    site = bartizan.load(chancery)
    ways = [f"target/registry/way/{way.id}" for way in site.target("registry").ways]
    closed = site.with_changes([{"at": at, "set": {"needs": ["wings"]}} for at in ways])
    tables = study_tables(study(closed, targets=["registry"]))
    for row in rows(tables["results"]):
        assert (row["paths"], row["p_interruption"]) == (0, None)
        assert "no way" in str(row["reason"])
    assert tables["steps"].rows == tables["paths"].rows == ()


def test_files_are_the_tables_to_the_last_digit(answered: Study, tmp_path: Path) -> None:
    tables = study_tables(answered)
    write_tables(tmp_path / "out", tables)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "figures.csv",
        "paths.csv",
        "results.csv",
        "steps.csv",
    ]
    for name, table in tables.items():
        with (tmp_path / "out" / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
            head, *body = csv.reader(stream)
        assert head == list(table.columns)
        read: dict[str, Callable[[str], object]] = {
            "number": float,
            "whole": int,
            "yes": lambda text: text == "true",
            "text": str,
        }
        for cells, row in zip(body, table.rows, strict=True):
            kinds = table.columns.values()
            values = [None if cell == "" else read[kind](cell) for cell, kind in zip(cells, kinds, strict=True)]
            assert values == list(row)


@pytest.mark.parametrize("evil", ["=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "＝1"])
def test_no_text_is_a_formula(tmp_path: Path, evil: str) -> None:
    table = Table(columns={"name": "text", "value": "number"}, rows=((evil, -1.5), ('a "b", c', 2e-300)))
    write_tables(tmp_path / "out", {"results": table})
    with (tmp_path / "out" / "results.csv").open(encoding="utf-8", newline="") as stream:
        body = list(csv.reader(stream))
    assert body[1:] == [["'" + evil, "-1.5"], ['a "b", c', "2e-300"]]


def test_only_tables_of_ours_are_replaced(answered: Study, tmp_path: Path) -> None:
    tables = study_tables(answered)
    for _ in range(2):
        write_tables(tmp_path, tables)
    (tmp_path / "steps.csv").write_text("task,p_detection\n", encoding="utf-8")
    with pytest.raises(InputError, match="another kind of file"):
        refuse_tables(tmp_path)
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(InputError, match="is not a folder"):
        refuse_tables(tmp_path / "file")
    with pytest.raises(InputError, match="there is no folder"):
        refuse_tables(tmp_path / "a" / "b")


def test_the_reference_names_every_column() -> None:
    page = REFERENCE.read_text(encoding="utf-8")
    columns = {column for table in (RESULTS, PATHS, STEPS, FIGURES) for column in table}
    assert not {column for column in columns if f"`{column}`" not in page}
