"""`bartizan terrain`: where over the ground would an intruder get through?"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import click

from bartizan.app.study import Chosen
from bartizan.app.terrain import TerrainCase, terrain_study
from bartizan.cli import wiring
from bartizan.cli.selection import asks_of_a_site
from bartizan.cli.words import columns, printable


@click.command()
@click.argument("path", type=click.Path(path_type=Path), metavar="SITE")
@click.option("--resolution", type=float, metavar="M", help="Side of a cell in metres, instead of a usual one.")
@asks_of_a_site
@click.option(
    "--picture",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE.png",
    help="Write the map of P_I with the worst path here; of several questions, that of the least P_I.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of words.")
def terrain(path: Path, *, resolution: float | None, chosen: Chosen, picture: Path | None, as_json: bool) -> None:
    """Where over the ground would an intruder get through?

    Cuts the plan of SITE into cells and finds the path over the ground that is least likely to be interrupted, walls,
    surfaces, elements and what notices whom minded; and for every place the chance to stop whoever begins there.
    """
    if picture is not None:
        wiring.require_place_for_picture(picture)
    found = terrain_study(wiring.load_site(path), resolution=resolution, progress=_telling(), **chosen)
    shown = found.worst
    if picture is not None and shown is not None:
        wiring.write_terrain_picture(shown, picture)
    if as_json:
        click.echo(json.dumps(found.to_json(), indent=2, ensure_ascii=False, allow_nan=False))
        return
    click.echo(f"{printable(found.site_name)}   (hash {found.site_hash[:12]}, Bartizan {found.version})")
    for case in found.cases:
        click.echo()
        for line in _told(case):
            click.echo(line)
    if picture is not None:
        click.echo()
        if shown is None:
            click.echo("No path leads to any target, so no picture was written")
        else:
            click.echo(f"{picture}: {_question(shown)}")


def _telling() -> Callable[[str], None] | None:
    if not sys.stderr.isatty():
        return None
    return lambda words: click.echo(f"\r{printable(words)}\x1b[K", err=True, nl=False)


def _question(case: TerrainCase) -> str:
    who = "anybody" if case.threat is None else case.threat
    when = f", in state {','.join(case.state)}" if case.state else ""
    return printable(f"{who} -> {case.target}, against {case.response}{when}")


def _told(case: TerrainCase) -> Iterator[str]:
    result = case.result
    raster = result.raster
    yield _question(case)
    yield f"  ground          {raster.columns} x {raster.rows} cells of {raster.cell:g} m"
    worst = result.worst
    if worst is None or result.lower_bound is None:
        yield printable(f"  no path: {case.reason}")
        return
    if result.exact:
        yield f"  P_I             {worst.p_interruption:.4f}, exact on this raster"
    else:
        yield (
            f"  P_I             {worst.p_interruption:.4f}, a real path; no path is below {result.lower_bound:.4f} "
            f"(proved, gap {result.gap:.4f})"
        )
    about = "exact" if result.map_exact else f"proved, nowhere more than {result.map_gap:.4f} too low"
    yield f"  map             {about}"
    rows: list[tuple[str, ...]] = [("", "", "delay s", "p noticed", "left s", "P_I from here")]
    for one in worst.stretches:
        name = one.id if one.way is None else f"{one.id}/{one.way}"
        kind = f"{one.kind}, on the way out" if one.leg == "out" else one.kind
        figures = (one.delay_mean, one.p_detection, one.mean_after, one.p_interruption)
        rows.append(
            (kind, name, *(f"{figure:.{digits}f}" for figure, digits in zip(figures, (1, 3, 1, 4), strict=True)))
        )
    yield from columns(rows, "<<>>>>")
