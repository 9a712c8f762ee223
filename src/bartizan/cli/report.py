"""`bartizan report`: everything that can be said of a site's protection, on one page."""

from __future__ import annotations

import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import click

from bartizan.app.dossier import Wanted, dossier_of
from bartizan.app.simulate import Trials
from bartizan.app.study import Chosen
from bartizan.assess.doubt import Asked
from bartizan.cli import wiring
from bartizan.cli.selection import asks_of_a_site

STANDARD_ERROR = 2e-3  # does not show beside P_I of three decimals, and takes a second


@click.command()
@click.argument("site", type=click.Path(path_type=Path))
@click.argument("page", type=click.Path(path_type=Path, dir_okay=False), metavar="PAGE.html|PAGE.pdf")
@asks_of_a_site
@click.option("--paths", "count", type=click.IntRange(1, 100), default=10, show_default=True, help="How many paths.")
@click.option(
    "--require", type=click.FloatRange(0.0, 1.0), metavar="P", help="The P_I that is enough: what would bring it there."
)
@click.option("--budget", type=click.FloatRange(0.0), metavar="N", help="For upgrades; else all that the site names.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="The same seed, the same page.")
def report(
    site: Path,
    page: Path,
    *,
    chosen: Chosen,
    count: int,
    require: float | None,
    budget: float | None,
    seed: int,
) -> None:
    """Write everything that can be said of SITE on one self-contained, printable PAGE.

    The worst paths with their proof, the layers and the timeline; how sure that is, what drives the doubt and what to
    test first; what each part is worth and whether the layers are in balance; what brings P_I to --require; which
    upgrades are best for every cost; the attack simulated with all responses; the plan; and every figure with its
    source. A name that ends in .pdf gives a PDF.
    """
    wiring.require_place_for_report(page)
    wanted = Wanted(
        count=count,
        require=require,
        budget=None if budget is None else Decimal(str(budget)),
        doubt=Asked(require=require),
        trials=Trials(seed=seed, standard_error=STANDARD_ERROR),
    )
    dossier = dossier_of(wiring.load_site(site), wanted=wanted, telling=_telling(), **chosen)
    wiring.write_dossier(dossier, page)
    count = len(dossier.study.cases)
    click.echo(f"{page}: {count} result{'s' if count != 1 else ''}")


def _telling() -> Callable[[str], None] | None:
    """What is being worked out, on stderr, where somebody looks at it."""
    if not sys.stderr.isatty():
        return None
    return lambda part: click.echo(f"{part} ...", err=True)
