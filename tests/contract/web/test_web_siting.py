"""What is saved in the editor is what the pages and the desk go by from then on; what waits for a restart is told."""

from __future__ import annotations

from pathlib import Path

from desk_post import DOCUMENT, Browser, open_post

from bartizan.adapters.files.site_folder import SiteFolderFiles
from bartizan.app.room import Room

SITE = """schema = 1
[site]
name = "Yard"
[[area]]
id = "street"
outside = true
"""


def saved(client: Browser, kind: str, **thing: object) -> dict[str, object]:
    assert client.post("/editor/add", json={"kind": kind} | thing).status_code == 200
    proved = client.post("/editor/save", json={})
    assert proved.status_code == 200, proved.text
    told: dict[str, object] = proved.json()
    return told


def test_a_saved_site_is_on_the_next_page_and_in_the_desk(tmp_path: Path) -> None:
    (tmp_path / "site.toml").write_text(SITE)
    with open_post(document={"schema": 1, "site": {"name": "Yard"}}, site_folder=SiteFolderFiles(tmp_path)) as post:
        room: Room = post.app.state.room
        room.siting.set_up("watch", lambda site: site.watch_hash)
        client = post.login()
        assert client.get("/site.json").json()["areas"] == []
        told = saved(client, "area", id="yard")
        assert [one["id"] for one in client.get("/site.json").json()["areas"]] == ["street", "yard"]
        assert [one.id for one in room.site.areas] == ["street", "yard"]
        assert told["waits"] == ["watch"]
        assert client.get("/proposals.json").json()["waits"] == ["watch"]
        assert room.siting.taken is not None
        assert room.siting.taken.by == "officer"
        assert "Yard" in client.get("/").text


def test_nothing_waits_where_nothing_was_changed() -> None:
    with open_post(document=DOCUMENT) as post:
        assert post.login().get("/proposals.json").json()["waits"] == []
