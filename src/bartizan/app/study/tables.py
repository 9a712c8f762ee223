"""A study as four tables that join on `case`, `path` and `step`: results, paths, steps, figures; names hold units."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from bartizan.app.study.figures import Figure
from bartizan.assess.result import Path
from bartizan.quantity import Duration

if TYPE_CHECKING:
    from bartizan.app.study.study import Case, Study

Kind = Literal["text", "whole", "number", "yes"]
Row = tuple[Any, ...]

# numbers count from 0, as the steps of the JSON form do; a probability has no unit, _s are seconds
RESULTS: Mapping[str, Kind] = {
    "case": "whole",
    "threat": "text",
    "target": "text",
    "state": "text",
    "response": "text",
    "insider": "text",
    "p_interruption": "number",
    "p_neutralization": "number",
    "p_effectiveness": "number",
    "p_lower_bound": "number",
    "critical_detection_point": "whole",
    "response_mean_s": "number",
    "response_sd_s": "number",
    "p_communication": "number",
    "paths": "whole",
    "certified_bound": "number",
    "proved": "yes",
    "reason": "text",
    "notes": "text",
    "site": "text",
    "site_hash": "text",
    "bartizan": "text",
}
PATHS: Mapping[str, Kind] = {
    "case": "whole",
    "path": "whole",
    "p_interruption": "number",
    "p_interruption_nonnegative": "number",
    "p_interruption_any_law": "number",
    "any_law_error": "number",
    "steps": "whole",
    "critical_detection_point": "whole",
    "last_detecting": "whole",
    "wide_spread": "whole",
    "words": "text",
}
STEPS: Mapping[str, Kind] = {
    "case": "whole",
    "path": "whole",
    "step": "whole",
    "kind": "text",
    "id": "text",
    "way": "text",
    "leg": "text",
    "p_detection": "number",
    "detect_at": "text",
    "delay_mean_s": "number",
    "delay_sd_s": "number",
    "mean_after_s": "number",
    "sd_after_s": "number",
    "p_timely": "number",
    "p_first": "number",
}
FIGURES: Mapping[str, Kind] = {
    "case": "whole",
    "step": "whole",
    "role": "text",
    "name": "text",
    "value": "number",
    "unit": "text",
    "sd_s": "number",
    "law": "text",
    "low": "number",
    "mode": "number",
    "high": "number",
    "detected": "whole",
    "trials": "whole",
    "source": "text",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows under named columns; each column holds text, whole numbers, numbers or yes and no. Absent is None."""

    columns: Mapping[str, Kind]
    rows: tuple[Row, ...]


def study_tables(study: Study) -> dict[str, Table]:
    """The study as tables: `results` (one row a case), `paths`, `steps`, and the `figures` behind each worst path.

    `case` numbers the results, `path` the paths of a case (0 is the worst) and `step` the steps of a path, all from
    0. A figure of the response has no step.
    """
    cases = list(enumerate(study.cases))
    return {
        "results": Table(columns=RESULTS, rows=tuple(_result(study, number, case) for number, case in cases)),
        "paths": Table(columns=PATHS, rows=tuple(row for number, case in cases for row in _paths(number, case))),
        "steps": Table(columns=STEPS, rows=tuple(row for number, case in cases for row in _steps(number, case))),
        "figures": Table(columns=FIGURES, rows=tuple(row for number, case in cases for row in _figures(number, case))),
    }


def _result(study: Study, number: int, case: Case) -> Row:
    result = case.result
    certificate = result.certificate
    return (
        number,
        result.threat,
        result.target,
        ",".join(result.state) or None,
        result.response,
        result.insider,
        result.p_interruption,
        result.p_neutralization,
        result.p_effectiveness,
        None if case.bound is None else case.bound.value,
        result.critical_detection_point,
        case.response_mean,
        case.response_sd,
        case.p_communication,
        len(result.paths),
        None if certificate is None else certificate.lower_bound,
        None if certificate is None else certificate.gap <= 0.0,
        result.reason,
        " ".join(case.notes) or None,
        study.site_name,
        study.site_hash,
        study.version,
    )


def _paths(number: int, case: Case) -> Iterator[Row]:
    for rank, path in enumerate(case.result.paths):
        yield (
            number,
            rank,
            path.p_interruption,
            path.nonnegative,
            path.any_law,
            path.any_law_error,
            len(path.steps),
            path.critical_detection_point,
            path.last_detecting,
            len(path.wide_spread),
            path_words(path),
        )


def path_words(path: Path) -> str:
    """A path as its steps through elements and at targets, such as "gate/climb > door/force > archive/open"."""
    names = [step.id if step.way is None else f"{step.id}/{step.way}" for step in path.steps if step.kind != "area"]
    return " > ".join(names)


def _steps(number: int, case: Case) -> Iterator[Row]:
    for rank, path in enumerate(case.result.paths):
        for index, step in enumerate(path.steps):
            yield (
                number,
                rank,
                index,
                step.kind,
                step.id,
                step.way,
                step.leg,
                step.p_detection,
                step.detect_at,
                step.delay_mean,
                step.delay_sd,
                step.mean_after,
                step.sd_after,
                step.p_timely,
                step.p_first,
            )


def _figures(number: int, case: Case) -> Iterator[Row]:
    placed: list[tuple[int | None, Figure]] = [
        (index, figure) for index, figures in enumerate(case.figures) for figure in figures
    ]
    placed += [(None, figure) for figure in case.response_figures]
    for step, figure in placed:
        value = figure.value
        spread: Row
        if isinstance(value, Duration):
            spread = (value.mean, "s", value.sd, value.law, value.low, value.mode, value.high, None, value.trials)
        else:
            spread = (value.value, "1", None, None, value.low, value.mode, value.high, value.detected, value.trials)
        yield (number, step, figure.role, figure.name, *spread, figure.source)
