"""Advice on a page: the balance of the layers, what each part is worth, and what brings P_I to what is wanted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bartizan.adapters.report.names import Names
from bartizan.adapters.report.section import Head, Line, Row, Section, Table
from bartizan.adapters.report.svg import Drawing, fitted
from bartizan.adapters.report.words import LEAST_SHOWN, probability, seconds
from bartizan.app.advice import AdviceCase
from bartizan.assess.advice.result import Importance, Layer, Lever, Strength

WIDTH = 940.0
LABEL = 120.0
NAMES = 260.0  # room for the name of the weakest
ROW = 34.0
TOP = 40.0
DOT = 6.0
SHOWN = 12  # elements and sensors; the rest changes less

_UNITS = {"detection": "", "delay": " s more", "response": " s faster", "consequence": " of it"}
_LEVERS = {
    "detection": "Earlier detection",
    "delay": "More delay after detection",
    "response": "Faster response",
    "consequence": "Lower consequence",
}


def advice_sections(case: AdviceCase, names: Names, name: str, want: float | None) -> Iterator[Section]:
    """The sections of one case: levers where something is wanted, balance, importance; none without a path."""
    if case.path is None:
        return
    if want is not None:
        yield _levers(case.levers, names, want, case.path.p_interruption)
    if case.layers:
        yield _balance(case.layers, names, name)
    if case.importance:
        yield _importance(case.importance, names, case.path.p_interruption)


def _levers(levers: Sequence[Lever], names: Names, want: float, now: float) -> Section:
    heading = f"What brings P_I to {want:g}"
    if not levers:
        return Section(heading, (Line(f"Nothing more is needed: P_I is {probability(now)} already.", "met"),))
    rows = tuple(
        Row(
            (
                _LEVERS[lever.kind],
                "–" if lever.place is None else names.thing(lever.place.kind, lever.place.id),
                _amount(lever, lever.now, ""),
                _amount(lever, lever.path, _UNITS[lever.kind]),
                _amount(lever, lever.site, _UNITS[lever.kind]),
                probability(lever.most),
            )
        )
        for lever in levers
    )
    table = Table(
        "Each lever alone. For the worst path, and for the whole site, where another path may become the worst. "
        "Detection: the probability of being noticed at the beginning of the task. Lower consequence changes no "
        "probability: it is the share of the consequence that may remain for the risk to be as wanted.",
        (
            Head("lever"),
            Head("where"),
            Head("now", True),
            Head("the path needs", True),
            Head("the site needs", True),
            Head("P_I of the site at most", True),
        ),
        rows,
    )
    return Section(heading, tables=(table,))


def _amount(lever: Lever, value: float | None, unit: str) -> str:
    if value is None:
        return "cannot reach it"
    if lever.kind in ("delay", "response"):
        return f"{seconds(value)}{unit or ' s'}"
    return f"{probability(value)}{unit}"


def _balance(layers: Sequence[Layer], names: Names, name: str) -> Section:
    drawing = Drawing(
        name,
        WIDTH,
        TOP + ROW * len(layers) + 8.0,
        title="Balance of the layers",
        description=f"For each of {len(layers)} layers the least P_I through each of its elements.",
    )
    for fifth in range(6):
        x = _x(fifth / 5)
        drawing.line((x, TOP - 8.0), (x, TOP + ROW * len(layers)), "grid")
        drawing.text(x, TOP - 16.0, f"{fifth / 5:g}", "tick", anchor="middle")
    drawing.text(20.0, TOP - 16.0, "layer", "head")
    drawing.text(WIDTH - NAMES + 24.0, TOP - 16.0, "weakest", "head")
    for index, layer in enumerate(layers):
        _strip(drawing, layer, names, TOP + ROW * index + ROW / 2.0)
    caption = (
        "Each dot is an element at the least P_I over the paths that break its layer there; the filled one is the "
        "weakest. Dots far apart are a layer out of balance: what stands far right is stronger than it need be, as "
        "long as the weakest stays. For this threat, state and response alone."
    )
    return Section("Balance within each layer", (), drawing.markup(), caption, tuple(_strengths(layers, names)))


def _x(p: float) -> float:
    return LABEL + (WIDTH - LABEL - NAMES) * p


def _strip(drawing: Drawing, layer: Layer, names: Names, y: float) -> None:
    drawing.text(20.0, y + 4.0, str(layer.number), "name")
    known = [one for one in layer.strengths if one.p_interruption is not None]
    if not known:
        drawing.text(_x(0.0), y + 4.0, "no path breaks it", "detail")
        return
    low, high = _x(known[0].p_interruption or 0.0), _x(max(one.p_interruption or 0.0 for one in known))
    drawing.line((low, y), (high, y), "whisker")
    # the weakest last, so that no other covers it
    for one in reversed(known):
        look = "badge" if one is known[0] else "chance"
        says = f"{names.thing('element', one.id)}: {probability(one.p_interruption)}"
        drawing.circle(_x(one.p_interruption or 0.0), y, DOT, look, says=says)
    weakest = f"{names.thing('element', known[0].id)}, {probability(known[0].p_interruption)}"
    drawing.text(WIDTH - NAMES + 24.0, y + 4.0, fitted(weakest, NAMES - 28.0, 13.0), "name")


def _strengths(layers: Sequence[Layer], names: Names) -> Iterator[Table]:
    rows = [
        Row((str(layer.number), _listed(layer.strengths, names), probability(layer.weakest), probability(layer.spread)))
        for layer in layers
    ]
    heads = (Head("layer", True), Head("elements, the weakest first"), Head("weakest", True), Head("apart by", True))
    yield Table("Layers are counted from outside; every path must break each of them.", heads, tuple(rows))


def _listed(strengths: Sequence[Strength], names: Names) -> str:
    return ", ".join(f"{names.thing('element', one.id)} {probability(one.p_interruption)}" for one in strengths)


def _importance(parts: Sequence[Importance], names: Names, now: float) -> Section:
    def most(one: Importance) -> float:
        lost = now - (one.lost if one.lost is not None else now)
        won = (one.perfect if one.perfect is not None else 1.0) - now
        return max(lost, 0.0) + max(won, 0.0)

    telling = sorted((one for one in parts if not one.artefact and most(one) >= LEAST_SHOWN), key=most, reverse=True)
    rows = tuple(
        Row(
            (
                names.thing(one.kind, one.id),
                one.kind,
                probability(one.lost),
                "no path is left" if one.perfect is None else probability(one.perfect),
            )
        )
        for one in telling[:SHOWN]
    )
    left = len(parts) - len(rows)
    lines = [Line(f"{left} other elements and sensors change P_I less, or not at all.")] if left else []
    strange = sum(one.artefact for one in parts)
    if strange:
        lines.append(
            Line(
                f"{strange} of them seem to raise P_I when lost, or to lower it when perfect: that is an artefact of "
                "wide spreads in the closed form, and nothing follows from it.",
                "warn",
            )
        )
    table = Table(
        f"P_I of the site, {probability(now)} now, were one thing lost (passed at once and unseen; a sensor that "
        "notices nothing) or perfect (cannot be passed; notices all at once). The adversary chooses his path anew.",
        (Head("thing"), Head("kind"), Head("P_I if lost", True), Head("P_I if perfect", True)),
        rows,
    )
    return Section("What each part is worth", tuple(lines), tables=(table,) if rows else ())
