"""`bartizan advise`: what is each part worth, are the layers in balance, and how far must each lever go?"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from bartizan.app.advice import Advice, AdviceCase, advise_site
from bartizan.app.study import Chosen
from bartizan.assess.advice import Layer, Lever
from bartizan.cli import wiring
from bartizan.cli.doubt import telling
from bartizan.cli.question import question_words
from bartizan.cli.selection import asks_of_a_site
from bartizan.cli.words import LEAST_SHOWN, columns, printable

HEADS = {
    "detection": "Earlier detection: noticed at the beginning of the task with probability",
    "delay": "More delay: seconds more in the task, at equal spread",
    "response": "Faster response",
    "consequence": "Lower consequence (outside P_I)",
}


@click.command()
@click.argument("site", type=click.Path(path_type=Path), metavar="SITE")
@click.option("--want", type=click.FloatRange(0.0, 1.0), metavar="P", help="The P_I that the levers must reach.")
@asks_of_a_site
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of words.")
def advise(
    site: Path,
    *,
    want: float | None,
    chosen: Chosen,
    as_json: bool,
) -> None:
    """What is each part worth, are the layers in balance, and how far must each lever go?

    For every threat, target and response: P_I of SITE with each element and sensor lost and perfect, the intruder
    choosing anew each time; the strength of each element of each layer; and with --want how much earlier detection,
    more delay, a faster response or a lower consequence it takes, each alone, on the worst path and on the site.
    """
    found = advise_site(
        wiring.load_site(site),
        want=want,
        telling=telling(),
        **chosen,
    )
    if as_json:
        click.echo(json.dumps(found.to_json(), indent=2, ensure_ascii=False, allow_nan=False))
        return
    for line in _summary(found):
        click.echo(line)


def _summary(found: Advice) -> Iterator[str]:
    yield f"{printable(found.site_name)}   (hash {found.site_hash[:12]}, Bartizan {found.version})"
    for case in found.cases:
        yield ""
        yield question_words(case)
        yield from _case(case, found.options["want"])


def _case(case: AdviceCase, want: float | None) -> Iterator[str]:
    if case.path is None:
        yield f"  No path: {printable(case.reason or '')}"
        return
    now = case.path.p_interruption
    names = [step.id if step.way is None else f"{step.id}/{step.way}" for step in case.path.steps]
    yield printable(f"  P_I = {now:.4f} on the worst path: {' > '.join(names)}")
    if want is not None:
        yield from _levers(case, want)
    yield from _layers(case.layers)
    yield from _importance(case, now)


def _levers(case: AdviceCase, want: float) -> Iterator[str]:
    if not case.levers:
        yield f"  The wanted P_I of {want:g} is there: no lever is needed"
        return
    yield f"  What brings P_I to {want:g}, each lever alone:"
    for kind, head in HEADS.items():
        yield f"    {head}"
        rows = [_lever(lever, case.p_neutralization) for lever in case.levers if lever.kind == kind]
        yield from columns(rows, "<<<", indent="      ")


def _lever(lever: Lever, p_neutralization: float | None) -> Sequence[str]:
    if lever.kind == "consequence":
        risk = "1 - P_E" if p_neutralization is not None else "1 - P_I (P_N is not known)"
        left = f"a consequence of {lever.path:.1%} of what it is gives the same risk as the wanted P_I"
        return f"conditional risk {risk} = {lever.now:.3f}", left, ""
    name = "arrival" if lever.place is None else lever.place.id
    if lever.path is None:
        return name, "cannot reach it alone", "" if lever.most is None else f"at most P_I {lever.most:.3f}"
    amount = _amount(lever, lever.path)
    if lever.site is None:
        around = " > ".join(lever.hindrance or ())
        return name, f"{amount} on this path", f"on the site it cannot reach it alone: {around}"
    if abs(lever.site - lever.path) < LEAST_SHOWN:
        return name, amount, "enough for the site too"
    return name, f"{amount} on this path", f"{_amount(lever, lever.site)} for the site"


def _amount(lever: Lever, amount: float) -> str:
    if lever.kind == "detection":
        return f"{amount:.3f} (now {lever.now:.3f})"
    if lever.kind == "delay":
        return f"{amount:.1f} s more (now {lever.now:.4g} s)"
    return f"{amount:.1f} s faster (now {lever.now:.4g} s)"


def _layers(layers: Sequence[Layer]) -> Iterator[str]:
    if not layers:
        return
    yield "  Layers from outside in, each element by the worst path that breaks its layer there:"
    for layer in layers:
        spread = layer.spread
        if spread is None:
            words = "no path breaks it"
        elif len(layer.strengths) == 1:
            words = "one element"
        elif spread < LEAST_SHOWN:
            words = "in balance"
        else:
            words = f"out of balance by {spread:.3f}: what is stronger than the weakest gives nothing yet"
        yield f"    layer {layer.number}: {words}"
        rows = [
            (one.id, "no path" if one.p_interruption is None else f"P_I {one.p_interruption:.3f}")
            for one in layer.strengths
        ]
        yield from columns(rows, "<<", indent="      ")


def _importance(case: AdviceCase, now: float) -> Iterator[str]:
    yield "  P_I of the site with one element or sensor lost, and with it perfect:"
    rows = []
    silent = 0
    for one in case.importance:
        if all(value is not None and abs(value - now) < LEAST_SHOWN for value in (one.lost, one.perfect)):
            silent += 1
            continue
        note = "an artefact of wide spreads: nothing follows from it" if one.artefact else ""
        lost, perfect = ("no path" if value is None else f"{value:.3f}" for value in (one.lost, one.perfect))
        rows.append((f"{one.kind} {one.id}", f"lost {lost}", f"perfect {perfect}", note))
    yield from columns(rows, "<<<<", indent="    ")
    if silent:
        yield f"    {silent} more change nothing, lost or perfect: any one of them could go and nothing would be lost"
