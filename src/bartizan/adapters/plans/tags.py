"""What the tags of OpenStreetMap mean for a site: the kind of a feature, and whether it is an area."""

from __future__ import annotations

from collections.abc import Mapping

from bartizan.app.draft.drawing import slug

# of the many kinds of roads, those for people on foot; all others carry vehicles too
_FOOTPATHS = frozenset({"footway", "path", "steps", "pedestrian", "cycleway", "corridor", "bridleway"})
_INDOOR = frozenset({"room", "area", "corridor", "wall", "door", "level"})
_NO = frozenset({"no", "none", ""})


def kind_of(tags: Mapping[str, str], *, node: bool) -> str | None:
    """The kind of a feature by its tags, or None where it is nothing that a plan of a site shows.

    Source: the pages Key:building, Key:barrier, Key:entrance, Simple Indoor Tagging of the OpenStreetMap wiki.
    """
    return _node_kind(tags) if node else _way_kind(tags)


def _node_kind(tags: Mapping[str, str]) -> str | None:
    if _says(tags, "entrance"):
        return "entrance"
    if _says(tags, "barrier"):
        return _barrier(tags)
    return "door" if _says(tags, "door") or tags.get("indoor") == "door" else None


def _way_kind(tags: Mapping[str, str]) -> str | None:
    if _says(tags, "building"):
        return "building"
    if _says(tags, "barrier"):
        return _barrier(tags)
    if tags.get("indoor") in _INDOOR:
        return tags["indoor"]
    if _says(tags, "highway"):
        return "path" if tags["highway"] in _FOOTPATHS else "road"
    return "water" if tags.get("natural") == "water" or _says(tags, "waterway") else None


def _barrier(tags: Mapping[str, str]) -> str:
    # "yes" says that there is some barrier, and not which
    return "barrier" if tags["barrier"] == "yes" else slug(tags["barrier"]) or "barrier"


def is_area(kind: str, tags: Mapping[str, str], *, closed: bool) -> bool:
    """Whether a way is an area and not a line; a building always is, and then it must close."""
    if kind == "building":
        return True
    if tags.get("area") in ("yes", "no"):
        return tags["area"] == "yes"
    if kind in ("room", "area", "corridor", "level"):
        return True
    return closed and kind == "water"


def _says(tags: Mapping[str, str], key: str) -> bool:
    return tags.get(key, "no") not in _NO
