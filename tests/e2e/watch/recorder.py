"""A site that a recorder watches, and what Frigate and ONVIF cameras would say of people on it."""

from __future__ import annotations

import json
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from bartizan.site.document import build

SITE = """
schema = 1
[site]
name = "A pavement"
[plan]
crs = "metres"
[[area]]
id = "street"
outside = true
[[zone]]
id = "pavement"
area = "street"
polygon = [[-2, -2], [10, -2], [10, 16], [-2, 16]]
[[zone]]
id = "drive"
area = "street"
polygon = [[20, 0], [30, 0], [30, 5], [20, 5]]
[[zone]]
id = "works"
use = "access"
polygon = [[40, 0], [50, 0], [50, 5], [40, 5]]
[[camera]]
id = "north"
size = [320, 240]
model = { points = [[50, 200, 0, 0], [270, 200, 8, 0], [110, 75, 0, 20], [210, 75, 8, 20]] }
[[camera]]
id = "gate"
[[rule]]
id = "loiter"
kind = "loitering"
zone = "pavement"
after = 20
grace = 15
"""
START = datetime(2026, 3, 1, 22, 10, tzinfo=UTC)
MODEL = build(tomllib.loads(SITE)).camera("north").model


def site_folder(parent: Path) -> Path:
    folder = parent / "site"
    folder.mkdir()
    (folder / "site.toml").write_text(SITE)
    return folder


def event(name: str, moment: float, at: tuple[float, float], **more: Any) -> dict[str, Any]:
    """Frigate's message of somebody whom camera north sees at a place [m], at Unix seconds `moment`."""
    assert MODEL is not None
    place = np.array([at])
    (x, y), high = MODEL.to_image(place)[0], 1.75 * float(MODEL.height_scale(place)[0])
    box = [round(x - 0.19 * high, 2), round(y - high, 2), round(x + 0.19 * high, 2), round(y, 2)]
    after = {"id": name, "camera": "north", "frame_time": moment, "label": "person", "score": 0.8, "box": box}
    return {"type": "update", "before": {}, "after": {**after, "false_positive": False, "end_time": None, **more}}


def in_zone(moment: float, zones: list[str], *, over: bool = False) -> dict[str, Any]:
    """Frigate's message of somebody whom the camera at the gate sees, which is not on the plan."""
    told = event("9.9-gate", moment, (4.0, 5.0), camera="gate", current_zones=zones)
    return {**told, "type": "end" if over else "update"}


def intrusion(moment: datetime | None, inside: bool) -> dict[str, Any]:
    """An ONVIF notification of a camera's own rule, as zeep makes it."""
    items = {"SimpleItem": [{"Name": "IsIntrusion", "Value": str(inside).lower()}]}
    message: dict[str, Any] = {"Source": {"SimpleItem": [{"Name": "Rule", "Value": "r1"}]}, "Data": items}
    if moment is not None:
        message["UtcTime"] = moment.isoformat()
    topic = {"_value_1": "tns1:RuleEngine/IntrusionDetector/Intrusion"}
    return {"Topic": topic, "Message": {"_value_1": message}}


HOSTILE = [
    b"",
    b"\xff" * 100,
    b"[" * 100_000,
    b"null",
    b'{"type":"update","after":{"camera":"north"}}',
    b'{"type":"update","after":{"camera":"../../etc","label":"person","id":"x"}}',
    json.dumps(event("1.1-bad", 1e308, (4.0, 5.0))).encode(),
    json.dumps(event("1.1-bad", 1.0, (4.0, 5.0), box=[float("nan")] * 4)).encode(),
    json.dumps(event("1.1-bad", -5.0, (4.0, 5.0))).encode(),
    json.dumps(event("\u202e\n" * 500, 1.0, (4.0, 5.0))).encode(),
    b" " * (1 << 20) + b"{}",
]
"""Payloads that no program should send on frigate/events."""
