"""The statement says what the site's file says, and no less."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from bartizan.app.privacy import statement_of
from bartizan.cli.main import main
from bartizan.errors import SiteFileError
from bartizan.site.document import build

DOCUMENT = {
    "schema": 1,
    "site": {"name": "A <gate>", "time_zone": "Europe/Vienna"},
    "privacy": {"pictures_days": 14, "purpose": "to find who scouts the gate", "contact": "desk@example.org"},
    "zone": [{"id": "z", "polygon": [[0, 0], [9, 0], [9, 9], [0, 9]]}],
    "camera": [{"id": "north", "size": [100, 100], "masks": [[[0, 0], [50, 0], [50, 100], [0, 100]]]}],
    "rule": [
        {
            "id": "stay",
            "kind": "loitering",
            "zone": "z",
            "after": 60,
            "pictures": True,
            "hours": [{"days": ["mon"], "from": "22:00", "to": "06:00"}],
        },
        {"id": "in", "kind": "intrusion", "zone": "z"},
    ],
}


def test_everything_that_keeps_a_picture_is_named() -> None:
    said = statement_of(build(DOCUMENT))
    (kept,) = [one for one in said.kept if one.what.startswith("one picture")]
    assert "stay" in kept.what
    assert "in," not in kept.what
    assert (kept.how_long, kept.why) == ("14 days, then deleted by itself", "to find who scouts the gate")
    assert said.rules[0].hours == ("mon 22:00 to 06:00",)


def test_the_share_that_is_masked_counts_what_lies_in_the_picture() -> None:
    document = {
        **DOCUMENT,
        "camera": [{"id": "n", "size": [100, 100], "masks": [[[-50, 0], [25, 0], [25, 100], [-50, 100]]]}],
    }
    (view,) = statement_of(build(document)).views
    assert view.masked == pytest.approx(0.25)
    assert not view.watched


def test_a_site_that_keeps_none_says_so() -> None:
    document = {**DOCUMENT, "rule": [DOCUMENT["rule"][1]]}  # type: ignore[index]
    said = statement_of(build(document))
    assert not any("one picture" in one.what for one in said.kept)


def test_a_rule_that_keeps_pictures_needs_a_time() -> None:
    document = {key: value for key, value in DOCUMENT.items() if key != "privacy"}
    with pytest.raises(SiteFileError, match=r"keeps pictures, and nothing says how long and why.*\[privacy\]"):
        build(document)


def test_the_hash_of_a_site_without_the_table_is_as_before() -> None:
    plain = {**DOCUMENT, "rule": [DOCUMENT["rule"][1]]}  # type: ignore[index]
    without = {key: value for key, value in plain.items() if key != "privacy"}
    assert build(without).hash != build(plain).hash


def test_the_verb_prints_and_writes(tmp_path: Path) -> None:
    (tmp_path / "site.toml").write_text(
        'schema = 1\n[site]\nname = "A <gate>"\n[privacy]\npictures_days = 14\npurpose = "p"\ncontact = "c"\n'
    )
    page = tmp_path / "notice.html"
    answer = CliRunner().invoke(main, ["privacy", str(tmp_path), "--report", str(page), "--json"])
    assert answer.exit_code == 0, answer.output
    told = json.loads(answer.output)
    assert told["privacy"]["pictures_days"] == 14
    assert len(told["never"]) == 4
    text = page.read_text()
    assert "A &lt;gate&gt;" in text
    assert "<script" not in text
    answer = CliRunner().invoke(main, ["privacy", str(tmp_path)])
    assert "Where to ask: c" in answer.output
