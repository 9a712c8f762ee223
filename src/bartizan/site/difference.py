"""What turns one document into another, in the grammar of changes, and in words."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from typing import Any

from bartizan.site.entries import KINDS, TABLES
from bartizan.site.faults import things, written
from bartizan.site.model import Change


def difference(one: Mapping[str, Any], other: Mapping[str, Any]) -> tuple[Change, ...]:
    """The changes that turn the document `one` into `other`; the order of things in their lists is not compared."""
    changes: list[Change] = []
    for table in TABLES:
        before, after = _table(one, table), _table(other, table)
        if before and after:
            changes += _keys(table, before, after)
        elif before:
            changes.append(Change(at=table, remove=True))
        elif after:
            changes.append(Change(add={table: copy.deepcopy(dict(after))}))
    for kind in KINDS:
        changes += _listed(f"{kind}/", kind, _by_id(one, kind), _by_id(other, kind), None)
    return tuple(changes)


def _table(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    table = document.get(name, {})
    return table if isinstance(table, Mapping) else {}


def _by_id(holder: Mapping[str, Any], kind: str) -> dict[str, Mapping[str, Any]]:
    return {str(entry.get("id")): entry for _, entry in things(holder, kind)}


def _listed(
    prefix: str,
    kind: str,
    before: Mapping[str, Mapping[str, Any]],
    after: Mapping[str, Mapping[str, Any]],
    parent: str | None,
) -> list[Change]:
    changes = [Change(at=f"{prefix}{name}", remove=True) for name in before if name not in after]
    for name, thing in after.items():
        if name not in before:
            changes.append(Change(at=parent, add={kind: copy.deepcopy(dict(thing))}))
        else:
            changes += _keys(f"{prefix}{name}", before[name], thing)
    return changes


def _keys(at: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    nested = ("way",) if at.startswith(("element/", "target/")) and "/way/" not in at else ()
    gone = [Change(at=f"{at}/{key}", remove=True) for key in before if key not in after and key not in nested]
    new = {
        key: copy.deepcopy(value)
        for key, value in after.items()
        if key not in nested and (key not in before or before[key] != value)
    }
    changes = gone + ([Change(at=at, set=new)] if new else [])
    if nested and (before.get("way") or after.get("way")):
        changes += _listed(f"{at}/way/", "way", _by_id(before, "way"), _by_id(after, "way"), at)
    return changes


def describe(changes: Iterable[Change], before: Mapping[str, Any]) -> tuple[str, ...]:
    """The changes in words, one line for each key; `before` is the document that they are applied to."""
    lines: list[str] = []
    for change in changes:
        if change.add:
            kind, thing = next(iter(change.add.items()))
            where = f"{change.at}/" if change.at else ""
            name = thing.get("id", "?") if isinstance(thing, Mapping) else "?"
            lines.append(f"{where}{kind}/{name}: added")
        elif change.remove:
            lines.append(f"{change.at}: removed (was {written(value_at(before, change.at or ''))})")
        else:
            thing = value_at(before, change.at or "")
            for key, value in change.set.items():
                old = thing.get(key) if isinstance(thing, Mapping) else None
                lines += [f"{change.at}: {line}" for line in _leaves(key, old, value)]
    return tuple(lines)


def _leaves(key: str, old: Any, new: Any) -> list[str]:
    """One line for each value that differs; inside a table only the keys that do."""
    if old == new:
        return []
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return [line for inner in {**old, **new} for line in _leaves(f"{key}.{inner}", old.get(inner), new.get(inner))]
    return [f"{key} {'absent' if old is None else written(old)} -> {'absent' if new is None else written(new)}"]


def value_at(document: Mapping[str, Any], address: str) -> Any:
    """What a document says at an address of the grammar of change ("kind/id", "kind/id/way/id/key"), or None."""
    steps = address.split("/")
    here: Any = document
    while steps and isinstance(here, Mapping):
        step = steps.pop(0)
        listed = here.get(step)
        if isinstance(listed, list) and steps:
            name = steps.pop(0)
            here = next((thing for thing in listed if isinstance(thing, Mapping) and thing.get("id") == name), None)
        else:
            here = listed
    return here
