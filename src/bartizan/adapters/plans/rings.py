"""Rings from pieces: the ways of a multipolygon joined end to end, by the ids of their nodes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def joined(pieces: Iterable[Sequence[int]]) -> tuple[list[list[int]], list[list[int]]]:
    """Closed rings that the pieces make, end to end, and the lines that stay open; each a list of node ids.

    A ring ends with the node that it begins with. Pieces may run either way. Where more than two pieces meet in one
    node the first that fits is taken, so rings that touch in a node may come out as one that crosses itself, which
    the maker of polygons then refuses.
    """
    left = [list(piece) for piece in pieces if len(piece) > 1]
    rings: list[list[int]] = []
    lines: list[list[int]] = []
    while left:
        line = left.pop(0)
        while line[0] != line[-1]:
            index = next((i for i, piece in enumerate(left) if line[-1] in (piece[0], piece[-1])), None)
            if index is None:
                break
            piece = left.pop(index)
            line += (piece if piece[0] == line[-1] else piece[::-1])[1:]
        (rings if line[0] == line[-1] else lines).append(line)
    return rings, lines
