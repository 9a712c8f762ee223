"""The examples of the documentation are run: a page that lies fails."""

from __future__ import annotations

import re
import shlex
import shutil
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from bartizan.cli.main import main
from bartizan.site.entries import KINDS, TABLES, entry_model

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "docs" / "howto").glob("*.md"))]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
EXAMPLES = [page for page in PAGES if {kind for kind, _ in BLOCK.findall(page.read_text())} & {"console", "python"}]


def test_there_are_examples() -> None:
    assert {page.name for page in EXAMPLES} >= {"README.md", "tutorial.md", "easi-sheet.md", "own-site.md"}


@pytest.mark.parametrize("page", EXAMPLES, ids=[page.stem for page in EXAMPLES])
def test_the_examples_of_a_page_run(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An EASI sheet becomes path.csv; console blocks run line by line; python blocks run as they stand."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples", ignore=shutil.ignore_patterns("*data*"))
    monkeypatch.chdir(tmp_path)
    for kind, text in BLOCK.findall(page.read_text()):
        if kind == "text" and text.startswith("task,p_detection"):
            (tmp_path / "path.csv").write_text(text)
        elif kind == "console":
            run_console(text)
        elif kind == "python":
            exec(compile(text, str(page), "exec"), {})  # noqa: S102 the page is ours


def run_console(text: str) -> None:
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, *promised = part.splitlines()
        program, *arguments = shlex.split(command)
        assert program == "bartizan", command
        answer = CliRunner().invoke(main, arguments)
        assert answer.exit_code == 0, f"{command}\n{answer.output}"
        place = 0
        for line in promised:
            if line.strip() in ("", "..."):
                continue
            found = answer.output.find(line.rstrip(), place)
            assert found >= 0, f"{command} no longer prints {line!r}:\n{answer.output}"
            place = found


@pytest.mark.parametrize("page", [page for page in PAGES if "```toml" in page.read_text()], ids=lambda page: page.stem)
def test_what_a_page_writes_into_a_site_is_taken(page: Path) -> None:
    for kind, text in BLOCK.findall(page.read_text()):
        for part, written in tomllib.loads(text).items() if kind == "toml" else ():
            assert part in {*KINDS, *TABLES}, (
                f"{part} is no part of a site file: a file of another kind is no toml block"
            )
            for entry in written if isinstance(written, list) else [written]:
                model = TABLES.get(part) or entry_model(part, entry) or KINDS[part]
                model.model_validate(entry, context={"default_sd": None})
