"""The Traffic Light Protocol: who may be told a thing. Five levels, from CLEAR (anybody) to RED (who was there).

Source: FIRST, "Traffic Light Protocol (TLP)", version 2.0 (2022); how STIX 2.1 writes them: OASIS, STIX 2.1
extension definition `tlp_2_0` (2022), with its fixed ids of marking definitions.
"""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType
from typing import Any, Literal, get_args

from bartizan.desk.sharing.errors import SharingError

Tlp = Literal["clear", "green", "amber", "amber+strict", "red"]
LEVELS: tuple[Tlp, ...] = get_args(Tlp)

TLP_EXTENSION = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"
TLP_CREATED = "2022-10-01T00:00:00.000Z"
_IDS: dict[Tlp, str] = {
    "clear": "94868c89-83c2-464b-929b-a1a8aa3c8487",
    "green": "bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
    "amber": "55d920b0-5e8b-4f79-9ee9-91f868d9b421",
    "amber+strict": "939a9414-2ddd-4d32-a0cd-375ea402b003",
    "red": "e828b379-4e03-4974-9ac4-e53a884c97c1",
}
MARKINGS = MappingProxyType({level: f"marking-definition--{name}" for level, name in _IDS.items()})
LEVEL_OF = MappingProxyType({marking: level for level, marking in MARKINGS.items()})
# version 1 of the protocol, in the ids that STIX 2.1 itself fixes; WHITE is what is CLEAR today
LEVEL_OF_1: MappingProxyType[str, Tlp] = MappingProxyType(
    {
        "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9": "clear",
        "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da": "green",
        "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82": "amber",
        "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed": "red",
    }
)


def level(word: str) -> Tlp:
    """The level that a word names, in small letters or as "TLP:AMBER+STRICT". Errors: SharingError."""
    plain = word.strip().lower().removeprefix("tlp:") if isinstance(word, str) else ""
    for known in LEVELS:
        if plain == known:
            return known
    raise SharingError(f"{word!r:.40} is no sharing level. Choose one of {', '.join(LEVELS)}")


def reaches(limit: Tlp, marked: Tlp) -> bool:
    """Whether who may see up to `limit` may see what is marked `marked`."""
    return LEVELS.index(marked) <= LEVELS.index(limit)


def strictest(levels: Iterable[Tlp], floor: Tlp = "clear") -> Tlp:
    """The strictest of the levels, and at least `floor`."""
    return max((floor, *levels), key=LEVELS.index)


def marking(marked: Tlp) -> dict[str, Any]:
    """The marking definition of a level, as STIX 2.1 has it."""
    return {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": MARKINGS[marked],
        "created": TLP_CREATED,
        "name": f"TLP:{marked.upper()}",
        "extensions": {TLP_EXTENSION: {"extension_type": "property-extension", "tlp_2_0": marked}},
    }
