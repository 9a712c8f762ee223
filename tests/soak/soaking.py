"""How much of a goal a soak does: BARTIZAN_SOAK, 1 by itself."""

from __future__ import annotations

import os

SCALE = float(os.environ.get("BARTIZAN_SOAK", "1"))


def scaled(count: int) -> int:
    """So many, or a part of them."""
    return max(1, round(count * SCALE))
