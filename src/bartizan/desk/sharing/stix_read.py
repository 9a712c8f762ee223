"""Read a bundle of STIX 2.1 from a stranger: every fault at once, each with its place and its cure.

Source: OASIS, "STIX Version 2.1" (2021), sections 2, 3 and 8. Rules of single types are in
`bartizan.desk.sharing.stix_rules`. What is not done: patterns of indicators are not parsed, nothing is fetched, and an
object of a type that is not known is kept and counted, not understood.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bartizan.desk.sharing import stix_rules
from bartizan.desk.sharing.errors import StixError
from bartizan.desk.sharing.strict_json import read_json

LARGEST = 16 * 1024 * 1024  # bytes
DEEPEST = 24  # lists and objects within one another
MOST_OBJECTS = 10_000
_SPECIMENS = 200  # faults that are gathered before the reading stops


@dataclass(frozen=True, slots=True)
class Bundle:
    """What a bundle holds: its objects as plain JSON, in their order, and what is odd without being wrong."""

    id: str
    objects: tuple[Mapping[str, Any], ...]
    warnings: tuple[str, ...] = ()

    def of(self, kind: str) -> tuple[Mapping[str, Any], ...]:
        """The objects of a type."""
        return tuple(one for one in self.objects if one["type"] == kind)


def read_bundle(content: bytes) -> Bundle:
    """The bundle that these bytes hold.

    Errors: StixError with every fault (at most 200), each with the object it is in: what is no JSON, what is larger or
    deeper than the bounds here, and what breaks a rule of STIX 2.1, of its incident extension or of TLP 2.0.
    """
    try:
        body = read_json(content, largest=LARGEST, deepest=DEEPEST)
    except ValueError as fault:
        raise StixError([str(fault)]) from fault
    if not isinstance(body, dict) or body.get("type") != "bundle":
        raise StixError(["it is no object of type bundle. Give one bundle"])
    found: list[str] = []
    warnings: list[str] = []
    for words in _checked(body, warnings):
        found.append(words)
        if len(found) >= _SPECIMENS:
            break
    if found:
        raise StixError(found)
    return Bundle(id=body["id"], objects=tuple(body["objects"]), warnings=tuple(warnings))


def _checked(body: Mapping[str, Any], warnings: list[str]) -> Iterator[str]:
    if body.get("spec_version") is not None:
        yield f"the bundle has spec_version {body['spec_version']!r:.20}: that is STIX 2.0. Give STIX 2.1, without it"
    if not stix_rules.is_id(body.get("id"), "bundle"):
        yield f"the bundle's id is {body.get('id')!r:.80}, not bundle-- and a UUID"
    odd = sorted(key for key in body if key not in ("type", "id", "objects", "spec_version"))
    if odd:
        warnings.append(f"the bundle has {', '.join(repr(key)[:40] for key in odd[:5])}, which is not read")
    objects = body.get("objects")
    if not isinstance(objects, list) or not objects:
        yield "the bundle has no list of objects. Give at least one"
        return
    if len(objects) > MOST_OBJECTS:
        yield f"the bundle has {len(objects):,} objects, more than {MOST_OBJECTS:,}. Send it in parts"
        return
    for number, one in enumerate(objects):
        yield from stix_rules.faults(one, f"objects[{number}]", warnings)
    yield from _among(objects, warnings)


def _among(objects: list[Any], warnings: list[str]) -> Iterator[str]:
    """What is wrong between objects: two versions that are one, and what is named and not there (only odd)."""
    sound = [one for one in objects if isinstance(one, dict) and isinstance(one.get("id"), str)]
    versions = Counter((one["id"], str(one.get("modified"))) for one in sound)
    for (name, _), count in versions.items():
        if count > 1:
            yield f"{name:.100} stands {count} times in the same version. Give it once"
    here = {one["id"] for one in sound}
    missing = {name for one in sound for name in stix_rules.references(one)} - here
    missing -= stix_rules.KNOWN_ELSEWHERE
    if missing:
        warnings.append(f"{len(missing)} objects are named that are not in the bundle, such as {min(missing):.80}")
