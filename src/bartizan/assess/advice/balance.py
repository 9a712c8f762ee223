"""Is each layer as strong everywhere? Layers are cuts between the areas, by their distance from outside.

The distance of an area is the least number of elements that have to be passed to stand in it. Layer k parts the areas
nearer than k from the rest: every way in passes one of its elements, from k - 1 to k. Kept are those after which the
target can be reached without coming back across the layer, so that none of them is there for nothing: the layer is a
least cut. What skips layers (a roof, a tunnel) makes areas nearer, and so stands in the layer that it breaks.

An element is as strong as the worst path that breaks its layer there and at none of the others. A layer is in balance
where all are equally strong; what is stronger than the weakest gives nothing while the weakest stays as it is. Only
the way in is looked at: on the way out an intruder may go through what he left open.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bartizan.assess.advice.altered import on_leg, without, worst
from bartizan.assess.advice.result import Layer, Strength
from bartizan.assess.problem import Problem
from bartizan.assess.taskgraph import AT_TARGET, Arc

Passage = tuple[str, str, str]  # element, area left, area entered


def balance(problem: Problem) -> tuple[Layer, ...]:
    """How strong is each element of each layer, from outside in?

    Returns the layers between outside and the target's area, each with its elements, the weakest first; none where the
    target is outside or cannot be reached, or where several targets are wanted, for each of which the layers are
    others. Source: balanced protection (Garcia); what is compared is P_I, not delay or detection alone.
    """
    if len(problem.targets) > 1:
        return ()
    passages = list(dict.fromkeys(arc.through for arc in problem.graph.arcs if on_leg(arc, "in") and arc.through))
    begins = {problem.graph.nodes[start].area or "" for start in problem.graph.starts}
    target = problem.graph.nodes[AT_TARGET].area or ""
    distance = _distances(passages, begins)
    return tuple(
        Layer(number=number, strengths=_strengths(problem, _cut(passages, distance, number, target)))
        for number in range(1, distance.get(target, 0) + 1)
    )


def _strengths(problem: Problem, cut: Sequence[Passage]) -> tuple[Strength, ...]:
    found = []
    for name in dict.fromkeys(element for element, _, _ in cut):
        closed = {passage for passage in cut if passage[0] != name}

        def gone(arc: Arc, closed: set[Passage] = closed) -> bool:
            return on_leg(arc, "in") and arc.through in closed

        path = worst(without(problem, gone))
        found.append(Strength(id=name, p_interruption=None if path is None else path.p_interruption))
    return tuple(sorted(found, key=lambda one: 2.0 if one.p_interruption is None else one.p_interruption))


def _distances(passages: Iterable[Passage], begins: Iterable[str]) -> dict[str, int]:
    """How many elements lie between outside and each area that can be reached."""
    leading: dict[str, list[str]] = {}
    for _, left, entered in passages:
        leading.setdefault(left, []).append(entered)
    distance = dict.fromkeys(begins, 0)
    here = list(distance)
    while here:
        further = []
        for area in here:
            for entered in leading.get(area, []):
                if entered not in distance:
                    distance[entered] = distance[area] + 1
                    further.append(entered)
        here = further
    return distance


def _cut(passages: Iterable[Passage], distance: dict[str, int], number: int, target: str) -> list[Passage]:
    """The passages from areas nearer than `number`, after which the target is reached without coming back."""
    reached = [passage for passage in passages if passage[1] in distance]
    behind = {target}
    grew = True
    inner = [(left, entered) for _, left, entered in reached if distance[left] >= number]
    while grew:
        more = {left for left, entered in inner if entered in behind} - behind
        behind |= more
        grew = bool(more)
    return [passage for passage in reached if distance[passage[1]] < number and passage[2] in behind]
