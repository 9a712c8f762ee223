"""A message that waits to be sent, and what becomes of it after a failure. Nothing here sends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from types import MappingProxyType
from typing import Literal

Medium = Literal["mail", "hook"]
Outcome = Literal["sent", "later", "never"]

FIRST_PAUSE = timedelta(seconds=15)
LONGEST_PAUSE = timedelta(hours=1)
TRY_FOR = timedelta(days=5)  # as long as mail servers try (RFC 5321, 4.5.4.1: at least four to five days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message to one receiver. `key` is the same however often it is sent, so that a receiver can drop a second.

    `to` names the receiver: "subscriber/ID", "person/NAME" or "hook/ID"; the address is looked up when it is sent,
    and what was forgotten by then is not sent. `body` is text (mail) or JSON (hook). Instants in UTC.
    """

    key: str
    medium: Medium
    to: str
    subject: str
    body: str
    exercise: bool
    made_at: datetime
    headers: Mapping[str, str] = field(default_factory=dict)
    tries: int = 0
    next_at: datetime
    problem: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "headers", MappingProxyType(dict(self.headers)))

    @property
    def outside(self) -> bool:
        """Whether the receiver is no person of the desk."""
        return not self.to.startswith("person/")


def after_failure(message: Message, problem: str, at: datetime, generator: Random) -> Message | None:
    """The message as it waits for its next try; None where it was tried long enough.

    Pauses double from 15 s to an hour, each drawn between half of it and all of it, so that what failed together is
    not tried together. They are counted from `at` and not from when it was due.
    """
    if at - message.made_at >= TRY_FOR:
        return None
    pause = min(FIRST_PAUSE * 2 ** min(message.tries, 20), LONGEST_PAUSE)
    drawn = pause * (0.5 + 0.5 * generator.random())
    return replace(message, tries=message.tries + 1, next_at=at + drawn, problem=problem)
