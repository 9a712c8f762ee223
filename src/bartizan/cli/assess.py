"""`bartizan assess`: would the layers stop an intruder in time?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

import click

from bartizan.app.study import Chosen, Study, study, study_sheet
from bartizan.cli import wiring
from bartizan.cli.selection import asks_of_a_site, asks_otherwise
from bartizan.cli.summary import question, summary
from bartizan.errors import CheckError

PROBABILITY = click.FloatRange(0.0, 1.0)
SHEETS = (".csv", ".xlsx", ".xlsm", ".xls")


@click.command()
@click.argument("path", type=click.Path(path_type=Path), metavar="SITE|SHEET")
@asks_of_a_site
@click.option("--paths", "count", type=click.IntRange(1, 1000), default=10, show_default=True, help="How many paths.")
@click.option(
    "--within",
    type=PROBABILITY,
    metavar="X",
    help="Instead of so many: all paths whose P_I is at most X above the worst, up to 100.",
)
@click.option(
    "--by",
    type=click.Choice(["P_I", "P_E"]),
    default="P_I",
    show_default=True,
    help="What ranks the paths over all results: P_E where every P_N is known.",
)
@click.option("--require", type=PROBABILITY, help="Exit with 1 where P_I is below this.")
@click.option(
    "--bound",
    type=click.Choice(["lower"]),
    help="Also P_I with every doubtful figure at its pessimistic end; --require then holds for that.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the contract JSON instead of words.")
@click.option("--csv", "tables", type=click.Path(path_type=Path, file_okay=False), help="Write tables in this folder.")
@click.option("--report", type=click.Path(path_type=Path, dir_okay=False), help="Write a self-contained page here.")
@click.option("--sheet", metavar="NAME", help="Of a workbook: which of its sheets.")
@click.option("--response-mean", type=float, metavar="S", help="For a sheet: mean response time, seconds.")
@click.option("--response-sd", type=float, metavar="S", help="For a sheet: its standard deviation, seconds.")
@click.option("--p-communication", type=PROBABILITY, metavar="P", help="For a sheet: that the alarm gets through.")
def assess(
    path: Path,
    *,
    chosen: Chosen,
    count: int,
    within: float | None,
    by: str,
    require: float | None,
    bound: Literal["lower"] | None,
    as_json: bool,
    tables: Path | None,
    report: Path | None,
    sheet: str | None,
    response_mean: float | None,
    response_sd: float | None,
    p_communication: float | None,
) -> None:
    """Would the layers stop an intruder in time?

    Finds the paths with the least probability of interruption through SITE, exactly, for every threat, target and
    response; or evaluates the one path of an EASI sheet (.csv or .xlsx; columns task, p_detection, detect_at,
    delay_mean, delay_sd), which also needs --response-mean, --response-sd and --p-communication.
    """
    if report is not None:
        wiring.require_place_for_report(report)
    if tables is not None:
        wiring.require_place_for_tables(tables)
    if path.suffix.lower() in SHEETS and not path.is_dir():
        if asks_otherwise(chosen) or bound:
            raise click.UsageError(
                "--threat, --target, --all-targets, --state, --response, --insider, --forced and --bound are for a "
                "site; a sheet is one path"
            )
        if response_mean is None or response_sd is None or p_communication is None:
            raise click.UsageError("a sheet also needs --response-mean, --response-sd and --p-communication")
        found = study_sheet(
            wiring.read_sheet(path, sheet),
            name=path.name,
            response_mean=response_mean,
            response_sd=response_sd,
            p_communication=p_communication,
            require=require,
            communication=chosen["communication"],
        )
    else:
        if not (response_mean is None and response_sd is None and p_communication is None and sheet is None):
            words = "--sheet, --response-mean, --response-sd and --p-communication are for a sheet (.csv, .xlsx)"
            raise click.UsageError(words)
        found = study(
            wiring.load_site(path),
            count=count,
            within=within,
            require=require,
            bound=bound,
            **chosen,
        )
    if report is not None:
        wiring.write_report(found, report)
    if tables is not None:
        wiring.write_tables(found, tables)
    if as_json:
        click.echo(json.dumps(found.to_json(), indent=2, ensure_ascii=False, allow_nan=False))
    else:
        for line in summary(found, by="p_effectiveness" if by == "P_E" else "p_interruption"):
            click.echo(line)
    _refuse_short(found)


def _refuse_short(found: Study) -> None:
    require = found.options["require"]
    words = [
        f"P_I {case.least:.9g}{' at the pessimistic ends' if case.bound else ''} is below the required {require:g}: "
        f"{question(case)}"
        for case in found.short
    ]
    if words:
        raise CheckError("\n".join(words))
