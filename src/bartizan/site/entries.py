"""The site file as pydantic sees it: one class per kind, one field per key. The docs and the schema speak from here."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from bartizan.errors import InputError
from bartizan.geometry import shapes
from bartizan.site.detectors import DetectorEntry
from bartizan.site.duty import DeskEntry
from bartizan.site.escalation import EscalationEntry
from bartizan.site.figures import TAGS as FIGURE_TAGS
from bartizan.site.figures import Part, ProbabilityEntry, Source, TimeEntry, wrong
from bartizan.site.inputs import InputEntry
from bartizan.site.partner import EvidenceEntry, PartnerEntry
from bartizan.site.parts import Corners, FileName, Id, Name, Number, Pair, Placed, Reference, Word
from bartizan.site.pictures import HealthEntry, Masks, SourceAddress
from bartizan.site.privacy import PrivacyEntry
from bartizan.site.procedure import ProcedureEntry
from bartizan.site.responder import ResponderEntry
from bartizan.site.rules import HoursEntry, PatrolEntry, RuleEntry, RuleForm, rule_model
from bartizan.site.tour import TourEntry

SCHEMA = 1


class SiteEntry(Part):
    """[site]: what the whole is called."""

    name: Name
    time_zone: str | None = Field(None, max_length=64, description="a name of the IANA data base: 'Europe/Vienna'")
    default_sd: float | None = Field(
        None, ge=0, le=10, description="standard deviation, as a share of the mean, of times that have none"
    )


class CrossingEntry(Part):
    """The crossing of an area."""

    p_detection: ProbabilityEntry | None = None
    detect_at: Literal["begin", "middle", "end"] | None = None
    delay: TimeEntry | None = None


def _delay_form(raw: Any) -> str:
    return "<walk>" if isinstance(raw, str) else "<time>"


class CrossingBetweenEntry(Part):
    """The crossing of an area between two of its elements, or from an element to a target in it."""

    entered_by: Id = Field(alias="from", description="the element by which the area is entered")
    left_by: Id = Field(alias="to", description="the element, or the target in the area, that is walked to")
    p_detection: ProbabilityEntry | None = None
    detect_at: Literal["begin", "middle", "end"] | None = None
    delay: (
        Annotated[
            Annotated[Literal["walk"], Tag("<walk>")] | Annotated[TimeEntry, Tag("<time>")],
            Discriminator(_delay_form),
        ]
        | None
    ) = Field(None, description="a time, or 'walk': the distance on the plan at the threat's speed")


class AreaEntry(Placed):
    """[[area]]: a place between two layers."""

    id: Id
    name: Name | None = None
    outside: bool = Field(False, description="true where an intruder may start")
    crossing: CrossingEntry | None = None
    crossing_between: list[CrossingBetweenEntry] = Field(default_factory=list)


class WayEntry(Part):
    """[[element.way]] and [[target.way]]: one way through an element, or of acting on a target."""

    id: Id
    name: Name | None = None
    needs: list[Word] = Field(default_factory=list, description="what the threat must have")
    needs_count: int = Field(1, ge=1, le=100_000, description="how many persons the threat must be")
    p_detection: ProbabilityEntry | None = None
    detect_at: Literal["begin", "middle", "end"] | None = None
    delay: TimeEntry | None = None


class ElementWayEntry(WayEntry):
    """[[element.way]]: one way through an element, which may serve one side only."""

    direction: Literal["both", "forward", "backward"] = "both"
    opens: bool = Field(False, description="true where the element stays open behind whoever went this way")


class ElementEntry(Placed):
    """[[element]]: a path element between two areas."""

    id: Id
    name: Name | None = None
    kind: Word
    between: list[Id] = Field(min_length=2, max_length=2, description="the two areas that it joins")
    direction: Literal["both", "forward"] = "both"
    way: list[ElementWayEntry] = Field(default_factory=list)


class SensorEntry(Placed):
    """[[sensor]]: what may notice somebody on a way or in an area."""

    id: Id
    name: Name | None = None
    kind: Word
    covers: list[Reference] = Field(min_length=1, description="elements, 'element/way' pairs or areas")
    p_sensed: ProbabilityEntry
    p_transmitted: ProbabilityEntry | None = None
    p_assessed: ProbabilityEntry | None = None
    common_cause: Word | None = Field(None, description="the group of sensors that fail together")


class TargetEntry(Placed):
    """[[target]]: what an intruder wants to reach or to remove."""

    id: Id
    name: Name | None = None
    area: Id
    objective: Literal["reach", "remove"] = "reach"
    way: list[WayEntry] = Field(default_factory=list)


class DeploymentEntry(Part):
    """[[response.deployment_to]]: the deployment to one area or element."""

    area: Id | None = None
    element: Id | None = None
    deployment: TimeEntry


class ResponseEntry(Placed):
    """[[response]]: a force that answers."""

    id: Id
    name: Name | None = None
    arrival: TimeEntry | None = Field(None, description="first alarm to a position that stops the intruder")
    assessment: TimeEntry | None = None
    communication: TimeEntry | None = None
    deployment: TimeEntry | None = None
    deployment_to: list[DeploymentEntry] = Field(default_factory=list)
    p_communication: ProbabilityEntry | None = None
    p_neutralization: ProbabilityEntry | None = None
    strength: int = Field(1, ge=1, le=100_000, description="how many they are")


class ThreatEntry(Part):
    """[[threat]]: an adversary."""

    id: Id
    name: Name | None = None
    count: int = Field(1, ge=1, le=100_000, description="how many they are")
    has: list[Word] = Field(default_factory=list, description="what they bring, as ways need it")
    speed: float | None = Field(None, gt=0, le=50, description="metres per second on foot")


class EngagementEntry(Part):
    """[[engagement]]: how a fight between a response and a threat goes, for the duel that gives P_N."""

    id: Id
    name: Name | None = None
    response: Id
    threat: Id | None = Field(None, description="a threat; without it any")
    law: Literal["linear", "square"]
    advantage: float = Field(gt=0, le=1e6, description="linear: p, the response's chance in one duel; square: r")
    pace: float | None = Field(None, gt=0, le=1e9, description="mean seconds between two casualties")
    source: Source | None = None

    @model_validator(mode="after")
    def _is_a_chance(self) -> EngagementEntry:
        if self.law == "linear" and not self.advantage < 1.0:
            cure = "Write a number above 0 and below 1, or law = 'square' for a ratio of strengths"
            raise wrong("the advantage of the linear law is a probability below 1", cure)
        return self


class ChangeEntry(Part):
    """One change: set keys of a thing, remove a thing or a key, or add a thing."""

    at: Reference | None = Field(None, description="'kind/id', 'kind/id/way/id', or one of them and a key to remove")
    set: dict[str, Any] | None = Field(None, min_length=1, description="keys and their new values")
    remove: Literal[True] | None = None
    add: dict[str, Any] | None = Field(None, min_length=1, max_length=1, description="one kind and the new thing")

    @model_validator(mode="after")
    def _one_deed(self) -> ChangeEntry:
        deeds = [key for key in ("set", "remove", "add") if getattr(self, key) is not None]
        if len(deeds) != 1:
            raise wrong("a change does one thing", "Write set = {...}, remove = true or add = {...}")
        if deeds != ["add"] and self.at is None:
            raise wrong(f"{deeds[0]} needs an address", "Add at = 'kind/id'")
        return self


class StateEntry(Part):
    """[[state]]: how the site is at a time, in a posture, ..."""

    id: Id
    name: Name | None = None
    axis: Word
    hours: list[HoursEntry] = Field(default_factory=list, description="when it holds by the clock of the site")
    changes: list[ChangeEntry] = Field(default_factory=list)


class UpgradeEntry(Part):
    """[[upgrade]]: a change that can be bought."""

    id: Id
    name: Name | None = None
    cost: float = Field(ge=0, le=1e15, description="in one currency for the whole site")
    requires: list[Id] = Field(default_factory=list, description="upgrades that it builds on")
    excludes: list[Id] = Field(default_factory=list, description="upgrades that cannot be had with it")
    changes: list[ChangeEntry] = Field(min_length=1)


class InsiderEntry(Part):
    """[[insider]]: what somebody inside can open, switch off or tell."""

    id: Id
    name: Name | None = None
    changes: list[ChangeEntry] = Field(min_length=1)


class PlanEntry(Part):
    """[plan]: the frame of all coordinates."""

    file: FileName | None = None
    crs: Literal["metres", "wgs84"]
    origin: Pair | None = Field(None, description="[longitude, latitude] in degrees; wgs84 only")
    bearing: float = Field(0.0, ge=-360, le=360, description="degrees clockwise from north of the plan's y axis")

    @model_validator(mode="after")
    def _frame(self) -> PlanEntry:
        if self.crs == "wgs84":
            if self.origin is None:
                raise wrong("crs = 'wgs84' needs an origin", "Add origin = [longitude, latitude]")
            try:
                shapes.Frame((self.origin[0], self.origin[1]), self.bearing)
            except InputError as error:
                raise wrong(str(error), "Write origin = [longitude, latitude] in degrees") from None
        elif self.origin is not None or self.bearing:
            raise wrong("a plan in metres has no origin and no bearing", "Take them out, or write crs = 'wgs84'")
        return self


class ZoneEntry(Part):
    """[[zone]]: a piece of ground that rules speak of."""

    id: Id
    name: Name | None = None
    area: Id | None = None
    elements: list[Id] = Field(default_factory=list)
    polygon: Corners | None = None
    feature: Name | None = Field(None, description="the id of a polygon in the plan's file")
    use: Literal["watch", "access"] = Field("watch", description="'access': what happens here is kept, not sounded")

    @model_validator(mode="after")
    def _one_place(self) -> ZoneEntry:
        if (self.polygon is None) == (self.feature is None):
            raise wrong("a zone has a polygon or a feature, one of the two", "Add polygon = [[x, y], ...]")
        return self


PointRow = Annotated[
    list[Number], Field(min_length=4, max_length=4, description="[picture x, picture y, plan x, plan y]")
]


class PointsModel(Part):
    """A camera model from places that are known both in the picture and on the plan."""

    points: list[PointRow] = Field(min_length=4, max_length=1000)
    lens: bool = Field(False, description="also find the lens' focal length and bend; from six points on")


class ToPlan(Part):
    """How a calibration's own ground frame lies on the plan: turned counter-clockwise, then shifted."""

    shift: Pair = Field(default_factory=lambda: [0.0, 0.0], description="metres, [x, y]")
    turn: float = Field(0.0, ge=-360, le=360, description="degrees, counter-clockwise")


Unit = Literal["mm", "cm", "m"]
UNITS = ("mm", "cm", "m")


class TsaiModel(Part):
    """A camera model in a Tsai calibration file."""

    tsai: FileName
    unit: Unit
    to_plan: ToPlan | None = None


class PinholeModel(Part):
    """A camera model in an OpenCV YAML file."""

    pinhole: FileName
    unit: Unit
    to_plan: ToPlan | None = None


class KrtdModel(Part):
    """A camera model in a KRTD file."""

    krtd: FileName
    unit: Unit = "m"
    to_plan: ToPlan | None = None


MODEL_TAGS: dict[str, type[Part]] = {
    "<tsai>": TsaiModel,
    "<pinhole>": PinholeModel,
    "<krtd>": KrtdModel,
    "<points>": PointsModel,
}


def _model_form(raw: Any) -> str:
    keys = raw.keys() if isinstance(raw, dict) else ()
    return next((tag for tag in MODEL_TAGS if tag.strip("<>") in keys), "<points>")


ModelEntry = Annotated[
    Annotated[PointsModel, Tag("<points>")]
    | Annotated[TsaiModel, Tag("<tsai>")]
    | Annotated[PinholeModel, Tag("<pinhole>")]
    | Annotated[KrtdModel, Tag("<krtd>")],
    Discriminator(_model_form),
]


class CameraEntry(Placed):
    """[[camera]]: a camera and how its picture lies on the ground."""

    id: Id
    name: Name | None = None
    source: SourceAddress | None = Field(
        None, min_length=1, max_length=1000, description="the address of its stream, without name and password"
    )
    size: list[Annotated[int, Field(ge=16, le=16384, description="pixels")]] | None = Field(
        None, min_length=2, max_length=2, description="width and height of the picture in pixels"
    )
    fps: float | None = Field(None, gt=0, le=1000, description="pictures a second, where the stream's times are wrong")
    model: ModelEntry | None = None
    masks: Masks = Field(
        default_factory=list, max_length=100, description="polygons in pixels that nobody ever sees behind"
    )
    health: HealthEntry = Field(default_factory=HealthEntry)
    detector: DetectorEntry | None = None

    @model_validator(mode="after")
    def _masks_have_a_picture(self) -> CameraEntry:
        if self.masks and self.size is None:
            raise wrong("masks without a size might lie on the wrong picture", "Add size = [width, height]")
        return self


class SurfaceEntry(Part):
    """[[surface]]: ground on which one walks at another pace."""

    id: Id
    name: Name | None = None
    polygon: Corners | None = None
    feature: Name | None = Field(None, description="the id of a polygon in the plan's file")
    factor: float | None = Field(None, gt=0, le=10, description="share of the threat's speed")
    speed: float | None = Field(None, gt=0, le=50, description="metres per second, whoever walks")
    source: Source | None = None

    @model_validator(mode="after")
    def _one_pace(self) -> SurfaceEntry:
        if (self.polygon is None) == (self.feature is None):
            raise wrong("a surface has a polygon or a feature, one of the two", "Add polygon = [[x, y], ...]")
        if (self.factor is None) == (self.speed is None):
            raise wrong("a surface has a factor or a speed, one of the two", "Add factor = 0.5, or speed = 1.2")
        return self


Blocked = Literal["walking", "sight"]


class ObstacleEntry(Placed):
    """[[obstacle]]: what nobody walks through, or sees through."""

    id: Id
    name: Name | None = None
    blocks: list[Blocked] = Field(
        default_factory=lambda: list[Blocked](("walking", "sight")),
        min_length=1,
        description="'walking', 'sight' or both",
    )

    @model_validator(mode="after")
    def _has_place(self) -> ObstacleEntry:
        if self.at is not None or all(getattr(self, key) is None for key in ("polygon", "line", "feature")):
            raise wrong("an obstacle is a line or a polygon", "Add line = [[x, y], ...], polygon or feature")
        return self


class CoverageEntry(Placed):
    """[[coverage]]: what notices somebody on the ground, second by second, and how far."""

    id: Id
    name: Name | None = None
    camera: Id | None = Field(None, description="the camera whose picture it is")
    sensor: Id | None = Field(None, description="the sensor whose place and chances it takes")
    class_: Literal["monitor", "detect", "observe", "recognise", "identify", "inspect"] | None = Field(
        None, alias="class", description="of IEC 62676-4:2014: the least pixels on target; cameras only"
    )
    pixels: float | None = Field(None, gt=0, le=1e6, description="least pixels per metre of a person; cameras only")
    within: float | None = Field(None, gt=0, le=20_000, description="metres from its place")
    sight: bool = Field(True, description="false where it notices through walls")
    per_second: ProbabilityEntry

    @model_validator(mode="after")
    def _has_reach(self) -> CoverageEntry:
        own = any(getattr(self, key) is not None for key in ("polygon", "line", "at", "feature"))
        if self.camera is not None and (self.sensor is not None or own):
            raise wrong("a camera's coverage lies where its picture does", "Take out sensor and the place, or camera")
        if self.camera is None and (self.class_ is not None or self.pixels is not None):
            raise wrong("pixels on target are a camera's", "Add camera = 'id', or write within = metres")
        if self.class_ is not None and self.pixels is not None:
            raise wrong("has a class and pixels", "Keep one of the two")
        if self.camera is not None and self.class_ is None and self.pixels is None and self.within is None:
            raise wrong("does not say how far the camera notices", "Add class = 'detect', pixels or within")
        if self.camera is None and self.sensor is None and not own:
            raise wrong("has no place", "Add camera, sensor, polygon, line, at or feature")
        if (self.at is not None or self.line is not None) and self.within is None:
            raise wrong("does not say how far it reaches", "Add within = metres")
        return self


class SiteDocument(Part):
    """site.toml as a whole."""

    schema_version: Literal[1] = Field(alias="schema", description="the version of this format")
    site: SiteEntry
    area: list[AreaEntry] = Field(default_factory=list)
    element: list[ElementEntry] = Field(default_factory=list)
    sensor: list[SensorEntry] = Field(default_factory=list)
    target: list[TargetEntry] = Field(default_factory=list)
    response: list[ResponseEntry] = Field(default_factory=list)
    threat: list[ThreatEntry] = Field(default_factory=list)
    engagement: list[EngagementEntry] = Field(default_factory=list)
    state: list[StateEntry] = Field(default_factory=list)
    upgrade: list[UpgradeEntry] = Field(default_factory=list)
    insider: list[InsiderEntry] = Field(default_factory=list)
    plan: PlanEntry | None = None
    privacy: PrivacyEntry | None = None
    desk: DeskEntry | None = None
    evidence: EvidenceEntry | None = None
    zone: list[ZoneEntry] = Field(default_factory=list)
    camera: list[CameraEntry] = Field(default_factory=list)
    rule: list[RuleForm] = Field(default_factory=list)
    patrol: list[PatrolEntry] = Field(default_factory=list)
    surface: list[SurfaceEntry] = Field(default_factory=list)
    obstacle: list[ObstacleEntry] = Field(default_factory=list)
    coverage: list[CoverageEntry] = Field(default_factory=list)
    input: list[InputEntry] = Field(default_factory=list)
    responder: list[ResponderEntry] = Field(default_factory=list)
    procedure: list[ProcedureEntry] = Field(default_factory=list)
    escalation: list[EscalationEntry] = Field(default_factory=list)
    tour: list[TourEntry] = Field(default_factory=list)
    partner: list[PartnerEntry] = Field(default_factory=list)


# the kinds that a file lists with [[kind]], in the order of the contract
KINDS: dict[str, type[Part]] = {
    "area": AreaEntry,
    "element": ElementEntry,
    "sensor": SensorEntry,
    "target": TargetEntry,
    "response": ResponseEntry,
    "threat": ThreatEntry,
    "engagement": EngagementEntry,
    "state": StateEntry,
    "upgrade": UpgradeEntry,
    "insider": InsiderEntry,
    "zone": ZoneEntry,
    "camera": CameraEntry,
    "rule": RuleEntry,
    "patrol": PatrolEntry,
    "surface": SurfaceEntry,
    "obstacle": ObstacleEntry,
    "coverage": CoverageEntry,
    "input": InputEntry,
    "responder": ResponderEntry,
    "procedure": ProcedureEntry,
    "escalation": EscalationEntry,
    "tour": TourEntry,
    "partner": PartnerEntry,
}


def entry_model(kind: str, raw: Any) -> type[Part] | None:
    """The class that reads an entry of a kind: a rule's depends on the behaviour that it watches for."""
    return rule_model(raw) if kind == "rule" else KINDS.get(kind)


# the parts of which a file has one
TABLES: dict[str, type[Part]] = {
    "site": SiteEntry,
    "plan": PlanEntry,
    "privacy": PrivacyEntry,
    "desk": DeskEntry,
    "evidence": EvidenceEntry,
}

TAGS: dict[str, type[Part] | None] = {**FIGURE_TAGS, **MODEL_TAGS, "<number>": None, "<walk>": None, "<time>": None}
