"""What-ifs: figures changed by hand, as changes of the one grammar."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bartizan.errors import ChangeError
from bartizan.site.difference import value_at
from bartizan.site.model import Change
from bartizan.site.site import Site

SOURCE = "what-if"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One figure with another value: `at` and `key` as `bartizan.assess.figures` names it.

    `value` is a probability in [0, 1], or the mean of a time [s], which then has the spread `sd` [s]; without `sd` a
    time keeps its spread in proportion.
    """

    at: str
    key: str
    value: float
    sd: float | None = None


def changes_of(site: Site, edits: Iterable[Edit]) -> tuple[Change, ...]:
    """The changes that give these figures their new values; of two edits of one figure the last holds.

    Raises ChangeError where the site has no such figure, or the value is none.
    """
    tables: dict[tuple[str, str], Any] = {}
    for edit in edits:
        head, _, rest = edit.key.partition(".")
        thing = _thing(site.document, edit.at)
        whole = tables.setdefault((edit.at, head), copy.deepcopy(thing.get(head)))
        if not rest:
            tables[edit.at, head] = _figure(edit, whole)
            continue
        holder, key = _holder(edit, whole, head, rest)
        holder[key] = _figure(edit, holder.get(key))
    return tuple(Change(at=at, set={key: value}) for (at, key), value in tables.items())


def _figure(edit: Edit, before: Any) -> dict[str, Any]:
    """The figure as the site file writes it."""
    if not math.isfinite(edit.value) or edit.value < 0.0:
        raise ChangeError(f"{edit.at}, {edit.key}: {edit.value!r} is no figure. Give a number of 0 or more")
    if edit.key.rpartition(".")[2].startswith("p_"):
        return {"value": edit.value, "source": SOURCE}
    sd = edit.sd
    if sd is None:
        mean, spread = _time(before)
        sd = edit.value * (spread / mean if mean else 0.0)
    kept = {"dist": before["dist"]} if isinstance(before, Mapping) and _has_mean(before) and "dist" in before else {}
    if kept.get("dist") in ("fixed", "uniform", "triangular", "pert"):
        kept = {}
    return {"mean": edit.value, "sd": sd, **kept, "source": SOURCE}


def _has_mean(figure: Mapping[str, Any]) -> bool:
    return isinstance(figure.get("mean"), int | float)


def _time(before: Any) -> tuple[float, float]:
    """Mean and spread of a time as written, as far as they are written."""
    if not isinstance(before, Mapping) or not _has_mean(before):
        return 0.0, 0.0
    sd = before.get("sd")
    return float(before["mean"]), float(sd) if isinstance(sd, int | float) else 0.0


def _holder(edit: Edit, whole: Any, head: str, rest: str) -> tuple[dict[str, Any], str]:
    """The table that holds a figure within a thing: of a crossing, or of one of a list of crossings."""
    if isinstance(whole, list):
        # a deployment is one figure beside the place that it is for, and has no name of its own
        name, _, key = (rest, "", "deployment") if head == "deployment_to" else rest.rpartition(".")
        for one in whole:
            if isinstance(one, dict) and _name(one) == name:
                return one, key
    elif isinstance(whole, dict):
        return whole, rest
    raise ChangeError(f"{edit.at}: the site has no figure {edit.key!r} there. Load the page again")


def _name(item: Mapping[str, Any]) -> str:
    """What `bartizan.assess.figures` calls a crossing between two, or a deployment to a place."""
    pair = item.get("area", item.get("element"))
    return f"{item.get('from')}>{item.get('to')}" if pair is None else str(pair)


def _thing(document: Mapping[str, Any], address: str) -> Mapping[str, Any]:
    """What stands at "kind/id" or "kind/id/way/id"."""
    found = value_at(document, address)
    # a thing and its id, in pairs: what else holds a table has no figures of its own
    if not isinstance(found, Mapping) or not address.count("/") % 2:
        raise ChangeError(f"the site has nothing at {address!r}. Load the page again")
    return found
