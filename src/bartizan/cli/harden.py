"""`bartizan harden`: which upgrades are best within a budget, and what could be spared?"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path

import click

from bartizan.app.harden import HardenStudy, SpareStudy, harden_site, spare_site
from bartizan.app.study import Chosen
from bartizan.assess.harden.harden import WORK
from bartizan.assess.harden.result import CaseLeft, Hardening, Point
from bartizan.assess.harden.search import Work
from bartizan.assess.harden.spare import Item
from bartizan.cli import wiring
from bartizan.cli.question import question_words
from bartizan.cli.selection import asks_of_a_site
from bartizan.cli.words import columns, printable

NAMES = {"p_interruption": "P_I", "p_effectiveness": "P_E"}


@click.command()
@click.argument("path", type=click.Path(path_type=Path), metavar="SITE")
@click.option("--budget", metavar="N", help="What may be spent, in the currency of the costs; 0: what holds now.")
@asks_of_a_site
@click.option("--front/--no-front", default=True, show_default=True, help="Every cost at which more can be had.")
@click.option("--cuts", is_flag=True, help="Instead: what could be dropped and lose nothing.")
@click.option(
    "--work",
    type=click.IntRange(1),
    default=WORK,
    show_default=True,
    help="How often the exact engine may be asked; then the best found is told as not proved.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of words.")
def harden(
    path: Path, *, budget: str | None, chosen: Chosen, front: bool, cuts: bool, work: int, as_json: bool
) -> None:
    """Which upgrades are best within a budget, and what could be spared?

    Chooses among the upgrades of SITE the set within --budget whose worst case is best, over every threat, target,
    state and response asked for, when the intruder chooses his path anew after every upgrade: proved, or the best
    found with its gap. --cuts tells what could be dropped and lose nothing.
    """
    if cuts == (budget is not None):
        raise click.UsageError("give --budget N for the best upgrades, or --cuts for what could be dropped")
    site = wiring.load_site(path)
    found: HardenStudy | SpareStudy
    if budget is not None:
        found = harden_site(site, budget, front=front, work=work, told=_working(), **chosen)
    else:
        found = spare_site(site, told=_weighing(), **chosen)
    if sys.stderr.isatty():
        click.echo(err=True)
    if as_json:
        click.echo(json.dumps(found.to_json(), indent=2, ensure_ascii=False, allow_nan=False))
        return
    click.echo(f"{printable(found.site_name)}   (hash {found.site_hash[:12]}, Bartizan {found.version})")
    for line in _hardened(found.hardening) if isinstance(found, HardenStudy) else _spared(found):
        click.echo(line)


def _working() -> Callable[[Work], None] | None:
    if not sys.stderr.isatty():
        return None
    return lambda work: click.echo(
        f"\r{work.asked:,} sets asked of the engine, {work.nodes:,} partial choices weighed\x1b[K", err=True, nl=False
    )


def _weighing() -> Callable[[int, int], None] | None:
    if not sys.stderr.isatty():
        return None
    return lambda done, total: click.echo(f"\r{done:,} of {total:,} things weighed\x1b[K", err=True, nl=False)


def _hardened(found: Hardening) -> Iterator[str]:
    name = NAMES[found.measure]
    best = found.best
    yield ""
    yield f"Best within {_money(found.budget)}: {_named(best.upgrades)}, for {_money(best.cost)}"
    now = _least(found.now, found.measure)
    yield f"  worst {name} over {_cases(found.now)}: {_number(now)} now, {_number(best.value)} after"
    yield f"  {_proof(best, name)} ({found.asked:,} questions to the engine, {found.nodes:,} partial choices)"
    if found.measure == "p_interruption":
        yield "  By P_I: P_N is not known in every case, so nothing is said of how an interrupted intruder is stopped"
    yield ""
    yield "Case by case, now and after:"
    rows = [
        (_value(before, found.measure), _value(after, found.measure), question_words(before.question))
        for before, after in zip(found.now, found.left, strict=True)
    ]
    yield from columns(rows, ">><")
    yield from _wide(found.left)
    if found.front:
        yield ""
        yield f"Every cost at which more can be had, and the worst {name}:"
        points = [
            (
                _money(point.cost),
                _number(point.value),
                "proved" if point.proved else _gap(point),
                _named(point.upgrades),
            )
            for point in found.front
        ]
        yield from columns(points, ">><<")
    yield from _refused(found)


def _refused(found: Hardening) -> Iterator[str]:
    if found.never:
        yield ""
        yield "Cannot be had:"
        yield from columns([(one.upgrade, one.reason) for one in found.never], "<<")
    if found.clashes:
        yield ""
        yield "Contradict one another, and count as excluding each other:"
        yield from columns([(" + ".join(one.upgrades), one.reason) for one in found.clashes], "<<")


def _wide(left: Sequence[CaseLeft]) -> Iterator[str]:
    """Where normal delays that may be negative have a say in the answer."""
    wide = [case for case in left if case.path is not None and case.path.wide_spread]
    if not wide:
        return
    yield "  Wide spread on the worst path after: EASI lets delays be negative there, and the choice rests on EASI."
    for case in wide:
        if case.path is not None and case.path.nonnegative is not None:
            words = question_words(case.question)
            yield f"    With delays that cannot be negative P_I = {case.path.nonnegative:.4f}: {words}"


def _spared(found: SpareStudy) -> Iterator[str]:
    spared = found.spared
    yield ""
    yield f"{spared.weighed:,} sensors, own detections and delays were weighed, each as if it did nothing."
    if not spared.free:
        yield "None can be dropped: without any of them some case has a worse path."
    else:
        yield "No case has a worse path without all of these together:"
        yield from columns([(item.kind, item.at) for item in spared.together], "<<")
        rest = [item for item in spared.free if item not in spared.together]
        if rest:
            yield "Nor without one of these alone, but not with the others gone as well:"
            yield from columns([(item.kind, item.at) for item in rest], "<<")
    if spared.raising:
        yield "Without these P_I would come out higher. That is an artefact of delays that EASI lets be negative, and"
        yield f"no reason to drop them: {_items(spared.raising)}"
    yield "This holds for the threats, targets, states and responses asked for, and for the figures as they stand."
    yield "What is dropped no longer deters, covers other threats or stands in for what fails: have that weighed first."


def _items(items: Sequence[Item]) -> str:
    return printable(", ".join(f"{item.kind} {item.at}" for item in items))


def _named(upgrades: Sequence[str]) -> str:
    return printable(", ".join(upgrades)) or "nothing"


def _proof(best: Point, name: str) -> str:
    if best.value is None:
        return "Proved best: no path is left"
    if best.proved:
        return "Proved best"
    more = "more, and how much is not known" if best.gap is None else f"at most {best.gap:.4f} more"
    return f"Not proved: another set within this budget may leave a {name} of {more}"


def _gap(point: Point) -> str:
    return "not proved" if point.gap is None else f"not proved, at most {point.gap:.4f} more"


def _cases(cases: Sequence[CaseLeft]) -> str:
    return "the one case" if len(cases) == 1 else f"all {len(cases)} cases"


def _least(cases: Sequence[CaseLeft], measure: str) -> float | None:
    return min((value for case in cases if (value := getattr(case, measure)) is not None), default=None)


def _money(money: Decimal) -> str:
    return f"{money.normalize() if money != money.to_integral_value() else money.to_integral_value():,f}"


def _number(value: float | None) -> str:
    return "no path" if value is None else f"{value:.4f}"


def _value(case: CaseLeft, measure: str) -> str:
    return _number(getattr(case, measure))
