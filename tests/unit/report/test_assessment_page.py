"""The report: well-formed, self-contained, hostile names harmless, every figure with its source."""

from __future__ import annotations

import copy
import re
import tomllib
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from bartizan.adapters.report.assessment import render
from bartizan.adapters.report.layers import areas_along
from bartizan.adapters.report.words import clean, figure, probability, subscripts
from bartizan.app.study import Study, study, study_sheet
from bartizan.assess.task import Task
from bartizan.quantity import Duration, Probability
from bartizan.site.document import build

VOID = {"meta", "br", "hr", "img", "link", "input"}
HOSTILE = "<script>alert(1)</script>\"'&</style></svg><img src=http://evil.example/x onerror=alert(1)>"

DOCUMENT: dict[str, Any] = {
    "schema": 1,
    "site": {"name": "Keep"},
    "area": [
        {"id": "street", "outside": True, "polygon": [[0, 0], [40, 0], [40, 5], [0, 5]]},
        {"id": "lane", "outside": True},
        {"id": "yard", "polygon": [[0, 5], [40, 5], [40, 20], [0, 20]], "crossing": {"delay": {"mean": 8, "sd": 2}}},
        {"id": "garden"},
        {"id": "vault"},
        {"id": "attic"},
    ],
    "element": [
        {
            "id": name,
            "kind": "door",
            "between": between,
            "way": [{"id": "force", "p_detection": p, "detect_at": "begin", "delay": {"mean": mean, "sd": 0.3 * mean}}],
        }
        for name, between, p, mean in (
            ("gate", ["street", "yard"], 0.3, 30),
            ("back-gate", ["lane", "garden"], 0.9, 60),
            ("arch", ["yard", "garden"], 0.1, 5),
            ("vault-door", ["garden", "vault"], 0.9, 120),
        )
    ],
    "target": [
        {
            "id": "gold",
            "area": "vault",
            "objective": "remove",
            "way": [{"id": "carry", "delay": {"mean": 60, "sd": 40, "source": "drill"}}],
        }
    ],
    "response": [{"id": "guards", "arrival": {"mean": 150, "sd": 45}, "p_communication": 0.95}],
    "state": [{"id": "night", "axis": "time", "changes": []}],
    "plan": {"crs": "metres"},
}
DOCUMENT["element"][0]["line"] = [[10, 5], [12, 5]]


class Page(HTMLParser):
    """Reads a page strictly: every tag closed in its turn; collects what a test asks for."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.ids: list[str] = []
        self.words: list[str] = []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        self.ids += [value or "" for name, value in attrs if name == "id"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.words))


def keep(**options: Any) -> Study:
    return study(build(copy.deepcopy(DOCUMENT)), **options)


def check_self_contained(page: str, parsed: Page) -> None:
    assert not {"script", "link", "img", "iframe", "object", "embed", "form", "base", "image", "use"} & set(parsed.tags)
    for name, value in parsed.attributes:
        assert not name.startswith("on")
        assert name not in ("src", "srcset", "action", "data", "xlink:href")
        assert name != "href" or value.startswith("#")
    assert "@import" not in page
    assert "url(" not in page
    assert "http:" not in page
    assert "https:" not in page


def test_a_page_is_well_formed_and_self_contained() -> None:
    page = render(keep(require=0.5))
    parsed = Page(page)
    check_self_contained(page, parsed)
    assert len(parsed.ids) == len(set(parsed.ids))
    assert {value for name, value in parsed.attributes if name == "href"} <= {f"#{name}" for name in parsed.ids}


def test_the_same_study_gives_the_same_bytes() -> None:
    assert render(keep()) == render(keep())


def test_every_drawing_is_named_for_those_who_cannot_see_it() -> None:
    parsed = Page(render(keep()))
    labels = [value for name, value in parsed.attributes if name == "aria-labelledby"]
    assert len(labels) == parsed.tags.count("svg") == 3
    assert all(part in parsed.ids for label in labels for part in label.split())
    assert parsed.attributes.count(("role", "img")) == 3
    assert parsed.tags.count("th") == sum(name == "scope" for name, _ in parsed.attributes)


def test_it_says_what_was_found() -> None:
    found = keep(require=0.99, states=[["night"]])
    case = found.cases[0]
    words = Page(render(found)).text
    assert case.worst is not None
    assert found.site_hash in words
    assert f"Bartizan {found.version}" in words
    assert probability(case.worst.p_interruption) in words
    assert "The required 0.99 is not met." in words
    assert "critical detection point" in words
    assert "Wide spread" in words
    assert "lower bound = value" in words
    assert "no engagement figure" in words
    assert "States asked for night" in words
    assert f"{len(case.rests_on)} figures" in words
    for step in case.worst.steps:
        assert step.id in words


def test_each_figure_stands_with_its_source_or_as_unsourced() -> None:
    found = keep()
    rows = re.findall(
        r"<tr><th scope=\"row\">[^<]*</th><td>[^<]*</td><td class=\"n\">[^<]*</td><td(.*?)</td></tr>", render(found)
    )
    sources = [figure.source for figure in found.cases[0].rests_on]
    assert [row.rpartition(">")[2] for row in rows] == [source or "unsourced" for source in sources]
    assert [' class="unsourced"' in row for row in rows] == [source is None for source in sources]
    assert "drill" in sources


def hostile(value: Any) -> Any:
    """The document with every name set to hostile words, and such sources added."""
    if isinstance(value, list):
        return [hostile(item) for item in value]
    if isinstance(value, dict):
        named = {key: hostile(item) for key, item in value.items()}
        if "id" in named:
            named["name"] = HOSTILE
        if "mean" in named:
            named["source"] = HOSTILE
        return named
    return value


def test_hostile_names_are_words_and_nothing_else() -> None:
    document = hostile(copy.deepcopy(DOCUMENT))
    document["site"]["name"] = HOSTILE + "\x07\u202e"
    page = render(study(build(document), states=[["night"]]))
    parsed = Page(page)
    # the words are there, and no part of them is a tag, an attribute or a style
    assert HOSTILE in parsed.text
    assert not {"script", "img"} & set(parsed.tags)
    assert not any(name.startswith("on") or name == "src" for name, _ in parsed.attributes)
    assert parsed.tags.count("style") == 1
    assert parsed.tags.count("svg") == 3
    assert "\x07" not in page
    assert "\u202e" not in page


def test_hostile_names_of_a_sheet() -> None:
    task = Task(kind="element", id=HOSTILE, p_detection=0.5, detect_at="middle", delay_mean=10.0, delay_sd=9.0)
    found = study_sheet([task], name=HOSTILE, response_mean=5.0, response_sd=1.0, p_communication=1.0)
    parsed = Page(render(found))
    assert HOSTILE in parsed.text
    assert not {"script", "img"} & set(parsed.tags)


@pytest.mark.parametrize(
    "figures",
    [
        [(0.0, None, 0.0, 0.0)],
        [(1.0, "end", 0.0, 0.0)],
        [(0.5, "begin", 1e9, 1e9), (0.0, None, 1e-9, 0.0)],
        [(0.2, "middle", 3.0, 300.0)] * 40,
    ],
    ids=["nothing", "no time at all", "ages", "many"],
)
@pytest.mark.parametrize("response", [(0.0, 0.0), (1e9, 1e9), (60.0, 0.0)])
def test_extremes_are_drawn_too(figures: list[tuple[Any, ...]], response: tuple[float, float]) -> None:
    tasks = [
        Task(kind="element", id=f"t{i}", p_detection=p, detect_at=at, delay_mean=mean, delay_sd=sd)
        for i, (p, at, mean, sd) in enumerate(figures)
    ]
    found = study_sheet(tasks, name="s.csv", response_mean=response[0], response_sd=response[1], p_communication=0.9)
    page = render(found)
    Page(page)
    assert not re.search(r"\"[^\"]*\b(nan|inf)\b[^\"]*\"", page[page.index("<svg") :])


def test_a_site_without_a_path_still_has_its_diagram() -> None:
    document = copy.deepcopy(DOCUMENT)
    document["element"] = document["element"][:2]
    page = render(study(build(document), require=0.9))
    words = Page(page).text
    assert "no path" in words
    assert page.count("<svg") == 2
    assert "not met" not in words


def test_a_wide_layer_shows_the_elements_of_the_worst_paths_and_counts_the_rest() -> None:
    document = copy.deepcopy(DOCUMENT)
    gate = document["element"][0]
    document["element"] += [
        {**copy.deepcopy(gate), "id": f"fence-{i}", "way": [{**gate["way"][0], "p_detection": 0.9 - i / 100}]}
        for i in range(20)
    ]
    found = study(build(document))
    page = render(found)
    words = Page(page).text
    worst = found.cases[0].worst
    assert worst is not None
    assert "and 1" in words
    drawn = page[page.index('id="layers-1-title"') : page.index('id="timeline-1-title"')]
    for step in worst.steps:
        if step.kind == "element":
            assert f">{step.id}</text>" in drawn


def test_the_areas_of_a_path_begin_outside_and_follow_its_elements() -> None:
    site = build(copy.deepcopy(DOCUMENT))
    worst = study(site).cases[0].worst
    assert worst is not None
    areas = areas_along(site, worst.steps)
    elements = [site.element(step.id) for step in worst.steps if step.kind == "element"]
    assert site.area(areas[0]).outside
    assert site.area(areas[-1]).outside
    for element, (here, there) in zip(elements, pairwise(areas), strict=True):
        assert {here, there} == set(element.between)


def test_the_chancery_in_all_its_questions(chancery: Path) -> None:
    with (chancery / "site.toml").open("rb") as stream:
        document = tomllib.load(stream)
    # its plan and its cameras' models are files of their own, which a report needs not
    drawn = ("plan", "camera", "coverage", "zone", "rule", "patrol")
    plain = {kind: things for kind, things in document.items() if kind not in drawn}
    for things in plain.values():
        if isinstance(things, list):
            for thing in things:
                thing.pop("feature", None)
    found = study(build(plain), count=3)
    page = render(found)
    parsed = Page(page)
    check_self_contained(page, parsed)
    assert len(found.cases) == parsed.tags.count("section") - 1


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "–"),
        (0.0, "0.000"),
        (0.0004, "< 0.001"),
        (0.0005, "0.001"),
        (0.4761, "0.476"),
        (0.9996, "> 0.999"),
        (1.0, "1.000"),
    ],
)
def test_a_probability_never_rounds_to_certainty(value: float | None, words: str) -> None:
    assert probability(value) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (Duration(60.0, 18.0), "60 ± 18 s"),
        (Duration(60.0, 18.0, "lognormal"), "60 ± 18 s, lognormal"),
        (Probability(0.25), "0.250"),
        (Probability.tested(18, 20), "0.881 (18 of 20 trials)"),
        (Probability.pert(0.1, 0.5, 0.9), "0.500 (0.1 to 0.9, most likely 0.5)"),
    ],
)
def test_a_figure_in_words(value: Probability | Duration, words: str) -> None:
    assert figure(value) == words


def test_words_cleaned_and_set() -> None:
    assert clean("a\x00b\u200ec") == "a\ufffdb\ufffdc"
    assert str(subscripts("P_I < P_N_x")) == "P<sub>I</sub> &lt; P_N_x"
