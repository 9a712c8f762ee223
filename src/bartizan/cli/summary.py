"""A study in words, for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bartizan.app.study import Case, Measure, Study
from bartizan.app.study.figures import sources_in_words
from bartizan.app.study.thin import MORE_DELAY
from bartizan.assess.doubt import Bound
from bartizan.assess.result import Certificate, Path, Step
from bartizan.cli.words import LEAST_SHOWN, columns, printable

SHOWN_THIN = 2  # tasks of each kind: the rest is in the report
SPREAD = "±"
SHOWN_WORST = 5  # paths over all results
NAMES: dict[Measure, str] = {"p_interruption": "P_I", "p_effectiveness": "P_E"}
SAME = 5e-5  # of P_I: equal in the four decimals that are shown


def summary(study: Study, by: Measure = "p_interruption") -> Iterator[str]:
    """The study as lines: for each result the worst path, how sure it is, and where the layers are thin."""
    yield f"{printable(study.site_name)}   (hash {study.site_hash[:12]}, Bartizan {study.version})"
    for case in study.cases:
        yield ""
        yield from _case(case)
    if len(study.cases) > 1:
        yield ""
        yield from _overview(study, by)


def step_name(step: Step) -> str:
    """A step as the site's file names it: element/way, target/way or area."""
    return step.id if step.way is None else f"{step.id}/{step.way}"


def question(case: Case) -> str:
    """What the case asks, in words: who, after what, when, answered by whom."""
    result = case.result
    if result.target is None:
        return "One path, as the sheet gives it"
    several = "," in result.target
    parts = (
        f"threat {result.threat}" if result.threat else "any intruder",
        f"all of targets {result.target}" if several else f"target {result.target}",
        *([f"insider {result.insider}"] if result.insider else []),
        f"state {','.join(result.state)}" if result.state else "as written",
        f"response {result.response}",
    )
    return printable(", ".join(parts))


def _case(case: Case) -> Iterator[str]:
    yield question(case)
    counted = " for every alarm" if case.communication == "per-alarm" else ""
    response = _seconds(case.response_mean, case.response_sd)
    yield f"  Response {response}, communication {case.p_communication:.3g}{counted}"
    for note in case.notes:
        yield f"  {printable(note)}"
    path = case.worst
    if path is None:
        yield f"  No path: {printable(case.result.reason or '')}"
        return
    yield f"  P_I = {path.p_interruption:.4f}   probability of interruption on the worst path"
    if case.bound is not None:
        yield f"  {bound_words(case.bound)}"
    yield f"  {_effect(case)}"
    yield ""
    yield from _steps(path)
    yield ""
    yield from _critical(path)
    if case.result.certificate is not None:
        yield f"  {certificate_words(case.result.certificate)}"
    yield from _spread(path)
    yield from _laws(case, path)
    yield from _thin(case, path)
    yield from _figures(case)
    yield from _others(case)


def _effect(case: Case) -> str:
    result = case.result
    if result.p_neutralization is None or result.p_effectiveness is None:
        return "P_N, P_E not known: no engagement figure says how an interrupted intruder is stopped"
    return f"P_N = {result.p_neutralization:.4f}, P_E = P_I x P_N = {result.p_effectiveness:.4f}"


def _steps(path: Path) -> Iterator[str]:
    heads = ("", "", "task", "noticed", "at", "delay", "left when noticed", "in time", "first noticed here")
    rows: list[Sequence[str]] = [heads]
    for index, step in enumerate(path.steps):
        rows.append(
            (
                ">" if index == path.critical_detection_point else "",
                str(index + 1),
                ("back " if step.leg == "out" else "") + step_name(step),
                f"{step.p_detection:.3f}" if step.p_detection else "-",
                step.detect_at or "-",
                _seconds(step.delay_mean, step.delay_sd) if step.delay_mean or step.delay_sd else "-",
                _seconds(step.mean_after, step.sd_after) if step.p_detection else "-",
                f"{step.p_timely:.3f}" if step.p_detection else "-",
                f"{step.p_first:.3f}" if step.p_detection else "-",
            )
        )
    yield from columns(rows, "<><><>>>>")


def _critical(path: Path) -> Iterator[str]:
    index = path.critical_detection_point
    if index is None:
        yield "  No critical detection point: by the means, detection comes too late in every task"
        return
    yield f"  > critical detection point: task {index + 1}, the last in which detection is in time by the means"
    if path.last_detecting is None:
        yield "    nothing detects at or before it"
    elif path.last_detecting != index:
        yield f"    the last detecting task at or before it is task {path.last_detecting + 1}"


def certificate_words(certificate: Certificate, name: str = "P_I") -> str:
    """Why the worst path is the worst, in one line; `name` is that of the figure."""
    work = f"{certificate.labels:,} labels, {certificate.rounds} round{'s' if certificate.rounds != 1 else ''}"
    if certificate.proved:
        others = "" if certificate.complete else "; the order of the others is not proved"
        return f"Proved worst: lower bound = value = {certificate.value:.6f} ({work}){others}"
    return f"Not proved: the worst {name} lies from {certificate.lower_bound:.6f} to {certificate.value:.6f} ({work})"


def bound_words(bound: Bound) -> str:
    """P_I with every doubtful figure at its pessimistic end, and how sure that is, in one line."""
    ends = f"with every doubtful figure at the pessimistic end of its {100.0 * bound.level:g} % interval"
    if bound.proved is None:
        return f"P_I = {bound.attained:.4f}   {ends}: found by search, not proved (too many paths)"
    if bound.attained - bound.proved <= SAME:
        return f"P_I = {bound.proved:.4f}   {ends}: proved least"
    return f"P_I >= {bound.proved:.4f}   {ends}: proved; the least found is {bound.attained:.4f}"


def _spread(path: Path) -> Iterator[str]:
    if not path.wide_spread:
        return
    tasks = ", ".join(str(index + 1) for index in path.wide_spread)
    yield f"  Wide spread: the sd exceeds half the mean in task {tasks}, and EASI then lets delays be negative."
    if path.nonnegative is not None:
        yield f"    With delays that cannot be negative P_I = {path.nonnegative:.4f}"


def _thin(case: Case, path: Path) -> Iterator[str]:
    if not case.thin:
        yield "  No single task of this path would raise P_I by more detection or delay"
        return
    yield "  Where the layers are thin (on this path alone; once it is mended another may be the worst):"
    kinds = (
        ("always noticed at its beginning", [(thin.detected, thin.index) for thin in case.thin]),
        (f"{MORE_DELAY:g} s longer", [(thin.delayed, thin.index) for thin in case.thin]),
    )
    rows = [
        (step_name(path.steps[index]), f"{change}:", f"P_I {value:.3f}")
        for change, values in kinds
        for value, index in _best(values)
    ]
    yield from columns(rows, "<<<", indent="    ")


def _best(values: Sequence[tuple[float | None, int]]) -> list[tuple[float, int]]:
    """The highest few, the earlier task first among equals."""
    known = [(value, index) for value, index in values if value is not None]
    return sorted(known, key=lambda pair: (-round(pair[0], 3), pair[1]))[:SHOWN_THIN]


def _figures(case: Case) -> Iterator[str]:
    if case.site is None:
        yield "  Figures: an EASI sheet gives no sources, so every figure counts as unsourced"
        return
    yield f"  Rests on {printable(sources_in_words(case.rests_on))}"


def _laws(case: Case, path: Path) -> Iterator[str]:
    order = case.result.law_order
    if order is None or path.any_law is None or path.any_law_error is None:
        return
    if not order.changed and abs(path.any_law - path.p_interruption) < LEAST_SHOWN:
        return
    yield (
        f"  Under the laws that its times have, none of them negative, P_I = {path.any_law:.4f}"
        f" (error at most {path.any_law_error:.0e})"
    )
    if not order.changed:
        return
    worst = case.result.paths[order.order[0]]
    ranks = ", ".join(str(index + 1) for index in order.order)
    yield f"    and the {len(order.order)} paths stand in another order, least P_I first: {ranks}"
    if order.order[0] != 0:
        yield f"    so of these path {order.order[0] + 1} is the worst, with P_I = {worst.any_law:.4f}"
    if not order.sure:
        yield "    Some lie closer together than they can be off; those keep their order"
    yield "    Nothing is proved by this: a path beyond these may be worse still under those laws"


def _others(case: Case) -> Iterator[str]:
    rest = case.result.paths[1:]
    if not rest:
        return
    yield "  Next worst paths:"
    rows = [
        (str(rank), f"{path.p_interruption:.4f}", " > ".join(step_name(s) for s in path.steps if s.kind != "area"))
        for rank, path in enumerate(rest, start=2)
    ]
    yield from columns(rows, "><<", indent="    ")
    if case.result.certificate is not None and case.result.certificate.more:
        yield "    and there are more within that distance"


def _overview(study: Study, by: Measure) -> Iterator[str]:
    if len({case.result.target for case in study.cases}) > 1:
        yield "Any one of the targets is enough for the intruder, so the least of these counts (--all-targets: all)."
    yield "All results, least P_I first:"
    least_first = sorted(
        study.cases, key=lambda case: 2.0 if case.result.p_interruption is None else case.result.p_interruption
    )
    rows = [(_chance(case.result.p_interruption), _known(case), question(case)) for case in least_first]
    yield from columns([("P_I", "P_E", ""), *rows], "<<<")
    ranked, proof = study.worst(SHOWN_WORST, by=by)
    if proof is None:
        return
    yield ""
    yield f"The worst paths of all, by {NAMES[by]}:"
    worst = [
        (f"{one.value:.4f}", question(study.cases[one.case]), " > ".join(step_name(s) for s in one.path.steps if s.way))
        for one in ranked
    ]
    yield from columns(worst, "<<<")
    yield f"  {certificate_words(proof, NAMES[by])}"


def _chance(value: float | None) -> str:
    return "no path" if value is None else f"{value:.4f}"


def _known(case: Case) -> str:
    effect = case.result.p_effectiveness
    return "-" if effect is None else f"{effect:.4f}"


def _seconds(mean: float, sd: float) -> str:
    return f"{mean:.4g} {SPREAD} {sd:.3g} s"
