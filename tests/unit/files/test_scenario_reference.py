"""The reference of the scenario file names every key of the code, and none besides."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bartizan.adapters.files import scenario
from bartizan.site.figures import Part

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "reference" / "scenario-file.md").read_text(encoding="utf-8")
TABLES: dict[str, type[Part]] = {
    "[scenario]": scenario.ScenarioHead,
    "[[scene]]": scenario.SceneEntry,
    "[[scene.actor]]": scenario.ActorEntry,
    "[[scene.sensor]]": scenario.SensorEntry,
    "[[scene.expect]]": scenario.ExpectEntry,
    "[[scene.order]]": scenario.OrderEntry,
}


def told(table: str) -> set[str]:
    section = PAGE.partition(f"## `{table}`")[2].partition("\n## ")[0]
    first = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    return {key for cell in first for key in re.findall(r"`(\w+)`", cell)}


@pytest.mark.parametrize("table", TABLES)
def test_each_table_names_the_keys_of_the_code(table: str) -> None:
    keys = {field.alias or name for name, field in TABLES[table].model_fields.items()}
    assert told(table) == keys
