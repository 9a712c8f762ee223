"""A procedure as it stands in an event: read strictly, as everything that was stored."""

from __future__ import annotations

from typing import Any

from bartizan.desk.codec import any_words, maybe, record, several, words
from bartizan.site.procedure import Answer, Procedure, Step


def seconds(value: Any) -> float:
    """A number of seconds above 0."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e9:
        raise ValueError("not a number of seconds above 0")
    return float(value)


def _times(value: Any) -> dict[str, float]:
    if not isinstance(value, dict):
        raise ValueError("not an object of seconds by stage")
    return {words(stage): seconds(limit) for stage, limit in value.items()}


_ANSWER = record(Answer, {"id": words, "text": any_words, "next": words})
_STEP = record(
    Step,
    {
        "id": words,
        "text": words,
        "next": words,
        "who": maybe(words),
        "within": maybe(seconds),
        "sets": maybe(words),
        "answers": several(_ANSWER),
    },
)
read_procedure = record(
    Procedure,
    {
        "id": words,
        "kind": words,
        "steps": several(_STEP),
        "name": maybe(words),
        "signals": several(words),
        "times": _times,
    },
)
