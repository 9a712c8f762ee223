"""What a camera's entry says of its pictures: their address, what is masked in them, what of their health matters."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from bartizan.site.figures import Part, wrong
from bartizan.site.parts import Corners

HealthFault = Literal["dead", "frozen", "covered", "blinded", "defocused", "turned", "clock"]

_MASK_REACH = 20_000  # pixels: beyond any picture; drawing takes no corners much farther out
# what makers of cameras call a secret in the question part of an address
_SECRET_WORDS = frozenset({"password", "passwd", "pass", "pwd", "token", "access_token", "auth", "secret"})


def _without_credentials(source: str) -> str:
    address = source.partition("://")[2]
    asked = (part.partition("=")[0].strip().lower() for part in re.split(r"[?&;]", address)[1:])
    if not _SECRET_WORDS.isdisjoint(asked) or "@" in re.split(r"[/?#]", address, maxsplit=1)[0]:
        cure = "Take them out of the address, and give them by the environment or a secrets file"
        raise wrong("a stream's name and password never stand in a site file", cure)
    return source


def _in_the_picture(masks: list[list[list[float]]]) -> list[list[list[float]]]:
    if any(not -_MASK_REACH <= number <= _MASK_REACH for mask in masks for corner in mask for number in corner):
        cure = "Give corners in pixels of the picture, [0, 0] at its upper left"
        raise wrong("a mask has a corner that is far outside any picture", cure)
    return masks


SourceAddress = Annotated[str, AfterValidator(_without_credentials)]
Masks = Annotated[list[Corners], AfterValidator(_in_the_picture)]


class HealthEntry(Part):
    """health of [[camera]]: what of its health is worth a signal."""

    silence: float = Field(10.0, ge=1, le=3600, description="seconds without a picture until the camera counts as dead")
    ignore: list[HealthFault] = Field(default_factory=list, max_length=7, description="faults that raise nothing")
