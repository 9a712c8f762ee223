"""What a check finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something odd in a site that reads well: the check's name, its level, the thing, what is odd, the cure.

    An error means that a command would give a wrong answer; a warning that one may not mean what was written; a
    note is worth knowing. `about` is an address such as "zone/pavement".
    """

    name: str
    level: Level
    about: str
    message: str
    cure: str
