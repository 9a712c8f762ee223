"""`bartizan sweep`: how do many sites fare, in every state, against every threat?"""

from __future__ import annotations

import csv
import io
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import click

from bartizan.app.study import Chosen
from bartizan.app.sweep import Progress, Sweep, Task
from bartizan.app.sweep import sweep as run_sweep
from bartizan.cli import wiring
from bartizan.cli.selection import asks_of_a_site
from bartizan.cli.words import columns, printable
from bartizan.errors import CheckError

COLUMNS = (
    "site",
    "site_hash",
    "threat",
    "state",
    "seed",
    "target",
    "response",
    "p_interruption",
    "standard_error",
    "any_law",
    "p_effectiveness",
    "proved",
    "path",
    "reason",
)


@click.command()
@click.argument("sites", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="SITE...")
@asks_of_a_site
@click.option("--simulate", "simulated", is_flag=True, help="Also try the worst paths, all responses together.")
@click.option("--seeds", type=click.IntRange(1, 100_000), help="With --simulate: this many runs, from --seed on.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="With --simulate: the first seed.")
@click.option(
    "--se", "error", type=click.FloatRange(1e-5, 0.1), default=1e-3, show_default=True, help="Its standard error."
)
@click.option("--workers", type=click.IntRange(1, 256), help="Processes; by default one for each core.")
@click.option("--scheduler", metavar="ADDRESS", help="A Dask cluster instead: tls://HOST:PORT of its scheduler.")
@click.option("--tls-ca", type=click.Path(path_type=Path), help="With tls://: who signs the cluster's certificates.")
@click.option("--tls-cert", type=click.Path(path_type=Path), help="With tls://: our certificate.")
@click.option("--tls-key", type=click.Path(path_type=Path), help="With tls://: its key.")
@click.option(
    "--keep",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write each answer here as it comes; what is there already is not worked out again.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of words.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV instead of words.")
def sweep(
    sites: tuple[Path, ...],
    *,
    chosen: Chosen,
    simulated: bool,
    seeds: int | None,
    seed: int,
    error: float,
    workers: int | None,
    scheduler: str | None,
    tls_ca: Path | None,
    tls_cert: Path | None,
    tls_key: Path | None,
    keep: Path | None,
    as_json: bool,
    as_csv: bool,
) -> None:
    """How do many sites fare, in every state, against every threat?

    Asks of every SITE what `assess` asks, and with --simulate what `simulate` asks, on all cores of this machine or
    on a Dask cluster. The answers do not depend on the workers, their number or their order. A unit that fails is
    told with its cause at the end, and takes no other with it; the exit status is then 1.
    """
    if as_json and as_csv:
        raise click.UsageError("--json and --csv are two forms of the same. Choose one")
    if scheduler is not None and workers is not None:
        raise click.UsageError("--workers are processes of this machine, and --scheduler names a cluster. Choose one")
    if scheduler is None and (tls_ca, tls_cert, tls_key) != (None, None, None):
        raise click.UsageError("--tls-ca, --tls-cert and --tls-key are for a cluster. Name it with --scheduler")
    targets, responses = (None if ids is None else tuple(ids) for ids in (chosen["targets"], chosen["responses"]))
    task = Task(
        targets=targets,
        responses=responses,
        simulate=simulated,
        standard_error=error,
        communication=chosen["communication"],
        forced=chosen["forced"],
        insider=chosen["insider"],
        all_targets=chosen["all_targets"],
    )
    if scheduler is None:
        runner = wiring.processes(workers or os.cpu_count() or 1)
    else:
        runner = wiring.cluster(scheduler, tls_ca, tls_cert, tls_key)
    found = _names(sites)
    known = {} if keep is None else wiring.kept_answers(keep)
    with nullcontext(None) if keep is None else wiring.keeping_answers(keep) as keeper:
        result = run_sweep(
            {name: wiring.load_site(path) for name, path in found.items()},
            task,
            runner,
            threats=chosen["threats"],
            states=chosen["states"],
            seeds=range(seed, seed + (seeds or 1)) if simulated or seeds is not None else None,
            known=known,
            keep=keeper,
            telling=_told_on_terminal(),
        )
    if as_json:
        click.echo(json.dumps(result.to_json(), indent=2, ensure_ascii=False, allow_nan=False))
    elif as_csv:
        click.echo(_csv(result), nl=False)
    else:
        for line in summary(result):
            click.echo(line)
    if result.stopped:
        # what was done is told; the exit status says that it is not all
        raise KeyboardInterrupt
    _refuse_failures(result)


def summary(result: Sweep) -> Iterator[str]:
    """The answers as a table, in the order of the units, and the least of them."""
    rows = list(result.rows())
    heads = ("site", "threat", "state", "target", "response", "seed", "P_I", "under its laws", "P_E", "")
    table = [heads, *(_cells(row) for row in rows)]
    yield from columns(table, "<<<<<>>>><", indent="")
    least = min((row for row in rows if row["p_interruption"] is not None), key=_interruption, default=None)
    yield ""
    if least is not None:
        where = ", ".join(_cells(least)[:5])
        yield printable(f"Least P_I = {_interruption(least):.4f}: {where}; by {least['path']}")
    yield f"{len(result.outcomes) - len(result.failed)} of {len(result.units)} units done"
    if result.stopped:
        yield "Stopped before the end; with --keep FILE it would go on from here"


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    chance = "-" if row["p_interruption"] is None else f"{row['p_interruption']:.4f}"
    if row["standard_error"] is not None:
        chance += f" ± {row['standard_error']:.1g}"
    return (
        row["site"],
        row["threat"] or "anybody",
        ",".join(row["state"]) or "as written",
        row["target"] or "-",
        row["response"] or "all together, simulated",
        "-" if row["seed"] is None else str(row["seed"]),
        chance,
        "-" if row["any_law"] is None else f"{row['any_law']:.4f}",
        "-" if row["p_effectiveness"] is None else f"{row['p_effectiveness']:.4f}",
        row["reason"] or ("not proved worst" if row["proved"] is False else ""),
    )


def _interruption(row: dict[str, Any]) -> float:
    return float(row["p_interruption"])


def _csv(result: Sweep) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for row in result.rows():
        writer.writerow({**row, "state": ",".join(row["state"])})
    return text.getvalue()


def _refuse_failures(result: Sweep) -> None:
    if result.failed:
        causes = [f"{result.units[one.number].words}: {one.cause}" for one in result.failed]
        raise CheckError("\n".join([f"{len(causes)} of {len(result.units)} units failed", *causes]))


def _names(sites: tuple[Path, ...]) -> dict[str, Path]:
    """Each site once, by the path that was given."""
    return {str(path): path for path in sites}


def _told_on_terminal() -> Callable[[Progress], None] | None:
    """What tells progress on stderr, or None where that is no terminal."""
    if not sys.stderr.isatty():
        return None

    def tell(progress: Progress) -> None:
        failed = f", {progress.failed} failed" if progress.failed else ""
        end = "\n" if progress.done == progress.units else ""
        click.echo(f"\r{progress.done:,} of {progress.units:,} units{failed}{end}", err=True, nl=False)

    return tell
