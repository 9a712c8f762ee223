"""Kept pictures over HTTP: taken into evidence in one act, by who may see the camera and the thing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from access_post import Guarded, guarded
from desk_post import Browser

from bartizan.adapters.files.album import AlbumFolder
from bartizan.adapters.files.album_reader import AlbumReader
from bartizan.app.album import KeptPicture
from bartizan.signal import Signal


@contextmanager
def at_a_desk(folder: Path, *cameras: str) -> Iterator[Guarded]:
    """A desk whose album has a picture of each camera, all of one signal."""
    now = datetime.now(UTC)
    for camera in cameras:
        about = KeptPicture(
            signal="s-1",
            rule="wanderers",
            camera=camera,
            taken=now,
            until=now + timedelta(days=30),
            purpose="to know who tried the gate",
        )
        AlbumFolder(folder).keep(about, np.full((48, 64, 3), 90, dtype=np.uint8))
    with guarded(album=AlbumReader(folder)) as desk:
        yield desk


def raised(desk: Guarded, *cameras: str, exercise: bool = False) -> str:
    given = Signal(
        id="s-1",
        t=0.0,
        kind="wandering",
        state="raised",
        element="gate",
        severity="high",
        cameras=cameras or ("north",),
        exercise=exercise,
    )
    return desk.post.desk.submit(given).id


def media(client: Browser, path: str) -> dict[str, Any]:
    answer = client.request("GET", f"{path}/media")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize("kind", ["alarms", "incidents"])
def test_a_kept_picture_becomes_evidence_in_one_act(kind: str, tmp_path: Path) -> None:
    with at_a_desk(tmp_path, "north") as desk:
        guard, alarm = desk.enter("guard"), raised(desk)
        name = alarm if kind == "alarms" else desk.room.incidents.open([alarm], "guard", title="At the gate").id
        path = f"/{kind}/{name}"
        (offered,) = media(guard, path)["pictures"]
        assert (offered["camera"], offered["item"]) == ("north", None)
        answer = guard.request("POST", f"{path}/media", json={"picture": offered["id"]})
        assert answer.status_code == 201
        item = answer.json()
        assert item["received_by"] == "guard"
        assert offered["id"] in item["note"]
        told = media(guard, path)
        assert [one["id"] for one in told["items"]] == [item["id"]]
        assert told["pictures"][0]["item"] == item["id"]
        # a second press is no second item
        again = guard.request("POST", f"{path}/media", json={"picture": offered["id"]})
        assert (again.status_code, again.json()["id"]) == (200, item["id"])
        (asked, first) = desk.audit.latest()[:2]
        assert (asked.outcome, first.outcome) == ("done", "done")
        assert item["id"] in first.detail
        # what is evidence is what lies in the album, bit for bit
        content = guard.request("POST", f"/evidence/{item['id']}/look", json={"reason": "to compare"}).content
        assert content == next(tmp_path.glob("*.jpg")).read_bytes()
        # and stays when the album has forgotten
        AlbumFolder(tmp_path).delete_until(datetime.now(UTC) + timedelta(days=31))
        told = media(guard, path)
        assert (told["pictures"], [one["id"] for one in told["items"]]) == ([], [item["id"]])


def test_what_is_erased_is_gone_from_the_album_too(tmp_path: Path) -> None:
    with at_a_desk(tmp_path, "north") as desk:
        officer, alarm = desk.enter("officer"), raised(desk)
        (offered,) = media(officer, f"/alarms/{alarm}")["pictures"]
        item = officer.request("POST", f"/alarms/{alarm}/media", json={"picture": offered["id"]}).json()["id"]
        desk.room.evidence.hold(item, "Osric", "the court asked")
        refused = officer.request("POST", f"/evidence/{item}/erase", json={"reason": "asked for"})
        assert refused.status_code == 409
        assert len(list(tmp_path.iterdir())) == 2
        desk.room.evidence.lift(item, 2, "Osric", "the court is done")
        assert officer.request("POST", f"/evidence/{item}/erase", json={"reason": "asked for"}).status_code == 200
        assert list(tmp_path.iterdir()) == []
        assert media(officer, f"/alarms/{alarm}")["pictures"] == []


def test_who_does_not_see_the_camera_neither_finds_nor_takes_its_picture(tmp_path: Path) -> None:
    with at_a_desk(tmp_path, "north", "south") as desk:
        alarm = raised(desk, "north", "south")
        both = media(desk.enter("officer"), f"/alarms/{alarm}")["pictures"]
        hidden = next(one["id"] for one in both if one["camera"] == "south")
        north = desk.enter("north")
        assert [one["camera"] for one in media(north, f"/alarms/{alarm}")["pictures"]] == ["north"]
        answer = north.request("POST", f"/alarms/{alarm}/media", json={"picture": hidden})
        # in the words for one that is not there
        nothing = north.request("POST", f"/alarms/{alarm}/media", json={"picture": "no-such"})
        assert (answer.status_code, answer.text) == (nothing.status_code, nothing.text) == (409, nothing.text)
        assert desk.room.evidence.items() == ()


@pytest.mark.parametrize("name", ["../keys/signing-key", "..%2F..%2Fsite", "\u0000", "x" * 201])
def test_a_picture_is_named_by_an_id_and_never_by_a_path(name: str, tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "signing-key.jpg").write_bytes(b"secret")
    with at_a_desk(tmp_path / "pictures", "north") as desk:
        alarm = raised(desk)
        answer = desk.enter("guard").request("POST", f"/alarms/{alarm}/media", json={"picture": name})
        assert answer.status_code in (400, 409)
        assert desk.room.evidence.items() == ()


def test_no_picture_of_the_album_goes_into_an_exercise(tmp_path: Path) -> None:
    with at_a_desk(tmp_path, "north") as desk:
        guard, alarm = desk.enter("guard"), raised(desk, exercise=True)
        assert media(guard, f"/alarms/{alarm}")["pictures"] == []
        kept = next(tmp_path.glob("*.jpg")).stem
        answer = guard.request("POST", f"/alarms/{alarm}/media", json={"picture": kept})
        assert answer.status_code == 409
        assert "is an exercise" in answer.json()["error"]


def test_a_desk_without_an_album_says_so(tmp_path: Path) -> None:
    with guarded() as desk:
        guard, alarm = desk.enter("guard"), raised(desk)
        assert media(guard, f"/alarms/{alarm}") == {"items": [], "pictures": []}
        assert guard.request("POST", f"/alarms/{alarm}/media", json={"picture": "p"}).status_code == 409
