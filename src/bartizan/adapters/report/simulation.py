"""What came of an attack that was simulated many times, on a page: probabilities, and when things happened."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from markupsafe import Markup

from bartizan.adapters.report.names import Names
from bartizan.adapters.report.section import Head, Line, Row, Section, Table
from bartizan.adapters.report.svg import Drawing, ticks
from bartizan.adapters.report.words import probability, seconds
from bartizan.app.simulate.campaign import CampaignCase, Tried
from bartizan.assess.simulate.outcome import Estimate, Simulation, Times

WIDTH = 940.0
LABEL = 190.0
FIGURES = 130.0
ROW = 58.0
TOP = 34.0
BAR = 40.0  # the tallest bar of a histogram

MOMENTS = {
    "detection": "first noticed",
    "first_arrival": "first force there",
    "assembly": "enough of them there",
    "completion": "tasks done, if nobody came",
    "decision": "fight decided",
}


def simulation_section(case: CampaignCase, names: Names, name: str) -> Section | None:
    """The section of one question's worst simulated path; None where no path was tried."""
    if not case.tried:
        return None
    worst = case.tried[0]
    caption = (
        "When things happened, in seconds from the begin of the attack, in those attacks in which they did. The mark "
        "under each is its mean with the middle half of all cases."
    )
    return Section(
        "Tried again and again, all responses together",
        tuple(_lines(case, worst, names)),
        _drawing(worst.simulation, name),
        caption,
        (_table(worst.simulation),),
    )


def _lines(case: CampaignCase, worst: Tried, names: Names) -> Iterator[Line]:
    run = worst.simulation
    yield Line(
        f"{run.attacks:,} attacks on the worst path were simulated, with every law as it is given and delays that are "
        f"never negative; seed {run.seed}."
    )
    yield Line(
        f"Answered by {', '.join(names.response(one) for one in case.responses)}, each called or not by its own chance."
    )
    for response, alone in worst.alone:
        yield Line(f"The closed form against {names.response(response)} alone says P_I {probability(alone)}.")
    if not run.reached:
        yield Line(f"The wanted standard error {run.wanted:g} was not reached.", "warn")
    if case.fight is not None:
        yield Line(f"P_N and P_E are open: {case.fight}.")


def _table(run: Simulation) -> Table:
    rows = [
        _row("noticed at all", run.p_detection),
        _row("a first force there in time", run.p_arrival),
        _row(f"interrupted: {run.need} or more there in time", run.p_interruption),
    ]
    if run.p_neutralization is not None:
        rows.append(_row("neutralised, of those interrupted (P_N)", run.p_neutralization))
    if run.p_effectiveness is not None:
        rows.append(_row("interrupted and neutralised (P_E)", run.p_effectiveness))
    heads = (Head("outcome"), Head("share", True), Head("standard error", True), Head("95 % interval", True))
    return Table("Shares of all attacks.", heads, tuple(rows))


def _row(words: str, estimate: Estimate) -> Row:
    interval = f"{probability(estimate.low)} to {probability(estimate.high)}"
    return Row((words, probability(estimate.value), f"{estimate.standard_error:.2g}", interval))


def _drawing(run: Simulation, name: str) -> Markup:
    drawing = Drawing(
        name,
        WIDTH,
        TOP + ROW * len(run.times) + 12.0,
        title="When things happened",
        description=f"Histograms of {len(run.times)} moments, in seconds from the begin of the attack.",
    )
    last = max((times.quantiles[-1] + 2.0 * times.sd for times in run.times), default=1.0) or 1.0

    def x(moment: float) -> float:
        return LABEL + (WIDTH - LABEL - FIGURES) * min(max(moment / last, 0.0), 1.0)

    for moment in ticks(0.0, last, 7):
        drawing.line((x(moment), TOP - 8.0), (x(moment), TOP + ROW * len(run.times)), "grid")
        drawing.text(x(moment), TOP - 14.0, f"{moment:,.6g}" + (" s" if moment == 0.0 else ""), "tick", anchor="middle")
    drawing.text(WIDTH - 4.0, TOP - 14.0, "mean", "head", anchor="end")
    for index, times in enumerate(run.times):
        base = TOP + ROW * index + BAR + 6.0
        drawing.text(20.0, base - 10.0, MOMENTS[times.moment], "name")
        drawing.text(20.0, base + 5.0, f"in {probability(times.count / times.of)} of attacks", "detail")
        _histogram(drawing, times, base, last, x)
        drawing.text(WIDTH - 4.0, base - 10.0, f"{seconds(times.mean)} s", "number", anchor="end")
    return drawing.markup()


def _histogram(drawing: Drawing, times: Times, base: float, last: float, place: Callable[[float], float]) -> None:
    tallest = max(times.counts)
    for count, begin, end in zip(times.counts, times.edges, times.edges[1:], strict=False):
        if count and begin <= last:
            height = max(BAR * count / tallest, 0.6)
            drawing.rectangle(place(begin), base - height, max(place(end) - place(begin) - 0.6, 1.0), height, "bar")
    drawing.line((place(times.quantiles[1]), base + 4.0), (place(times.quantiles[3]), base + 4.0), "response-whisker")
    drawing.circle(place(times.mean), base + 4.0, 3.0, "chance-filled")
