"""The draws: what the figures of a problem may be, all of them in every draw, from one design of uniform numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bartizan.assess.doubt.belief import Belief, Floats, belief
from bartizan.assess.doubt.indices import Design, design
from bartizan.assess.doubt.pool import Ground, Ints
from bartizan.assess.figures import Figure


@dataclass(frozen=True, slots=True)
class Doubtful:
    """One doubtful figure: its number, what it may be, and its columns in the design."""

    number: int
    belief: Belief
    columns: slice


class Draws:
    """Every draw of every doubtful figure, in two independent designs of equal size."""

    def __init__(self, figures: Sequence[Figure], ground: Ground, points: int, rng: np.random.Generator) -> None:
        self._ground = ground
        self.doubtful: dict[int, Doubtful] = {}
        column = 0
        for number, figure in enumerate(figures):
            known = belief(figure.value)
            if known is not None:
                self.doubtful[number] = Doubtful(number, known, slice(column, column + known.columns))
                column += known.columns
        self._design = design(column, points, rng)
        # the quantiles of a beta law take long, and every pool asks for the same
        self._drawn: dict[int, tuple[tuple[Floats, Floats | None], ...]] = {}

    def __len__(self) -> int:
        return 2 * len(self._design.first)

    def of(self, used: Ints) -> Design:
        """Both designs as values of the figures that are used, and beside them their spreads; see `parted`.

        Each of shape (points, 2 len(used)).
        """
        for figure in used.tolist():
            if figure in self.doubtful and figure not in self._drawn:
                one = self.doubtful[figure]
                halves = (self._design.first, self._design.second)
                self._drawn[figure] = tuple(one.belief.draw(half[:, one.columns]) for half in halves)
        return Design(*(self._values(half, used) for half in (0, 1)))

    def at(self, draw: int, used: Ints) -> tuple[Floats, Floats]:
        """Values and spreads of one draw, each (len(used),); the first design comes before the second."""
        points = len(self._design.first)
        half = self._design.first if draw < points else self._design.second
        uniform = half[draw % points][None]
        values, spreads = self._ground.points[used], self._ground.spreads[used]
        for place, figure in enumerate(used.tolist()):
            if figure in self.doubtful:
                one = self.doubtful[figure]
                drawn, spread = one.belief.draw(uniform[:, one.columns])
                values[place] = drawn[0]
                spreads[place] = spreads[place] if spread is None else spread[0]
        return values, spreads

    def _values(self, half: int, used: Ints) -> Floats:
        points = np.concatenate((self._ground.points[used], self._ground.spreads[used]))
        values = np.tile(points, (len(self._design.first), 1))
        for place, figure in enumerate(used.tolist()):
            if figure in self.doubtful:
                values[:, place], spread = self._drawn[figure][half]
                if spread is not None:
                    values[:, len(used) + place] = spread
        return values


def parted(values: Floats) -> tuple[Floats, Floats]:
    """Values and spreads, each (n, figures), from both side by side."""
    figures = values.shape[1] // 2
    return values[:, :figures], values[:, figures:]
