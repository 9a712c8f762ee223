"""Other programs' messages as a run takes them: whatever comes, what is told can be written down and read again."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import box

from bartizan.adapters.bus.address import read_address
from bartizan.adapters.bus.subscriber import _is_of
from bartizan.adapters.foreign import ForeignLines, ForeignTeller, began
from bartizan.app.live.wire import Notice, Report, decode, encode
from bartizan.errors import InputError
from bartizan.geometry.pinhole import Pinhole
from bartizan.site.model import Camera, Zone
from bartizan.site.site import Site

START = datetime(2026, 1, 1, tzinfo=UTC)
SIZE = (640, 480)
MODEL = Pinhole.looking(position=(0.0, 0.0, 4.5), at=(0.0, 14.0), focal_px=600.0, size=SIZE)
SITE = Site(
    name="s",
    cameras=(Camera(id="yard", model=MODEL, size=SIZE), Camera(id="gate")),
    zones=(Zone(id="drive", polygon=box(5, 0, 9, 5)),),
)
ODD = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.lists(st.floats() | st.text(max_size=4), max_size=5)
)


def event(camera: str = "yard", seconds: float = 12.5, **more: Any) -> dict[str, Any]:
    after = {"id": "1.2-abc", "camera": camera, "frame_time": START.timestamp() + seconds, "label": "person"}
    rest = {"score": 0.8, "box": [300, 200, 340, 320], "current_zones": ["drive"], "end_time": None}
    return {"type": "update", "before": {}, "after": {**after, **rest, **more}}


def body(told: object) -> bytes:
    return json.dumps(told).encode()


def onvif(utc: object, value: str = "true", name: str = "IsIntrusion") -> dict[str, Any]:
    message = {"Data": {"SimpleItem": [{"Name": name, "Value": value}]}, "UtcTime": utc}
    return {
        "Topic": {"_value_1": "tns1:RuleEngine/IntrusionDetector/Intrusion"},
        "Message": {"_value_1": {"Source": {"SimpleItem": [{"Name": "Rule", "Value": "r"}]}, **message}},
    }


@settings(max_examples=60)
@given(
    st.sampled_from(["id", "camera", "frame_time", "label", "score", "box", "current_zones", "end_time", "zones"]), ODD
)
def test_whatever_frigate_sends_can_be_told_or_is_counted(key: str, value: Any) -> None:
    teller = ForeignTeller("frigate", SITE, START, lambda: 12.0)
    for camera in ("yard", "gate"):
        message = event(camera)
        message["after"][key] = value
        for told in teller.read("frigate/events", body(message)):
            assert decode(encode(told)) == told
    assert teller.counts.taken + teller.counts.refused.total() >= 2


@settings(max_examples=60)
@given(st.sampled_from(["gate", "yard", "roof"]), ODD, st.text(max_size=8), st.text(max_size=12))
def test_whatever_a_bridge_sends_can_be_told_or_is_counted(camera: str, utc: Any, value: str, name: str) -> None:
    teller = ForeignTeller("onvif", SITE, START, lambda: 12.0)
    for one in (onvif(utc), onvif(None, value), onvif(None, "true", name)):
        for told in teller.read(f"bridge/{camera}", body(one)):
            assert decode(encode(told)) == told
    assert teller.counts.taken + teller.counts.refused.total() == 3


@settings(max_examples=60)
@given(st.binary(max_size=200), st.sampled_from(["frigate", "onvif"]))
def test_garbage_tells_nothing(payload: bytes, source: Any) -> None:
    teller = ForeignTeller(source, SITE, START)
    topic = "frigate/events" if source == "frigate" else "bridge/gate"
    for one in (payload, b"<" + payload, b"[" * 60_000, b"9" * 6000, b"<!DOCTYPE a><a/>", bytes(3 << 20)):
        assert list(teller.read(topic, one)) == []
    assert teller.counts.refused.total() == 6


@pytest.mark.parametrize(("behind", "t", "clock"), [(0.0, 100.0, "camera"), (3600.0, 100.0, "arrival")])
def test_a_notice_of_a_wrong_clock_is_told_when_it_arrives(behind: float, t: float, clock: str) -> None:
    teller = ForeignTeller("onvif", SITE, START, lambda: 100.0)
    utc = START + timedelta(seconds=100.0 - behind)
    (told,) = teller.read("bridge/gate", body(onvif(utc.isoformat())))
    assert isinstance(told, Notice)
    assert (told.t, told.because["clock"], told.camera) == (t, clock, "gate")


def test_xml_of_a_bridge_is_read() -> None:
    text = (
        b'<?xml version="1.0"?><N xmlns:w="w" xmlns:t="t"><w:NotificationMessage>'
        b"<w:Topic>tns1:RuleEngine/IntrusionDetector/Intrusion</w:Topic><w:Message><t:Message>"
        b'<t:Data><t:SimpleItem Name="IsIntrusion" Value="true"/></t:Data></t:Message></w:Message>'
        b"</w:NotificationMessage></N>"
    )
    (told,) = ForeignTeller("onvif", SITE, START, lambda: 7.0).read("bridge/gate", text)
    assert isinstance(told, Notice)
    assert (told.kind, told.t) == ("intrusion", 7.0)


def test_times_too_far_from_the_start_are_dropped_by_name() -> None:
    teller = ForeignTeller("frigate", SITE, datetime(1970, 1, 2, tzinfo=UTC))
    assert list(teller.read("frigate/events", body(event()))) == []
    assert teller.counts.refused == {"far-from-start": 1}


def lines(path: Path, *told: object) -> Path:
    path.write_text("\n".join(json.dumps({"topic": "frigate/events", "payload": one}) for one in told))
    return path


def test_lines_of_files_come_in_the_order_of_time_whatever_their_own(tmp_path: Path) -> None:
    one = lines(tmp_path / "one", event(seconds=3.5), event(seconds=1.5), json.dumps(event(seconds=9.0)))
    two = lines(tmp_path / "two", event(seconds=2.25))
    files: Any = [("frigate", one), ("frigate", two)]
    assert began(files, SITE) == START + timedelta(seconds=2)
    found = ForeignLines(files, SITE, START)
    assert [told.t for told in found if isinstance(told, Report)] == pytest.approx([1.5, 2.25, 3.5, 9.0])
    assert (found.counts.lines, found.counts.odd, found.counts.late) == (4, 0, 0)


def test_long_files_are_read_side_by_side_and_what_is_far_out_of_order_is_counted(tmp_path: Path) -> None:
    one = lines(tmp_path / "one", *(event(seconds=float(n)) for n in range(40)))
    two = lines(tmp_path / "two", *(event(seconds=n + 0.5) for n in (*range(40), 1)))
    found = ForeignLines([("frigate", one), ("frigate", two)], SITE, START, most=5)
    assert [told.t for told in found] == pytest.approx([n / 2.0 for n in range(80)])
    assert found.counts.late == 1


def test_a_message_that_is_too_large_is_not_even_parsed() -> None:
    for source, topic, told in (("frigate", "frigate/events", event()), ("onvif", "bridge/gate", onvif(None))):
        teller = ForeignTeller(source, SITE, START, lambda: 7.0)  # type: ignore[arg-type]
        assert list(teller.read(topic, body(told) + b" " * (1 << 20))) == []
        assert len(teller.read(topic, body(told))) == 1


def test_a_file_that_says_nothing_is_refused_with_why(tmp_path: Path) -> None:
    silent: Any = [("frigate", lines(tmp_path / "silent", event("roof"), event(label="ghost")))]
    with pytest.raises(InputError, match=r"first 2 lines .*1 unknown-camera, 1 unknown-label"):
        began(silent, SITE)
    with pytest.raises(InputError, match="cannot be read"):
        began([("onvif", tmp_path / "none")], SITE)


def test_a_topic_of_a_subscription() -> None:
    assert _is_of("onvif/gate", "onvif/+")
    assert _is_of("frigate/events", "frigate/events")
    for topic, pattern in (("onvif/gate/more", "onvif/+"), ("onvif", "onvif/+"), ("frigate/stats", "frigate/events")):
        assert not _is_of(topic, pattern)


def test_an_address_without_a_prefix_has_the_sources_own() -> None:
    assert read_address("mqtts://localhost", prefix="frigate").topic("events") == "frigate/events"
    assert read_address("mqtts://localhost/home/f", prefix="frigate").topic("events") == "home/f/events"
