"""From a document (plain nested mappings and lists, as in site.toml) to a `Site`, or to all its faults at once."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from bartizan.errors import ChangeError, Fault, SiteFileError
from bartizan.site.assembly import ORDER, Made, Workshop
from bartizan.site.changes import apply, contradiction
from bartizan.site.duty import duty_rules
from bartizan.site.entries import KINDS, SCHEMA, TABLES, SiteDocument, entry_model
from bartizan.site.faults import PathOf, among, fault, faults_of, things
from bartizan.site.figures import Part
from bartizan.site.model import Change
from bartizan.site.partner import evidence_rules
from bartizan.site.plan import ground
from bartizan.site.privacy import privacy
from bartizan.site.references import reference_faults, time_zone
from bartizan.site.site import Site

_NONE: Mapping[str, Any] = {}
_HAVE_CHANGES = ("state", "upgrade", "insider")

_Key = tuple[str, str]


def build(document: Mapping[str, Any], attachments: Mapping[str, Any] = _NONE) -> Site:
    """The site that a document describes.

    `attachments` holds what its files contain: under the name of the plan's file the parsed GeoJSON, and under
    `attachments.attachment_key(file, unit)` each calibration as a camera model in metres.

    Raises SiteFileError with every fault: unknown keys and ids, wrong types and ranges, contradictions, and states,
    upgrades and insiders whose changes do not fit. The lines of the faults are 0: a document has none.
    """
    site = _read(copy.deepcopy(dict(document)), dict(attachments), {})
    faults = _change_faults(site)
    if faults:
        raise SiteFileError(faults)
    return site


def rebuild(site: Site, document: Mapping[str, Any]) -> Site:
    """The site of a document that shares with a site's own document all that has not changed; only the rest is read.

    The changes of states, upgrades and insiders are not tried: a what-if may take away what another state would
    have changed, and that is no fault of the what-if. Raises SiteFileError.
    """
    before = site._document
    alike = all(before.get(table) is document.get(table) for table in TABLES)
    return _read(document, site._attachments, site._made if alike else {})


def _read(document: Mapping[str, Any], attachments: Mapping[str, Any], before: Mapping[_Key, Made]) -> Site:
    """The site of a document that nobody else will change; `before` holds what was read of entries already."""
    faults = [*_head_faults(document)]
    if not faults or document.get("schema") == SCHEMA:
        entries = _Entries(document, before)
        faults += entries.faults
        faults += reference_faults(document)
        parts, more = _parts(document, entries, attachments)
        faults += more
    if faults:
        raise SiteFileError(_once(faults))
    return Site(**parts, _document=document, _attachments=attachments)


def _head_faults(document: Mapping[str, Any]) -> list[Fault]:
    faults = []
    version = document.get("schema")
    if version is None:
        faults.append(fault(("schema",), None, "is missing", f"Add schema = {SCHEMA} as the first line"))
    elif version != SCHEMA or isinstance(version, bool | float):
        message = f"is not a version of this format that is known here ({SCHEMA})"
        faults.append(fault(("schema",), version, message, f"Write schema = {SCHEMA}, or use a newer Bartizan"))
    known = {"schema", *KINDS, *TABLES}
    for key, value in document.items():
        if key not in known:
            faults.append(fault((key,), value, "is not a part of a site file", among(str(key), known, "part")))
    return faults


class _Entries:
    """The entries of a document that are in order, with their number and what was made of them before, by kind."""

    def __init__(self, document: Mapping[str, Any], before: Mapping[_Key, Made]) -> None:
        table = document.get("site")
        self._context = {"default_sd": table.get("default_sd") if isinstance(table, Mapping) else None}
        self.tables: dict[str, Any] = {}
        self.listed: dict[str, list[tuple[int, Made]]] = {kind: [] for kind in KINDS}
        self.faults: list[Fault] = []
        for kind, model in TABLES.items():
            if kind in document:
                self.tables[kind] = self._checked(model, document[kind], (kind,))
            elif SiteDocument.model_fields[kind].is_required():
                self.faults.append(fault((kind,), None, "is missing", 'Add [site] with name = "..."'))
        for kind in KINDS:
            listed = document.get(kind, [])
            if not isinstance(listed, list):
                cure = f"Write [[{kind}]] with double brackets"
                self.faults.append(fault((kind,), listed, "is not a list of tables", cure))
                continue
            for number, raw in enumerate(listed):
                made = _known(before, kind, raw) or Made(raw, self._read(kind, raw, number), None)
                if made.entry is not None:
                    self.listed[kind].append((number, made))

    def _read(self, kind: str, raw: Any, number: int) -> Part | None:
        return self._checked(entry_model(kind, raw) or KINDS[kind], raw, (kind, number))

    def _checked(self, model: type[Part], raw: Any, path: PathOf) -> Part | None:
        try:
            return model.model_validate(raw, context=self._context)
        except ValidationError as error:
            self.faults += faults_of(error, model, path)
            return None


def _known(before: Mapping[_Key, Made], kind: str, raw: Any) -> Made | None:
    """What was made of the very same entry before."""
    name = raw.get("id") if isinstance(raw, dict) else None
    made = before.get((kind, name)) if isinstance(name, str) else None
    return made if made is not None and made.raw is raw else None


def _parts(
    document: Mapping[str, Any], entries: _Entries, attachments: Mapping[str, Any]
) -> tuple[dict[str, Any], list[Fault]]:
    """The things of the site by the names of `Site`'s fields, and the faults met in making them."""
    head, plan = entries.tables.get("site"), entries.tables.get("plan")
    found = ground(plan, attachments)
    if plan is None and "plan" in document:
        found.read = False  # the plan itself is at fault; shapes that need it are not
    clock = None if head is None else time_zone(head.time_zone)
    shop = Workshop(found, None if head is None else head.default_sd, attachments, clock)
    made: dict[_Key, Made] = {}
    parts: dict[str, Any] = {}
    for kind in ORDER:
        things = []
        for number, (raw, entry, thing) in entries.listed[kind]:
            # a walk through an area is measured between elements, which may have moved
            if thing is None or getattr(entry, "crossing_between", None):
                new = shop.make(kind, entry, (kind, number))
            else:
                new = shop.recall(kind, entry, thing)
            things.append(new)
            made[kind, entry.id] = Made(raw, entry, new)
        parts[FIELDS[kind]] = tuple(things)
    faults = [*found.faults, *shop.faults]
    if head is None:
        return {}, faults
    parts |= {"name": head.name, "time_zone": head.time_zone, "default_sd": head.default_sd}
    private = privacy(entries.tables.get("privacy"))
    minded = duty_rules(entries.tables.get("desk"))
    kept = evidence_rules(entries.tables.get("evidence"))
    tables = {"plan": found.plan(shop.used), "privacy": private, "desk": minded, "evidence": kept}
    return parts | tables | {"_made": made}, faults


FIELDS = {kind: f"{kind}s" for kind in KINDS}


def _change_faults(site: Site) -> list[Fault]:
    """The faults of states, upgrades and insiders whose changes do not fit the site.

    Each is tried alone, an upgrade with what it requires: it may change what another adds. Upgrades that contradict
    one another can never be had together, which is a finding and no fault: such a one is tried by itself.
    """
    document = site._document
    faults: list[Fault] = []
    for kind in _HAVE_CHANGES:
        for number, entry in things(document, kind):
            path: PathOf = (kind, number, "changes")
            changes = _with_required(site, entry["id"]) if kind == "upgrade" else entry.get("changes", [])
            try:
                rebuild(site, apply(document, changes))
            except ChangeError as error:
                faults.append(fault(path, None, str(error), "Correct the change"))
            except SiteFileError as error:
                first = error.faults[0]
                told = f"makes a site with faults: {first.key}: {first.message}"
                faults.append(fault(path, None, told, first.cure))
    return faults


def _with_required(site: Site, name: str) -> list[Change]:
    """The changes of an upgrade and of all that it requires, directly or not; its own where these contradict."""
    wanted, todo = {name}, [name]
    while todo:
        new = site.upgrade(todo.pop()).requires - wanted
        wanted |= new
        todo += new
    own = site.upgrade(name).changes
    more = [change for upgrade in site.upgrades if upgrade.id in wanted - {name} for change in upgrade.changes]
    return [*own] if contradiction(own, more) else [*more, *own]


def _once(faults: list[Fault]) -> list[Fault]:
    """Each fault once, in the order of the file's parts."""
    tables = ("plan", "privacy", "desk", "evidence")
    order = {kind: number for number, kind in enumerate(["schema", "site", *KINDS, *tables])}
    unique = {(one.file, one.key, one.message): one for one in faults}
    return sorted(
        unique.values(), key=lambda one: (one.file, order.get(one.key.partition("[")[0].partition(".")[0], 0))
    )
