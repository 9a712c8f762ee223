"""The report on paper: every sheet numbered, drawings in their colours, nothing fetched."""

from __future__ import annotations

import base64
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from bartizan.adapters.report import pdf
from bartizan.adapters.report.page import rendered
from bartizan.adapters.report.pdf import as_pdf
from bartizan.cli.main import main
from bartizan.errors import MissingPartError
from whole import missing

# two red points
PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAIAAAB7QOjdAAAADElEQVQIHWP8zwACAAYIAQHI6m3jAAAAAElFTkSuQmCC"
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def paper() -> None:
    """WeasyPrint and Pango."""
    try:
        pdf.require_extra()
    except MissingPartError as error:
        missing(str(error))


@pytest.fixture
def pdftotext() -> str:
    """The path of poppler's pdftotext."""
    path = shutil.which("pdftotext")
    if path is None:
        missing("pdftotext (Debian: poppler-utils)")
        raise AssertionError  # missing() never returns
    return path


@pytest.mark.usefixtures("paper")
def test_the_report_of_a_site_on_paper(tmp_path: Path, pdftotext: str) -> None:
    place = tmp_path / "report.pdf"
    asked = ["assess", str(ROOT / "examples" / "chancery"), "--threat", "armed-intruder", "--target", "registry"]
    answer = CliRunner().invoke(main, [*asked, "--response", "guard-force", "--report", str(place)])
    assert answer.exit_code == 0, answer.output
    assert place.read_bytes().startswith(b"%PDF-")
    text = subprocess.run([pdftotext, str(place), "-"], capture_output=True, text=True, check=True).stdout
    said = re.search(r"P_I = (0\.\d+)", answer.output)
    assert said is not None
    assert f"{float(said[1]):.3f}" in text
    assert "Critical detection point" in text
    assert re.search(r"\b1\s*/\s*\d+", text)
    # a second time it replaces the first, for that is a PDF too
    assert CliRunner().invoke(main, [*asked, "--report", str(place)]).exit_code == 0


def test_drawings_carry_their_own_style_in_the_colours_of_print() -> None:
    own = pdf._drawing_style()
    assert "var(" not in own
    assert re.search(r"\.drawing \.route \{[^}]*stroke: #b4420a", own)


@pytest.mark.usefixtures("paper")
def test_nothing_is_fetched(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A picture beside the page is refused; the same picture as data is drawn."""
    place = tmp_path / "x.png"
    place.write_bytes(base64.b64decode(PICTURE))
    outside = as_pdf(f'<!DOCTYPE html><p>words</p><img src="{place.as_uri()}">')
    assert "disallowed protocol" in caplog.text
    assert b"/Image" not in outside
    inside = as_pdf(f'<!DOCTYPE html><p>words</p><img src="data:image/png;base64,{PICTURE}">')
    assert b"/Image" in inside


def test_without_the_extra_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    place = tmp_path / "report.pdf"
    answer = CliRunner().invoke(main, ["assess", str(ROOT / "examples" / "chancery"), "--report", str(place)])
    assert answer.exit_code != 0
    assert "bartizan[pdf]" in answer.output
    assert not place.exists()


def test_a_page_of_the_house_has_the_variables_that_print_needs() -> None:
    page = rendered("page.html.j2", title="<b>")
    assert "<title>&lt;b&gt;</title>" in page
