"""The figures that a problem rests on: which there are, where they stand in the site, and what tasks make of them.

A figure is named as a change would name it: `at` an address in the grammar of change ("element/gate/way/force"),
`key` the key there ("delay"). A crossing is a table within its area, so its figures have keys with a dot
("crossing.delay", "crossing_between.gate>door.delay"), and so has a deployment ("deployment_to.yard"). What a site
leaves unsaid (a delay of 0, a report that always arrives) is no figure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bartizan.quantity import CERTAIN, ZERO, Duration, Probability
from bartizan.site.model import Sensor

# groups of sensors, each a tuple of sensors, each a tuple of the figures that are multiplied (RestsOn.detection)
Groups = tuple[tuple[tuple[int, ...], ...], ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a site: where it stands, and its value with doubt and source."""

    at: str
    key: str
    value: Probability | Duration

    @property
    def point(self) -> float:
        """The number that the closed forms use: a probability, or the mean of a time [s]."""
        return self.value.value if isinstance(self.value, Probability) else self.value.mean

    @property
    def source(self) -> str | None:
        """Where the figure comes from, or None: unsourced."""
        return self.value.source

    def moved(self, point: float) -> Figure:
        """The figure with another point: a time keeps its law, and its spread in proportion; the doubt is settled.

        Raises InputError for a point that is no probability, or no time.
        """
        if point == self.point:
            return self
        if isinstance(self.value, Probability):
            return Figure(self.at, self.key, Probability(point, self.value.source))
        return Figure(self.at, self.key, self.value.scaled(point))


class Register:
    """Figures by number, in the order in which they are met, each once."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, str], int] = {}
        self._figures: list[Figure] = []
        self.points: list[float] = []

    @property
    def figures(self) -> tuple[Figure, ...]:
        """The figures met so far; a figure's place here is its number."""
        return tuple(self._figures)

    def figure(self, number: int) -> Figure:
        """The figure of a number."""
        return self._figures[number]

    def number(
        self, at: str, key: str, value: Probability | Duration, default: Probability | Duration | None = ZERO
    ) -> int | None:
        """The number of a figure; None for what says no more than the default, which is no figure."""
        # by equality, not identity: a site that came from another process has other objects
        if value == default:
            return None
        if (at, key) not in self._numbers:
            self._numbers[at, key] = len(self._figures)
            figure = Figure(at, key, value)
            self._figures.append(figure)
            self.points.append(figure.point)
        return self._numbers[at, key]

    def sensors(self, sensors: Iterable[Sensor]) -> Groups:
        """The figures of sensors that cover one place, those of one common cause in one group."""
        groups: dict[str, list[tuple[int, ...]]] = {}
        for sensor in sensors:
            numbers = (
                self.number(f"sensor/{sensor.id}", key, getattr(sensor, key), default)
                for key, default in (("p_sensed", None), ("p_transmitted", CERTAIN), ("p_assessed", CERTAIN))
            )
            # an id never holds a blank, so a sensor without a common cause is a group of its own
            group = f"sensor {sensor.id}" if sensor.common_cause is None else f"cause {sensor.common_cause}"
            groups.setdefault(group, []).append(tuple(number for number in numbers if number is not None))
        return tuple(tuple(group) for group in groups.values())


def p_detected(groups: Groups, points: Sequence[float]) -> float:
    """The probability that somebody notices: 1 - prod over groups (1 - the best of the group).

    `points` are those of the figures by number; a sensor is the product of its figures. Groups count as independent.
    Within a group only the best sensor counts: where all its sensors fail for one cause, the worse ones notice
    nothing that the best misses. That is the least that can be credited to sensors of these figures, whatever joins
    them (Fréchet 1935, the upper bound on the joint miss).
    """
    missed, best = 1.0, 0.0
    for group in groups:
        best = max(_product(sensor, points) for sensor in group)
        missed *= 1.0 - best
    # one figure alone is given back to the last bit
    return best if len(groups) == 1 else 1.0 - missed


def _product(numbers: Iterable[int], points: Sequence[float]) -> float:
    product = 1.0
    for number in numbers:
        product *= points[number]
    return product
