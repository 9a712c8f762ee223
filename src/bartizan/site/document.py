"""From a document (plain nested mappings and lists, as in site.toml) to a `Site`, or to all its faults at once."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from bartizan.errors import ChangeError, Fault, SiteFileError
from bartizan.site.assembly import ORDER, Workshop
from bartizan.site.changes import apply
from bartizan.site.entries import KINDS, SCHEMA, TABLES, SiteDocument
from bartizan.site.faults import PathOf, among, fault, faults_of, things
from bartizan.site.figures import Part
from bartizan.site.plan import ground
from bartizan.site.references import reference_faults
from bartizan.site.site import Site

_NONE: Mapping[str, Any] = {}
_HAVE_CHANGES = ("state", "upgrade", "insider")


def build(document: Mapping[str, Any], attachments: Mapping[str, Any] = _NONE) -> Site:
    """The site that a document describes.

    `attachments` holds what its files contain: under the name of the plan's file the parsed GeoJSON, and under
    `attachments.attachment_key(file, unit)` each calibration as a camera model in metres.

    Raises SiteFileError with every fault: unknown keys and ids, wrong types and ranges, contradictions, and states,
    upgrades and insiders whose changes do not fit. The lines of the faults are 0: a document has none.
    """
    site = build_changed(document, attachments)
    faults = _change_faults(site)
    if faults:
        raise SiteFileError(faults)
    return site


def build_changed(document: Mapping[str, Any], attachments: Mapping[str, Any] = _NONE) -> Site:
    """As `build`, but without trying the changes of states, upgrades and insiders.

    A what-if may take away what another state would have changed; that is no fault of the what-if.
    """
    plain = copy.deepcopy(dict(document))
    faults = [*_head_faults(plain)]
    if not faults or plain.get("schema") == SCHEMA:
        checked, more = _entries(plain)
        faults += more
        faults += reference_faults(plain)
        parts, more = _parts(plain, checked, attachments)
        faults += more
    if faults:
        raise SiteFileError(_once(faults))
    return Site(**parts, _document=plain, _attachments=dict(attachments))


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


def _entries(document: Mapping[str, Any]) -> tuple[dict[str, list[tuple[int, Any]]], list[Fault]]:
    """The entries of each kind that are in order, with their number, and the faults of the others."""
    table = document.get("site")
    default_sd = table.get("default_sd") if isinstance(table, Mapping) else None
    context = {"default_sd": default_sd}
    checked: dict[str, list[tuple[int, Any]]] = {}
    faults: list[Fault] = []
    for kind, model in TABLES.items():
        if kind in document:
            entry, more = _checked(model, document[kind], (kind,), context)
            checked[kind] = [] if entry is None else [(0, entry)]
            faults += more
        elif SiteDocument.model_fields[kind].is_required():
            faults.append(fault((kind,), None, "is missing", 'Add [site] with name = "..."'))
    for kind, model in KINDS.items():
        listed = document.get(kind, [])
        if not isinstance(listed, list):
            faults.append(fault((kind,), listed, "is not a list of tables", f"Write [[{kind}]] with double brackets"))
            continue
        checked[kind] = []
        for number, raw in enumerate(listed):
            entry, more = _checked(model, raw, (kind, number), context)
            checked[kind] += [] if entry is None else [(number, entry)]
            faults += more
    return checked, faults


def _checked(model: type[Part], raw: Any, path: PathOf, context: dict[str, Any]) -> tuple[Part | None, list[Fault]]:
    try:
        return model.model_validate(raw, context=context), []
    except ValidationError as error:
        return None, faults_of(error, model, path)


def _parts(
    document: Mapping[str, Any], checked: dict[str, list[tuple[int, Any]]], attachments: Mapping[str, Any]
) -> tuple[dict[str, Any], list[Fault]]:
    """The things of the site by the names of `Site`'s fields, and the faults met in making them."""
    head = checked["site"][0][1] if checked.get("site") else None
    plan = checked["plan"][0][1] if checked.get("plan") else None
    found = ground(plan, attachments)
    if plan is None and "plan" in document:
        found.read = False  # the plan itself is at fault; shapes that need it are not
    shop = Workshop(found, None if head is None else head.default_sd, attachments)
    made = {kind: [shop.make(kind, entry, (kind, number)) for number, entry in checked.get(kind, [])] for kind in ORDER}
    faults = [*found.faults, *shop.faults]
    if head is None:
        return {}, faults
    parts: dict[str, Any] = {FIELDS[kind]: tuple(things) for kind, things in made.items()}
    parts |= {"name": head.name, "time_zone": head.time_zone, "default_sd": head.default_sd}
    return parts | {"plan": found.plan(shop.used)}, faults


FIELDS = {kind: f"{kind}s" for kind in KINDS}


def _change_faults(site: Site) -> list[Fault]:
    """The faults of states, upgrades and insiders whose changes do not fit the site, each tried alone."""
    document = site.document
    faults: list[Fault] = []
    for kind in _HAVE_CHANGES:
        for number, entry in things(document, kind):
            path: PathOf = (kind, number, "changes")
            try:
                build_changed(apply(document, entry.get("changes", [])), site.attachments)
            except ChangeError as error:
                faults.append(fault(path, None, str(error), "Correct the change"))
            except SiteFileError as error:
                first = error.faults[0]
                told = f"makes a site with faults: {first.key}: {first.message}"
                faults.append(fault(path, None, told, first.cure))
    return faults


def _once(faults: list[Fault]) -> list[Fault]:
    """Each fault once, in the order of the file's parts."""
    order = {kind: number for number, kind in enumerate(["schema", "site", *KINDS, "plan"])}
    unique = {(one.file, one.key, one.message): one for one in faults}
    return sorted(
        unique.values(), key=lambda one: (one.file, order.get(one.key.partition("[")[0].partition(".")[0], 0))
    )
