"""How a result shows itself at a prompt and in a notebook: its worst path, step by step; every word escaped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bartizan.site.shown import html_table

if TYPE_CHECKING:
    from bartizan.assess.result import Result

HEADS = ("", "task", "noticed", "at", "delay, s", "left when noticed, s", "in time")


def result_line(result: Result) -> str:
    """The result in one line: what was asked, P_I, and how many paths."""
    asked = {
        "threat": result.threat,
        "target": result.target,
        "state": ",".join(result.state) or None,
        "response": result.response,
        "insider": result.insider,
    }
    said = [f"{key} {value!r}" for key, value in asked.items() if value is not None]
    value = "no path" if result.p_interruption is None else f"P_I {result.p_interruption:.4f}"
    count = len(result.paths)
    return f"Result({', '.join([*said, value])}, {count} path{'s' if count != 1 else ''})"


def result_html(result: Result) -> str:
    """The worst path as a table of HTML, its critical detection point marked with >; without a path, why."""
    caption = result_line(result).removeprefix("Result(").removesuffix(")")
    if not result.paths:
        return html_table(caption, ("",), [(result.reason or "no path",)], "l")
    path = result.paths[0]
    rows = [
        (
            ">" if index == path.critical_detection_point else "",
            step.id if step.way is None else f"{step.id}/{step.way}",
            f"{step.p_detection:.3f}" if step.p_detection else "",
            step.detect_at or "",
            f"{step.delay_mean:.4g} ± {step.delay_sd:.3g}" if step.delay_mean or step.delay_sd else "",
            f"{step.mean_after:.4g} ± {step.sd_after:.3g}" if step.p_detection else "",
            f"{step.p_timely:.3f}" if step.p_detection else "",
        )
        for index, step in enumerate(path.steps)
    ]
    return html_table(caption, HEADS, rows, "llrlrrr")
