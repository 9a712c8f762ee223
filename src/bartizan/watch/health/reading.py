"""What one look at a camera's picture says of its health: figures alone, nothing of the picture itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from bartizan.errors import InputError

_LARGEST = 1e6  # no figure of a picture of bytes is larger


@dataclass(frozen=True, slots=True)
class Usual:
    """What the same figures usually are, of this camera; `change` is that of its quiet moments."""

    brightness: float
    glare: float
    contrast: float
    sharpness: float
    change: float


@dataclass(frozen=True, slots=True)
class Reading:
    """Figures of one picture, without what is masked in it.

    `brightness` mean grey level, 0 to 255; `glare` share of it that is as bright as can be; `contrast` standard
    deviation of its coarse grey levels; `sharpness` how steep its steepest edges are beside the coarse ones, free of
    noise and of light. `change` [grey levels] from the reading before; `repeat` [grey levels] from the nearest picture
    of 5 to 45 s earlier; `likeness` to the camera's usual view, from 1 to about 0; `lost` the share of that view that
    is not to be seen, and `kept` the likeness of the rest; these are None while nothing is known to compare with.
    `jumps` is how often the stream's clock was set so far, as the source counts it.
    """

    brightness: float
    glare: float
    contrast: float
    sharpness: float
    change: float | None = None
    repeat: float | None = None
    likeness: float | None = None
    lost: float | None = None
    kept: float | None = None
    usual: Usual | None = None
    jumps: int = 0

    def to_json(self) -> dict[str, Any]:
        """The reading as plain JSON values; what is not known is null."""
        return asdict(self)

    @classmethod
    def from_json(cls, told: Any) -> Reading:
        """The reading in such values. Raises InputError where they are none."""
        if not isinstance(told, Mapping) or set(told) != {part.name for part in fields(cls)}:
            raise InputError("a reading of a camera's health has other keys than it should. Use one version everywhere")
        usual, jumps = told["usual"], told["jumps"]
        if not isinstance(jumps, int) or isinstance(jumps, bool) or jumps < 0:
            raise InputError(f"a reading of a camera's health has jumps that are no count: {jumps!r:.40}")
        needed = {name: _figure(told, name) for name in ("brightness", "glare", "contrast", "sharpness")}
        change, repeat, likeness, lost, kept = (
            None if told[name] is None else _figure(told, name)
            for name in ("change", "repeat", "likeness", "lost", "kept")
        )
        compared = None if usual is None else _usual(usual)
        return cls(
            **needed, change=change, repeat=repeat, likeness=likeness, lost=lost, kept=kept, usual=compared, jumps=jumps
        )


def _usual(told: Any) -> Usual:
    if not isinstance(told, Mapping) or set(told) != {part.name for part in fields(Usual)}:
        raise InputError("a reading of a camera's health has a usual view with other keys than it should")
    return Usual(**{part.name: _figure(told, part.name) for part in fields(Usual)})


def _figure(told: Mapping[str, Any], name: str) -> float:
    value = told[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= _LARGEST:
        raise InputError(f"a reading of a camera's health has no figure as {name}: {value!r:.40}")
    return float(value)
