"""Frigate's messages and ONVIF notifications: made here as their documents say, and garbage of every kind."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import box

from bartizan.adapters.foreign import FrigateReader, OnvifReader, Taken
from bartizan.geometry.pinhole import Pinhole
from bartizan.signal import SignalIds
from bartizan.site.model import Camera, Zone
from bartizan.site.site import Site

START = datetime(2026, 1, 1, tzinfo=UTC)
SIZE = (640, 480)
MODEL = Pinhole.looking(position=(0.0, 0.0, 4.5), at=(0.0, 14.0), focal_px=600.0, size=SIZE)
SITE = Site(
    name="s",
    cameras=(Camera(id="yard", model=MODEL, size=SIZE), Camera(id="gate")),
    zones=(
        Zone(id="pavement", polygon=box(0, 0, 5, 5), elements=("fence",)),
        Zone(id="drive", polygon=box(5, 0, 9, 5)),
    ),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)


def frigate(**more: Any) -> FrigateReader:
    return FrigateReader(SITE, ids=SignalIds("f"), start_utc=START, **more)


def onvif(**more: Any) -> OnvifReader:
    return OnvifReader(SITE, ids=SignalIds("o"), start_utc=START, **more)


def event(camera: str = "yard", *, kind: str = "update", **more: Any) -> str:
    after = {
        "id": "1.2-abc",
        "camera": camera,
        "frame_time": START.timestamp() + 12.5,
        "label": "person",
        "score": 0.8,
        "box": [300, 200, 340, 320],
        "false_positive": False,
        "current_zones": [],
        "end_time": None,
        **more,
    }
    return json.dumps({"type": kind, "before": {}, "after": after})


def test_a_box_of_a_calibrated_camera_stands_at_its_foot() -> None:
    taken = frigate().read("frigate/events", event())
    (seen,) = taken.observations
    (place,) = MODEL.to_ground(np.array([[320.0, 320.0]]))
    assert taken.t == pytest.approx(12.5)
    assert seen.at == pytest.approx(tuple(place))
    assert (seen.camera, seen.label, seen.score, seen.box) == ("yard", "person", 0.8, (300.0, 200.0, 40.0, 120.0))


def test_boxes_of_smaller_pictures_are_brought_to_the_sites_size() -> None:
    reader = frigate(sizes={"yard": (320, 240)}, names={"front": "yard"})
    taken = reader.read("frigate/events", event("front", box=[150, 100, 170, 160]))
    assert taken.detections[0].box == pytest.approx((300.0, 200.0, 40.0, 120.0))


def test_a_camera_off_the_plan_raises_its_zones_once_and_ends_them() -> None:
    reader = frigate(zones={"street": "pavement"})
    reports = [["street"], ["street", "drive", "elsewhere"], ["drive"], ["drive"]]
    told = [reader.read("frigate/events", event("gate", current_zones=zones)).signals for zones in reports]
    told.append(reader.read("frigate/events", event("gate", kind="end", end_time=START.timestamp() + 20.0)).signals)
    said = [[(one.id, one.state, one.zone) for one in signals] for signals in told]
    assert said == [
        [("f-1", "raised", "pavement")],
        [("f-2", "raised", "drive")],
        [("f-1", "ended", "pavement")],
        [],
        [("f-2", "ended", "drive")],
    ]
    last = told[-1][0]
    assert (last.t, last.since, last.utc) == (20.0, 12.5, "2026-01-01T00:00:20Z")
    assert (last.element, last.cameras, last.because["source"]) == (None, ("gate",), "frigate")
    assert told[0][0].element == "fence"


@pytest.mark.parametrize(
    ("topic", "payload", "why"),
    [
        ("frigate/events", event(label="ghost"), "unknown-label"),
        ("frigate/events", event("roof"), "unknown-camera"),
        ("frigate/events", event(false_positive=True), "false-positive"),
        ("frigate/events", event(box=[300, 200, 340, 900]), "box-outside-picture"),
        ("frigate/events", event(box=[340, 200, 300, 320]), "no-box"),
        ("frigate/events", event(box=[300, 5, 340, 20]), "no-place"),
        ("frigate/events", event(score=7), "no-score"),
        ("frigate/events", event(frame_time="now"), "no-time"),
        ("frigate/events", event(frame_time=float("nan")), "no-time"),
        ("frigate/events", event(frame_time=10**400), "no-time"),
        ("frigate/events", "[1, 2", "malformed"),
        ("frigate/events", "[" * 100_000, "malformed"),
        ("frigate/events", b"\xff\xfe\x00", "malformed"),
        ("frigate/events", " " * (2 << 20), "too-large"),
        ("frigate/tracked_object_update", '{"type": "face", "name": "x"}', "identity"),
        ("frigate/stats", "{}", "unknown-topic"),
        ("frigate/reviews", event(), "review-of-events"),
    ],
)
def test_what_is_not_taken_is_named_and_counted(topic: str, payload: str | bytes, why: str) -> None:
    reader = frigate()
    taken = reader.read(topic, payload)
    assert taken == Taken(refused=why)
    assert reader.counts.refused == {why: 1}
    assert reader.counts.taken == 0


def test_who_somebody_is_never_comes_through() -> None:
    secrets: dict[str, Any] = {"sub_label": ["Jane Roe", 0.9], "attributes": {"face": 0.9}}
    secrets["recognized_license_plate"] = "XYZ987"
    for camera in ("yard", "gate"):
        taken = frigate().read("frigate/events", event(camera, current_zones=["drive"], **secrets))
        assert taken.refused is None
        assert not any(word in repr(taken) for word in ("Jane", "XYZ987", "face"))


def test_a_review_of_an_unplaced_camera_is_a_signal() -> None:
    def review(kind: str, severity: str, end: float | None = None) -> str:
        data = {"objects": ["person", "ufo"], "zones": ["drive"]}
        begin = START.timestamp() + 3.0
        after = {"id": "r", "camera": "gate", "severity": severity, "start_time": begin, "end_time": end, "data": data}
        return json.dumps({"type": kind, "before": {}, "after": after})

    reader = frigate()
    assert reader.read("frigate/reviews", review("new", "detection")).signals == ()
    (raised,) = reader.read("frigate/reviews", review("update", "alert")).signals
    (ended,) = reader.read("frigate/reviews", review("end", "alert", START.timestamp() + 9.0)).signals
    assert (raised.kind, raised.state, raised.zone, raised.t) == ("review", "raised", "drive", 3.0)
    assert (ended.id, ended.state, ended.t) == (raised.id, "ended", 9.0)


@settings(max_examples=150)
@given(
    st.binary(max_size=80) | JSON.map(json.dumps) | JSON.map(lambda inner: json.dumps({"type": "new", "after": inner}))
)
def test_frigate_garbage_is_refused(payload: bytes | str) -> None:
    reader = frigate()
    for topic in ("frigate/events", "frigate/reviews"):
        assert reader.read(topic, payload).refused


@settings(max_examples=150)
@given(st.sampled_from(["id", "camera", "frame_time", "label", "score", "box", "current_zones", "end_time"]), JSON)
def test_one_field_of_garbage_never_breaks_frigates_reader(field: str, value: Any) -> None:
    for camera in ("yard", "gate"):
        taken = frigate().read("frigate/events", event(**{"camera": camera, field: value}))
        assert all(np.isfinite(seen.at).all() for seen in taken.observations)


def notice(
    topic: str, data: dict[str, str] | None, *, utc: str | None = "2026-01-01T00:01:00+00:00", **more: Any
) -> Any:
    items = [{"Name": name, "Value": value} for name, value in (data or {}).items()]
    message = {
        "Source": {"SimpleItem": [{"Name": "Rule", "Value": "R"}]},
        "Data": {"SimpleItem": items},
        "UtcTime": utc,
        **more,
    }
    return {"Topic": {"_value_1": topic}, "Message": {"_value_1": message}}


@pytest.mark.parametrize(
    ("topic", "item", "kind"),
    [
        ("tns1:RuleEngine/FieldDetector/ObjectsInside", "IsInside", "intrusion"),
        ("tns1:RuleEngine/LoiteringDetector/ObjectIsLoitering", "IsLoitering", "loitering"),
        ("tns1:RuleEngine/CellMotionDetector/Motion", "IsMotion", "motion"),
        ("tns1:VideoSource/ImageTooBlurry/ImagingService", "State", "camera-health"),
        ("tns1:Device/Trigger/DigitalInput", "LogicalState", "input"),
    ],
)
def test_a_rule_is_raised_once_and_ended_once(topic: str, item: str, kind: str) -> None:
    reader = onvif(zones={("gate", "R"): "pavement"})
    values = ["false", "true", "1", "true", "false", "0"]
    told = [reader.read("gate", notice(topic, {item: value}), 0.0).signals for value in values]
    assert [[one.state for one in signals] for signals in told] == [[], ["raised"], [], [], ["ended"], []]
    (raised,) = told[1]
    assert (raised.kind, raised.zone, raised.cameras, raised.t) == (kind, "pavement", ("gate",), 60.0)
    assert raised.because["source"] == "onvif"


def test_a_crossing_is_over_as_soon_as_it_is_said_and_deletion_ends() -> None:
    reader = onvif()
    crossed = reader.read("gate", notice("tns1:RuleEngine/LineDetector/Crossed", {"ObjectId": "7"}), 0.0)
    assert [(one.kind, one.state) for one in crossed.signals] == [
        ("line-crossing", "raised"),
        ("line-crossing", "ended"),
    ]
    inside = notice("tns1:RuleEngine/FieldDetector/ObjectsInside", {"IsInside": "true"})
    gone = notice("tns1:RuleEngine/FieldDetector/ObjectsInside", {"IsInside": "true"}, PropertyOperation="Deleted")
    assert [one.state for one in reader.read("gate", inside, 0.0).signals] == ["raised"]
    assert [one.state for one in reader.read("gate", gone, 0.0).signals] == ["ended"]


def test_classes_come_and_go_one_by_one() -> None:
    reader = onvif()
    topic = "tns1:RuleEngine/ObjectDetection/Object"
    told = [
        [
            (one.state, one.because["label"])
            for one in reader.read("gate", notice(topic, {"ClassTypes": words}), 0.0).signals
        ]
        for words in ("Human", "Human Vehicle", "Vehicle", "")
    ]
    assert told == [[("raised", "person")], [("raised", "vehicle")], [("ended", "person")], [("ended", "vehicle")]]


def test_without_a_time_of_its_own_arrival_counts_and_is_said() -> None:
    (raised,) = (
        onvif().read("gate", notice("a/FieldDetector/ObjectsInside", {"IsInside": "true"}, utc=None), 33.0).signals
    )
    assert (raised.t, raised.because["clock"]) == (33.0, "arrival")


@pytest.mark.parametrize(
    ("thing", "why"),
    [
        (None, "malformed"),
        ({}, "malformed"),
        (notice("jeff:This/Rule/DoesNotExist", {"State": "true"}), "unknown-topic"),
        (notice("tns1:RuleEngine/MyRuleDetector/FaceDetect", {"State": "true"}), "identity"),
        (notice("a/FieldDetector/ObjectsInside", {}), "no-state"),
        (notice("a/FieldDetector/ObjectsInside", {"IsInside": "perhaps"}), "no-state"),
        (notice("a/FieldDetector/ObjectsInside", {"Other": "true"}), "unknown-item"),
        (notice("a/FieldDetector/ObjectsInside", {"IsInside": "true"}, utc="yesterday"), "bad-time"),
        (notice("a/ObjectDetection/Object", {"ClassTypes": "Unicorn"}), "unknown-class"),
        (notice("a/LineDetector/Crossed", {}), "no-state"),
        (notice("a" * 500, {"State": "true"}), "malformed"),
    ],
)
def test_notifications_that_are_not_taken_are_named(thing: Any, why: str) -> None:
    reader = onvif()
    assert reader.read("gate", thing, 0.0) == Taken(refused=why)
    assert reader.counts.refused == {why: 1}


XML = """<?xml version="1.0"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"
 xmlns:n="http://docs.oasis-open.org/wsn/b-2" xmlns:t="http://www.onvif.org/ver10/schema"><s:Body>{}</s:Body></s:Envelope>"""
ONE = """<n:NotificationMessage><n:Topic>tns1:RuleEngine/{}</n:Topic><n:Message><t:Message
 UtcTime="2026-01-01T00:01:00Z" PropertyOperation="Changed">
 <t:Source><t:SimpleItem Name="Rule" Value="R"/></t:Source>
 <t:Data><t:SimpleItem Name="IsInside" Value="{}"/></t:Data></t:Message></n:Message></n:NotificationMessage>"""


def test_xml_says_what_its_dictionaries_say() -> None:
    both = ONE.format("FieldDetector/ObjectsInside", "true") + ONE.format("Nothing/Known", "true")
    first, second = onvif().read_xml("gate", XML.format(both), 0.0)
    (raised,) = (
        onvif().read("gate", notice("tns1:RuleEngine/FieldDetector/ObjectsInside", {"IsInside": "true"}), 0.0).signals
    )
    assert first.signals == (raised,)
    assert second.refused == "unknown-topic"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("<a>", "malformed"),
        (XML.format(""), "no-notification"),
        ('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "forbidden-xml"),
        ('<!DOCTYPE a [<!ENTITY x "xx"><!ENTITY y "&x;&x;">]><a>&y;</a>', "forbidden-xml"),
        (b'<?xml version="1.0" encoding="martian"?><a/>', "malformed"),
        ("<a>" + " " * (2 << 20) + "</a>", "too-large"),
        (XML.format("<n:NotificationMessage/>"), "malformed"),
    ],
)
def test_hostile_xml_is_refused(text: str | bytes, why: str) -> None:
    assert [one.refused for one in onvif().read_xml("gate", text, 0.0)] == [why]


@settings(max_examples=200)
@given(
    JSON, JSON, JSON, st.sampled_from(["FieldDetector/ObjectsInside", "ObjectDetection/Object", "LineDetector/Crossed"])
)
def test_garbage_in_a_notification_never_breaks_the_reader(source: Any, data: Any, utc: Any, topic: str) -> None:
    message = {"Source": source, "Data": data, "UtcTime": utc}
    onvif().read("gate", {"Topic": {"_value_1": topic}, "Message": {"_value_1": message}}, 0.0)
    onvif().read("gate", {"Topic": source, "Message": data}, 0.0)
    onvif().read("gate", source, 0.0)


@pytest.mark.data
def test_every_notification_of_the_sample_is_taken_or_refused_by_name(data_dir: Path) -> None:
    sample = json.loads((data_dir / "events/onvif/notifications.json").read_text())
    reader = onvif()
    told = {}
    for number, one in enumerate(sample):
        taken = reader.read("gate", one["notification"], 5.0)
        said = [(signal.kind, signal.because.get("label")) for signal in taken.signals if signal.state == "raised"]
        told[f"{number} {one['case'].removeprefix('test_')}"] = taken.refused or said
    refusals = {name: said for name, said in told.items() if isinstance(said, str)}
    assert refusals == {"19 tapo_unknown_type": "unknown-item", "20 reolink_package": "unknown-topic"}
    assert len(told) == 21
    assert told["0 ajax_motion_detector"] == [("motion", None)]
    assert told["6 ajax_line_crossing"] == told["7 line_detector_crossed"] == [("line-crossing", None)]
    assert told["4 ajax_human_animal"] == [("detection", "person"), ("detection", "animal")]
    assert told["8 hikvision_alarm"] == [("input", None)]
    assert told["17 tapo_intrusion"] == [("intrusion", None)]
    assert told["16 tapo_tamper"] == [("camera-health", None)]


@pytest.mark.data
def test_the_sample_of_frigate_is_taken_or_refused_by_name(data_dir: Path) -> None:
    folder = data_dir / "events/frigate"
    wide = Site(name="s", cameras=(Camera(id="front_door", model=MODEL, size=SIZE), Camera(id="front_cam")))
    reader = FrigateReader(wide, ids=SignalIds("f"), start_utc=START, sizes={"front_door": (1280, 960)})
    (seen,) = reader.read("frigate/events", (folder / "mqtt_events_1.json").read_bytes()).observations
    assert seen.box == pytest.approx((216.0, 248.0, 56.0, 179.0))
    (review,) = reader.read("frigate/reviews", (folder / "mqtt_reviews_1.json").read_bytes()).signals
    assert review.kind == "review"
    for path in sorted(folder.glob("mqtt_tracked_object_update_*.json")):
        assert reader.read("frigate/tracked_object_update", path.read_bytes()).refused == "identity"
    assert reader.read("frigate/triggers", (folder / "mqtt_triggers_1.json").read_bytes()).refused == "unknown-topic"
    assert reader.counts.taken == 2
