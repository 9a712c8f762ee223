"""Pictures are kept only as rules say, show nobody else, and are gone in time."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from bartizan.adapters.files.album import AlbumFolder
from bartizan.app.album import Album, KeptPicture
from bartizan.app.live import Glimpse, Sighting
from bartizan.app.live.gather import Taken
from bartizan.app.live.wire import Report
from bartizan.errors import InputError, MissingPartError
from bartizan.signal import Signal
from bartizan.site.model import Rule
from bartizan.site.privacy import Privacy
from bartizan.site.site import Site
from bartizan.watch.blur import Box, blur_others
from bartizan.watch.detection.detect import Detection

Image = NDArray[np.uint8]
START = datetime(2026, 3, 1, 22, 0, tzinfo=UTC)
HER: Box = (100.0, 50.0, 40.0, 120.0)
HIM: Box = (300.0, 60.0, 40.0, 120.0)


def noise() -> Image:
    """A picture in which every pixel is its own: whatever is left of it can be told."""
    return np.random.default_rng(1).integers(0, 256, (240, 480, 3), dtype=np.uint8)


def cut(picture: Image, box: Box) -> Image:
    left, top, wide, high = (round(value) for value in box)
    return picture[top : top + high, left : left + wide]


def test_the_subject_stays_and_the_others_are_blocks() -> None:
    picture = noise()
    shown = blur_others(picture, [HIM], [HER])
    assert np.array_equal(cut(shown, HER), cut(picture, HER))
    assert np.array_equal(shown[:, 0:90], picture[:, 0:90])
    # 120 pixels in blocks of a seventh, widened by a quarter: some tens of colours for 4,800 pixels
    assert len(np.unique(cut(shown, HIM).reshape(-1, 3), axis=0)) <= 60
    assert picture is not shown
    assert np.array_equal(picture, noise())


def test_where_two_overlap_the_other_is_protected() -> None:
    behind: Box = (120.0, 50.0, 40.0, 120.0)
    picture = noise()
    shown = blur_others(picture, [behind], [HER])
    assert len(np.unique(cut(shown, behind).reshape(-1, 3), axis=0)) <= 60
    # of her what lies clear of the widened box stays
    assert np.array_equal(shown[50:170, 100:109], picture[50:170, 100:109])


def test_a_box_that_is_no_number_blurs_everything() -> None:
    picture = noise()
    shown = blur_others(picture, [(float("nan"), 0.0, 1.0, 1.0)], [HER])
    assert len(np.unique(shown.reshape(-1, 3), axis=0)) <= 200


boxes = st.tuples(*[st.floats(-1e9, 1e9)] * 2, *[st.floats(0.0, 1e9)] * 2)


@given(st.lists(boxes, max_size=4), st.lists(boxes, max_size=2))
def test_no_pixel_of_another_is_left_as_it_was(others: list[Box], subjects: list[Box]) -> None:
    picture = np.random.default_rng(2).integers(0, 256, (60, 80, 3), dtype=np.uint8)
    shown = blur_others(picture, others, subjects)
    assert shown.shape == picture.shape
    for left, top, wide, high in others:
        x0, y0 = max(0, int(np.floor(left))), max(0, int(np.floor(top)))
        x1, y1 = min(80, int(np.ceil(left + wide))), min(60, int(np.ceil(top + high)))
        if x1 - x0 >= 4 and y1 - y0 >= 4 and high >= 30:
            same = np.all(shown[y0:y1, x0:x1] == picture[y0:y1, x0:x1], axis=2)
            assert same.mean() < 0.2


# ---- the album


class Shelf:
    """Keeps in memory what it is given."""

    def __init__(self) -> None:
        self.kept: list[tuple[KeptPicture, Image]] = []

    def keep(self, about: KeptPicture, image: Image) -> None:
        self.kept.append((about, image))

    def delete_until(self, now: datetime) -> int:
        before = len(self.kept)
        self.kept = [one for one in self.kept if one[0].until > now]
        return before - len(self.kept)


SITE = Site(
    name="s",
    rules=(Rule(id="stay", kind="loitering", pictures=True), Rule(id="other", kind="loitering")),
    privacy=Privacy(pictures_days=2.0, purpose="to find who scouts the gate"),
)


def signal(state: str = "raised", **more: object) -> Signal:
    given: dict[str, object] = {
        "id": "r-1",
        "t": 90.0,
        "kind": "loitering",
        "state": state,
        "rule": "stay",
        "tracks": ("her",),
        **more,
    }
    return Signal(**given)  # type: ignore[arg-type]


def frame(*signals: Signal, t: float = 90.0) -> tuple[Sighting, Glimpse]:
    sighting = Sighting(t=t, camera="north", signals=signals, boxes=(("her", HER), ("him", HIM)))
    stranger = Detection((200.0, 60.0, 40.0, 120.0), 0.4)  # not yet a track
    return sighting, Glimpse(t, "north", (Detection(HER, 0.9), Detection(HIM, 0.9), stranger), ())


def test_a_picture_is_kept_at_the_signal_with_everybody_else_blurred() -> None:
    shelf, picture = Shelf(), noise()
    album = Album(SITE, shelf, start_utc=START)
    album.take(*frame(signal()), picture)
    ((about, kept),) = shelf.kept
    assert np.array_equal(cut(kept, HER), cut(picture, HER))
    for box in (HIM, (200.0, 60.0, 40.0, 120.0)):
        assert len(np.unique(cut(kept, box).reshape(-1, 3), axis=0)) <= 60
    assert about.taken == START + timedelta(seconds=90)
    assert about.until == about.taken + timedelta(days=2)
    assert about.purpose == "to find who scouts the gate"


def test_somebody_close_behind_the_subject_is_not_taken_for_her() -> None:
    shelf, picture = Shelf(), noise()
    behind: Box = (122.0, 45.0, 40.0, 120.0)
    sighting, glimpse = frame(signal())
    glimpse = replace(glimpse, detections=(Detection(HER, 0.9), Detection(behind, 0.5)))
    Album(SITE, shelf, start_utc=START).take(sighting, glimpse, picture)
    assert len(np.unique(cut(shelf.kept[0][1], behind).reshape(-1, 3), axis=0)) <= 60


@pytest.mark.parametrize("other", [signal(rule="other"), signal(silent="patrol p1"), signal(state="ended")])
def test_what_no_rule_allows_is_not_kept(other: Signal) -> None:
    shelf = Shelf()
    Album(SITE, shelf, start_utc=START).take(*frame(other), noise())
    assert shelf.kept == []


def test_one_picture_as_long_as_the_severity_stays() -> None:
    shelf = Shelf()
    album = Album(SITE, shelf, start_utc=START)
    for told in (signal(), signal("updated"), signal("updated", severity="high"), signal("updated", severity="high")):
        album.take(*frame(told), noise())
    assert len(shelf.kept) == 2


def test_a_signal_whose_track_the_camera_does_not_show_is_counted() -> None:
    shelf = Shelf()
    album = Album(SITE, shelf, start_utc=START)
    album.take(*frame(signal(tracks=("somebody",))), noise())
    album.take(*frame(signal(id="r-2"), t=92.0), None)  # the last picture is too old
    assert (shelf.kept, album.counts.without_picture) == ([], 2)


def test_every_camera_that_lately_showed_the_track_keeps_one() -> None:
    shelf = Shelf()
    album = Album(SITE, shelf, start_utc=START)
    for camera, t in (("west", 88.0), ("east", 89.5)):
        sighting, glimpse = frame(t=t)
        album.take(replace(sighting, camera=camera), glimpse, noise())
    # what raised it came without a picture of its own
    album.take(Sighting(t=90.0, camera="south", signals=(signal(),)))
    assert [about.camera for about, _ in shelf.kept] == ["east"]
    album.take(*frame(signal(id="r-2")), noise())
    assert [about.camera for about, _ in shelf.kept] == ["east", "east", "north"]


def test_what_is_over_its_time_is_deleted_as_time_goes_by() -> None:
    shelf = Shelf()
    album = Album(SITE, shelf, start_utc=START)
    album.take(*frame(signal()), noise())
    album.take(*frame(t=90.0 + 86_400.0), noise())
    assert len(shelf.kept) == 1
    album.take(*frame(t=90.0 + 2 * 86_400.0), noise())
    assert (shelf.kept, album.counts.deleted) == ([], 1)


def test_nothing_is_kept_for_ever() -> None:
    with pytest.raises(MissingPartError, match=r"Add \[privacy\]"):
        Album(replace(SITE, privacy=None), Shelf(), start_utc=START)
    with pytest.raises(MissingPartError, match="Give --start"):
        Album(SITE, Shelf(), start_utc=None)


def test_a_jpeg_of_a_worker_is_decoded_only_to_be_kept() -> None:
    shelf, asked = Shelf(), []

    def decode(data: bytes) -> Image | None:
        asked.append(data)
        return noise() if data == b"good" else None

    album = Album(SITE, shelf, start_utc=START, decode=decode)
    report = Report(sender="s", number=1, site="h", camera="north", t=90.0, detections=(Detection(HER, 0.9),))
    for picture, signals in ((b"good", ()), (b"bad", (signal(),)), (b"good", (signal(id="r-2"),))):
        sighting = replace(frame(*signals)[0], boxes=(("her", HER),))
        album.told(Taken(sighting, replace(report, picture=picture)))
    album.told(Taken(frame()[0]))
    assert asked == [b"bad", b"good"]
    assert [about.signal for about, _ in shelf.kept] == ["r-2"]
    assert album.counts.words == "1 pictures kept, 0 deleted because their time was over; 1 signals had no picture"


# ---- the folder


def about(until: datetime, camera: str = "north") -> KeptPicture:
    return KeptPicture(signal="r-1", rule="stay", camera=camera, taken=START, until=until, purpose="p")


def test_a_kept_picture_can_be_read_by_its_owner_alone_and_says_why(tmp_path: Path) -> None:
    folder = AlbumFolder(tmp_path / "pictures")
    folder.keep(about(START + timedelta(days=30), "../../etc/passwd"), noise())
    names = sorted(path.name for path in folder.folder.iterdir())
    assert [name.partition("-")[0] for name in names] == ["20260331T220000Z"] * 2
    assert [path.suffix for path in sorted(folder.folder.iterdir())] == [".jpg", ".json"]
    assert {path.stat().st_mode & 0o777 for path in folder.folder.iterdir()} == {0o600}
    assert folder.folder.stat().st_mode & 0o777 == 0o700
    told = json.loads((folder.folder / names[1]).read_text())
    assert (told["rule"], told["purpose"], told["until"]) == ("stay", "p", "2026-03-31T22:00:00Z")
    image = cv2.imread(str(folder.folder / names[0]))
    assert image is not None
    assert image.shape == (240, 480, 3)


def test_the_folder_forgets_its_own_and_nothing_else(tmp_path: Path) -> None:
    folder = AlbumFolder(tmp_path)
    folder.keep(about(START + timedelta(days=1)), noise())
    folder.keep(about(START + timedelta(days=3)), noise())
    for name in ("notes.jpg", "20200101T000000Z.jpg", "20209901T000000Z-x-0123456789ab.jpg"):
        (tmp_path / name).write_bytes(b"mine")
    assert folder.delete_until(START + timedelta(days=2)) == 1
    left = sorted(path.name for path in tmp_path.iterdir())
    assert len(left) == 5
    assert not any(name.startswith("20260302") for name in left)


def test_a_place_that_cannot_be_a_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match="pictures cannot be kept there"):
        AlbumFolder(tmp_path / "file" / "pictures")
