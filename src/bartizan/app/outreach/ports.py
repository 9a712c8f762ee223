"""What outreach asks of the world: somebody who posts mail, somebody who calls programs, and a cabinet that lasts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from bartizan.app.outreach.settings import HookSettings, MailSettings
from bartizan.desk.outreach import Message
from bartizan.errors import BartizanError


class AwayError(BartizanError):
    """Nothing was taken, and the receiver is not to blame: try again later.

    `whole`: nobody was there at all, so that the next message would wait in vain too.
    """

    def __init__(self, words: str, *, whole: bool = False) -> None:
        super().__init__(words)
        self.whole = whole


class RefusedError(BartizanError):
    """The receiver will not take this, now or later: do not try again."""


class Post(Protocol):
    """A mail server."""

    def send(self, message: Message, address: str, settings: MailSettings) -> None:
        """Hand a message over; it was taken when this returns. Errors: AwayError, RefusedError."""


class Hooks(Protocol):
    """The programs of others."""

    def call(self, message: Message, settings: HookSettings, at: datetime) -> None:
        """Give a message to the program at the hook's address. Errors: AwayError, RefusedError."""


class Cabinet(Protocol):
    """What outreach keeps beside the journal: messages that wait, addresses, secrets. Each call is on disk after it.

    An address that was forgotten is gone from the disk, which the journal could never promise. Any thread may call.
    Errors: StoreError where it cannot be kept.
    """

    def put(self, message: Message) -> bool:
        """Let a message wait; False where one of its key waits or was sent already."""

    def due(self, at: datetime, most: int) -> tuple[Message, ...]:
        """Messages that may be tried at `at`: to people of the desk first, then those that wait longest."""

    def delay(self, message: Message) -> None:
        """Keep a message as it waits for its next try."""

    def done(self, key: str, outcome: str, at: datetime) -> None:
        """A message waits no more; its key is remembered."""

    def waiting(self) -> tuple[Message, ...]:
        """Everything that waits, the oldest first."""

    def outcomes(self) -> Mapping[str, int]:
        """How many messages came to which end: "sent", "refused", "given-up", "forgotten"."""

    def forget_before(self, at: datetime) -> None:
        """Forget keys of messages that were done before `at`."""

    def address(self, name: str) -> str | None:
        """The address of a subscriber; None where it is forgotten."""

    def keep_address(self, name: str, address: str) -> None:
        """Keep the address of a subscriber."""

    def forget(self, name: str) -> None:
        """Forget an address, and what waits for it."""

    def secret(self, name: str) -> bytes:
        """32 random bytes under a name, made at the first time."""

    def note(self, name: str) -> str | None:
        """A note under a name; None where there is none."""

    def keep_note(self, name: str, text: str) -> None:
        """Keep a note under a name."""

    def names(self) -> Sequence[str]:
        """Whose addresses are kept."""
