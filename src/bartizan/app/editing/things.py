"""The things of a document as an editor shows them: a list, and of each its keys with the values as written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from pydantic import BaseModel

from bartizan.errors import ChangeError, InputError
from bartizan.geometry.shapes import Frame
from bartizan.site.entries import KINDS, TABLES, entry_model
from bartizan.site.faults import things

_WITH_WAYS = ("element", "target")
_NOT_HERE = ("way",)  # things of their own
_OF_A_WAY = 4  # steps of kind/id/way/id


@dataclass(frozen=True, slots=True)
class Listed:
    """One thing: its address in the grammar of change, its kind, its name, and where faults of it are told."""

    at: str
    kind: str
    name: str
    key: str


@dataclass(frozen=True, slots=True)
class Field:
    """One key of a thing: how it is shown ("text", "flag" or "toml"), what stands there, and what it takes."""

    key: str
    shown: Literal["text", "flag", "toml"]
    value: str
    takes: str


def listed(document: Mapping[str, Any]) -> Iterator[Listed]:
    """Every thing that can be changed, in the order of the kinds and of the file."""
    for table in TABLES:
        if isinstance(document.get(table), Mapping):
            yield Listed(table, table, table, table)
    for kind in KINDS:
        for number, entry in things(document, kind):
            at, key = f"{kind}/{entry.get('id', '?')}", f"{kind}[{number}]"
            yield Listed(at, kind, _name(entry), key)
            if kind in _WITH_WAYS:
                for inner, way in things(entry, "way"):
                    yield Listed(f"{at}/way/{way.get('id', '?')}", "way", _name(way), f"{key}.way[{inner}]")


def _name(entry: Mapping[str, Any]) -> str:
    return str(entry.get("name") or entry.get("id") or "?")


def fields_of(
    document: Mapping[str, Any], at: str, spelt: Callable[[Any], str]
) -> tuple[tuple[Field, ...], tuple[Field, ...]]:
    """The keys that a thing has, and those that it may have. Raises ChangeError where there is no such thing."""
    thing = found(document, at)
    takes = _takes(at.split("/"), thing)
    own = tuple(
        Field(key, _shown(value), value if isinstance(value, str) else spelt(value), takes.get(key, ""))
        for key, value in thing.items()
        if key not in _NOT_HERE
    )
    more = tuple(Field(key, "toml", "", words) for key, words in takes.items() if key not in thing)
    return own, more


def _shown(value: Any) -> Literal["text", "flag", "toml"]:
    if isinstance(value, bool):
        return "flag"
    return "text" if isinstance(value, str) and "\n" not in value else "toml"


def _takes(steps: Sequence[str], thing: Mapping[str, Any]) -> dict[str, str]:
    """Key -> what it takes, of the class that reads such a thing."""
    model = _model(steps, thing)
    if model is None:
        return {}
    return {
        field.alias or name: field.description or ""
        for name, field in model.model_fields.items()
        if (field.alias or name) not in _NOT_HERE
    }


def _model(steps: Sequence[str], thing: Mapping[str, Any]) -> type[BaseModel] | None:
    """The class that reads what stands at an address; of a way that of the thing that it is a way of."""
    if len(steps) < _OF_A_WAY:
        return TABLES.get(steps[0]) or entry_model(steps[0], dict(thing))
    holder = KINDS.get(steps[0])
    fields = {} if holder is None else {field.alias or name: field for name, field in holder.model_fields.items()}
    inner = get_args(fields[steps[2]].annotation) if steps[2] in fields else ()
    return inner[0] if inner and isinstance(inner[0], type) and issubclass(inner[0], BaseModel) else None


def found(document: Mapping[str, Any], at: str) -> Mapping[str, Any]:
    """The thing at an address. Raises ChangeError where there is none."""
    here: Any = document
    steps = at.split("/")
    if steps == [at]:
        here = document.get(at) if at in TABLES else None
        steps = []
    for kind, name in zip(steps[::2], steps[1::2], strict=False):
        here = next((entry for _, entry in things(here, kind) if entry.get("id") == name), None)
        if here is None:
            break
    if not isinstance(here, Mapping) or len(steps) % 2:
        raise ChangeError(f"the draft has nothing at {at!r}. Load the page again")
    return here


def in_plan(document: Mapping[str, Any], places: Sequence[Sequence[float]]) -> list[list[float]]:
    """Places in metres on the plan as the file of this site writes them: metres, or degrees where it is in WGS84.

    Raises InputError where a place lies too far off.
    """
    plan = document.get("plan")
    if not isinstance(plan, Mapping) or plan.get("crs") != "wgs84":
        return [[round(float(x), 2), round(float(y), 2)] for x, y in places]
    origin, bearing = plan.get("origin"), plan.get("bearing", 0.0)
    if not (isinstance(origin, list) and len(origin) == 2 and isinstance(bearing, int | float)):
        raise InputError(
            "the plan is in WGS84 and has no origin. Mend that first: [plan] origin = [longitude, latitude]"
        )
    frame = Frame((float(origin[0]), float(origin[1])), float(bearing))
    degrees = [frame.to_degrees((float(x), float(y))) for x, y in places]
    return [[round(longitude, 8), round(latitude, 8)] for longitude, latitude in degrees]
