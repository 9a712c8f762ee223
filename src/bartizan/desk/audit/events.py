"""The one event of the audit, and its stored form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final, Literal

from bartizan.desk.codec import Codec, any_words
from bartizan.desk.event import Event

Outcome = Literal["done", "refused", "denied", "failed", "unknown"]
OUTCOMES: Final[tuple[Outcome, ...]] = ("done", "refused", "denied", "failed", "unknown")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked(Event):
    """Somebody asked for a change.

    `role` is theirs at that time, None for a machine or a stranger. `action` is the right that it takes, `what` the
    command ("POST /alarms/{alarm_id}/assess"), `thing` the id of what it was done to, or empty. `outcome`: done;
    refused (the desk says no to this now); denied (it is not theirs to do); failed (the desk could not); unknown
    (nobody that the desk knows). `detail` says more, in words.
    """

    kind: ClassVar[str] = "asked"
    role: str | None
    action: str
    what: str
    thing: str
    outcome: Outcome
    detail: str


CODEC: Final = Codec[Asked](Asked, readers={"thing": any_words, "detail": any_words})
