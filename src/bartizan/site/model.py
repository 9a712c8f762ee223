"""The site: areas, elements and the ways through them, and all that watches, targets, answers and threatens.

Everything here is frozen. A `Site` also keeps the document it was built from (`site.document`: plain nested
mappings and lists, as in site.toml), because changes speak the document's language; `site.with_changes(...)` gives
a new site.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from shapely import LineString, Point, Polygon

from bartizan.errors import MissingPartError
from bartizan.geometry.projection import CameraModel
from bartizan.quantity import CERTAIN, NEVER, ZERO, Duration, Probability
from bartizan.signal import Severity
from bartizan.site.detectors import OnnxModel
from bartizan.site.hours import Hours
from bartizan.site.rules import RuleKind

# least pixels per metre on target of each class: IEC 62676-4:2014 gives 80, 40, 16, 8, 4 and 1 mm per pixel
PIXEL_CLASSES = {
    "monitor": 12.5, "detect": 25.0, "observe": 62.5, "recognise": 125.0, "identify": 250.0, "inspect": 1000.0
}  # fmt: skip

DetectAt = Literal["begin", "middle", "end"]
Objective = Literal["reach", "remove"]
WayDirection = Literal["both", "forward", "backward"]
Shape = Point | LineString | Polygon


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way through an element or one way of acting at a target: what it needs, what may notice it, how long.

    `p_detection` is None where the figure is left to the sensors that cover the way. `needs_count`: how many persons
    it takes. Of an element alone: `direction` against the element's `between`, and `opens`, whether the element stays
    open behind whoever went this way.
    """

    id: str
    name: str | None = None
    needs: frozenset[str] = frozenset()
    needs_count: int = 1
    p_detection: Probability | None = None
    detect_at: DetectAt | None = None
    delay: Duration = ZERO
    direction: WayDirection = "both"
    opens: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """The crossing of an area; `between` holds the pair of elements it is for, or None for any pair.

    The second of the pair may be a target in the area. Where the delay is a walk, `walk` is its length [m] on the
    plan and `walk_spread` the standard deviation as a share of the mean; `delay_for` then needs the threat's speed.
    """

    p_detection: Probability = NEVER
    detect_at: DetectAt | None = None
    delay: Duration = ZERO
    between: tuple[str, str] | None = None
    walk: float | None = None
    walk_spread: float = 0.0

    def delay_for(self, speed: float | None) -> Duration:
        """The delay [s] for a threat of that speed [m/s]; raises MissingPartError where a walk has no speed."""
        if self.walk is None:
            return self.delay
        if speed is None:
            raise MissingPartError(
                f"the crossing {' -> '.join(self.between or ())} is a walk, and the threat has no speed. "
                "Give the threat speed = metres per second"
            )
        mean = self.walk / speed
        return Duration(mean, self.walk_spread * mean, source=f"walk of {self.walk:.1f} m at {speed:g} m/s")


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A place between two layers. `outside`: an intruder may start here."""

    id: str
    name: str | None = None
    outside: bool = False
    crossing: Crossing | None = None
    crossing_between: tuple[Crossing, ...] = ()
    shape: Shape | None = None

    def crossing_from(self, entered_by: str, left_by: str | None) -> Crossing | None:
        """The crossing for one pair of elements, else the area's own; None where nothing is given."""
        for crossing in self.crossing_between:
            if crossing.between == (entered_by, left_by):
                return crossing
        return self.crossing


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """A path element between two areas: fence, wall, gate, door, window, roof, ..."""

    id: str
    kind: str
    between: tuple[str, str]
    ways: tuple[Way, ...]
    name: str | None = None
    direction: Literal["both", "forward"] = "both"
    shape: Shape | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensor:
    """A sensor; `covers` holds element ids, "element/way" pairs or area ids."""

    id: str
    kind: str
    covers: tuple[str, ...]
    name: str | None = None
    p_sensed: Probability
    p_transmitted: Probability = CERTAIN
    p_assessed: Probability = CERTAIN
    common_cause: str | None = None
    shape: Shape | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What an intruder wants to reach or to remove, and the ways of acting on it."""

    id: str
    area: str
    name: str | None = None
    objective: Objective = "reach"
    ways: tuple[Way, ...]
    shape: Shape | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """A force that answers: its arrival in total, or its parts.

    `arrival` runs from the first alarm to a position that stops the intruder. Where parts are given instead,
    `deployment_to` holds (area or element id, deployment) pairs that override `deployment`.
    """

    id: str
    name: str | None = None
    arrival: Duration | None = None
    assessment: Duration = ZERO
    communication: Duration = ZERO
    deployment: Duration = ZERO
    deployment_to: tuple[tuple[str, Duration], ...] = ()
    p_communication: Probability = CERTAIN
    p_neutralization: Probability | None = None
    strength: int = 1
    shape: Shape | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Threat:
    """An adversary: how many, with what, how fast on foot (metres per second)."""

    id: str
    name: str | None = None
    count: int = 1
    has: frozenset[str] = frozenset()
    speed: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Engagement:
    """How a fight between a response and a threat (None: any) goes, one casualty at a time.

    Under the linear law `advantage` is the probability p that the next casualty is the threat's, under the square
    law the ratio r in r x / (r x + y) with x of the response and y of the threat standing. `pace` is the mean time
    between two casualties [s], where known.
    """

    id: str
    response: str
    threat: str | None = None
    law: Literal["linear", "square"]
    advantage: float
    pace: float | None = None
    name: str | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change in the one grammar: set keys of a thing, remove it, or add a thing.

    Exactly one of `set`, `remove`, `add` is used; `at` is "kind/id" or "kind/id/way/id" and is None for `add`,
    whose mapping holds one kind and the new thing: ``{"sensor": {...}}``.
    """

    at: str | None = None
    set: Mapping[str, Any] = field(default_factory=dict)
    remove: bool = False
    add: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A state of the site on an axis (time, posture, ...); one state per axis holds at once.

    In its `hours` it holds by itself, unless somebody says which state of the axis holds.
    """

    id: str
    axis: str
    name: str | None = None
    hours: tuple[Hours, ...] = ()
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Upgrade:
    """A change that can be bought."""

    id: str
    cost: float
    changes: tuple[Change, ...]
    name: str | None = None
    requires: frozenset[str] = frozenset()
    excludes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Insider:
    """What somebody inside can open, switch off or tell, as changes."""

    id: str
    changes: tuple[Change, ...]
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """A piece of ground that rules speak of; `area` and `elements` are what an alarm here speaks of.

    `use`: what happens on a zone of "access" is recorded and not sounded, whatever the rule.
    """

    id: str
    polygon: Polygon
    name: str | None = None
    area: str | None = None
    elements: tuple[str, ...] = ()
    use: Literal["watch", "access"] = "watch"


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraHealth:
    """What of a camera's health is not worth a signal: faults by name, and `silence` [s] until it counts as dead."""

    silence: float = 10.0
    ignore: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Camera:
    """A camera: its stream, its picture (width, height in pixels) and its model; None where not calibrated.

    `masks` are polygons in pixels of the picture; what is behind them leaves the source for nobody. `detector` is a
    model that the user brings, or None: the detector that needs none.
    """

    id: str
    name: str | None = None
    source: str | None = None
    size: tuple[int, int] | None = None
    fps: float | None = None
    model: CameraModel | None = None
    shape: Shape | None = None
    masks: tuple[Polygon, ...] = ()
    health: CameraHealth = CameraHealth()
    detector: OnnxModel | None = None


@dataclass(frozen=True, slots=True)
class Escalation:
    """What has gone on for `after` seconds since it was raised weighs `severity`."""

    after: float
    severity: Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A behaviour that is watched for: in a zone, at an element or on a line, one of which may be None.

    `settings` are those of its kind, all of them, in seconds and metres. `classes` are what it minds; things known to
    be outside `min_height` to `max_height` [m] are not minded. It holds in its `hours` (none: always) and in its
    `states` (none: in all; of several axes, in one of each). Repeats of one track within `cooldown` [s] are not
    sounded; what `group_seconds` and `group_metres` hold together is one signal (0 s: never). `pictures`: whether a
    picture may be kept; `armed`: whether it is sounded before anybody arms or disarms it.
    """

    id: str
    kind: RuleKind
    zone: str | None = None
    element: str | None = None
    line: LineString | None = None
    settings: Mapping[str, float | str] = field(default_factory=dict)
    name: str | None = None
    severity: Severity = "medium"
    classes: frozenset[str] = frozenset({"person"})
    min_height: float | None = None
    max_height: float | None = None
    hours: tuple[Hours, ...] = ()
    states: frozenset[str] = frozenset()
    cooldown: float = 0.0
    group_seconds: float = 0.0
    group_metres: float = 10.0
    escalate: tuple[Escalation, ...] = ()
    pictures: bool = False
    armed: bool = True

    def number(self, name: str) -> float:
        """A setting that is a number. Raises KeyError where its kind has none of this name."""
        return float(self.settings[name])

    @property
    def after(self) -> float:
        """How long it takes until it is reported [s]; 0 where its kind knows no such time."""
        return float(self.settings.get("after", 0.0))

    @property
    def grace(self) -> float:
        """How long it may be interrupted [s]; 0 where its kind knows no such time."""
        return float(self.settings.get("grace", 0.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Patrol:
    """Announced people of the site: as many as `people` in these zones are recorded and not sounded.

    From `begin` to `end` (UTC), or in its `hours` week by week.
    """

    id: str
    zones: tuple[str, ...]
    begin: datetime | None = None
    end: datetime | None = None
    hours: tuple[Hours, ...] = ()
    people: int = 1
    name: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    """Ground with a pace of its own: `factor` of the threat's speed, or `speed` [m/s]; one of the two is None."""

    id: str
    polygon: Polygon
    name: str | None = None
    factor: float | None = None
    speed: float | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacle:
    """What nobody walks through ("walking" in `blocks`), or sees through ("sight"); a line or a polygon."""

    id: str
    shape: Shape
    blocks: frozenset[str]
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What notices somebody on the ground: `per_second` is the probability that it does so within a second.

    It reaches as far as all that is given allow: `within` [m] of its place, `pixels` per metre in the picture of
    `camera`, its polygon; and where `sight` is true, as far as nothing stands in the way.
    """

    id: str
    per_second: Probability
    name: str | None = None
    camera: str | None = None
    sensor: str | None = None
    pixels: float | None = None
    within: float | None = None
    sight: bool = True
    shape: Shape | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The frame of all coordinates, and what is drawn for people: features of plan.geojson that belong to no id.

    `crs` is "metres" (x east, y north) or "wgs84", which was brought to metres about `origin` (longitude,
    latitude) and turned by `bearing` degrees. `drawings` holds (kind, shape) pairs such as ("building", polygon).
    """

    crs: Literal["metres", "wgs84"] = "metres"
    file: str | None = None
    origin: tuple[float, float] | None = None
    bearing: float = 0.0
    drawings: tuple[tuple[str, Shape], ...] = ()
