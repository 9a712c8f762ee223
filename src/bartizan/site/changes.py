"""The one grammar of change, applied to a document: set keys of a thing, remove a thing or a key, add a thing.

The same grammar serves states, upgrades, insiders and what-ifs. An address is "kind/id", "kind/id/way/id", or for
the parts of which a site has one "site" and "plan"; a key may follow it where it is to be removed. No two changes
of one list may touch the same key, so their order never matters.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from bartizan.errors import ChangeError
from bartizan.site.entries import KINDS, TABLES, ChangeEntry
from bartizan.site.faults import PathOf, among, faults_of, written
from bartizan.site.model import Change

Document = dict[str, Any]
Touched = tuple[str, ...]

_WITH_WAYS = ("element", "target")


def parse_change(raw: Change | Mapping[str, Any]) -> Change:
    """A change from its spelling in a site file. Raises ChangeError where it is none."""
    if isinstance(raw, Change):
        deeds = {"set": dict(raw.set) or None, "remove": raw.remove or None, "add": dict(raw.add) or None}
        raw = {key: value for key, value in {"at": raw.at, **deeds}.items() if value is not None}
    try:
        entry = ChangeEntry.model_validate(copy.deepcopy(dict(raw)))
    except ValidationError as error:
        raise ChangeError("; ".join(str(fault) for fault in faults_of(error, ChangeEntry, ("change",)))) from None
    return Change(at=entry.at, set=entry.set or {}, remove=entry.remove is True, add=entry.add or {})


def plain(change: Change) -> Document:
    """The change as a site file spells it."""
    spelt: Document = {} if change.at is None else {"at": change.at}
    if change.set:
        spelt["set"] = copy.deepcopy(dict(change.set))
    if change.remove:
        spelt["remove"] = True
    if change.add:
        spelt["add"] = copy.deepcopy(dict(change.add))
    return spelt


def apply(document: Mapping[str, Any], changes: Iterable[Change | Mapping[str, Any]]) -> Document:
    """A new document with all the changes; what no change touches is shared with the old one, not copied.

    Raises ChangeError where a change has no place or two touch one key.
    """
    parsed = [parse_change(change) for change in changes]
    changed: Document = dict(document)
    _refuse_conflicts(parsed)
    for change in parsed:
        _apply_one(changed, change)
    return changed


def _apply_one(document: Document, change: Change) -> None:
    path = path_of(document, change)
    holder: Any = document
    for step in path[:-1]:
        # only the way to what changes is copied, one container deep
        holder[step] = copy.copy(holder[step])
        holder = holder[step]
    last = path[-1]
    if change.add:
        thing = copy.deepcopy(next(iter(change.add.values())))
        holder[last] = thing if last in TABLES else [*holder.get(last, []), thing]
    elif change.remove:
        del holder[last]
    else:
        holder[last] = holder[last] | copy.deepcopy(dict(change.set))


def path_of(document: Mapping[str, Any], change: Change) -> PathOf:
    """Where in a document a change has its place: the thing that it sets or removes, the list that it adds to.

    Raises ChangeError where there is no such place.
    """
    if change.add:
        return _list_of(document, change.at, next(iter(change.add)))
    path = _found(document, change.at or "")
    thing: Any = document
    for step in path:
        thing = thing[step]
    if change.remove and path[-1] in ("id", "site"):
        raise ChangeError(f"{change.at} cannot be removed. Name a thing or one of its keys")
    if change.set and not isinstance(thing, dict):
        raise ChangeError(f"{change.at} is a key, not a thing. Set the key on the thing that has it")
    if "id" in change.set and isinstance(path[-1], int):
        raise ChangeError(f"the id of {change.at} cannot change, because others speak of it. Add a new thing")
    return path


def _list_of(document: Mapping[str, Any], at: str | None, kind: str) -> PathOf:
    """The list to which a new thing of `kind` belongs."""
    if at is None:
        if kind not in KINDS and kind not in TABLES:
            raise ChangeError(f"nothing of kind '{kind}' can be added. {among(kind, KINDS, 'kind')}")
        if kind in TABLES and kind in document:
            raise ChangeError(f"the site has a {kind} already. Change it with at = '{kind}', set = {{...}}")
        path: PathOf = (kind,)
    else:
        if kind != "way" or at.count("/") != 1 or at.partition("/")[0] not in _WITH_WAYS:
            raise ChangeError(f"a {kind} cannot be added to {at}. Only ways are added to an element or a target")
        path = (*_found(document, at), kind)
    holder: Any = document
    for step in path[:-1]:
        holder = holder[step]
    if kind not in TABLES and not isinstance(holder.get(kind, []), list):
        raise ChangeError(f"{kind} is not a list of things")
    return path


def _found(document: Mapping[str, Any], address: str) -> PathOf:
    """Where an address leads."""
    steps = address.split("/")
    if steps[0] in TABLES:
        table = document.get(steps[0])
        if not isinstance(table, dict) or len(steps) > 2:
            raise ChangeError(f"the site has no {address}. Add it to the file first")
        return (steps[0],) if len(steps) == 1 else (steps[0], _key_of(table, steps[1], address))
    if steps[0] not in KINDS:
        raise ChangeError(f"{address}: there is no kind '{steps[0]}'. {among(steps[0], [*KINDS, *TABLES], 'kind')}")
    if len(steps) == 1:
        raise ChangeError(f"{address} names no thing. Write {address}/id")
    number = _by_id(document.get(steps[0]), steps[1], steps[0], address)
    path: PathOf = (steps[0], number)
    thing = document[steps[0]][number]
    rest = steps[2:]
    if rest[:1] == ["way"] and len(rest) > 1 and steps[0] in _WITH_WAYS:
        number = _by_id(thing.get("way"), rest[1], "way", address)
        path = (*path, "way", number)
        thing = thing["way"][number]
        rest = rest[2:]
    if len(rest) > 1:
        raise ChangeError(f"{address} leads nowhere. Write kind/id, kind/id/way/id, or one of them and a key")
    return (*path, _key_of(thing, rest[0], address)) if rest else path


def _by_id(listed: Any, name: str, kind: str, address: str) -> int:
    things = listed if isinstance(listed, list) else []
    for number, thing in enumerate(things):
        if isinstance(thing, dict) and thing.get("id") == name:
            return number
    known = [str(thing.get("id")) for thing in things if isinstance(thing, dict)]
    raise ChangeError(f"{address}: no {kind} has the id '{name}'. {among(name, known, kind)}")


def _key_of(thing: dict[str, Any], key: str, address: str) -> str:
    if key not in thing:
        raise ChangeError(f"{address}: the thing has no key '{key}'. {among(key, thing, 'key')}")
    return key


def clash(changes: Sequence[Change]) -> str | None:
    """The first key that two changes touch, or that one touches and another takes away; None where none is."""
    found = _first_clash(changes)
    return None if found is None else found[0]


def _refuse_conflicts(changes: Sequence[Change]) -> None:
    """Raise ChangeError where two changes touch one key, or one takes away what another touches."""
    found = _first_clash(changes)
    if found is not None:
        key, one, other = found
        raise ChangeError(f"two changes touch {key}: {_brief(one)} and {_brief(other)}. Keep one of them")


def _first_clash(changes: Sequence[Change]) -> tuple[str, Change, Change] | None:
    """The first key that two changes touch, and the two."""
    claims: dict[Touched, Change] = {}
    for change in changes:
        for touched in _touched(change):
            for other, claimed in claims.items():
                short = min(len(other), len(touched))
                if other[:short] == touched[:short]:
                    return "/".join(other if len(other) > len(touched) else touched), claimed, change
        for touched in _touched(change):
            claims[touched] = change
    return None


def contradiction(one: Iterable[Change], other: Iterable[Change]) -> str | None:
    """Why two lists of changes cannot hold together, in words; None where no key is touched by both."""
    try:
        _refuse_conflicts([*one, *other])
    except ChangeError as error:
        return str(error)
    return None


def _touched(change: Change) -> list[Touched]:
    at = tuple((change.at or "").split("/")) if change.at else ()
    if change.add:
        kind, thing = next(iter(change.add.items()))
        name = str(thing.get("id")) if isinstance(thing, Mapping) else "?"
        return [(*at, kind, name)]
    return [at] if change.remove else [(*at, key) for key in change.set]


def _brief(change: Change) -> str:
    return written(plain(change))
