"""Evidence and hand-over over HTTP: looks are recorded, levels hold, a partner sees their own, and nothing else."""

from __future__ import annotations

import json
import re

from access_post import SITE, Guarded, guarded
from desk_post import Browser
from httpx import Response

from bartizan.desk.sharing.package import verify_bytes
from bartizan.signal import Signal

PICTURE = b"\xff\xd8 at the gate"


def alarm_of(desk: Guarded, camera: str = "north") -> str:
    given = Signal(
        id=f"s-{camera}", t=0.0, kind="contact", state="raised", element="gate", severity="high", cameras=(camera,)
    )
    return desk.post.desk.submit(given).id


def put(client: Browser, about: str, content: bytes = PICTURE) -> Response:
    headers = {"content-type": "image/jpeg"}
    return client.request("POST", f"/evidence?about={about}", content=content, headers=headers)


def test_a_look_is_on_the_record_and_comes_as_a_file() -> None:
    with guarded() as desk:
        client = desk.enter("guard")
        item = put(client, f"alarm/{alarm_of(desk)}").json()
        answer = client.request("POST", f"/evidence/{item['id']}/look", json={"reason": "to compare"})
        assert answer.content == PICTURE
        assert answer.headers["cache-control"] == "no-store"
        assert "attachment" in answer.headers["content-disposition"]
        told = client.request("GET", f"/evidence/{item['id']}/custody").json()
        assert [one["what"] for one in told["custody"]] == ["received", "looked"]
        assert told["custody"][1]["why"] == "to compare"
        assert client.request("POST", f"/evidence/{item['id']}/look", json={}).status_code == 400


def test_what_is_no_picture_is_never_shown_as_a_page() -> None:
    with guarded() as desk:
        client = desk.enter("guard")
        about = f"alarm/{alarm_of(desk)}"
        for kind in ("text/html", "image/svg+xml", "application/javascript"):
            item = client.request(
                "POST", f"/evidence?about={about}", content=b"<script>alert(1)</script>", headers={"content-type": kind}
            ).json()
            answer = client.request("POST", f"/evidence/{item['id']}/look", json={"reason": "x"})
            assert answer.headers["content-type"] == "application/octet-stream"
            assert answer.headers["x-content-type-options"] == "nosniff"


def test_who_does_not_see_the_camera_does_not_see_the_evidence() -> None:
    with guarded() as desk:
        item = put(desk.enter("officer"), f"alarm/{alarm_of(desk, 'north')}").json()
        assert len(desk.enter("north").request("GET", "/evidence.json").json()["items"]) == 1
        other = desk.enter("south")
        assert other.request("GET", "/evidence.json").json()["items"] == []
        assert other.request("GET", f"/evidence/{item['id']}/custody").status_code == 404
        assert other.request("POST", f"/evidence/{item['id']}/look", json={"reason": "x"}).status_code == 404
        assert desk.room.evidence.item(item["id"]).looks == 0


def test_what_is_wrong_is_refused_in_words() -> None:
    with guarded() as desk:
        client = desk.enter("officer")
        assert put(client, "alarm/none").status_code == 404
        assert put(client, "shift/1").status_code in (400, 404)
        empty = put(client, f"alarm/{alarm_of(desk)}", b"")
        assert empty.status_code == 400
        assert "1 to" in empty.json()["error"]


SHARING = SITE | {"partner": [{"id": "police", "level": "amber"}, {"id": "customs", "level": "red"}]}


def test_a_case_is_handed_over_and_its_partner_alone_fetches_it() -> None:
    with guarded(document=SHARING) as desk:
        officer = desk.enter("officer")
        incident = desk.room.incidents.open([alarm_of(desk)], "officer", title="At the gate")
        item = put(officer, f"incident/{incident.id}").json()
        assert desk.room.incidents.incident(incident.id).media == (item["id"],)
        asked = {"incident": incident.id, "partner": "police"}
        seen = officer.request("POST", "/handover/preview", json=asked).json()
        assert "opened_by" in {one["field"] for one in seen["removed"]}
        body = {**asked, "why": "they take over", "digest": seen["digest"]}
        assert officer.request("POST", "/handover", json={**body, "digest": "0" * 64}).status_code == 409
        made = officer.request("POST", "/handover", json=body).json()
        content = officer.request("POST", f"/handover/{made['id']}/fetch", json={}).content
        assert verify_bytes(content).faults == []

        police, customs = desk.enter("police"), desk.enter("customs")
        (shared,) = police.request("GET", "/shared.json").json()["packages"]
        assert shared["id"] == made["id"]
        assert "officer" not in json.dumps(shared)
        assert police.request("POST", f"/shared/{made['id']}/fetch", json={}).content == content
        assert customs.request("GET", "/shared.json").json()["packages"] == []
        assert customs.request("POST", f"/shared/{made['id']}/fetch", json={}).status_code == 404
        assert police.request("POST", f"/handover/{made['id']}/fetch", json={}).status_code == 403
        assert police.request("POST", f"/evidence/{item['id']}/look", json={"reason": "x"}).status_code == 403
        fetched = desk.room.office.handover.package(made["id"]).fetched
        assert [by for _, by in fetched] == ["officer", "police"]


def test_arrivals_wait_and_show_text_alone() -> None:
    with guarded() as desk:
        officer = desk.enter("officer")
        no = officer.request("POST", "/arrivals", content=b"MZ", headers={"content-type": "application/zip"})
        assert no.status_code == 400
        assert "no hand-over package" in no.json()["error"]
        assert officer.request("GET", "/arrivals/none").status_code == 404


def test_the_page_offers_no_address_that_was_not_ours() -> None:
    with guarded() as desk:
        page = desk.enter("officer").request("GET", "/evidence").text
        assert re.findall(r'(?:src|href)="(?![/#])', page) == []
