"""The notebook of the documentation is run by a kernel: a cell that fails, or no longer answers so, fails here."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "docs" / "notebooks" / "first_notebook.py"


def percent() -> ModuleType:
    spec = importlib.util.spec_from_file_location("percent", ROOT / "docs" / "notebooks" / "percent.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def run() -> Any:
    return percent().run(SCRIPT, ROOT)


def answers(made: Any, word: str) -> list[Any]:
    (cell,) = [cell for cell in made["cells"] if cell["cell_type"] == "code" and word in cell["source"]]
    return list(cell["outputs"])


def test_every_cell_answers_without_an_error(run: Any) -> None:
    code = [cell for cell in run["cells"] if cell["cell_type"] == "code"]
    assert len(code) >= 10
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))
    assert not [output for cell in code for output in cell["outputs"] if output["output_type"] == "error"]
    # nothing goes to stderr: a warning would be the first thing that a newcomer reads
    assert not [output for cell in code for output in cell["outputs"] if output.get("name") == "stderr"]


def test_sites_studies_and_results_show_tables(run: Any) -> None:
    for word in ("bartizan.load", "study = bartizan.assess", "result = study", 'frames["results"][['):
        assert "<table" in answers(run, word)[-1]["data"]["text/html"]


def test_the_words_around_the_cells_are_true(run: Any) -> None:
    (said,) = answers(run, "before = min")
    before, after = map(float, re.findall(r"\d\.\d+", said["text"]))
    assert after > before
    (swept,) = answers(run, "for minutes in")
    values = [float(value) for value in re.findall(r"P_I (\d\.\d+)", swept["text"])]
    # once one barrier is strong enough another way is taken, and more of the same helps no more
    assert values == sorted(values)
    assert values[0] < values[-1] == values[-2]
    lines = swept["text"].splitlines()
    assert "hard-line" in lines[0]
    assert "hard-line" not in lines[-1]
    (told,) = answers(run, "registry-dor")
    assert "Did you mean 'registry-door'?" in told["text"]


def test_the_page_shows_cells_and_answers(run: Any) -> None:
    text = percent().page(run)
    assert text.startswith("# Tutorial: a first notebook")
    assert text.count("```python") == sum(cell["cell_type"] == "code" for cell in run["cells"])
    assert "{raw} html" in text
    assert "0x" not in text
