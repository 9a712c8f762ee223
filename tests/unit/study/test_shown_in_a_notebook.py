"""Sites, studies and results at a prompt and in a notebook: short, right, and safe whatever the site is called."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import pytest

import bartizan
from bartizan.app.study import Study, study, study_sheet
from bartizan.app.study.shown import SHOWN
from bartizan.assess.task import Task
from bartizan.site.site import Site


class Cells(HTMLParser):
    """The words of each row of a table, and every tag that was met."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.tags: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_data(self, data: str) -> None:
        if self.rows:
            self.rows[-1][-1] += data


@pytest.fixture(scope="module")
def site(chancery: Path) -> Site:
    loaded: Site = bartizan.load(chancery)
    return loaded


@pytest.fixture(scope="module")
def answered(site: Site) -> Study:
    return study(site, count=2)


def test_one_line_at_a_prompt(site: Site, answered: Study) -> None:
    least = min(result.p_interruption for result in answered.results if result.p_interruption is not None)
    assert repr(site).startswith(f"Site('Example chancery', {len(site.areas)} areas, {len(site.elements)} elements")
    assert site.hash[:12] in repr(site)
    assert f"{len(answered.results)} results, P_I {least:.4f} to" in repr(answered)
    first = answered.results[0]
    assert f"target {first.target!r}" in repr(first)
    assert f"P_I {first.p_interruption:.4f}" in repr(first)
    assert all(len(repr(one)) < 300 and "\n" not in repr(one) for one in (site, answered, first))


def test_a_study_is_a_table_least_first(answered: Study) -> None:
    head, *body = Cells(answered._repr_html_()).rows
    assert head == ["threat", "target", "state", "response", "P_I", "P_E", "proved", "worst path"]
    values = [float(row[4]) for row in body]
    assert values == sorted(values)
    assert len(body) == min(len(answered.cases), SHOWN)
    assert {row[6] for row in body} == {"yes"}


def test_a_result_is_its_worst_path_step_by_step(answered: Study) -> None:
    result = answered.results[0]
    path = result.paths[0]
    _, *body = Cells(result._repr_html_()).rows
    assert len(body) == len(path.steps)
    marked = [index for index, row in enumerate(body) if row[0] == ">"]
    assert marked == [path.critical_detection_point]
    assert [row[2] for row in body] == [f"{s.p_detection:.3f}" if s.p_detection else "" for s in path.steps]


def test_no_path_says_why(site: Site) -> None:
    ways = [f"target/registry/way/{way.id}" for way in site.target("registry").ways]
    shut = site.with_changes([{"at": at, "set": {"needs": ["wings"]}} for at in ways])
    answer = study(shut, targets=["registry"], responses=["guard-force"])
    assert "no path" in repr(answer)
    assert "no path" in repr(answer.results[0])
    assert all("no way" in row[7] for row in Cells(answer._repr_html_()).rows[1:])
    assert "no way" in answer.results[0]._repr_html_()


def test_words_of_a_site_stay_words() -> None:
    evil = "<script>alert(1)</script><img src=x onerror=y>&quot;"
    task = Task(kind="element", id=evil, p_detection=0.5, detect_at="begin", delay_mean=400.0, delay_sd=3.0)
    answer = study_sheet([task], name=evil, response_mean=300, response_sd=90, p_communication=1.0)
    for text in (answer._repr_html_(), answer.results[0]._repr_html_()):
        assert Cells(text).tags <= {"table", "caption", "thead", "tbody", "tr", "th", "td"}
        assert "&lt;script&gt;" in text


def test_a_site_is_a_table_of_what_it_holds(site: Site) -> None:
    cells = Cells(site._repr_html_())
    assert cells.tags <= {"table", "caption", "tbody", "tr", "td"}
    assert cells.rows[0][:2] == ["areas", str(len(site.areas))]
    assert "and " in cells.rows[0][2]


def test_a_what_if_and_what_it_changes(site: Site) -> None:
    element = site.elements[0]
    change = {"at": f"element/{element.id}/way/{element.ways[0].id}", "set": {"delay": {"mean": 400, "sd": 1}}}
    other = site.with_changes([change])
    (difference,) = site.diff(other)
    assert (difference.at, dict(difference.set)) == (change["at"], change["set"])
    assert repr(site) != repr(other)
