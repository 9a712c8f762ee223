"""The report of a comparison: both sides on one page, what differs, and what it does to every answer."""

from __future__ import annotations

from typing import NamedTuple

from markupsafe import Markup

from bartizan.adapters.report.diagram import sequence_diagram
from bartizan.adapters.report.names import Names
from bartizan.adapters.report.page import rendered
from bartizan.adapters.report.words import LEAST_SHOWN, probability
from bartizan.app.compare import Comparison, Pair
from bartizan.app.study import Case

TEMPLATE = "comparison.html.j2"


class Column(NamedTuple):
    """One side of a pair."""

    p_interruption: str
    effect: str
    path: tuple[str, ...]
    diagram: Markup | None


class Row(NamedTuple):
    """One question with both answers; `look` is a class of the page's style, or empty."""

    anchor: str
    question: str
    difference: str
    look: str
    path: str
    left: Column
    right: Column


def render(comparison: Comparison) -> str:
    """The comparison as one HTML page: no script, no outside reference, the same bytes for the same comparison."""
    rows = [_row(pair, number) for number, pair in enumerate(comparison.pairs, start=1)]
    lost_most = sorted(
        zip(rows, comparison.pairs, strict=True),
        key=lambda both: 2.0 if both[1].difference is None else both[1].difference,
    )
    return rendered(
        TEMPLATE,
        title=f"{comparison.left.label} beside {comparison.right.label}",
        comparison=comparison,
        rows=rows,
        ranked=[row for row, _ in lost_most],
    )


def _row(pair: Pair, number: int) -> Row:
    difference = pair.difference
    look = ""
    if difference is not None and abs(difference) >= LEAST_SHOWN:
        look = "met" if difference > 0.0 else "short"
    return Row(
        anchor=f"case-{number}",
        question=_question(pair),
        difference="–" if difference is None else f"{difference:+.3f}",
        look=look,
        path={None: "–", True: "the same", False: "another"}[pair.same_path],
        left=_column(pair.left, f"left-{number}"),
        right=_column(pair.right, f"right-{number}"),
    )


def _question(pair: Pair) -> str:
    case = pair.left or pair.right
    names = Names(None if case is None else case.site)
    parts = [f"{names.threat(pair.threat)} to {names.target(pair.target) if pair.target else '–'}"]
    if pair.state:
        parts.append(names.state(pair.state))
    if pair.response:
        parts.append(f"answered by {names.response(pair.response)}")
    return ", ".join(parts)


def _column(case: Case | None, name: str) -> Column:
    if case is None:
        return Column("–", "this side is not asked", (), None)
    worst, result = case.worst, case.result
    if worst is None:
        return Column("no path", result.reason or "", (), None if case.site is None else sequence_diagram(case, name))
    names = Names(case.site)
    effect = "P_E open" if result.p_effectiveness is None else f"P_E {probability(result.p_effectiveness)}"
    return Column(
        probability(worst.p_interruption),
        effect,
        tuple(names.step(step) for step in worst.steps if step.kind != "area"),
        None if case.site is None else sequence_diagram(case, name),
    )
