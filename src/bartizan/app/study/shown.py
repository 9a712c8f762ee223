"""How a study shows itself at a prompt and in a notebook: one row a result, least P_I first; every word escaped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bartizan.app.study.tables import path_words
from bartizan.site.shown import html_table

if TYPE_CHECKING:
    from bartizan.app.study.study import Case, Study

SHOWN = 20  # results in a notebook; all of them are in study.results and bartizan.frames(study)
HEADS = ("threat", "target", "state", "response", "P_I", "P_E", "proved", "worst path")


def study_line(study: Study) -> str:
    """The study in one line: its site, how many results, and the range of P_I."""
    values = [case.least for case in study.cases if case.least is not None]
    span = f"P_I {min(values):.4f} to {max(values):.4f}" if values else "no path"
    count = len(study.cases)
    return f"Study({study.site_name!r}, {count} result{'s' if count != 1 else ''}, {span})"


def study_html(study: Study) -> str:
    """The study as a table of HTML, the result with the least P_I first, those without a path last."""
    ordered = sorted(study.cases, key=lambda case: 2.0 if case.least is None else case.least)
    rows = [_row(case) for case in ordered[:SHOWN]]
    more = f"; {len(ordered) - SHOWN} more results" if len(ordered) > SHOWN else ""
    caption = f"{study.site_name} (hash {study.site_hash[:12]}, Bartizan {study.version}){more}"
    return html_table(caption, HEADS, rows, "llllrrll")


def _row(case: Case) -> tuple[str, ...]:
    result = case.result
    certificate = result.certificate
    proved = "" if certificate is None else "yes" if certificate.gap <= 0.0 else "no"
    worst = case.worst
    return (
        result.threat or "",
        result.target or "",
        ",".join(result.state),
        result.response or "",
        "" if case.least is None else f"{case.least:.4f}",
        "" if result.p_effectiveness is None else f"{result.p_effectiveness:.4f}",
        proved,
        (result.reason or "no path") if worst is None else path_words(worst),
    )
