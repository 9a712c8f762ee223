"""The files that a document names: what `build` must be handed beside the document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from bartizan.site.entries import UNITS
from bartizan.site.faults import key_text, things
from bartizan.site.parts import file_inside

CALIBRATIONS: tuple[Literal["tsai", "pinhole", "krtd"], ...] = ("tsai", "pinhole", "krtd")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that the key `key` of a document names; `unit` is that of a calibration's lengths."""

    kind: Literal["plan", "tsai", "pinhole", "krtd"]
    file: str
    key: str
    unit: str = "m"


def attachment_key(name: str, unit: str) -> str:
    """Under which key a calibration that was read in a unit is handed to `build`; a plan goes by its file's name."""
    return f"{name} [{unit}]"


def wanted(document: Mapping[str, Any]) -> Iterator[Attachment]:
    """The files that a document names; names that are no names, or lead out of the folder, are left to `build`."""
    plan = document.get("plan")
    if isinstance(plan, Mapping) and _is_name(plan.get("file")):
        yield Attachment("plan", plan["file"], key_text(("plan", "file")))
    for number, camera in things(document, "camera"):
        model = camera.get("model")
        if not isinstance(model, Mapping):
            continue
        for kind in CALIBRATIONS:
            unit = model.get("unit", "m")
            if _is_name(model.get(kind)) and unit in UNITS:
                yield Attachment(kind, model[kind], key_text(("camera", number, "model", kind)), unit)


def _is_name(name: object) -> bool:
    try:
        return isinstance(name, str) and bool(file_inside(name))
    except ValueError:
        return False
