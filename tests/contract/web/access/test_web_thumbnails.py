"""Small pictures of evidence: made apart of the pixels alone, for who may see the item, and gone when it is erased."""

from __future__ import annotations

import struct
import zlib

import cv2
import numpy as np
import pytest
from access_post import Guarded, guarded
from desk_post import Browser

from bartizan.adapters.web.small_picture import SIDE
from bartizan.signal import Signal

SECRET = b"Exif: 48.2082 N 16.3738 E"


def a_jpeg(width: int = 640, height: int = 480) -> bytes:
    """A picture that is red on its left half, with words in its head."""
    image = np.zeros((height, width, 3), dtype=np.uint8)
    image[:, : width // 2, 2] = 255
    done, data = cv2.imencode(".jpg", image)
    assert done
    content = data.tobytes()
    return content[:2] + b"\xff\xfe" + struct.pack(">H", len(SECRET) + 2) + SECRET + content[2:]


def a_huge_png(side: int) -> bytes:
    """The head of a picture of that size, and hardly any of its pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 10_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def put(desk: Guarded, client: Browser, content: bytes, kind: str = "image/jpeg") -> str:
    """An item about an alarm of the camera "north"."""
    given = Signal(id="s", t=0.0, kind="contact", state="raised", element="gate", severity="high", cameras=("north",))
    about = f"alarm/{desk.post.desk.submit(given).id}"
    answer = client.request("POST", f"/evidence?about={about}", content=content, headers={"content-type": kind})
    return str(answer.json()["id"])


def test_a_thumbnail_is_small_typed_sandboxed_and_made_anew() -> None:
    with guarded() as desk:
        guard = desk.enter("guard")
        item = put(desk, guard, a_jpeg())
        answer = guard.get(f"/evidence/{item}/thumbnail")
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "image/jpeg"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["content-security-policy"].endswith("; sandbox")
        assert SECRET in a_jpeg()
        assert SECRET not in answer.content, "the words of the picture's head are not of its pixels"
        small = cv2.imdecode(np.frombuffer(answer.content, dtype=np.uint8), cv2.IMREAD_COLOR)
        assert small is not None
        assert small.shape[:2] == (SIDE * 480 // 640, SIDE)
        left, right = small[:, : SIDE // 2 - 8, 2], small[:, SIDE // 2 + 8 :, 2]
        assert left.min() > 200, "it is that picture"
        assert right.max() < 60
        # seeing a small picture is no look at the item; opening the item is
        custody = guard.get(f"/evidence/{item}/custody").json()["custody"]
        assert [one["what"] for one in custody] == ["received"]


def test_who_may_not_see_the_item_sees_no_thumbnail() -> None:
    with guarded() as desk:
        item = put(desk, desk.enter("guard"), a_jpeg())
        assert desk.enter("north").get(f"/evidence/{item}/thumbnail").status_code == 200
        assert desk.enter("south").get(f"/evidence/{item}/thumbnail").status_code == 404
        assert desk.enter("viewer").get(f"/evidence/{item}/thumbnail").status_code == 403


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\xff\xd8 at the gate", "image/jpeg"),
        (a_jpeg()[:700], "image/png"),
        (a_huge_png(60_000), "image/png"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml"),
        (a_jpeg(), "application/octet-stream"),
    ],
)
def test_what_is_no_picture_or_would_fill_the_memory_has_none(content: bytes, kind: str) -> None:
    with guarded() as desk:
        guard = desk.enter("guard")
        item = put(desk, guard, content, kind)
        answer = guard.get(f"/evidence/{item}/thumbnail")
        if kind == "image/png" and content[:2] == b"\xff\xd8":
            assert answer.status_code in (200, 404), "a torn picture: what there is of it, or nothing"
        else:
            assert answer.status_code == 404
        assert guard.get(f"/evidence/{item}/custody").status_code == 200, "the desk goes on"


def test_of_what_is_erased_no_thumbnail_stays() -> None:
    with guarded() as desk:
        guard = desk.enter("guard")
        item = put(desk, guard, a_jpeg())
        assert guard.get(f"/evidence/{item}/thumbnail").status_code == 200
        thumbnails = desk.post.app.state.thumbnails
        assert thumbnails._known
        desk.room.evidence.erase(item, "admin", "its purpose is over")
        assert not thumbnails._known
        assert guard.get(f"/evidence/{item}/thumbnail").status_code == 404


def test_a_picture_is_made_small_once() -> None:
    with guarded() as desk:
        guard = desk.enter("guard")
        item = put(desk, guard, a_jpeg())
        first = guard.get(f"/evidence/{item}/thumbnail").content
        asked: list[str] = []
        desk.room.evidence.content = asked.append  # type: ignore[method-assign, assignment]
        assert guard.get(f"/evidence/{item}/thumbnail").content == first
        assert asked == []
