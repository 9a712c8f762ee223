"""Scenario files: a drill's script in TOML, read whole or not at all, every fault at once with its line."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, ValidationError, model_validator

from bartizan.adapters.files.toml_places import key_path, toml_places
from bartizan.drill.scenario import (
    CASES,
    Actor,
    Deed,
    Disposition,
    Expectation,
    Gait,
    Light,
    Match,
    Order,
    Scenario,
    Scene,
    SensorEvent,
    Wait,
    Walk,
)
from bartizan.errors import Fault, ScenarioError
from bartizan.signal import Severity
from bartizan.site.faults import among, faults_of, key_text, things, written
from bartizan.site.figures import Part
from bartizan.site.parts import Id, Name, Pair, Reference

LARGEST = 1_000_000  # bytes: a script is written by people
_LONGEST_SCENE = 86_400.0  # s: one day

Seconds = Annotated[float, Field(ge=0, le=_LONGEST_SCENE, description="seconds of the scene")]
Note = Annotated[str, StringConstraints(max_length=2000), Field(description="text for people")]


class StepEntry(Part):
    """One step of an actor: to = [x, y] with a speed, or wait = seconds."""

    to: Pair | None = None
    speed: float | None = Field(None, ge=0.1, le=8, description="metres per second, 0.1 to 8")
    gait: Gait | None = None
    wait: float | None = Field(None, gt=0, le=_LONGEST_SCENE, description="seconds, above 0")
    face: Pair | None = None
    busy: bool | None = Field(None, description="true where hands are at work")

    @model_validator(mode="after")
    def _one_deed(self) -> StepEntry:
        if (self.to is None) == (self.wait is None):
            raise ValueError("a step either goes (to = [x, y]) or stays (wait = seconds)")
        foreign = ("face", "busy") if self.to is not None else ("speed", "gait")
        wrong = [key for key in foreign if getattr(self, key) is not None]
        if wrong:
            raise ValueError(f"{' and '.join(wrong)} belongs to the other kind of step")
        return self


class ActorEntry(Part):
    """[[scene.actor]]: somebody who walks."""

    id: Id
    start: Pair = Field(alias="from")
    enters: Seconds = 0.0
    steps: list[StepEntry] = Field(min_length=1, max_length=1000)
    height: float = Field(1.75, ge=1.0, le=2.3, description="metres, 1.0 to 2.3")
    shade: float = Field(0.25, ge=0, le=1, description="how light the clothes are, 0 (dark) to 1 (light)")
    stays: bool = Field(False, description="true where the actor stands there to the end")


class SensorEntry(Part):
    """[[scene.sensor]]: a sensor of the site that fires."""

    t: Seconds
    sensor: Id
    at: Reference | None = None
    severity: Severity = "high"


class ExpectEntry(Part):
    """[[scene.expect]]: an alarm that must come."""

    id: Id
    rule: Id | None = None
    sensor: Id | None = None
    by: Seconds
    not_before: Seconds = 0.0
    disposition: Disposition | None = None
    assessed_by: Seconds | None = None

    @model_validator(mode="after")
    def _one_source(self) -> ExpectEntry:
        if (self.rule is None) == (self.sensor is None):
            raise ValueError("an expected alarm comes of a rule or of a sensor, one of the two")
        if self.assessed_by is not None and self.disposition is None:
            raise ValueError("assessed_by needs a disposition")
        if self.not_before > self.by:
            raise ValueError("not_before lies after by")
        return self


class ForbidEntry(Part):
    """[[scene.forbid]]: alarms that must not come."""

    rule: Id | None = None
    sensor: Id | None = None
    anything: Literal[True] | None = None

    @model_validator(mode="after")
    def _one_source(self) -> ForbidEntry:
        if [self.rule, self.sensor, self.anything].count(None) != 2:
            raise ValueError("what must not come is one of: rule = id, sensor = id, anything = true")
        return self


class OrderEntry(Part):
    """[[scene.order]]: what the exercise's officer does at the desk."""

    on: Id = Field(description="the id of an expectation of this scene")
    after: Seconds
    do: Deed
    disposition: Disposition | None = None
    note: Note = ""
    response: Id | None = None
    incident: Id | None = Field(None, description="the script's own word for an incident")
    responder: Id | None = None
    partner: Id | None = None

    @model_validator(mode="after")
    def _what_it_needs(self) -> OrderEntry:
        needed = {
            "incident": CASES,
            "responder": ("send-responder", "responder-there"),
            "partner": ("hand-over",),
        }
        for key, deeds in needed.items():
            if (self.do in deeds) != (getattr(self, key) is not None):
                raise ValueError(f"{key} belongs to do = {', '.join(map(repr, deeds))}, which need it")
        if self.do == "contain" and not self.note:
            raise ValueError("'contain' needs a note: what became of whoever it was")
        if (self.do == "assess") != (self.disposition is not None):
            raise ValueError("disposition belongs to do = 'assess', and 'assess' needs it")
        if (self.do in ("send", "on-scene")) != (self.response is not None):
            raise ValueError("response belongs to do = 'send' and 'on-scene', and they need it")
        return self


class SceneEntry(Part):
    """[[scene]]: a stretch of time played without a gap."""

    id: Id
    name: Name
    start: datetime = Field(description="an instant with its offset: 2031-03-03T14:05:00Z")
    length: float = Field(gt=0, le=_LONGEST_SCENE, description="seconds, above 0")
    states: list[Id] = Field(default_factory=list)
    light: Light = "day"
    only_expected: bool = Field(False, description="true where any other alarm is a miss")
    seen_by: list[Id] = Field(default_factory=list, description="cameras that must each see somebody")
    actor: list[ActorEntry] = Field(default_factory=list)
    sensor: list[SensorEntry] = Field(default_factory=list)
    expect: list[ExpectEntry] = Field(default_factory=list)
    forbid: list[ForbidEntry] = Field(default_factory=list)
    order: list[OrderEntry] = Field(default_factory=list)

    @model_validator(mode="after")
    def _instant(self) -> SceneEntry:
        if self.start.tzinfo is None:
            raise ValueError("start needs an offset: write 2031-03-03T14:05:00Z")
        return self


class ScenarioHead(Part):
    """[scenario]: what the whole is called."""

    name: Id
    about: Note = ""


class ScenarioDocument(Part):
    """A scenario file as a whole."""

    schema_version: Literal[1] = Field(alias="schema", description="the version of this format")
    scenario: ScenarioHead
    scene: list[SceneEntry] = Field(min_length=1, max_length=1000)


def read_scenario(path: str | Path) -> Scenario:
    """The scenario in a file. Raises ScenarioError with every fault; of a file that is not TOML, with the first.

    Whether the site has the sensors, rules, states and responses that it names is found out when it is played.
    """
    place = Path(path)
    return scenario_of(read_text(place), place)


def scenario_of(text: str, place: Path) -> Scenario:
    """The scenario that a text is; `place` is the file that faults name. Errors: as `read_scenario`."""
    try:
        document = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise _whole(place, f"is not TOML: {error}", "Text stands in quotes, tables in [brackets]") from None
    faults = list(_cross_faults(document))
    entry: ScenarioDocument | None = None
    try:
        entry = ScenarioDocument.model_validate(document)
    except ValidationError as error:
        faults = faults_of(error, ScenarioDocument, ()) + faults
    if faults or entry is None:
        places = toml_places(text)
        located = [replace(fault, file=str(place), line=places.line(key_path(fault.key))) for fault in faults]
        raise ScenarioError(sorted(located, key=lambda fault: fault.line))
    return _scenario(entry)


def read_text(path: Path) -> str:
    """The text of a scenario file, bounded. Errors: ScenarioError."""
    if not path.is_file():
        raise _whole(path, "is not there, or is not a file", "Give the path of a scenario file")
    try:
        with path.open("rb") as stream:
            raw = stream.read(LARGEST + 1)
    except OSError as error:
        raise _whole(path, f"cannot be read: {error.strerror or error}", "Give a file that can be read") from None
    if len(raw) > LARGEST:
        raise _whole(path, "is larger than 1 MB", "Cut it into several scenarios")
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ScenarioError([Fault(str(path), line, "", "", "is not text in UTF-8", "Save it as UTF-8")]) from None


def _whole(path: Path, message: str, cure: str) -> ScenarioError:
    return ScenarioError([Fault(str(path), 0, "", "", message, cure)])


def _cross_faults(document: Mapping[str, Any]) -> Iterator[Fault]:
    """Faults between parts: ids given twice, orders on expectations that do not exist, times beyond the scene."""
    scenes = things(document, "scene")
    yield from _doubles(scenes, ("scene",))
    for number, scene in scenes:
        here = ("scene", number)
        yield from _doubles(things(scene, "actor"), (*here, "actor"))
        yield from _doubles(things(scene, "expect"), (*here, "expect"))
        known = [entry["id"] for _, entry in things(scene, "expect") if isinstance(entry.get("id"), str)]
        for index, order in things(scene, "order"):
            on = order.get("on")
            if isinstance(on, str) and on not in known:
                cure = among(on, known, "expectation in this scene")
                yield _fault((*here, "order", index, "on"), on, "no expectation has this id", cure)
        length = scene.get("length")
        if isinstance(length, int | float) and length > 0:
            yield from _late(scene, here, float(length))
    yield from _overlaps(scenes)


def _doubles(entries: Sequence[tuple[int, Mapping[str, Any]]], at: tuple[str | int, ...]) -> Iterator[Fault]:
    seen: set[str] = set()
    for number, entry in entries:
        name = entry.get("id")
        if isinstance(name, str):
            if name in seen:
                yield _fault((*at, number, "id"), name, "two have one id", "Rename one of them")
            seen.add(name)


def _late(scene: Mapping[str, Any], here: tuple[str | int, ...], length: float) -> Iterator[Fault]:
    for kind, key in (("actor", "enters"), ("sensor", "t"), ("expect", "by"), ("expect", "assessed_by")):
        for index, entry in things(scene, kind):
            value = entry.get(key)
            if isinstance(value, int | float) and value > length:
                cure = f"The scene is {length:g} s long"
                yield _fault((*here, kind, index, key), value, "lies after the end of its scene", cure)


def _overlaps(scenes: Sequence[tuple[int, Mapping[str, Any]]]) -> Iterator[Fault]:
    timed = [
        (number, scene["start"], scene["length"])
        for number, scene in scenes
        if isinstance(scene.get("start"), datetime)
        and scene["start"].tzinfo is not None
        and isinstance(scene.get("length"), int | float)
    ]
    for (_, start, length), (number, following, _) in pairwise(timed):
        if following.timestamp() < start.timestamp() + length:
            message = "starts before the scene in front of it is over"
            yield _fault(("scene", number, "start"), following, message, "Scenes stand in the order of time")


def _fault(path: tuple[str | int, ...], value: object, message: str, cure: str) -> Fault:
    return Fault("", 0, key_text(path), written(value), message, cure)


def _scenario(entry: ScenarioDocument) -> Scenario:
    return Scenario(
        name=entry.scenario.name, about=entry.scenario.about, scenes=tuple(_scene(scene) for scene in entry.scene)
    )


def _scene(entry: SceneEntry) -> Scene:
    return Scene(
        id=entry.id,
        name=entry.name,
        start=entry.start.astimezone(UTC),
        length=entry.length,
        states=tuple(entry.states),
        light=entry.light,
        actors=tuple(_actor(actor) for actor in entry.actor),
        sensors=tuple(
            SensorEvent(t=one.t, sensor=one.sensor, at=one.at, severity=one.severity) for one in entry.sensor
        ),
        orders=tuple(
            Order(
                on=one.on,
                after=one.after,
                do=one.do,
                disposition=one.disposition,
                note=one.note,
                response=one.response,
                incident=one.incident,
                responder=one.responder,
                partner=one.partner,
            )
            for one in entry.order
        ),
        expectations=tuple(
            Expectation(
                id=one.id,
                match=Match(rule=one.rule, sensor=one.sensor),
                by=one.by,
                not_before=one.not_before,
                disposition=one.disposition,
                assessed_by=one.assessed_by,
            )
            for one in entry.expect
        ),
        forbidden=tuple(Match(rule=one.rule, sensor=one.sensor) for one in entry.forbid),
        only_expected=entry.only_expected,
        seen_by=tuple(entry.seen_by),
    )


def _actor(entry: ActorEntry) -> Actor:
    return Actor(
        id=entry.id,
        enters=entry.enters,
        start=(entry.start[0], entry.start[1]),
        steps=tuple(_step(step) for step in entry.steps),
        height=entry.height,
        shade=entry.shade,
        stays=entry.stays,
    )


def _step(entry: StepEntry) -> Walk | Wait:
    if entry.to is not None:
        return Walk(to=(entry.to[0], entry.to[1]), speed=entry.speed or 1.3, gait=entry.gait or "walk")
    assert entry.wait is not None  # noqa: S101 - the entry holds one of the two
    face = None if entry.face is None else (entry.face[0], entry.face[1])
    return Wait(seconds=entry.wait, face=face, busy=bool(entry.busy))
