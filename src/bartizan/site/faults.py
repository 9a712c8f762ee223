"""From what pydantic found to faults that a person can act on: the key, the value as written, the cure."""

from __future__ import annotations

import difflib
import json
import types
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from bartizan.errors import Fault
from bartizan.site.entries import TAGS

SITE_FILE = "site.toml"
PathOf = tuple[str | int, ...]

_LONGEST = 80


def key_text(path: Iterable[str | int]) -> str:
    """The path of a key as people read it: element[2].way[0].delay."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def written(value: object) -> str:
    """A value much as a site file writes it, cut where it is long."""
    try:
        text = json.dumps(value, ensure_ascii=False, default=str)
    except (TypeError, ValueError, RecursionError):
        text = type(value).__name__
    text = text.replace("\n", " ")
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."


def near(word: str, known: Iterable[str]) -> str | None:
    """The known word that `word` was probably meant to be, or None."""
    words = sorted(set(known))
    close = difflib.get_close_matches(word[:200], words, n=1, cutoff=0.6)
    return close[0] if close else None


def among(word: str, known: Iterable[str], what: str) -> str:
    """A cure: the near match, or the list of what there is."""
    words = sorted(set(known))
    match = near(word, words)
    if match is not None:
        return f"Did you mean '{match}'?"
    if not words:
        return f"There is no {what} yet; add one"
    shown = ", ".join(words[:12]) + (", ..." if len(words) > 12 else "")
    return f"There is: {shown}"


def fault(path: Iterable[str | int], value: object, message: str, cure: str, file: str = SITE_FILE) -> Fault:
    """A fault of a key; the line is found by whoever has read the file."""
    return Fault(file, 0, key_text(path), "" if value is None else written(value), message, cure)


def faults_of(error: ValidationError, model: type[BaseModel], at: PathOf) -> list[Fault]:
    """The faults of one part of the file, `model`, that stands at the path `at`."""
    return [_translated(detail, model, at) for detail in error.errors(include_url=False)]


def _translated(detail: ErrorDetails, model: type[BaseModel], at: PathOf) -> Fault:
    steps = detail["loc"]
    path = at + tuple(step for step in steps if step not in TAGS)
    parent, field = _place(model, steps)
    value, message, cure = detail.get("input"), _sentence(detail["msg"]).replace("input ", ""), _takes(path, field)
    match detail["type"]:
        case "missing":
            value, message, cure = None, "is missing", _takes(path, field, "Add")
        case "missing_sd":
            path, value, message = (*path, "sd"), None, "is missing"
            cure = "Add sd = seconds here, or default_sd = share in [site]"
        case "extra_forbidden":
            message, cure = "is not a key of this part", among(str(path[-1]), _keys(parent), "key")
        case "literal_error":
            choices = _choices(field)
            if isinstance(value, str) and choices:
                message, cure = f"is not one of {', '.join(choices)}", among(value, choices, "choice")
        case "wrong":
            cure = detail["ctx"]["cure"]
        case "value_error":
            message = _sentence(detail["ctx"]["error"])
    return fault(path, value, message, cure)


def _sentence(message: object) -> str:
    text = str(message).rstrip(".")
    return text[:1].lower() + text[1:]


def _takes(path: PathOf, field: FieldInfo | None, verb: str = "Write") -> str:
    name = next((str(step) for step in reversed(path) if isinstance(step, str)), "it")
    what = _description(field)
    return f"{verb} {name} = {what}" if what else f"{verb} {name} as the reference of site.toml gives it"


_SPELLINGS = {
    "ProbabilityEntry": "a number from 0 to 1, { value, source }, { low, mode, high } or { detected, trials }",
    "TimeEntry": "{ mean = seconds, sd = seconds }, or another law with dist = ...",
}


def _description(field: FieldInfo | None) -> str | None:
    if field is None:
        return None
    if field.description:
        return field.description
    text = str(field.annotation)
    if "PointProbability" in text:
        return _SPELLINGS["ProbabilityEntry"]
    if "MeanTime" in text:
        return _SPELLINGS["TimeEntry"]
    choices = _choices(field)
    if choices:
        return " | ".join(f'"{choice}"' for choice in choices)
    nested = _description_within(field.annotation)
    models = _models(field.annotation)
    return nested or (_fields_text(models[0]) if len(models) == 1 else None)


def _description_within(annotation: Any) -> str | None:
    if get_origin(annotation) is not None and hasattr(annotation, "__metadata__"):
        for note in annotation.__metadata__:
            if isinstance(note, FieldInfo) and note.description:
                return note.description
    for part in get_args(annotation):
        found = _description_within(part)
        if found:
            return found
    return None


def _fields_text(model: type[BaseModel]) -> str:
    needed = [_alias(name, field) for name, field in model.model_fields.items() if field.is_required()]
    return "a table" + (f" with {', '.join(needed)}" if needed else "")


def _place(model: type[BaseModel], steps: Sequence[str | int]) -> tuple[type[BaseModel] | None, FieldInfo | None]:
    """The class in which the last key stands, and the field of that key where it has one."""
    here: type[BaseModel] | None = model
    holder, field = here, None
    for step in steps:
        if isinstance(step, int):
            continue
        if step in TAGS:
            here = TAGS[step]
            continue
        holder = here
        field = _field(here, step)
        models = _models(field.annotation) if field is not None else []
        here = models[0] if len(models) == 1 else None
    return holder, field


def _field(model: type[BaseModel] | None, key: str) -> FieldInfo | None:
    if model is None:
        return None
    return next((field for name, field in model.model_fields.items() if key in (name, field.alias)), None)


def _alias(name: str, field: FieldInfo) -> str:
    return field.alias or name


def _keys(model: type[BaseModel] | None) -> list[str]:
    return [] if model is None else [_alias(name, field) for name, field in model.model_fields.items()]


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    if isinstance(annotation, types.GenericAlias) or get_args(annotation):
        return [model for part in get_args(annotation) for model in _models(part)]
    return []


def _choices(field: FieldInfo | None) -> list[str]:
    if field is None:
        return []
    found: list[str] = []
    todo = [field.annotation]
    while todo:
        annotation = todo.pop(0)
        for part in get_args(annotation):
            if isinstance(part, str):
                found.append(part)
            else:
                todo.append(part)
    return [choice for choice in found if not choice.startswith("<")]


def things(document: Mapping[str, Any], kind: str) -> list[tuple[int, Mapping[str, Any]]]:
    """The entries of a kind that are tables at all, with their number; the rest is somebody else's fault."""
    listed = document.get(kind, [])
    if not isinstance(listed, list):
        return []
    return [(number, entry) for number, entry in enumerate(listed) if isinstance(entry, Mapping)]


def texts(entry: Mapping[str, Any], key: str) -> list[tuple[int, str]]:
    """The words of a list, with their number; what is not a word is somebody else's fault."""
    listed = entry.get(key, [])
    if not isinstance(listed, list):
        return []
    return [(number, word) for number, word in enumerate(listed) if isinstance(word, str)]
