"""What one person must neither see nor hear: their own silent call for help."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

DUTY_RUN = "desk:duty"  # the run of every signal that the duty of the desk raises; nothing from outside may use it
DURESS = "duress"  # the kind of a silent call for help
HIDDEN = "hidden_from"  # the person who must not see or hear it, in the signal's figures


class HiddenFrom(Protocol):
    """An alarm, or what stands for one."""

    @property
    def hidden_from(self) -> str | None:
        """The person who must neither see nor hear it."""
        ...


def hidden_from(run: str, signal: Mapping[str, Any]) -> str | None:
    """The person who must neither see nor hear an alarm of this run and signal; None for every ordinary alarm.

    Only the desk's own call for help hides anything: what comes from outside cannot ask for it.
    """
    if run != DUTY_RUN or signal.get("kind") != DURESS:
        return None
    because = signal.get("because")
    named = because.get(HIDDEN) if isinstance(because, Mapping) else None
    return named if isinstance(named, str) else None


def shown_to(person: str | None, alarm: HiddenFrom) -> bool:
    """Whether a person may know of an alarm: all may, but of a silent call for help who made it must show nothing.

    `person` is the name of their log-in; None is nobody in particular.
    """
    hidden = alarm.hidden_from
    return hidden is None or person is None or hidden.strip().casefold() != person.strip().casefold()
