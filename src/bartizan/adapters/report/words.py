"""Figures and names as words of a page."""

from __future__ import annotations

import re
import unicodedata

from markupsafe import Markup, escape

from bartizan.quantity import Duration, Probability

LEAST_SHOWN = 0.0005  # of a probability: less does not show in three decimals


def clean(text: str) -> str:
    """`text` without characters that HTML forbids or that reorder a line: each is shown as U+FFFD."""
    return "".join(c if unicodedata.category(c)[0] != "C" else "\ufffd" for c in text)


def subscripts(text: str) -> Markup:
    """`text`, escaped, with P_I, P_N and P_E set as they are written by hand."""
    return Markup(re.sub(r"\bP_([INE])\b", r"P<sub>\1</sub>", str(escape(text))))  # noqa: S704 - escaped just before


def probability(value: float | None) -> str:
    """A probability for reading, three decimals; what rounds to 0 or 1 but is neither says so."""
    if value is None:
        return "–"
    if 0.0 < value < LEAST_SHOWN:
        return "< 0.001"
    if 0.9995 <= value < 1.0:
        return "> 0.999"
    return f"{value:.3f}"


def seconds(value: float) -> str:
    """A time in seconds for reading."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.1f}".removesuffix(".0")


def spread(mean: float, sd: float) -> str:
    """A time with its standard deviation, in seconds."""
    return f"{seconds(mean)} ± {seconds(sd)} s"


def figure(value: Probability | Duration) -> str:
    """A figure of the site as it was given: point, doubt and law."""
    if isinstance(value, Duration):
        law = "" if value.law == "normal" else f", {value.law}"
        return spread(value.mean, value.sd) + law
    if value.trials is not None:
        return f"{probability(value.value)} ({value.detected} of {value.trials} trials)"
    if value.mode is not None:
        return f"{probability(value.value)} ({value.low:g} to {value.high:g}, most likely {value.mode:g})"
    return probability(value.value)
