"""What a site means, apart from how it is written: the ground of its hash.

Comments, order, names and sources do not count, nor does the spelling: 0.3 and 0.30, a default that is written out,
a polygon that begins at another corner. Every figure counts.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any

import numpy as np
from pydantic import BaseModel, TypeAdapter, ValidationError
from shapely import LineString, Point, Polygon, normalize

from bartizan.geometry.shapes import coordinates
from bartizan.quantity import NEVER, Duration
from bartizan.site.entries import KINDS, TABLES, ElementWayEntry, StateEntry, WayEntry, ZoneEntry, entry_model
from bartizan.site.figures import (
    FixedTime,
    MeanTime,
    PertProbability,
    PointProbability,
    TestedProbability,
    ThreePointTime,
    UniformTime,
    probability,
)
from bartizan.site.model import (
    Area,
    Camera,
    CameraHealth,
    Change,
    Crossing,
    Element,
    Patrol,
    Plan,
    Response,
    Rule,
    Sensor,
    State,
    Way,
    WayDirection,
    Zone,
)
from bartizan.site.rules import RULES, RuleEntry
from bartizan.site.tour import Checkpoint

# names are for people; a source says where a figure or a stream comes from, not what it is
_SILENT = frozenset({"name", "source"})
# keys that came after version 1 began, with their defaults
_LATER_OF_WAYS: dict[str, Any] = {"needs_count": 1, "direction": "both", "opens": False}
_LATER: tuple[tuple[tuple[type, ...], dict[str, Any]], ...] = (
    ((Way, WayEntry), _LATER_OF_WAYS),
    ((Zone, ZoneEntry), {"use": "watch"}),
    ((State,), {"hours": ()}),
    ((StateEntry,), {"hours": []}),
    ((Checkpoint,), {"code": None}),
    ((Camera,), {"masks": (), "health": CameraHealth(), "detector": None}),
)
# what a rule was made of when version 1 began
_FIRST_OF_RULES = frozenset({"id", "kind", "zone", "after", "grace", "severity"})


def meaning_hash(parts: Mapping[str, Any], default_sd: float | None) -> str:
    """SHA-256 (hex) over the meaning of a site's parts, which are model dataclasses by kind."""
    plain = {kind: _meaning(part, default_sd) for kind, part in parts.items()}
    text = json.dumps(plain, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _meaning(value: Any, default_sd: float | None) -> Any:
    if isinstance(value, Change | Rule):
        return _change(value, default_sd) if isinstance(value, Change) else _rule(value, default_sd)
    if isinstance(value, Duration):
        return _duration(value)
    if isinstance(value, Point | LineString | Polygon):
        # a polygon may begin at any corner and run either way round; a line has a direction
        return [value.geom_type, _rounded(coordinates(normalize(value) if isinstance(value, Polygon) else value))]
    if isinstance(value, np.ndarray):
        return _rounded(value.tolist())
    if is_dataclass(value) and not isinstance(value, type):
        thing = _with_defaults(value)
        return {
            part.name: _meaning(getattr(thing, part.name), default_sd)
            for part in fields(thing)
            if part.name not in _SILENT and part.compare and not _unsaid(value, part.name)
        } | ({} if hasattr(thing, "id") else {"": type(thing).__name__})
    return _container(value, default_sd)


def _container(value: Any, default_sd: float | None) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _meaning(part, default_sd) for key, part in value.items() if key not in _SILENT}
    if isinstance(value, set | frozenset):
        return sorted(_meaning(part, default_sd) for part in value)
    if isinstance(value, list | tuple):
        parts = [_meaning(part, default_sd) for part in value]
        unordered = any(isinstance(part, dict) for part in parts)
        return sorted(parts, key=lambda part: json.dumps(part, sort_keys=True)) if unordered else parts
    return _rounded(value)


def _rounded(value: Any) -> Any:
    """Numbers in one spelling: 3 and 3.0 are the same, and so are 0.0 and -0.0."""
    if isinstance(value, list):
        return [_rounded(part) for part in value]
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value) + 0.0
    return value


def _unsaid(holder: Any, name: str) -> bool:
    """Whether a later key holds its default: it then does not count, so that older sites keep their hash."""
    if isinstance(holder, RuleEntry) and name not in _FIRST_OF_RULES:
        return bool(getattr(holder, name) == type(holder).model_fields[name].get_default(call_default_factory=True))
    return any(
        isinstance(holder, kinds) and name in later and bool(getattr(holder, name) == later[name])
        for kinds, later in _LATER
    )


def _rule(rule: Rule, default_sd: float | None) -> dict[str, Any]:
    """A rule as its key and value pairs: what a later key leaves at its default does not count."""
    entry = RULES[rule.kind]
    told: dict[str, Any] = {"after": 0.0, "grace": 5.0, **rule.settings}
    told = {
        name: value
        for name, value in told.items()
        if name in _FIRST_OF_RULES or value != entry.model_fields[name].default
    }
    for part in fields(rule):
        value = getattr(rule, part.name)
        first = part.name in _FIRST_OF_RULES
        if part.name not in ("settings", "name") and (first or value != part.default):
            told[part.name] = sorted(value) if isinstance(value, frozenset) else _meaning(value, default_sd)
    return _container(told, default_sd)  # type: ignore[no-any-return]


_TURNED: dict[WayDirection, WayDirection] = {"both": "both", "forward": "backward", "backward": "forward"}


def _turned(element: Element) -> dict[str, Any]:
    """An element that is passable both ways with its areas in order; its ways turn with it."""
    one, other = element.between
    if one <= other:
        return {}
    return {
        "between": (other, one),
        "ways": tuple(replace(way, direction=_TURNED[way.direction]) for way in element.ways),
    }


def _with_defaults(thing: Any) -> Any:
    """The same thing with what it leaves unsaid written out, and what has no order put in order."""
    told: dict[str, Any] = {}
    match thing:
        case Area(crossing=None):
            told = {"crossing": Crossing()}
        case Way(p_detection=None):
            told = {"p_detection": NEVER}
        case Element(direction="both"):
            told = _turned(thing)
        case Sensor():
            told = {"covers": tuple(sorted(thing.covers))}
        case Response():
            told = {"deployment_to": tuple(sorted(thing.deployment_to, key=lambda pair: pair[0]))}
        case Plan():
            drawings = sorted(thing.drawings, key=lambda drawing: (drawing[0], drawing[1].wkt))
            told = {"file": None, "drawings": tuple(drawings)}
        case Zone():
            told = {"elements": tuple(sorted(thing.elements))}
        case Patrol():
            told = {"zones": tuple(sorted(thing.zones)), "hours": tuple(sorted(thing.hours)), "reason": None}
    return replace(thing, **told)


def _duration(time: Duration) -> list[Any]:
    doubt = [] if time.trials is None and time.mean_low is None else [time.trials, time.mean_low, time.mean_high]
    law = ["fixed", time.mean] if time.sd == 0.0 else [time.law, time.mean, time.sd, time.low, time.mode, time.high]
    return [_rounded(part) for part in (*law, *doubt)]


_FIGURES = (PointProbability, PertProbability, TestedProbability)
_TIMES = (MeanTime, FixedTime, ThreePointTime, UniformTime)


def _change(change: Change, default_sd: float | None) -> Any:
    kind, _, rest = (change.at or "").partition("/")
    if change.add:
        added, thing = next(iter(change.add.items()))
        model: Any = _way_entry(kind) if added == "way" else entry_model(added, thing)
        return {"add": added, "to": change.at, "thing": _entry(model, thing, default_sd)}
    if change.remove:
        return {"remove": change.at}
    model = _way_entry(kind) if "/way/" in rest else KINDS.get(kind, TABLES.get(kind))
    changed = {key: _key(model, key, value, default_sd) for key, value in change.set.items() if key not in _SILENT}
    return {"at": change.at, "set": changed}


def _way_entry(kind: str) -> Any:
    return ElementWayEntry if kind == "element" else WayEntry


def _key(model: Any, key: str, value: Any, default_sd: float | None) -> Any:
    field = None if model is None else model.model_fields.get(key)
    if field is None:
        return _meaning(value, default_sd)
    try:
        return _parsed(_reader(model, key).validate_python(value), default_sd, key)
    except ValidationError:
        return _meaning(value, default_sd)


@cache
def _reader(model: Any, key: str) -> TypeAdapter[Any]:
    return TypeAdapter(model.model_fields[key].rebuild_annotation())


def _entry(model: Any, thing: Any, default_sd: float | None) -> Any:
    try:
        return _parsed(model.model_validate(thing), default_sd)
    except (ValidationError, AttributeError):
        return _meaning(thing, default_sd)


def _parsed(value: Any, default_sd: float | None, key: str = "") -> Any:
    """The meaning of an entry of a site file that pydantic has read."""
    if isinstance(value, _FIGURES):
        return _meaning(value.figure(), default_sd)
    if isinstance(value, _TIMES):
        return _meaning(value.figure(default_sd), default_sd)
    if key.startswith("p_") and isinstance(value, int | float):
        return _meaning(probability(value), default_sd)
    if isinstance(value, BaseModel):
        return {
            name: _parsed(part, default_sd, name)
            for name, part in value
            if name not in _SILENT and not _unsaid(value, name)
        }
    if isinstance(value, list | tuple):
        parts = [_parsed(part, default_sd) for part in value]
        ordered = any(isinstance(part, list | float) for part in parts)
        return parts if ordered else sorted(parts, key=lambda part: json.dumps(part, sort_keys=True))
    return _meaning(value, default_sd)
