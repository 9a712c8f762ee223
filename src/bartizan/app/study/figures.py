"""The figures that a path rests on, each with its source: what a reader must believe to believe the answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from bartizan.assess.figures import Figure as ProblemFigure
from bartizan.assess.problem import Problem
from bartizan.assess.task import Task
from bartizan.quantity import CERTAIN, ZERO, Duration, Probability
from bartizan.site.model import Response

SHOWN_SOURCES = 3

Role = Literal["detection", "delay", "response"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure as the site gives it: what part it plays, what it is called, its value and source.

    `at` and `key` say where it stands, as a change would name it; empty for a figure of no site.
    """

    role: Role
    name: str
    value: Probability | Duration
    at: str = ""
    key: str = ""

    @property
    def source(self) -> str | None:
        """Where the figure comes from, or None: unsourced."""
        return self.value.source


def path_figures(problem: Problem, tasks: Sequence[Task]) -> tuple[tuple[Figure, ...], ...]:
    """The figures behind each task of a path through the problem.

    A figure that the way out uses again stands once, at the first step that uses it.
    """
    seen: set[tuple[str, str, str | None, int]] = set()
    found = []
    for task in tasks:
        numbers = [number for group in task.rests_on.detection for sensor in group for number in sensor]
        roles: list[tuple[Role, int]] = [("detection", number) for number in numbers]
        if task.rests_on.delay is not None:
            roles.append(("delay", task.rests_on.delay))
        here = []
        for role, number in roles:
            key = (task.kind, task.id, task.way, number)
            if key not in seen:
                seen.add(key)
                figure = problem.figures[number]
                here.append(Figure(role=role, name=_name(figure), value=figure.value, at=figure.at, key=figure.key))
        found.append(tuple(here))
    return tuple(found)


def response_figures(response: Response) -> tuple[Figure, ...]:
    """The figures of a response: its arrival or the parts of it that are given, communication, neutralisation."""
    times = (
        ("arrival", response.arrival),
        ("assessment", response.assessment),
        ("communication", response.communication),
        ("deployment", response.deployment),
        *((f"deployment to {place}", time) for place, time in response.deployment_to),
    )
    probabilities = (
        ("p_communication", response.p_communication),
        ("p_neutralization", response.p_neutralization),
    )
    at = f"response/{response.id}"
    return (
        *(
            Figure(role="response", name=name, value=time, at=at, key=_key(name))
            for name, time in times
            if time is not None and time != ZERO
        ),
        *_probabilities("response", at, probabilities),
    )


def sources_in_words(figures: Sequence[Figure]) -> str:
    """How many figures there are and where they come from: unsourced first, then the most frequent sources."""
    counts = Counter(figure.source for figure in figures)
    unsourced = counts.pop(None, 0)
    named = [f"{count} {source}" for source, count in counts.most_common(SHOWN_SOURCES)]
    others = sum(counts.values()) - sum(count for _, count in counts.most_common(SHOWN_SOURCES))
    parts = [f"{unsourced} unsourced", *named, *([f"{others} from other sources"] if others else [])]
    return f"{len(figures)} figures: {', '.join(parts)}"


def _name(figure: ProblemFigure) -> str:
    """What a figure is called beside the thing that it belongs to: a sensor is another thing, and is named."""
    kind, _, name = figure.at.partition("/")
    if kind == "sensor":
        return f"{name}: {figure.key.removeprefix('p_')}"
    return figure.key.rpartition(".")[2]


def _key(name: str) -> str:
    """The key of a response's time: a deployment to a place stands in a list."""
    return name.replace("deployment to ", "deployment_to.")


def _probabilities(role: Role, at: str, parts: Sequence[tuple[str, Probability | None]]) -> Iterator[Figure]:
    for name, value in parts:
        if value is not None and value is not CERTAIN:
            yield Figure(role=role, name=name, value=value, at=at, key=name)
