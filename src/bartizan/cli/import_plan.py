"""`bartizan import`: the draft of a site from a plan drawn elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import click

from bartizan.app.draft import Draft, draft_site
from bartizan.app.draft.drawing import UNITS, Placing
from bartizan.cli import wiring
from bartizan.cli.words import columns, printable

SHOWN_DROPS = 20  # the rest is counted, and in --json
FARTHEST = 1e6  # degrees or metres: no plan of a site goes on so far


def _numbers(_context: click.Context, option: click.Parameter, text: str | None) -> tuple[float, ...] | None:
    """The numbers of "13.4,52.5", as many as the option's own words name."""
    if text is None:
        return None
    names = option.human_readable_name if not isinstance(option, click.Option) else option.metavar or ""
    try:
        numbers = tuple(float(word) for word in text.split(","))
    except ValueError:
        numbers = ()
    # the comparison is false for what is not a number
    if len(numbers) != names.count(",") + 1 or not all(abs(number) <= FARTHEST for number in numbers):
        raise click.BadParameter(f"{text!r} is not {names} in numbers")
    return numbers


@click.command("import")
@click.argument("plan", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), metavar="FOLDER", help="Write the draft here.")
@click.option("--unit", type=click.Choice(list(UNITS)), help="The unit of a DXF or of a GeoJSON in lengths.")
@click.option("--origin", callback=_numbers, metavar="LON,LAT", help="Where the plan's origin shall lie.")
@click.option(
    "--bearing",
    type=click.FloatRange(-360.0, 360.0),
    metavar="DEG",
    help="What the plan's y axis shall look along, clockwise from north; 0 where not given.",
)
@click.option(
    "--bbox",
    callback=_numbers,
    metavar="W,S,E,N",
    help="Only what touches this box: degrees, or metres of the plan where the file is in lengths.",
)
@click.option("--kinds", metavar="A,B", help="Only features of these kinds.")
@click.option("--elements", is_flag=True, help="Also propose areas and elements, without figures.")
@click.option("--json", "as_json", is_flag=True, help="Print what was read and left out as JSON.")
def import_plan(
    plan: Path,
    *,
    out: Path | None,
    unit: str | None,
    origin: tuple[float, float] | None,
    bearing: float | None,
    bbox: tuple[float, float, float, float] | None,
    kinds: str | None,
    elements: bool,
    as_json: bool,
) -> None:
    """Draft a site from a plan drawn elsewhere.

    PLAN is an OpenStreetMap extract (.osm, .osm.gz), a DXF drawing (.dxf) or GeoJSON (.geojson, .json). FOLDER gets a
    plan.geojson in metres and a site.toml without any figure. What cannot be drawn is counted and told. Without
    --out nothing is written.
    """
    if out is not None:
        wiring.require_new_folder(out)
    wanted = [word.strip() for word in kinds.split(",") if word.strip()] if kinds is not None else []
    placing = Placing(unit=unit, origin=origin, bearing=bearing, box=bbox)
    draft = draft_site(wiring.read_plan(plan, placing), kinds=wanted, elements=elements)
    if out is not None:
        wiring.write_draft(out, draft.plan, draft.site)
    if as_json:
        written = {"out": None if out is None else str(out)}
        click.echo(json.dumps(draft.to_json() | written, indent=2, ensure_ascii=False, allow_nan=False))
        return
    for line in _words(draft, out):
        click.echo(line)


def _words(draft: Draft, out: Path | None) -> Iterator[str]:
    drawing = draft.drawing
    # the types of a DXF are names and have no plural
    read = ", ".join(
        f"{count} {what}" if what.isupper() else _count(count, what) for what, count in drawing.read.items()
    )
    yield printable(f"{drawing.file}: {drawing.form}, {read}")
    frame = drawing.frame
    where = "" if frame is None else f", about longitude {frame.origin[0]:.6f}, latitude {frame.origin[1]:.6f}"
    yield f"  {draft.size[0]:g} x {draft.size[1]:g} m{where}"
    rows = [("kind", "in the file", "drawn", "points", "lines", "areas")]
    rows += [
        (one.kind, str(one.found), str(one.drawn), str(one.points), str(one.lines), str(one.areas))
        for one in draft.tallies
    ]
    yield from columns(rows, "<>>>>>")
    if draft.outside:
        yield f"  {draft.outside} outside the box"
    if draft.unasked:
        yield f"  {draft.unasked} of kinds not asked for"
    yield from _drops(draft)
    yield from _proposed(draft)
    for note in draft.notes:
        yield printable(f"  Note: {note}")
    if out is None:
        yield "Nothing is written. Give --out FOLDER"
    else:
        yield printable(f"{out} is begun. Say what is what in {out / 'site.toml'}, then run: bartizan check {out}")


def _drops(draft: Draft) -> Iterator[str]:
    drops = draft.drops
    whole = sum(drop.whole for drop in drops)
    if not drops:
        yield "  Nothing is left out"
        return
    yield f"  Left out: {whole} whole, {len(drops) - whole} in part"
    yield from columns([(drop.source, drop.kind, drop.reason) for drop in drops[:SHOWN_DROPS]], "<<<", indent="    ")
    if len(drops) > SHOWN_DROPS:
        yield f"    ... and {len(drops) - SHOWN_DROPS} more, in --json"


def _proposed(draft: Draft) -> Iterator[str]:
    layers = draft.layers
    if layers is None:
        return
    if layers.elements:
        counts = f"{_count(len(layers.areas), 'area')}, {_count(len(layers.elements), 'element')}"
        yield f"  Proposed: {counts}; none has a figure yet"
    else:
        yield "  Proposed: nothing, for no door, window, gate, fence or wall stands on the edge of an area"
    if layers.left:
        left = ", ".join(f"{count} {kind}" for kind, count in layers.left)
        yield f"    left as drawings, for the plan draws no two areas that they part: {left}"


def _count(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
