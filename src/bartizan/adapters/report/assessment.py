"""The report of an assessment: one self-contained page, without script, for screen and paper."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from bartizan.adapters.report.page import rendered
from bartizan.adapters.report.pages import Page, options_in_words, page_of
from bartizan.adapters.report.section import Section
from bartizan.app.study import Case, Study
from bartizan.app.study.thin import MORE_DELAY

TEMPLATE = "assessment.html.j2"

GLOSSARY = (
    ("Area", "a place between two layers of protection."),
    (
        "Path element",
        "what stands between two areas: a fence, a wall, a gate, a door. It is passed by one of its ways.",
    ),
    ("Path", "a sequence of tasks, from an outside area to the target; on one leg it enters no area twice."),
    ("Detection", "that a task is sensed, reported and assessed as real: all three, in one probability."),
    ("Delay", "how long a task holds the intruder, in seconds: mean and standard deviation."),
    ("Response time", "from the first alarm until the response stands where it stops the intruder."),
    (
        "Probability of interruption (P_I)",
        "that the response arrives before the intruder is done: probability of communication, times the sum over the "
        "tasks of the probability that it is the first to be noticed and that the delay left then outlasts the "
        "response (EASI, the estimate of adversary sequence interruption).",
    ),
    (
        "Worst path",
        "the path of least P_I over all paths and ways; its lower bound is proved where the report says so.",
    ),
    (
        "Critical detection point",
        "the last task in which detection leaves, by the means, strictly more delay than the response needs.",
    ),
    (
        "P_N and P_E",
        "the probability that an interrupted intruder is neutralised, and that of both: P_E = P_I × P_N. Left open "
        "unless an engagement figure gives P_N; it is never taken to be 1.",
    ),
)

NOT_MODELLED = (
    "Whether an interrupted intruder is stopped, unless an engagement figure gives P_N.",
    "An insider who acts alone; one who helps is covered where he was asked for.",
    "An intruder who changes his plan when he is noticed, or several groups at once.",
    "Delays and detections that depend on each other: the closed form takes them as independent.",
    "That times cannot be negative, or have other laws: the closed form takes delays as normal. The report gives P_I "
    "under the laws themselves beside it where it differs.",
    "More than one response at a time; the simulation lets all of them answer.",
)


def render(
    study: Study,
    *,
    beside: Callable[[Case, int], Iterable[Section]] = lambda case, number: (),
    whole: Sequence[Section] = (),
) -> str:
    """The report of `study` as one HTML page: no script, no outside reference, the same bytes for the same study.

    `beside` gives the sections that stand on a case's page, by its number there; `whole` are those about all of them.
    Every name of the site is escaped. What it does not show: the method's own validity; the page says what the
    method leaves out.
    """
    pages = tuple(
        page_of(case, number, study, tuple(beside(case, number))) for number, case in enumerate(study.cases, start=1)
    )
    return rendered(
        TEMPLATE,
        title=f"Assessment of {study.site_name}",
        study=study,
        is_sheet=all(case.site is None for case in study.cases),
        options=options_in_words(study),
        pages=pages,
        ranked=sorted(pages, key=_least_first),
        whole=whole,
        more_delay=f"{MORE_DELAY:g}",
        glossary=GLOSSARY,
        not_modelled=NOT_MODELLED,
    )


def _least_first(page: Page) -> float:
    least = page.case.result.p_interruption
    return 2.0 if least is None else least  # no path at all: after every probability
