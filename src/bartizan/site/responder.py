"""[[responder]]: who can be sent, by name and call sign, and what they can do."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import Field

from bartizan.site.figures import Part
from bartizan.site.parts import Id, Name, Word


class ResponderEntry(Part):
    """[[responder]]: one unit that the desk can send."""

    id: Id
    name: Name | None = None
    call_sign: Word | None = Field(None, description="how they are called on the radio")
    response: Id | None = Field(None, description="the response of the layers that they belong to")
    can: list[Word] = Field(default_factory=list, description="what they can do, such as 'first-aid'")


@dataclass(frozen=True, slots=True, kw_only=True)
class Responder:
    """A unit that can be sent. `response` is the force that `assess` reckons with and that it belongs to, or None."""

    id: str
    name: str | None = None
    call_sign: str | None = None
    response: str | None = None
    can: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """What people call it: its call sign, else its name, else its id."""
        return self.call_sign or self.name or self.id


def responder(entry: ResponderEntry) -> Responder:
    """The responder that an entry describes."""
    return Responder(
        id=entry.id, name=entry.name, call_sign=entry.call_sign, response=entry.response, can=tuple(sorted(entry.can))
    )
