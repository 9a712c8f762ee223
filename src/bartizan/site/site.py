"""The site as a whole: frozen, compared and hashed by its meaning, changed only into a new site."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, TypeVar

from bartizan.errors import ChangeError, SiteFileError, UnknownIdError
from bartizan.site.assembly import Made
from bartizan.site.changes import apply
from bartizan.site.difference import difference
from bartizan.site.duty import DutyRules
from bartizan.site.escalation import EscalationChain
from bartizan.site.faults import among
from bartizan.site.inputs import Input
from bartizan.site.meaning import meaning_hash
from bartizan.site.model import (
    Area,
    Camera,
    Change,
    Coverage,
    Element,
    Engagement,
    Insider,
    Obstacle,
    Patrol,
    Plan,
    Response,
    Rule,
    Sensor,
    State,
    Surface,
    Target,
    Threat,
    Upgrade,
    Way,
    Zone,
)
from bartizan.site.partner import EvidenceRules, Partner
from bartizan.site.privacy import Privacy
from bartizan.site.procedure import Procedure
from bartizan.site.responder import Responder
from bartizan.site.shown import site_html, site_line
from bartizan.site.tour import Tour

_Thing = TypeVar(
    "_Thing",
    Area, Camera, Coverage, Element, Engagement, EscalationChain, Input, Insider, Obstacle, Partner, Patrol, Procedure,
    Responder, Response, Rule, Sensor, State, Surface, Target, Threat, Tour, Upgrade, Zone,
)  # fmt: skip

_LATER_KINDS = (
    "engagements", "surfaces", "obstacles", "coverages", "patrols", "privacy", "responders",
    "procedures", "inputs", "escalations", "tours", "desk", "partners", "evidence",
)  # fmt: skip


# no slots: the hash and the indexes are worked out once, when first asked for
@dataclass(frozen=True, eq=False, kw_only=True)
class Site:
    """What is guarded. Things stand in the order of the file; `build` makes sites, nothing else should.

    Two sites are equal when they mean the same: comments, order, names and sources do not count.
    """

    name: str
    time_zone: str | None = None
    default_sd: float | None = None
    areas: tuple[Area, ...] = ()
    elements: tuple[Element, ...] = ()
    sensors: tuple[Sensor, ...] = ()
    targets: tuple[Target, ...] = ()
    responses: tuple[Response, ...] = ()
    threats: tuple[Threat, ...] = ()
    engagements: tuple[Engagement, ...] = ()
    states: tuple[State, ...] = ()
    upgrades: tuple[Upgrade, ...] = ()
    insiders: tuple[Insider, ...] = ()
    plan: Plan = field(default_factory=Plan)
    zones: tuple[Zone, ...] = ()
    cameras: tuple[Camera, ...] = ()
    rules: tuple[Rule, ...] = ()
    surfaces: tuple[Surface, ...] = ()
    obstacles: tuple[Obstacle, ...] = ()
    coverages: tuple[Coverage, ...] = ()
    patrols: tuple[Patrol, ...] = ()
    inputs: tuple[Input, ...] = ()
    responders: tuple[Responder, ...] = ()
    procedures: tuple[Procedure, ...] = ()
    escalations: tuple[EscalationChain, ...] = ()
    tours: tuple[Tour, ...] = ()
    partners: tuple[Partner, ...] = ()
    privacy: Privacy | None = None
    desk: DutyRules | None = None
    evidence: EvidenceRules | None = None
    _document: Mapping[str, Any] = field(default_factory=dict, repr=False)
    _attachments: Mapping[str, Any] = field(default_factory=dict, repr=False)
    # what each entry of the document was read as, so that a what-if reads only what it changes
    _made: Mapping[tuple[str, str], Made] = field(default_factory=dict, repr=False)

    @property
    def document(self) -> dict[str, Any]:
        """The document it was built from, as a copy: plain nested mappings and lists, as in site.toml."""
        return copy.deepcopy(dict(self._document))

    @property
    def attachments(self) -> dict[str, Any]:
        """What its files contain, as `build` takes it."""
        return dict(self._attachments)

    @cached_property
    def hash(self) -> str:
        """SHA-256 (hex) over the meaning: comments, order, names and sources do not change it, every figure does."""
        kinds = ("areas", "elements", "sensors", "targets", "responses", "threats", "states", "upgrades", "insiders")
        parts = {kind: getattr(self, kind) for kind in (*kinds, "plan", "zones", "cameras", "rules", "time_zone")}
        # kinds that came later count only where there are any, so that older sites keep their hash
        parts |= {kind: getattr(self, kind) for kind in _LATER_KINDS if getattr(self, kind)}
        return meaning_hash(parts, self.default_sd)

    @cached_property
    def watch_hash(self) -> str:
        """SHA-256 (hex) over what watching needs: machines whose sites agree in it see the same and say the same.

        The figures of the layers, forces, targets, and all that only the desk does (procedures, responders, tours,
        inputs, partners, ...) do not count.
        """
        kinds = ("states", "plan", "zones", "cameras", "rules", "patrols", "privacy", "time_zone")
        parts: dict[str, Any] = {kind: getattr(self, kind) for kind in kinds}
        parts["areas"] = tuple(replace(area, crossing=None, crossing_between=()) for area in self.areas)
        parts["elements"] = tuple(replace(element, ways=()) for element in self.elements)
        return meaning_hash(parts, self.default_sd)

    def __repr__(self) -> str:
        return site_line(self)

    def _repr_html_(self) -> str:
        return site_html(self)

    def __hash__(self) -> int:
        return hash(self.hash)

    def __eq__(self, other: object) -> bool:
        return self.hash == other.hash if isinstance(other, Site) else NotImplemented

    def area(self, name: str) -> Area:
        """The area with this id. Raises UnknownIdError."""
        return _found(self.areas, name, "area")

    def element(self, name: str) -> Element:
        """The element with this id. Raises UnknownIdError."""
        return _found(self.elements, name, "element")

    def way(self, name: str) -> Way:
        """The way through an element, by "element/way". Raises UnknownIdError."""
        element = self.element(name.partition("/")[0])
        for way in element.ways:
            if f"{element.id}/{way.id}" == name:
                return way
        known = [f"{element.id}/{way.id}" for way in element.ways]
        raise UnknownIdError(f"no way has the id '{name}'. {among(name, known, 'way')}")

    def sensor(self, name: str) -> Sensor:
        """The sensor with this id. Raises UnknownIdError."""
        return _found(self.sensors, name, "sensor")

    def target(self, name: str) -> Target:
        """The target with this id. Raises UnknownIdError."""
        return _found(self.targets, name, "target")

    def response(self, name: str) -> Response:
        """The response with this id. Raises UnknownIdError."""
        return _found(self.responses, name, "response")

    def threat(self, name: str) -> Threat:
        """The threat with this id. Raises UnknownIdError."""
        return _found(self.threats, name, "threat")

    def engagement(self, name: str) -> Engagement:
        """The engagement with this id. Raises UnknownIdError."""
        return _found(self.engagements, name, "engagement")

    def state(self, name: str) -> State:
        """The state with this id. Raises UnknownIdError."""
        return _found(self.states, name, "state")

    def upgrade(self, name: str) -> Upgrade:
        """The upgrade with this id. Raises UnknownIdError."""
        return _found(self.upgrades, name, "upgrade")

    def insider(self, name: str) -> Insider:
        """The insider with this id. Raises UnknownIdError."""
        return _found(self.insiders, name, "insider")

    def zone(self, name: str) -> Zone:
        """The zone with this id. Raises UnknownIdError."""
        return _found(self.zones, name, "zone")

    def camera(self, name: str) -> Camera:
        """The camera with this id. Raises UnknownIdError."""
        return _found(self.cameras, name, "camera")

    def rule(self, name: str) -> Rule:
        """The rule with this id. Raises UnknownIdError."""
        return _found(self.rules, name, "rule")

    def patrol(self, name: str) -> Patrol:
        """The patrol with this id. Raises UnknownIdError."""
        return _found(self.patrols, name, "patrol")

    def responder(self, name: str) -> Responder:
        """The responder with this id. Raises UnknownIdError."""
        return _found(self.responders, name, "responder")

    def procedure(self, name: str) -> Procedure:
        """The procedure with this id. Raises UnknownIdError."""
        return _found(self.procedures, name, "procedure")

    def escalation(self, name: str) -> EscalationChain:
        """The escalation with this id. Raises UnknownIdError."""
        return _found(self.escalations, name, "escalation")

    def tour(self, name: str) -> Tour:
        """The tour with this id. Raises UnknownIdError."""
        return _found(self.tours, name, "tour")

    def partner(self, name: str) -> Partner:
        """The partner with this id. Raises UnknownIdError."""
        return _found(self.partners, name, "partner")

    def surface(self, name: str) -> Surface:
        """The surface with this id. Raises UnknownIdError."""
        return _found(self.surfaces, name, "surface")

    def obstacle(self, name: str) -> Obstacle:
        """The obstacle with this id. Raises UnknownIdError."""
        return _found(self.obstacles, name, "obstacle")

    def coverage(self, name: str) -> Coverage:
        """The coverage with this id. Raises UnknownIdError."""
        return _found(self.coverages, name, "coverage")

    def input(self, name: str) -> Input:
        """The input with this id. Raises UnknownIdError."""
        return _found(self.inputs, name, "input")

    def covering(self, place: str) -> tuple[Sensor, ...]:
        """The sensors that cover a place: an area, or a way as "element/way" (also by its whole element)."""
        whole = place.partition("/")[0]
        return tuple(sensor for sensor in self.sensors if place in sensor.covers or whole in sensor.covers)

    def with_changes(self, changes: Iterable[Change | Mapping[str, Any]]) -> Site:
        """A new site with the changes, all at once; this one stays as it is.

        Raises ChangeError where a change has no place, two touch one key, or the outcome would have faults.
        """
        # here, because build makes sites: the one circle that a method for a what-if costs
        from bartizan.site.document import rebuild  # noqa: PLC0415

        changed = apply(self._document, changes)
        try:
            return rebuild(self, changed)
        except SiteFileError as error:
            raise ChangeError("\n".join(str(one) for one in error.faults)) from error

    def in_state(self, names: Sequence[str]) -> Site:
        """The site when these states hold, one of each axis. Raises UnknownIdError, ChangeError."""
        states = [self.state(name) for name in names]
        axes: dict[str, str] = {}
        for state in states:
            if state.axis in axes:
                raise ChangeError(
                    f"the states '{axes[state.axis]}' and '{state.id}' lie on one axis, '{state.axis}'. Choose one"
                )
            axes[state.axis] = state.id
        return self.with_changes([change for state in states for change in state.changes]) if states else self

    def with_insider(self, name: str) -> Site:
        """The site as it is once this insider has done all that his changes say. Raises UnknownIdError, ChangeError.

        His changes come on top of the states that hold already: what he switches off is off, whatever a state says.
        """
        return self.with_changes(self.insider(name).changes)

    def diff(self, other: Site) -> tuple[Change, ...]:
        """The changes that turn this site's document into the other's."""
        return difference(self._document, other._document)


def _found(things: tuple[_Thing, ...], name: str, kind: str) -> _Thing:
    for thing in things:
        if thing.id == name:
            return thing
    raise UnknownIdError(f"no {kind} has the id '{name}'. {among(name, [thing.id for thing in things], kind)}")
