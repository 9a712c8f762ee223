"""Frigate's messages over MQTT: events and reviews.

Of an event the last box is taken. Where the site knows the camera and its model, the box's foot is an observation on
the plan, and Bartizan's own rules say what it means. Where it does not, what remains is that something of a kind is in
a zone of Frigate's: a signal of the site's zone of that name.

Source: docs/docs/integrations/mqtt.md of Frigate 0.17. Never read: sub_label, recognized_license_plate, attributes,
and the topic of faces, plates and descriptions.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bartizan.adapters.foreign.taken import Cases, ForeignCounts, Refused, Taken, What, number, seconds, text
from bartizan.signal import Signal, SignalIds
from bartizan.site.model import Camera
from bartizan.site.site import Site
from bartizan.watch.detection.detect import Detection
from bartizan.watch.detection.observe import observe

_LABELS = {
    "person": "person",
    **dict.fromkeys(("car", "truck", "bus", "motorcycle", "bicycle", "boat", "train"), "vehicle"),
    **dict.fromkeys(("dog", "cat", "bird", "horse", "deer", "fox", "bear", "raccoon", "rabbit", "squirrel"), "animal"),
    **dict.fromkeys(("backpack", "handbag", "suitcase", "package", "umbrella"), "object"),
}
_WHO = frozenset({"face", "lpr", "description", "classification"})
_FIRST, _LAST = 0.0, 4e9  # Unix seconds: 1970 to 2096
_EDGE = 4.0  # pixels by which a box may stand over the picture
_LARGEST = 1 << 20  # bytes of a message


class FrigateReader:
    """Reads Frigate's messages for one site.

    `names` are the site's ids of Frigate's cameras and `zones` those of its zones, where they differ. `sizes`: width
    and height [pixels] of the pictures that Frigate detects in, by the site's camera, where they are not its `size`.
    `start_utc` is the time of the stream's zero. Errors: none; what is not taken is named and counted.
    """

    def __init__(
        self,
        site: Site,
        *,
        ids: SignalIds,
        start_utc: datetime,
        names: Mapping[str, str] | None = None,
        zones: Mapping[str, str] | None = None,
        sizes: Mapping[str, tuple[int, int]] | None = None,
        exercise: bool = False,
    ) -> None:
        self.counts = ForeignCounts()
        self._cameras = {camera.id: camera for camera in site.cameras}
        self._site_zones = {zone.id for zone in site.zones}
        self._names, self._zones, self._sizes = dict(names or {}), dict(zones or {}), dict(sizes or {})
        self._start = start_utc
        self._cases = Cases(site, ids, start_utc, self.counts, exercise)

    def read(self, topic: str, payload: bytes | str) -> Taken:
        """What a message says; `topic` such as "frigate/events". Nothing is raised: a refusal stands in the answer."""
        try:
            taken = self._message(topic.rsplit("/", 1)[-1], payload)
        except Refused as why:
            taken = Taken(refused=str(why))
        return self.counts.of(taken)

    def _message(self, topic: str, payload: bytes | str) -> Taken:
        if topic == "tracked_object_update":
            raise Refused("identity")
        if topic not in ("events", "reviews"):
            raise Refused("unknown-topic")
        message = _json(payload)
        phase = message.get("type")
        if phase in _WHO:
            raise Refused("identity")
        after = message.get("after")
        if phase not in ("new", "update", "end") or not isinstance(after, dict):
            raise Refused("malformed")
        camera = self._camera(after)
        return (self._event if topic == "events" else self._review)(camera, after, over=phase == "end")

    def _event(self, camera: Camera, after: Mapping[str, Any], *, over: bool) -> Taken:
        if after.get("false_positive") is True:
            raise Refused("false-positive")
        label = _LABELS.get(text(after.get("label"), "unknown-label").lower())
        if label is None:
            raise Refused("unknown-label")
        key = f"event/{camera.id}/{text(after.get('id'), 'malformed')}"
        last = after.get("end_time") if over else None
        t = self._time(after.get("frame_time") if last is None else last)
        score = number(after.get("score", after.get("top_score")), 0.0, 1.0, "no-score")
        if camera.model is None or camera.size is None:
            inside = set() if over else self._known_zones(after.get("current_zones"))
            return Taken(t, camera.id, signals=self._in_zones(camera.id, key, label, inside, t))
        if over:
            return Taken(t, camera.id)
        detection = Detection(self._box(camera, after.get("box")), score, label)
        placed = observe(camera.id, camera.model, t, [detection])
        if not placed:
            raise Refused("no-place")
        return Taken(t, camera.id, (detection,), tuple(placed))

    def _in_zones(self, camera: str, key: str, label: str, inside: set[str], t: float) -> tuple[Signal, ...]:
        """Signals of the zones that it is in, and the ends of those that it has left."""
        signals: list[Signal] = []
        for zone in sorted(inside):
            words = f"Frigate saw a {label} in {zone}"
            because = {"source": "frigate", "label": label, "text": words}
            what = What("intrusion", camera, zone, "medium", because)
            signals += self._cases.raised(f"{key}/{zone}", what, t)
        for open_key in self._cases.going_on(f"{key}/"):
            if open_key.rpartition("/")[2] not in inside:
                signals += self._cases.ended(open_key, t)
        return tuple(signals)

    def _review(self, camera: Camera, after: Mapping[str, Any], *, over: bool) -> Taken:
        """A review of a camera that is on the plan says nothing that its events do not."""
        if camera.model is not None and camera.size is not None:
            raise Refused("review-of-events")
        data = after.get("data")
        if not isinstance(data, dict):
            raise Refused("malformed")
        key = f"review/{camera.id}/{text(after.get('id'), 'malformed')}"
        t = self._time(after.get("end_time") if over else after.get("start_time"))
        if over:
            return Taken(t, camera.id, signals=self._cases.ended(key, t))
        if after.get("severity") != "alert":
            return Taken(t, camera.id)
        listed = data.get("objects")
        objects = listed if isinstance(listed, list) else []
        labels = sorted({_LABELS[one] for one in objects if isinstance(one, str) and one in _LABELS})
        if not labels:
            raise Refused("unknown-label")
        zones = sorted(self._known_zones(data.get("zones")))
        because = {"source": "frigate", "label": labels[0], "text": f"Frigate alerts: {', '.join(labels)}"}
        what = What("review", camera.id, zones[0] if zones else None, "medium", because)
        return Taken(t, camera.id, signals=self._cases.raised(key, what, t))

    def _camera(self, after: Mapping[str, Any]) -> Camera:
        name = text(after.get("camera"), "unknown-camera")
        camera = self._cameras.get(self._names.get(name, name))
        if camera is None:
            raise Refused("unknown-camera")
        return camera

    def _known_zones(self, listed: Any) -> set[str]:
        if not isinstance(listed, list):
            return set()
        named = (self._zones.get(one, one) for one in listed[:100] if isinstance(one, str))
        return {one for one in named if one in self._site_zones}

    def _time(self, value: Any) -> float:
        moment = number(value, _FIRST, _LAST, "no-time")
        return seconds(datetime.fromtimestamp(moment, UTC), self._start)

    def _box(self, camera: Camera, corners: Any) -> tuple[float, float, float, float]:
        """Left, top, width, height in the site's picture, cut at its edges."""
        assert camera.size is not None  # noqa: S101 - asked before
        if not isinstance(corners, list) or len(corners) != 4:
            raise Refused("no-box")
        wide, high = self._sizes.get(camera.id, camera.size)
        left, right = (number(corners[i], -_EDGE, wide + _EDGE, "box-outside-picture") for i in (0, 2))
        top, bottom = (number(corners[i], -_EDGE, high + _EDGE, "box-outside-picture") for i in (1, 3))
        across, down = camera.size[0] / wide, camera.size[1] / high
        left, right = (min(max(x, 0.0), wide) * across for x in (left, right))
        top, bottom = (min(max(y, 0.0), high) * down for y in (top, bottom))
        if right <= left or bottom <= top:
            raise Refused("no-box")
        return left, top, right - left, bottom - top


def _json(payload: bytes | str) -> dict[str, Any]:
    if len(payload) > _LARGEST:
        raise Refused("too-large")
    try:
        message = json.loads(payload)
    # a deep nest of brackets ends in RecursionError, a number of 5,000 digits in ValueError
    except (ValueError, RecursionError):
        raise Refused("malformed") from None
    if not isinstance(message, dict):
        raise Refused("malformed")
    return message
