"""From checked entries to the frozen things of the model."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from shapely import LineString, Point, Polygon

from bartizan.errors import Fault, InputError
from bartizan.geometry import lens_fit, shapes
from bartizan.geometry.homography import Homography
from bartizan.geometry.projection import CameraModel
from bartizan.geometry.walk import walk as on_foot
from bartizan.quantity import CERTAIN, NEVER, ZERO, Duration, Probability
from bartizan.site import entries as e
from bartizan.site import model as m
from bartizan.site.attachments import CALIBRATIONS, attachment_key
from bartizan.site.detectors import onnx_model
from bartizan.site.escalation import escalation
from bartizan.site.faults import PathOf, among, fault
from bartizan.site.figures import probability
from bartizan.site.hours import WEEK, Hours, instant
from bartizan.site.inputs import Input, InputEntry, input_of
from bartizan.site.partner import partner
from bartizan.site.parts import Placed
from bartizan.site.plan import Ground
from bartizan.site.procedure import procedure
from bartizan.site.responder import responder
from bartizan.site.rules import GENERAL, HoursEntry, PatrolEntry, RuleEntry, minutes
from bartizan.site.tour import tour


class Made(NamedTuple):
    """A raw entry of a document, the same checked, and the thing made of it."""

    raw: Any
    entry: Any
    thing: Any


@dataclass
class Workshop:
    """Makes things of entries; gathers the faults of shape and of camera model that it meets."""

    ground: Ground
    default_sd: float | None
    attachments: Mapping[str, Any]
    clock: ZoneInfo | None = None
    faults: list[Fault] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    placed: dict[str, m.Shape] = field(default_factory=dict)

    def make(self, kind: str, entry: Any, path: PathOf) -> Any:
        """The thing of an entry of one kind."""
        return self.recall(kind, entry, _MAKERS[kind](self, entry, path))

    def recall(self, kind: str, entry: Any, thing: Any) -> Any:
        """The thing of an entry, with what others need to know of it: the feature it uses, and its place."""
        feature = getattr(entry, "feature", None)
        if feature is not None:
            self.used.add(feature)
        if kind in ("element", "target") and thing.shape is not None:
            self.placed[thing.id] = thing.shape
        return thing

    def shape(self, entry: Placed | e.ZoneEntry | e.SurfaceEntry | RuleEntry, path: PathOf) -> m.Shape | None:
        """The place of a thing on the plan, or None."""
        key = next((key for key in ("polygon", "line", "at", "feature") if getattr(entry, key, None) is not None), None)
        if key is None:
            return None
        value = getattr(entry, key)
        if key == "feature":
            return self._feature(value, (*path, key))
        try:
            if key == "at":
                return shapes.point(self.ground.place(value))
            make = shapes.polygon if key == "polygon" else shapes.line
            return make(self.ground.places(value))
        except InputError as error:
            self.faults.append(fault((*path, key), value, str(error), "Correct the coordinates"))
            return None

    def _feature(self, name: str, path: PathOf) -> m.Shape | None:
        shape = self.ground.features.get(name)
        if shape is None and self.ground.read:
            if self.ground.entry is None or self.ground.entry.file is None:
                cure = 'Add [plan] with file = "plan.geojson", or give the place here'
            else:
                cure = among(name, self.ground.features, "feature")
            self.faults.append(fault(path, name, "no feature of the plan's file has this id", cure))
        return shape

    def time(self, entry: Any) -> Duration:
        """The time of an entry [s]; none where nothing is written."""
        return ZERO if entry is None else entry.figure(self.default_sd)

    def zone(self, entry: e.ZoneEntry, path: PathOf) -> m.Zone | None:
        """A zone, which must be a polygon."""
        shape = self.shape(entry, path)
        if shape is None:
            return None
        if not isinstance(shape, Polygon):
            cure = "Draw the feature as a Polygon"
            self.faults.append(fault((*path, "feature"), entry.feature, "a zone is a polygon", cure))
            return None
        return m.Zone(
            id=entry.id,
            name=entry.name,
            area=entry.area,
            elements=tuple(entry.elements),
            polygon=shape,
            use=entry.use,
        )

    def camera_model(self, entry: Any, size: tuple[int, int] | None, path: PathOf) -> CameraModel | None:
        """The camera model that an entry describes."""
        try:
            if isinstance(entry, e.PointsModel):
                return self._model_of_points(entry, size, path)
            kind = next(kind for kind in CALIBRATIONS if hasattr(entry, kind))
            name = getattr(entry, kind)
            read = self.attachments.get(attachment_key(name, entry.unit))
            if read is None:
                message = f"the calibration {name} was not handed over with the document"
                self.faults.append(fault((*path, kind), name, message, "Put the file into the site folder"))
                return None
            if entry.to_plan is None:
                return read  # type: ignore[no-any-return]
            shift = (entry.to_plan.shift[0], entry.to_plan.shift[1])
            return read.moved(shift, entry.to_plan.turn)  # type: ignore[no-any-return]
        except InputError as error:
            self.faults.append(fault(path, None, str(error), "See docs on calibrating a camera"))
            return None

    def _model_of_points(self, entry: e.PointsModel, size: tuple[int, int] | None, path: PathOf) -> CameraModel | None:
        # least squares in one order, so that the order in which points are written changes nothing
        rows = [[*row[:2], *self.ground.place(row[2:])] for row in sorted(entry.points)]
        if not entry.lens:
            return Homography.from_points(rows, size=size)
        if size is None:
            message = "a lens is found in a picture of known size"
            self.faults.append(fault((*path, "lens"), True, message, "Add size = [width, height]"))
            return None
        return lens_fit.from_points(rows, size)


def _or(entry: Any, default: Probability) -> Probability:
    return default if entry is None else probability(entry)


def _maybe(entry: Any) -> Probability | None:
    return None if entry is None else probability(entry)


def _way(shop: Workshop, entry: e.WayEntry) -> m.Way:
    return m.Way(
        id=entry.id,
        name=entry.name,
        needs=frozenset(entry.needs),
        needs_count=entry.needs_count,
        p_detection=_maybe(entry.p_detection),
        detect_at=entry.detect_at,
        delay=shop.time(entry.delay),
    )


def _element_way(shop: Workshop, entry: e.ElementWayEntry) -> m.Way:
    return replace(_way(shop, entry), direction=entry.direction, opens=entry.opens)


def _crossing(shop: Workshop, entry: e.CrossingEntry) -> m.Crossing:
    return m.Crossing(
        p_detection=_or(entry.p_detection, NEVER), detect_at=entry.detect_at, delay=shop.time(entry.delay)
    )


def _crossing_between(shop: Workshop, entry: e.CrossingBetweenEntry, ground: m.Shape | None) -> m.Crossing:
    ends = (entry.entered_by, entry.left_by)
    walk: float | None = None
    if entry.delay == "walk":
        # the ends are placed already: elements and targets are made before areas
        one, other = shop.placed.get(ends[0]), shop.placed.get(ends[1])
        if one is None or other is None:
            walk = 0.0
        else:
            walk = on_foot(ground, one, other) if isinstance(ground, Polygon) else shapes.distance(one, other)
    return m.Crossing(
        p_detection=_or(entry.p_detection, NEVER),
        detect_at=entry.detect_at,
        delay=ZERO if walk is not None else shop.time(entry.delay),
        between=ends,
        walk=walk,
        walk_spread=0.0 if walk is None else shop.default_sd or 0.0,
    )


def _area(shop: Workshop, entry: e.AreaEntry, path: PathOf) -> m.Area:
    ground = shop.shape(entry, path)
    return m.Area(
        id=entry.id,
        name=entry.name,
        outside=entry.outside,
        crossing=None if entry.crossing is None else _crossing(shop, entry.crossing),
        crossing_between=tuple(_crossing_between(shop, between, ground) for between in entry.crossing_between),
        shape=ground,
    )


def _element(shop: Workshop, entry: e.ElementEntry, path: PathOf) -> m.Element:
    return m.Element(
        id=entry.id,
        name=entry.name,
        kind=entry.kind,
        between=(entry.between[0], entry.between[1]),
        direction=entry.direction,
        ways=tuple(_element_way(shop, way) for way in entry.way),
        shape=shop.shape(entry, path),
    )


def _sensor(shop: Workshop, entry: e.SensorEntry, path: PathOf) -> m.Sensor:
    return m.Sensor(
        id=entry.id,
        name=entry.name,
        kind=entry.kind,
        covers=tuple(entry.covers),
        p_sensed=probability(entry.p_sensed),
        p_transmitted=_or(entry.p_transmitted, CERTAIN),
        p_assessed=_or(entry.p_assessed, CERTAIN),
        common_cause=entry.common_cause,
        shape=shop.shape(entry, path),
    )


def _target(shop: Workshop, entry: e.TargetEntry, path: PathOf) -> m.Target:
    return m.Target(
        id=entry.id,
        name=entry.name,
        area=entry.area,
        objective=entry.objective,
        ways=tuple(_way(shop, way) for way in entry.way),
        shape=shop.shape(entry, path),
    )


def _response(shop: Workshop, entry: e.ResponseEntry, path: PathOf) -> m.Response:
    return m.Response(
        id=entry.id,
        name=entry.name,
        arrival=None if entry.arrival is None else shop.time(entry.arrival),
        assessment=shop.time(entry.assessment),
        communication=shop.time(entry.communication),
        deployment=shop.time(entry.deployment),
        deployment_to=tuple((to.area or to.element or "", shop.time(to.deployment)) for to in entry.deployment_to),
        p_communication=_or(entry.p_communication, CERTAIN),
        p_neutralization=_maybe(entry.p_neutralization),
        strength=entry.strength,
        shape=shop.shape(entry, path),
    )


def _threat(_shop: Workshop, entry: e.ThreatEntry, _path: PathOf) -> m.Threat:
    return m.Threat(id=entry.id, name=entry.name, count=entry.count, has=frozenset(entry.has), speed=entry.speed)


def _engagement(_shop: Workshop, entry: e.EngagementEntry, _path: PathOf) -> m.Engagement:
    return m.Engagement(
        id=entry.id,
        name=entry.name,
        response=entry.response,
        threat=entry.threat,
        law=entry.law,
        advantage=entry.advantage,
        pace=entry.pace,
        source=entry.source,
    )


def _changes(listed: list[e.ChangeEntry]) -> tuple[m.Change, ...]:
    # copied, so that nobody who holds a change holds a part of the site's own document
    return tuple(
        m.Change(
            at=entry.at,
            set=copy.deepcopy(entry.set or {}),
            remove=entry.remove is True,
            add=copy.deepcopy(entry.add or {}),
        )
        for entry in listed
    )


def _state(_shop: Workshop, entry: e.StateEntry, _path: PathOf) -> m.State:
    return m.State(
        id=entry.id, name=entry.name, axis=entry.axis, hours=_hours(entry.hours), changes=_changes(entry.changes)
    )


def _upgrade(_shop: Workshop, entry: e.UpgradeEntry, _path: PathOf) -> m.Upgrade:
    return m.Upgrade(
        id=entry.id,
        name=entry.name,
        cost=entry.cost,
        requires=frozenset(entry.requires),
        excludes=frozenset(entry.excludes),
        changes=_changes(entry.changes),
    )


def _insider(_shop: Workshop, entry: e.InsiderEntry, _path: PathOf) -> m.Insider:
    return m.Insider(id=entry.id, name=entry.name, changes=_changes(entry.changes))


def _masks(entry: e.CameraEntry) -> tuple[Polygon, ...]:
    """The masks in one order, so that the order in which they are written changes nothing."""
    masks = [shapes.polygon([(x, y) for x, y in mask]) for mask in entry.masks]
    return tuple(sorted(masks, key=lambda mask: mask.normalize().wkt))


def _camera(shop: Workshop, entry: e.CameraEntry, path: PathOf) -> m.Camera:
    size = None if entry.size is None else (entry.size[0], entry.size[1])
    model = None if entry.model is None else shop.camera_model(entry.model, size, (*path, "model"))
    return m.Camera(
        id=entry.id,
        name=entry.name,
        source=entry.source,
        size=size,
        fps=entry.fps,
        model=model,
        shape=shop.shape(entry, path),
        masks=_masks(entry),
        health=m.CameraHealth(silence=entry.health.silence, ignore=frozenset(entry.health.ignore)),
        detector=None if entry.detector is None else onnx_model(entry.detector),
    )


def _hours(entries: list[HoursEntry]) -> tuple[Hours, ...]:
    return tuple(
        Hours(minutes(entry.begin), minutes(entry.end), tuple(sorted(WEEK.index(day) for day in entry.days)))
        for entry in entries
    )


# what a rule minds where it does not say: the thing that its kind is about
_MINDED = {"left-object": frozenset({"object"})}
_PEOPLE = frozenset({"person"})


def _rule(shop: Workshop, entry: RuleEntry, path: PathOf) -> m.Rule:
    line = shop.shape(entry, path)
    return m.Rule(
        id=entry.id,
        name=entry.name,
        kind=entry.kind,
        zone=getattr(entry, "zone", None),
        element=getattr(entry, "element", None),
        line=line if isinstance(line, LineString) else None,
        settings={name: value for name, value in entry if name not in GENERAL},
        severity=entry.severity,
        classes=_MINDED.get(entry.kind, _PEOPLE) if entry.classes is None else frozenset(entry.classes),
        min_height=entry.min_height,
        max_height=entry.max_height,
        hours=_hours(entry.hours),
        states=frozenset(entry.states),
        cooldown=entry.cooldown,
        group_seconds=entry.group_seconds,
        group_metres=entry.group_metres,
        escalate=tuple(m.Escalation(step.after, step.severity) for step in entry.escalate),
        pictures=entry.pictures,
        armed=entry.armed,
    )


def _patrol(shop: Workshop, entry: PatrolEntry, path: PathOf) -> m.Patrol | None:
    span = []
    for key, text in (("from", entry.begin), ("to", entry.end)):
        try:
            span.append(None if text is None else instant(text, shop.clock))
        except InputError as error:
            cure = "Write it in UTC, such as '2026-03-01T21:00Z', or give [site] its time_zone"
            shop.faults.append(fault((*path, key), text, str(error), cure))
            return None
    begin, end = span
    if begin is not None and end is not None and not begin < end:
        shop.faults.append(fault((*path, "to"), entry.end, "the patrol ends before it begins", "Exchange from and to"))
    return m.Patrol(
        id=entry.id,
        name=entry.name,
        zones=tuple(entry.zones),
        begin=begin,
        end=end,
        hours=_hours(entry.hours),
        people=entry.people,
        reason=entry.reason,
    )


def _surface(shop: Workshop, entry: e.SurfaceEntry, path: PathOf) -> m.Surface | None:
    shape = shop.shape(entry, path)
    if shape is not None and not isinstance(shape, Polygon):
        message = "a surface is a polygon"
        shop.faults.append(fault((*path, "feature"), entry.feature, message, "Draw the feature as a Polygon"))
    if not isinstance(shape, Polygon):
        return None
    return m.Surface(
        id=entry.id, name=entry.name, polygon=shape, factor=entry.factor, speed=entry.speed, source=entry.source
    )


def _obstacle(shop: Workshop, entry: e.ObstacleEntry, path: PathOf) -> m.Obstacle | None:
    shape = shop.shape(entry, path)
    if isinstance(shape, Point):
        message = "an obstacle is a line or a polygon"
        cure = "Draw the feature as a LineString or a Polygon"
        shop.faults.append(fault((*path, "feature"), entry.feature, message, cure))
        return None
    return (
        None if shape is None else m.Obstacle(id=entry.id, name=entry.name, shape=shape, blocks=frozenset(entry.blocks))
    )


def _coverage(shop: Workshop, entry: e.CoverageEntry, path: PathOf) -> m.Coverage:
    shape = shop.shape(entry, path)
    if shape is not None and not isinstance(shape, Polygon) and entry.within is None:
        message = "does not say how far it reaches from its feature"
        shop.faults.append(fault((*path, "within"), None, message, "Add within = metres"))
    return m.Coverage(
        id=entry.id,
        name=entry.name,
        camera=entry.camera,
        sensor=entry.sensor,
        pixels=entry.pixels if entry.class_ is None else m.PIXEL_CLASSES[entry.class_],
        within=entry.within,
        sight=entry.sight,
        per_second=probability(entry.per_second),
        shape=shape,
    )


def _input(_shop: Workshop, entry: InputEntry, _path: PathOf) -> Input:
    return input_of(entry, _hours(entry.hours))


_MAKERS: dict[str, Any] = {
    "element": _element,
    "target": _target,
    "area": _area,
    "sensor": _sensor,
    "response": _response,
    "threat": _threat,
    "engagement": _engagement,
    "state": _state,
    "upgrade": _upgrade,
    "insider": _insider,
    "zone": Workshop.zone,
    "camera": _camera,
    "rule": _rule,
    "patrol": _patrol,
    "surface": _surface,
    "obstacle": _obstacle,
    "coverage": _coverage,
    "input": _input,
    "responder": lambda _shop, entry, _path: responder(entry),
    "procedure": lambda _shop, entry, _path: procedure(entry),
    "escalation": lambda _shop, entry, _path: escalation(entry),
    "tour": lambda _shop, entry, _path: tour(entry),
    "partner": lambda _shop, entry, _path: partner(entry),
}
# elements and targets come first, because a walk through an area is measured between them
ORDER = tuple(_MAKERS)
