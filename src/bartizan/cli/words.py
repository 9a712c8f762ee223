"""Words for a terminal: free of control characters, aligned in columns."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

RIGHT = ">"
LEAST_SHOWN = 0.0005  # of a probability: less does not show in three decimals
LEFT = "<"


def printable(text: str) -> str:
    """`text` with every character that could command a terminal, or reorder a line, shown as its code.

    A site is written by somebody else: its names must not move the cursor, change colours or reverse the text.
    """
    return "".join(c if unicodedata.category(c)[0] != "C" else f"\\u{ord(c):04x}" for c in text)


def columns(rows: Sequence[Sequence[str]], align: str, indent: str = "  ") -> list[str]:
    """Rows of words as aligned lines; `align` holds one "<" or ">" per column.

    Cells are made printable here, so that no caller can forget it.
    """
    cells = [[printable(cell) for cell in row] for row in rows]
    widths = [max((len(row[i]) for row in cells), default=0) for i in range(len(align))]
    return [
        (
            indent + "  ".join(f"{cell:{side}{width}}" for cell, side, width in zip(row, align, widths, strict=True))
        ).rstrip()
        for row in cells
    ]
