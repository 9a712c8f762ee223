"""`bartizan doubt`: how sure is P_I, what drives the doubt, and what should be tested first?"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import click

from bartizan.app.doubt import DoubtCase, Doubts, doubt_sheet, doubt_site
from bartizan.app.study import Chosen
from bartizan.assess.doubt import Asked, Doubt
from bartizan.assess.doubt.answer import DRAWS, LEAST_DRAWS, LEVEL, MOST_DRAWS, TRIALS
from bartizan.assess.doubt.trials import LIKELY, MOST_TRIALS
from bartizan.cli import wiring
from bartizan.cli.question import question_words
from bartizan.cli.selection import asks_of_a_site, asks_otherwise
from bartizan.cli.summary import bound_words
from bartizan.cli.words import columns, printable
from bartizan.errors import CheckError
from bartizan.quantity import Duration

PROBABILITY = click.FloatRange(0.0, 1.0)
SHEETS = (".csv", ".xlsx")
SHOWN = 8  # figures of each table: the rest is in the JSON
LEAST_SHARE = 0.005  # of the variance: less does not show in two decimals


@click.command()
@click.argument("path", type=click.Path(path_type=Path), metavar="SITE|SHEET.csv")
@asks_of_a_site
@click.option(
    "--level",
    type=click.FloatRange(0.0, 1.0, min_open=True, max_open=True),
    default=LEVEL,
    show_default=True,
    help="Of the interval.",
)
@click.option(
    "--draws",
    type=click.IntRange(LEAST_DRAWS, MOST_DRAWS),
    default=DRAWS,
    show_default=True,
    help="How many sets of figures; rounded up to a power of two.",
)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="The same seed, the same answer.")
@click.option(
    "--trials", type=click.IntRange(1, MOST_TRIALS), default=TRIALS, show_default=True, help="Of each test weighed."
)
@click.option("--want-width", type=click.FloatRange(0.0, 1.0, min_open=True), metavar="W", help="Wanted width.")
@click.option("--require", type=PROBABILITY, metavar="P", help="Exit with 1 where P_I may be below this.")
@click.option("--bound", type=click.Choice(["lower"]), help="Also P_I with every figure at its pessimistic end.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of words.")
@click.option("--response-mean", type=float, metavar="S", help="For a sheet: mean response time, seconds.")
@click.option("--response-sd", type=float, metavar="S", help="For a sheet: its standard deviation, seconds.")
@click.option("--p-communication", type=PROBABILITY, metavar="P", help="For a sheet: that the alarm gets through.")
@click.option("--tested", type=click.IntRange(2, 10**9), metavar="N", help="For a sheet: each figure rests on N.")
def doubt(
    path: Path,
    *,
    chosen: Chosen,
    level: float,
    draws: int,
    seed: int,
    trials: int,
    want_width: float | None,
    require: float | None,
    bound: Literal["lower"] | None,
    as_json: bool,
    response_mean: float | None,
    response_sd: float | None,
    p_communication: float | None,
    tested: int | None,
) -> None:
    """How sure is P_I, what drives the doubt, and what should be tested first?

    Draws every figure of SITE that carries doubt (low, mode, high; detected of trials; times with their trials, or
    with mean_low and mean_high), lets the intruder choose the worst path anew in every draw, and gives the interval of
    P_I, the share of each figure in it, and what testing each figure alone would be worth. --require holds against
    the low end of the interval, or with --bound lower against the bound.
    """
    asked = Asked(level=level, draws=draws, trials=trials, width=want_width, require=require)
    if path.suffix.lower() in SHEETS and not path.is_dir():
        if asks_otherwise(chosen) or bound:
            raise click.UsageError("a sheet is one path: the options that choose among a site's are not for it")
        if response_mean is None or response_sd is None or p_communication is None:
            raise click.UsageError("a sheet also needs --response-mean, --response-sd and --p-communication")
        found = doubt_sheet(
            wiring.read_sheet(path),
            name=path.name,
            response=Duration(response_mean, response_sd),
            p_communication=p_communication,
            trials=tested,
            communication=chosen["communication"],
            asked=asked,
            seed=seed,
        )
    else:
        if any(given is not None for given in (response_mean, response_sd, p_communication, tested)):
            raise click.UsageError("--response-mean, --response-sd, --p-communication and --tested are for a sheet")
        found = doubt_site(
            wiring.load_site(path),
            asked=asked,
            seed=seed,
            bound=bound,
            telling=telling(),
            **chosen,
        )
    if as_json:
        click.echo(json.dumps(found.to_json(), indent=2, ensure_ascii=False, allow_nan=False))
    else:
        for line in _summary(found):
            click.echo(line)
    if found.short:
        raise CheckError("\n".join(_refusal(case, found.options["require"]) for case in found.short))


def telling() -> Callable[[str], Callable[[str, int, int], None]] | None:
    """Progress on stderr, on one line, where somebody looks at it."""
    if not sys.stderr.isatty():
        return None

    def of(name: str) -> Callable[[str, int, int], None]:
        def tell(what: str, done: int, total: int) -> None:
            click.echo(f"\r{printable(name)}: {done:,} of {total:,} {what}\x1b[K", err=True, nl=done >= total - 1)

        return tell

    return of


def _question(case: DoubtCase) -> str:
    if case.target is None:
        return "One path, as the sheet gives it"
    return question_words(case)


def _refusal(case: DoubtCase, require: float) -> str:
    what = "at the pessimistic ends" if case.bound is not None else "at the low end of its interval"
    return f"P_I {case.least:.9g} {what} is below the required {require:g}: {_question(case)}"


def _summary(found: Doubts) -> Iterator[str]:
    yield f"{printable(found.site_name)}   (hash {found.site_hash[:12]}, Bartizan {found.version}, seed {found.seed})"
    for case in found.cases:
        yield ""
        yield _question(case)
        if case.doubt is None:
            yield f"  No path: {printable(case.reason or '')}"
            continue
        yield from _answer(case.doubt, found.options["require"])
        if case.bound is not None:
            yield f"  {bound_words(case.bound)}"
        yield from _drivers(case.doubt)
        yield from _worths(case.doubt, found)
        yield from _shares(case.doubt)


def _answer(doubt: Doubt, require: float | None) -> Iterator[str]:
    interval = doubt.interval
    yield f"  P_I = {doubt.p_interruption:.4f} with every figure at its point"
    if doubt.reason is not None:
        yield f"  {doubt.reason[0].upper()}{doubt.reason[1:]}"
        return
    error = max(interval.low_error, interval.high_error)
    yield (
        f"  {100.0 * interval.level:g} % interval {interval.low:.4f} to {interval.high:.4f} "
        f"(each end good to {error:.2g}), mean {doubt.mean:.4f}"
    )
    exact = doubt.figures - doubt.doubtful
    yield (
        f"  {doubt.draws:,} draws of {doubt.doubtful} doubtful figures; "
        f"{f'the other {exact} count as exact' if exact else 'no other figures'}"
    )
    yield f"  {_checked(doubt)}"
    if require is not None and doubt.enough is not None:
        yield f"  P_I is at least the required {require:g} with a probability of {doubt.enough:.3f}"


def _checked(doubt: Doubt) -> str:
    checked = doubt.checked
    if checked.every_path:
        paths = "the only path" if checked.paths == 1 else f"all {checked.paths:,} paths"
        return f"In every draw the worst of {paths}, exactly"
    if checked.draws == doubt.draws:
        rest = f"; in {checked.missed} of them only to within {checked.excess:.2g}" if checked.missed else ""
        return f"Every draw was solved exactly, {checked.paths:,} paths being the worst in one or another{rest}"
    return (
        f"In every draw the worst of {checked.paths:,} paths that an exact search found: an upper bound. Solved "
        f"exactly, {checked.missed} of {checked.draws} further draws had a worse path, by up to {checked.excess:.2g}: "
        f"so have at most {checked.share_at_most:.0%} of all, at 95 % confidence"
    )


def _drivers(doubt: Doubt) -> Iterator[str]:
    if doubt.reason is not None:
        return
    yield "  What drives it, as shares of the variance of P_I: alone, and together with the others"
    telling = [one for one in doubt.drivers if (one.total or 0.0) >= LEAST_SHARE]
    rows = [
        (
            f"{one.at} {one.key}",
            f"{one.first:.2f} ± {one.first_error:.2f}",
            f"{one.total:.2f} ± {one.total_error:.2f}",
            one.known,
            one.source or "unsourced",
        )
        for one in telling[:SHOWN]
    ]
    yield from columns(rows, "<>><<", indent="    ")
    rest = len(doubt.drivers) - min(len(telling), SHOWN)
    if rest:
        yield f"    and {rest} more figures, each with less"


def _worths(doubt: Doubt, found: Doubts) -> Iterator[str]:
    if not doubt.worths:
        return
    want, require, trials = (found.options[key] for key in ("want_width", "require", "trials"))
    width = f"{doubt.interval.width:.3f}"
    yield f"  What to test first: the interval, now {width} wide, after {trials} trials of one figure alone"
    rows = []
    for one in doubt.worths[:SHOWN]:
        cells = [f"{one.at} {one.key}", f"{one.width:.3f}", f"{one.known:.3f} if it were known exactly"]
        if want is not None:
            cells.append(_trials(one.trials_for_width, f"for a width of {want:g}"))
        if require is not None and one.settled is not None:
            cells.append(f"settles {require:g} with a chance of {one.settled:.2f}")
            cells.append(_trials(one.trials_to_settle, f"for a chance of {LIKELY:g}"))
        rows.append(cells)
    yield from columns(rows, "<" + ">" + "<" * (len(rows[0]) - 2), indent="    ")
    rest = len(doubt.worths) - len(rows)
    if rest:
        yield f"    and {rest} more figures, each worth less"


def _trials(count: int | None, what: str) -> str:
    return f"no number of trials {what}" if count is None else f"{count:,} trials {what}"


def _shares(doubt: Doubt) -> Iterator[str]:
    yield "  The worst path, in this share of the draws:"
    rows = [
        (f"{share.share:.1%}", " > ".join(place.name for place in share.places if place.kind != "area"))
        for share in doubt.shares[:SHOWN]
    ]
    yield from columns(rows, "><", indent="    ")
