"""`bartizan check`, `schema` and `new`: read a site and say what is wrong or odd in it; its schema; a fresh one."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from bartizan import __version__
from bartizan.cli import wiring
from bartizan.cli.words import printable
from bartizan.errors import CheckError, SiteFileError
from bartizan.site.checks import Finding
from bartizan.site.checks import check as findings_of
from bartizan.site.site import Site

SCHEMA = 1
SITE_FILE = "site.toml"
LEVELS = ("error", "warning", "note")
# what a site can hold, a line for each question that it answers: will it hold, who is there, what do we do
PARTS = (
    ("areas", "elements", "sensors", "targets", "responses", "threats", "states", "upgrades", "insiders"),
    ("zones", "cameras", "rules", "patrols", "inputs"),
    ("responders", "procedures", "escalations", "tours", "partners"),
)


@click.command()
@click.argument("site", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print faults and findings as JSON.")
def check(site: Path, as_json: bool) -> None:
    """Read a site, and say all that is wrong or odd in it.

    Exit status: 2 where the site cannot be read (every fault is listed), 1 where a finding of level error stands, 0
    otherwise.
    """
    try:
        read, line_of = wiring.load_with_places(site)
    except SiteFileError as error:
        if as_json:
            _print_json(None, [asdict(fault) for fault in error.faults], [])
        raise
    findings = sorted(findings_of(read), key=lambda finding: LEVELS.index(finding.level))
    if as_json:
        told = [asdict(finding) | {"line": line_of(finding.about)} for finding in findings]
        _print_json({"name": read.name, "hash": read.hash}, [], told)
    else:
        _print_findings(site, read, findings, line_of)
    errors = sum(finding.level == "error" for finding in findings)
    if errors:
        raise CheckError(f"{site}: {errors} finding{'s' if errors > 1 else ''} of level error")


@click.command()
def schema() -> None:
    """Print the JSON Schema of site.toml."""
    click.echo(json.dumps(wiring.site_schema(), indent=2, ensure_ascii=False))


@click.command()
@click.argument("site", type=click.Path(path_type=Path))
def new(site: Path) -> None:
    """Start a site folder from a commented template."""
    wiring.new_site(site)
    click.echo(
        f"{printable(str(site))} is begun. Describe the site in it, then run: bartizan check {printable(str(site))}"
    )


def _print_findings(place: Path, site: Site, findings: Sequence[Finding], line_of: Callable[[str], int]) -> None:
    click.echo(f"{printable(site.name)}   (hash {site.hash[:12]}, Bartizan {__version__})")
    for counted in _held(site) or ["nothing yet"]:
        click.echo(f"  {counted}")
    file = place / SITE_FILE if place.is_dir() else place
    for finding in findings:
        line = line_of(finding.about)
        where = f"{file}:{line}" if line else str(file)
        words = f"{where}: {finding.level}: {finding.about}: {finding.message}. {finding.cure} [{finding.name}]"
        click.echo(f"  {printable(words)}")
    counts = Counter[str](finding.level for finding in findings)
    said = ", ".join(f"{counts[level]} {level}{'s' if counts[level] != 1 else ''}" for level in LEVELS)
    click.echo(f"{printable(str(place))}: {said}")


def _held(site: Site) -> list[str]:
    """How many of each part the site holds."""
    counted = [[(len(getattr(site, part)), part) for part in parts] for parts in PARTS]
    lines = [
        [f"{count} {part if count > 1 else part.removesuffix('s')}" for count, part in row if count] for row in counted
    ]
    return [", ".join(line) for line in lines if line]


def _print_json(site: Mapping[str, str] | None, faults: Sequence[Any], findings: Sequence[Any]) -> None:
    said = {"schema": SCHEMA, "bartizan": __version__, "site": site, "faults": faults, "findings": findings}
    click.echo(json.dumps(said, indent=2, ensure_ascii=False))
