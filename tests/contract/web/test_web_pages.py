"""The pages behind the desk over HTTP: what is worked out, drafted or kept is told to whom it belongs, no further."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from desk_post import CHEAP, PASSWORD, Browser, Post, open_post

from bartizan.adapters.files.album import AlbumFolder
from bartizan.adapters.files.album_reader import AlbumReader
from bartizan.adapters.files.site_folder import SiteFolderFiles
from bartizan.adapters.web import Account, Accounts
from bartizan.app.album import KeptPicture
from bartizan.app.health import Vital
from bartizan.desk.alarms.hidden import DUTY_RUN

SITE = """schema = 1
[site]
name = "Yard"
[[area]]
id = "street"
outside = true
"""


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    hashed = CHEAP.hash(PASSWORD)
    people = {name: Account(name, "officer", hashed) for name in ("officer", "Ben")}
    people["blind"] = Account("blind", "guard", hashed, cameras=frozenset({"south"}))
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "site.toml").write_text(SITE)
    taken = datetime.now(UTC)
    about = KeptPicture(signal="s", rule="r", camera="north", taken=taken, until=taken + timedelta(days=1), purpose="p")
    AlbumFolder(tmp_path / "pictures").keep(about, np.full((48, 64, 3), 90, dtype=np.uint8))

    def broken() -> list[Vital]:
        raise OSError

    with open_post(
        Accounts(people, CHEAP),
        site_folder=SiteFolderFiles(tmp_path / "site"),
        album=AlbumReader(tmp_path / "pictures"),
        probes=(broken,),
    ) as made:
        yield made


def asked(client: Browser) -> str:
    """The id of a piece of work that this person asked for."""
    answer = client.post("/assessment/jobs", json={"kind": "study"})
    assert answer.status_code == 202
    return str(answer.json()["id"])


def test_what_one_person_asked_is_not_there_for_another(post: Post) -> None:
    mine, theirs = post.login(), post.login("Ben")
    job = asked(mine)
    for _ in range(400):
        told = mine.get(f"/assessment/jobs/{job}").json()
        if told["state"] == "done":
            break
        time.sleep(0.05)
    row = told["result"]["results"][0]
    assert 0.0 < row["after"]["p_interruption"] < 1.0
    assert row["before"] == row["after"]
    assert theirs.get(f"/assessment/jobs/{job}").status_code == 404
    assert theirs.post(f"/assessment/jobs/{job}/cancel").status_code == 404
    assert mine.get("/assessment/jobs/none").status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "other"},
        {"edits": [{"at": "a", "key": "b", "value": -1}]},
        {"edits": [{"at": "a", "key": "b", "value": 1e400}]},
        {"budget": "much"},
        {"more": 1},
        {"threats": ["x"] * 201},
    ],
)
def test_a_question_that_is_none_is_refused(post: Post, body: dict[str, Any]) -> None:
    assert post.login().post("/assessment/jobs", content=encoded(body)).status_code in (400, 413, 422)


def encoded(body: dict[str, Any]) -> bytes:
    import json  # noqa: PLC0415 - infinity is written as a program would that means ill

    return json.dumps(body).encode()


def stretch() -> str:
    now = datetime.now(UTC)
    begin, end = now - timedelta(minutes=5), now + timedelta(minutes=5)
    return f"/replay/past?begin={begin:%Y-%m-%dT%H:%M:%SZ}&end={end:%Y-%m-%dT%H:%M:%SZ}"


def test_who_may_not_see_a_camera_sees_nothing_of_its_past(post: Post) -> None:
    hidden = post.desk.submit(post.signal("s-1", cameras=("north",)))
    common = post.desk.submit(post.signal("s-2"))
    seeing, blind = post.login(), post.login("blind")
    told = seeing.get(stretch()).json()
    assert [one["id"] for one in told["alarms"]] == [hidden.id, common.id]
    (picture,) = told["pictures"]
    shown = seeing.get(f"/replay/pictures/{picture['id']}")
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/jpeg")
    told = blind.get(stretch()).json()
    assert [one["id"] for one in told["alarms"]] == [common.id]
    assert told["pictures"] == []
    assert blind.get(f"/replay/pictures/{picture['id']}").status_code == 404
    assert seeing.get("/replay/pictures/..%2F..%2Fsite%2Fsite.toml").status_code == 404


def test_the_past_does_not_betray_a_silent_call_for_help(post: Post) -> None:
    post.desk.submit(post.signal("d-1", kind="duress", because={"hidden_from": "Ben"}), DUTY_RUN)
    assert len(post.login().get(stretch()).json()["alarms"]) == 1
    assert post.login("Ben").get(stretch()).json()["alarms"] == []


def test_a_stretch_is_asked_with_its_offset(post: Post) -> None:
    client = post.login()
    for query in ("begin=2031-01-01T00:00:00&end=2031-01-02T00:00:00Z", "begin=x&end=y", ""):
        assert client.get(f"/replay/past?{query}").status_code == 400


def test_a_draft_is_ones_own_and_names_no_folder(post: Post, tmp_path: Path) -> None:
    mine, theirs = post.login(), post.login("Ben")
    told = mine.post("/editor/set", json={"at": "area/street", "key": "outside", "value": '"maybe"'}).json()
    (fault,) = told["faults"]
    assert (fault["file"], fault["line"], fault["key"]) == ("site.toml", 6, "area[0].outside")
    assert str(tmp_path) not in str(told)
    assert told["drawing"] is None
    assert theirs.get("/editor/draft").json()["faults"] == []
    refused = mine.post("/editor/save", json={})
    assert (refused.status_code, "Mend them first" in refused.json()["error"]) == (400, True)
    assert str(tmp_path) not in refused.text
    assert (tmp_path / "site" / "site.toml").read_text() == SITE
    tried = theirs.get("/editor/try?at=area/street&key=outside&value=maybe").json()
    assert "no value" in tried["words"]


def test_a_sign_that_cannot_be_read_is_told_as_one(post: Post) -> None:
    vitals = post.login().get("/health.json").json()["vitals"]
    assert [one["state"] for one in vitals if one["name"] == "unread"] == ["bad"]
    assert any("north" in str(one["values"]) for one in vitals)
    blind = post.login("blind").get("/health.json").json()["vitals"]
    assert not any("north" in str(one["values"]) for one in blind)


def test_without_a_folder_the_site_cannot_be_edited_and_says_so() -> None:
    with open_post() as bare:
        answer = bare.login().get("/editor/draft")
        assert answer.status_code != 200
        assert "cannot be edited here" in answer.json()["error"]
