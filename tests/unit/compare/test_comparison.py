"""Two sites, or two states of one, side by side: paired by question, and in words."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bartizan.adapters.report.comparison import render
from bartizan.app.compare import Comparison, compare_sites, compare_states
from bartizan.app.study import study
from bartizan.cli.main import main
from bartizan.errors import InputError
from bartizan.site.document import build

HOSTILE = "<script>alert(1)</script>"

# a wall and a gate into one yard; at night the gate is watched better, and the wall becomes the worst path
DOCUMENT: dict[str, Any] = {
    "schema": 1,
    "site": {"name": "Yard"},
    "area": [{"id": "street", "outside": True}, {"id": "yard"}],
    "element": [
        {
            "id": name,
            "kind": name,
            "between": ["street", "yard"],
            "way": [{"id": "pass", "p_detection": p, "detect_at": "begin", "delay": {"mean": 60, "sd": 18}}],
        }
        for name, p in (("gate", 0.3), ("wall", 0.5))
    ],
    "target": [{"id": "safe", "area": "yard", "way": [{"id": "open", "delay": {"mean": 120, "sd": 36}}]}],
    "response": [{"id": "guards", "arrival": {"mean": 100, "sd": 30}}],
    "threat": [{"id": "climber"}],
    "state": [
        {
            "id": "night",
            "axis": "time",
            "changes": [{"at": "element/gate/way/pass", "set": {"p_detection": 0.9}}],
        }
    ],
}


def site(**changed: Any) -> Any:
    return build(copy.deepcopy({**DOCUMENT, **changed}))


def states() -> Comparison:
    return compare_states(site(), (), ("night",))


def test_states_are_paired_and_their_difference_is_that_of_two_studies() -> None:
    (pair,) = states().pairs
    before = study(site()).cases[0].result.p_interruption
    after = study(site(), states=[["night"]]).cases[0].result.p_interruption
    assert before is not None
    assert after is not None
    assert pair.difference == after - before
    assert pair.difference > 0.05
    assert pair.same_path is False
    assert states().changes == ("element/gate/way/pass: p_detection 0.3 -> 0.9",)


def test_a_side_that_cannot_be_asked_shows_as_absent() -> None:
    other = site(threat=[{"id": "climber"}, {"id": "driver"}])
    found = compare_sites(site(), other)
    assert [(pair.threat, pair.left is None, pair.right is None) for pair in found.pairs] == [
        ("climber", False, False),
        ("driver", True, False),
    ]
    assert found.pairs[1].difference is None
    assert found.pairs[1].to_json()["left"] is None
    assert found.left.label != found.right.label


def test_equal_sites_differ_in_nothing() -> None:
    found = compare_sites(site(), site())
    assert found.changes == ()
    assert [pair.difference for pair in found.pairs] == [0.0]
    assert [pair.same_path for pair in found.pairs] == [True]


def test_a_side_without_a_path_is_no_number() -> None:
    walled = site(element=[], state=[])
    (pair,) = compare_sites(site(), walled).pairs
    assert pair.difference is None
    assert pair.same_path is None
    assert pair.to_json()["right"]["reason"]


def test_equal_states_are_refused() -> None:
    with pytest.raises(InputError, match="both sides are state 'night'"):
        compare_states(site(), ("night",), ("night",))


def test_the_page_shows_both_sides_and_escapes_names() -> None:
    page = render(compare_sites(site(), site(site={"name": HOSTILE})))
    assert HOSTILE not in page
    assert "&lt;script&gt;" in page
    assert page.count("<svg") == 2
    assert "http:" not in page
    assert "the same" in page


def test_the_command_speaks_both_languages(tmp_path: Path) -> None:
    (tmp_path / "site.toml").write_text(
        'schema = 1\nsite = { name = "Yard" }\n'
        'area = [{ id = "street", outside = true }, { id = "yard" }]\n'
        'target = [{ id = "safe", area = "yard", way = [{ id = "open", delay = { mean = 9, sd = 1 } }] }]\n'
        'response = [{ id = "guards", arrival = { mean = 1, sd = 0 } }]\n'
        "[[element]]\nid = 'gate'\nkind = 'gate'\nbetween = ['street', 'yard']\n"
        "[[element.way]]\nid = 'pass'\np_detection = 0.5\ndetect_at = 'begin'\ndelay = { mean = 5, sd = 1 }\n"
        "[[state]]\nid = 'night'\naxis = 'time'\n"
        "changes = [{ at = 'element/gate/way/pass', set = { p_detection = 1.0 } }]\n"
    )
    asked = ["compare", str(tmp_path), "--state", "-", "--state", "night"]
    words = CliRunner().invoke(main, asked)
    assert words.exit_code == 0, words.output
    assert "0.5000  1.0000  +0.5000  the same" in words.output
    answer = json.loads(CliRunner().invoke(main, [*asked, "--json"]).output)
    assert answer["results"][0]["difference"] == pytest.approx(0.5)
    refused = CliRunner().invoke(main, asked[:4])
    assert refused.exit_code == 2
    assert "twice" in refused.output
