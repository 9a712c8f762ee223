"""`bartizan episodes`: how often does what happen where, at which hour of the week, and what was unusual?"""

from __future__ import annotations

import json
from pathlib import Path

import click

from bartizan.app.episodes import EpisodeStudy, SeriesStudy, study_episodes
from bartizan.app.episodes.counting import FALSE_SIGNALS, figures
from bartizan.cli import wiring
from bartizan.cli.data_folder import data_folder
from bartizan.cli.words import printable
from bartizan.watch.episodes import LEAST_DAYS

_BARS = " ▁▂▃▄▅▆▇█"
_SORTS = (("Mon-Fri", range(5)), ("Sat-Sun", range(5, 7)))
_HOURS = 24


@click.command()
@click.argument("site", type=click.Path(path_type=Path))
@click.option(
    "--data", type=click.Path(path_type=Path, file_okay=False), help="Where counts are kept; beside SITE by itself."
)
@click.option(
    "--false-signals",
    type=click.FloatRange(min=0.001, max=1000.0),
    default=FALSE_SIGNALS,
    show_default=True,
    help="How many a month may come by chance.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def episodes(site: Path, *, data: Path | None, false_signals: float, as_json: bool) -> None:
    """How often does what happen where, at which hour of the week, and what was unusual in the last 30 days?

    Shows what `bartizan watch --episodes` has counted for SITE. Nothing is said about persons: an episode is an
    occurrence, and whether two of them belong together is for a person at the desk to say.
    """
    read = wiring.load_site(site)
    file = wiring.counts_file(data_folder(site, data, read=True))
    study = study_episodes(read, file.rows(), false_signals)
    if as_json:
        click.echo(json.dumps(study.to_json(), ensure_ascii=False, indent=2))
    else:
        _tell(study)
    if file.unread:
        click.echo(f"bartizan: {file.unread} lines of the counts cannot be read, and count nothing", err=True)
    if study.elsewhere:
        click.echo(f"bartizan: {study.elsewhere} rows are of rules that the site no longer has", err=True)


def _tell(study: EpisodeStudy) -> None:
    promise = study.promise
    click.echo(
        f"{printable(study.name)}: {promise.tests:.0f} tests a month, each at p = {promise.alpha:.2g}; "
        f"at most {promise.false_signals:g} false signals a month are expected"
    )
    for one in study.series:
        click.echo(
            f"\n{one.place}, {one.kind}: {one.count} episodes in {one.hours:.0f} hours watched on {one.days} days"
        )
        if not one.has_base:
            click.echo(f"  no base yet: it takes {LEAST_DAYS} days")
            continue
        _plot(one)
        for found in one.unusual:
            what = figures((one.place, one.kind), found, promise)
            click.echo(f"  unusual: {what['begins']}  {what['text']}")
        if not one.unusual:
            click.echo("  nothing unusual in the last 30 days")


def _plot(one: SeriesStudy) -> None:
    """The base rate by hour of the day, for workdays and for Saturday and Sunday."""
    rates = {
        name: [_mean(one, [day * _HOURS + hour for day in days]) for hour in range(_HOURS)] for name, days in _SORTS
    }
    highest = max((rate for row in rates.values() for rate in row if rate is not None), default=0.0)
    click.echo("           0     6     12    18      episodes an hour")
    for name, row in rates.items():
        bars = "".join("?" if rate is None else _BARS[_height(rate, highest)] for rate in row)
        known = [rate for rate in row if rate is not None]
        span = f"{min(known):.2g} to {max(known):.2g}" if known else "never watched"
        click.echo(f"  {name}  {bars}  {span}")


def _height(rate: float, highest: float) -> int:
    return 0 if highest <= 0.0 else round(rate / highest * (len(_BARS) - 1))


def _mean(one: SeriesStudy, cells: list[int]) -> float | None:
    """The mean rate [1/h] of cells that were watched themselves."""
    rates = [base.rate for cell in cells if (base := one.bases[cell]) is not None and base.hours > 0.0]
    return sum(rates) / len(rates) if rates else None
