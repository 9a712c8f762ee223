"""`bartizan simulate`: what happens if the worst paths are tried, again and again?"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import click

from bartizan.app.simulate import Campaign, CampaignCase, Question, Trials, Tried, simulate_site, threads
from bartizan.app.study import Chosen
from bartizan.assess.simulate.outcome import SHARES, Estimate, Simulation
from bartizan.assess.simulate.run import LEAST, MOST, Progress
from bartizan.cli import wiring
from bartizan.cli.selection import asks_of_a_site
from bartizan.cli.words import columns, printable

MOMENTS = {
    "detection": "first noticed",
    "first_arrival": "first force there",
    "assembly": "enough are there",
    "completion": "tasks done, if nobody came",
    "decision": "fight decided",
}
TOLD_EVERY = 16  # blocks: half a million attacks between two words of progress


@click.command()
@click.argument("site", type=click.Path(path_type=Path), metavar="SITE")
@asks_of_a_site
@click.option(
    "--paths", "count", type=click.IntRange(1, 100), default=1, show_default=True, help="Worst paths per response."
)
@click.option("--need", type=click.IntRange(1), default=1, show_default=True, help="Responders who together interrupt.")
@click.option(
    "--se", "error", type=click.FloatRange(LEAST, MOST), default=1e-3, show_default=True, help="Standard error."
)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="The same seed, the same answer.")
@click.option("--workers", type=click.IntRange(1, 256), help="Threads; by default one for each core.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of words.")
def simulate(
    site: Path,
    *,
    chosen: Chosen,
    count: int,
    need: int,
    error: float,
    seed: int,
    workers: int | None,
    as_json: bool,
) -> None:
    """What happens if the worst paths are tried, again and again?

    Attacks the worst paths of SITE many times, with every distribution as given, all responses answering together,
    and the fight where engagements say how it goes: probabilities with their standard errors, and when things happen.
    The number of workers changes nothing but the time it takes.
    """
    loaded = wiring.load_site(site)
    with threads(workers or os.cpu_count() or 1) as mapper:
        campaign = simulate_site(
            loaded,
            count=count,
            need=need,
            trials=Trials(seed=seed, standard_error=error, workers=mapper, telling=told_on_terminal()),
            **chosen,
        )
    if as_json:
        click.echo(json.dumps(campaign.to_json(), indent=2, ensure_ascii=False, allow_nan=False))
        return
    for line in _summary(campaign):
        click.echo(line)


def told_on_terminal() -> Callable[[Question, Progress], None] | None:
    """What tells progress on stderr, or None where that is no terminal."""
    if not sys.stderr.isatty():
        return None
    blocks = 0

    def tell(question: Question, progress: Progress) -> None:
        nonlocal blocks
        blocks += 1
        if blocks % TOLD_EVERY == 0:
            click.echo(
                f"{printable(question.target)}: {progress.attacks:,} attacks, standard error "
                f"{progress.standard_error:.2g} of {progress.wanted:g} wanted",
                err=True,
            )

    return tell


def _summary(campaign: Campaign) -> Iterator[str]:
    yield (
        f"{printable(campaign.site_name)}   (hash {campaign.site_hash[:12]}, Bartizan {campaign.version}, "
        f"seed {campaign.seed})"
    )
    for case in campaign.cases:
        yield ""
        yield from _case(case)


def _case(case: CampaignCase) -> Iterator[str]:
    question = case.question
    parts = (
        f"threat {question.threat}" if question.threat else "any intruder",
        f"all of targets {question.target}" if len(question.targets) > 1 else f"target {question.target}",
        f"state {','.join(question.state)}" if question.state else "as written",
        f"answered by {', '.join(case.responses)}",
    )
    yield printable(", ".join(parts))
    if not case.tried:
        yield f"  No path: {printable(case.reason or '')}"
        return
    for tried in case.tried:
        yield from _tried(tried)
    if case.fight is not None:
        yield f"  P_N, P_E not known: {printable(case.fight)}"


def _tried(tried: Tried) -> Iterator[str]:
    simulation = tried.simulation
    steps = " > ".join(
        step.id if step.way is None else f"{step.id}/{step.way}" for step in tried.path.steps if step.kind != "area"
    )
    yield f"  {printable(steps)}"
    yield f"    among the worst paths against {printable(' and '.join(tried.worst_for))}, each alone"
    yield f"    attacked {simulation.attacks:,} times"
    if not simulation.reached:
        yield f"    stopped before the standard error wanted, {simulation.wanted:g}, was reached"
    yield from columns(list(_chances(tried, simulation)), "<><", indent="    ")
    if len(simulation.p_strength) > 1:
        strengths = ", ".join(f"{there} or more {value:.4f}" for there, value in simulation.p_strength)
        yield f"    there in time: {strengths}"
    heads = ("seconds from the begin", "mean", "sd", *(f"{share:.0%}" for share in SHARES), "of attacks")
    rows = [
        (
            MOMENTS[times.moment],
            *(f"{value:.4g}" for value in (times.mean, times.sd, *times.quantiles)),
            f"{times.count / times.of:.1%}",
        )
        for times in simulation.times
        if times.moment != "assembly" or simulation.need > 1
    ]
    yield from columns([heads, *rows], "<" + ">" * (len(heads) - 1), indent="    ")


def _chances(tried: Tried, simulation: Simulation) -> Iterator[tuple[str, str, str]]:
    yield _chance("noticed", simulation.p_detection)
    if simulation.need > 1:
        yield _chance("a first force in time", simulation.p_arrival)
    enough = f"{simulation.need} or more in time" if simulation.need > 1 else "interrupted"
    yield _chance(f"P_I, {enough}", simulation.p_interruption)
    for response, value in tried.alone:
        yield f"  closed form, {response} alone", f"{value:.4f}", ""
    if simulation.p_neutralization is not None:
        yield _chance("P_N, then beaten", simulation.p_neutralization)
    if simulation.p_effectiveness is not None:
        yield _chance("P_E, both", simulation.p_effectiveness)


def _chance(what: str, estimate: Estimate) -> tuple[str, str, str]:
    return (
        what,
        f"{estimate.value:.4f}",
        f"± {estimate.standard_error:.2g}   (95 %: {estimate.low:.4f} to {estimate.high:.4f})",
    )
