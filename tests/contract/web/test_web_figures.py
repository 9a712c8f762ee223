"""Figures and proposals over HTTP: who may, what is shown, and who changes the site file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from desk_post import Browser, open_post

from bartizan.adapters.files.site_proposal import SiteProposalFile
from bartizan.adapters.web.figures import within_sight
from bartizan.signal import Signal

SITE = """
schema = 1
[site]
name = "Shed" # ours
[[area]]
id = "street"
outside = true
[[area]]
id = "yard"
[[element]]
id = "gate"
kind = "gate"
between = ["street", "yard"]
  [[element.way]]
  id = "force"
  p_detection = { value = 0.5, source = "guess" }
  detect_at = "begin"
  delay = { mean = 60, sd = 18 }
[[target]]
id = "shed"
area = "yard"
  [[target.way]]
  id = "open"
  delay = { mean = 120, sd = 36 }
[[response]]
id = "guards"
arrival = { mean = 90, sd = 27 }
"""
TRIED = {
    "place": "element/gate/way/force",
    "key": "p_detection",
    "detected": 18,
    "trials": 20,
    "about": "the test of 2 November",
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "site.toml").write_text(SITE)
    return tmp_path / "site.toml"


def _with_file(post: Any, file: Path) -> Browser:
    figures = post.app.state.room.figures
    figures._file = figures.proposals._file = SiteProposalFile(file)
    found: Browser = post.login()
    return found


def test_figures_of_what_happened() -> None:
    with open_post() as post:
        browser = post.login()
        alarm = post.desk.submit(Signal(id="1", t=0.0, kind="loitering", state="raised", rule="r"), "a")
        post.desk.submit(Signal(id="1", t=0.0, kind="loitering", state="raised", rule="r", exercise=True), "b")
        post.desk.acknowledge(alarm.id, "officer")
        found = browser.get("/figures.json").json()
        assert (found["real"]["alarms"], found["exercise"]["alarms"]) == (1, 1)
        assert found["real"]["quality"][0]["id"] == "r"
        # asked again after more: the journal is followed, not read anew
        post.desk.submit(Signal(id="2", t=0.0, kind="loitering", state="raised", rule="r"), "a")
        assert browser.get("/figures.json?days=1&positions=2").json()["real"]["alarms"] == 2
        for wrong in ("days=0", "days=x", "positions=0", "positions=1e9"):
            assert browser.get(f"/figures.json?{wrong}").status_code == 400
        assert browser.get("/figures").status_code == 200
        assert browser.get("/proposals").status_code == 200


def test_cameras_that_one_may_not_see_are_not_named() -> None:
    with open_post() as post:
        post.desk.submit(Signal(id="1", t=0.0, kind="loitering", state="raised", cameras=("north", "south")), "a")
        study = post.app.state.room.figures.study().to_json()
    names = {row["id"] for row in within_sight(study, frozenset({"south"}))["real"]["quality"]}
    assert names == {"south"}
    assert "north" not in str(within_sight(study, frozenset({"south"})))
    assert within_sight(study, None) == study


def test_from_a_trial_to_the_site_file(file: Path) -> None:
    with open_post() as post:
        browser = _with_file(post, file)
        assert browser.post("/trials", json=TRIED).status_code == 200
        (offer,) = browser.get("/proposals.json").json()["offers"]
        assert offer["now"] == {"value": 0.5, "source": "guess"}
        made = browser.post("/proposals", json={"names": [offer["name"]]}).json()
        path = f"/proposals/{made['id']}"
        assert browser.post(f"{path}/accept", json={"seen": "0" * 64}).status_code == 409
        seen = browser.get(f"{path}/effect").json()
        (row,) = seen["effect"]["rows"]
        # EASI by hand: P_C 1, detected at the beginning of 60 s, then 120 s, against 90 s
        # mu = 180 - 90, var = 18^2 + 36^2 + 27^2: Phi(90 / 48.47) = 0.96832; times 0.5 and 18.5/21
        assert row["before"] == pytest.approx(0.5 * 0.96832, abs=2e-5)
        assert row["after"] == pytest.approx(18.5 / 21 * 0.96832, abs=2e-5)
        assert file.read_text() == SITE
        assert browser.post(f"{path}/accept", json={"seen": seen["seen"]}).json()["stage"] == "written"
        assert "detected = 18, trials = 20" in file.read_text()
        assert "# ours" in file.read_text()
        assert browser.post(f"{path}/decline", json={"reason": "late"}).status_code == 409
        kinds = [record.kind for record in post.app.state.room.ledger.read() if record.stream.startswith("proposal/")]
        assert kinds == ["offered", "accepted", "written"]


def test_what_is_refused_says_why(file: Path) -> None:
    with open_post() as post:
        browser = _with_file(post, file)
        assert "sensor/ID" in browser.post("/trials", json=TRIED | {"place": "camera/north"}).json()["error"]
        assert "not on offer" in browser.post("/proposals", json={"names": ["x"]}).json()["error"]
        assert browser.post("/trials", json=TRIED | {"more": 1}).status_code == 400
        trials = browser.post("/trials", json=TRIED).json()
        assert (
            browser.post(f"/trials/{trials['id']}/withdraw", json={"reason": "unplugged"}).json()["withdrawn"]
            == "unplugged"
        )
        assert browser.get("/proposals.json").json()["offers"] == []
        assert browser.get("/proposals/none/effect").status_code == 404


def test_a_viewer_sees_none_of_it_and_changes_nothing() -> None:
    with open_post() as post:
        browser = post.login("guest")
        assert browser.get("/figures.json").status_code == 403
        assert browser.post("/trials", json=TRIED).status_code == 403


def test_a_desk_without_its_site_file_says_so() -> None:
    with open_post() as post:
        browser = post.login()
        browser.post("/trials", json=TRIED)
        (offer,) = browser.get("/proposals.json").json()["offers"]
        answer = browser.post("/proposals", json={"names": [offer["name"]]})
        assert answer.status_code == 409
        assert "bartizan desk SITE" in answer.json()["error"]
