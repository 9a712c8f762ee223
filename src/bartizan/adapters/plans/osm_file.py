"""An OpenStreetMap file: its nodes, ways and relations, read as a stream within bounds.

The form is OSM XML, version 0.6 of the API (.osm, or .osm.gz). Files in .pbf are told how to become one.
"""

from __future__ import annotations

import math
import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from bartizan.adapters.plans.source import opened, refusal

# a town quarter has some ten thousand nodes, a large city some ten million: a site is never that large
MOST_BYTES = 500_000_000
MOST_NODES = 2_000_000
MOST_PARTS = 100_000  # nodes, members and tags of one thing; the API itself allows 2,000 nodes and 32,000 members
_NUMBER = re.compile(r"[+-]?\d{1,3}(?:\.\d{1,20})?", re.ASCII)
_ID = re.compile(r"-?\d{1,18}", re.ASCII)
_KINDS = ("node", "way", "relation")


@dataclass(slots=True)
class Thing:
    """A way or relation, or a node with tags: its id, tags, the ids of its nodes, its members (type, id, role)."""

    kind: str
    id: int
    tags: dict[str, str] = field(default_factory=dict)
    nodes: list[int] = field(default_factory=list)
    members: list[tuple[str, int, str]] = field(default_factory=list)

    @property
    def source(self) -> str:
        """What it is called in its file."""
        return f"{self.kind} {self.id}"

    @property
    def label(self) -> str:
        """A short name, such as w123."""
        return f"{self.kind[0]}{abs(self.id)}" if self.id >= 0 else f"{self.kind[0]}new{-self.id}"


@dataclass(slots=True)
class OsmFile:
    """What an OpenStreetMap file holds. Places are kept compactly: `places[index[node]]` is longitude, latitude."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_KINDS, 0))
    things: list[Thing] = field(default_factory=list)
    faults: list[tuple[str, str]] = field(default_factory=list)
    _index: dict[int, int] = field(default_factory=dict)
    _places: array[float] = field(default_factory=lambda: array("d"))

    def place(self, node: int) -> tuple[float, float] | None:
        """Longitude, latitude [degrees] of a node, or None where the file lacks it."""
        at = self._index.get(node)
        return None if at is None else (self._places[2 * at], self._places[2 * at + 1])

    def add_place(self, node: int, longitude: float, latitude: float) -> None:
        """Keep where a node is."""
        self._index[node] = len(self._index)
        self._places.extend((longitude, latitude))

    def has(self, node: int) -> bool:
        """Whether the file has the place of a node."""
        return node in self._index

    def middle(self) -> tuple[float, float] | None:
        """The median longitude and latitude of all nodes: ways that leave the extract do not move it."""
        if not self._index:
            return None
        middle = len(self._index) // 2
        return sorted(self._places[0::2])[middle], sorted(self._places[1::2])[middle]


def read_osm_file(path: Path) -> OsmFile:
    """Everything in an OpenStreetMap file that has tags, and the place of every node.

    Raises PlanError where it is no such file, or larger than a site's surroundings can be.
    """
    with opened(path, MOST_BYTES) as stream:
        try:
            return _read(stream, str(path))
        except ParseError as error:
            line = error.position[0]
            message = f"is not a whole XML file ({error.msg if hasattr(error, 'msg') else error})"
            raise refusal(str(path), message, "Fetch the extract again", line=line) from error
        except DefusedXmlException as error:
            message = "declares a document type or entities, which no OpenStreetMap file does"
            raise refusal(str(path), message, "Fetch the extract from OpenStreetMap itself") from error


def _read(stream: IO[bytes], file: str) -> OsmFile:
    found = OsmFile()
    root: Any = None
    thing: Thing | None = None
    for event, element in _events(stream, file):
        if root is None:
            root = element
            if element.tag != "osm":
                cure = "Give an OpenStreetMap extract (.osm or .osm.gz)"
                raise refusal(file, f"is XML with the root <{element.tag[:40]}>, not <osm>", cure)
        elif event == "start":
            if element.tag in _KINDS:
                thing = _begun(found, element, file)
            elif thing is not None:
                _part(thing, element)
        elif element.tag in _KINDS:
            if thing is not None and (thing.tags or thing.kind != "node"):
                found.things.append(thing)
            thing = None
            root.clear()
    if root is None:
        raise refusal(file, "is empty", "Give an OpenStreetMap extract (.osm or .osm.gz)")
    return found


def _events(stream: IO[bytes], file: str) -> Iterator[tuple[str, Any]]:
    """Starts and ends of elements, of which one thing has no endless number."""
    inside = 0
    for event, element in iterparse(stream, events=("start", "end"), forbid_dtd=True):
        inside = 0 if element.tag in _KINDS else inside + 1
        if inside > 2 * MOST_PARTS:
            raise refusal(file, f"holds a thing of more than {MOST_PARTS:,} parts", "Fetch the extract again")
        yield event, element


def _begun(found: OsmFile, element: Any, file: str) -> Thing | None:
    kind, name = element.tag, element.get("id", "")
    found.counts[kind] += 1
    if _ID.fullmatch(name) is None:
        found.faults.append((f"{kind} {name[:20]!r}", "its id is not a number"))
        return None
    thing = Thing(kind, int(name))
    # an editor keeps in its file what is to be deleted at the next upload
    if element.get("action") == "delete" or element.get("visible") == "false":
        found.faults.append((thing.source, "is marked as deleted"))
        return None
    if kind != "node":
        return thing
    if found.counts["node"] > MOST_NODES:
        raise refusal(file, f"holds more than {MOST_NODES:,} nodes", "Cut the extract to the site's surroundings")
    place = [_degrees(element.get(key), most) for key, most in (("lon", 180.0), ("lat", 90.0))]
    if place[0] is None or place[1] is None:
        written = f"lat {element.get('lat', '')[:20]!r}, lon {element.get('lon', '')[:20]!r}"
        found.faults.append((thing.source, f"{written} is no place on earth"))
        return None
    if found.has(thing.id):
        found.faults.append((thing.source, "two nodes have this id; the first counts"))
        return None
    found.add_place(thing.id, place[0], place[1])
    return thing


def _degrees(text: str | None, most: float) -> float | None:
    if text is None or _NUMBER.fullmatch(text) is None:
        return None
    value = float(text)
    return value if math.fabs(value) <= most else None


def _part(thing: Thing, element: Any) -> None:
    if element.tag == "tag":
        thing.tags[element.get("k", "")] = element.get("v", "")
    elif element.tag == "nd" and _ID.fullmatch(element.get("ref", "")):
        thing.nodes.append(int(element.get("ref")))
    elif element.tag == "member" and _ID.fullmatch(element.get("ref", "")):
        thing.members.append((element.get("type", ""), int(element.get("ref")), element.get("role", "")))
