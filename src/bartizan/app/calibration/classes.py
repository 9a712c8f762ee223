"""Classes of pixel density on target, as data with a source: the two editions of IEC 62676-4."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from bartizan.site.model import PIXEL_CLASSES


@dataclass(frozen=True, slots=True)
class PixelClass:
    """A level of detail: its name, and the least pixels per metre on target."""

    name: str
    least: float


@dataclass(frozen=True, slots=True)
class Edition:
    """The classes of one edition of the standard, least first, and where the figures were found."""

    name: str
    classes: tuple[PixelClass, ...]
    source: str

    def of(self, density: float) -> str | None:
        """The best class that a density [pixels per metre] reaches; None below all."""
        reached = [one.name for one in self.classes if density >= one.least]
        return reached[-1] if reached else None


def _classes(figures: dict[str, float]) -> tuple[PixelClass, ...]:
    return tuple(PixelClass(name, least) for name, least in figures.items())


EDITIONS = MappingProxyType(
    {
        "2014": Edition(
            "IEC 62676-4:2014 (EN 62676-4:2015)",
            _classes(dict(PIXEL_CLASSES)),
            "the standard's 80, 40, 16, 8, 4 and 1 mm per pixel",
        ),
        "2025": Edition(
            "IEC 62676-4:2025",
            _classes(
                {
                    "overview": 20.0,
                    "outline": 40.0,
                    "discern": 80.0,
                    "perceive": 125.0,
                    "characterise": 250.0,
                    "validate": 500.0,
                    "scrutinise": 1500.0,
                }
            ),
            "makers' summaries (JVSG, 2026), not the standard itself, which was not at hand",
        ),
    }
)
"""The editions by year. Both speak of what a person at a screen can do, not of what software needs."""
