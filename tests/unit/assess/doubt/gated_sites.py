"""Small sites whose answer under doubt has a closed form."""

from __future__ import annotations

from collections.abc import Sequence

from bartizan.assess.problem import Problem, compile_problem
from bartizan.quantity import Duration, Probability
from bartizan.site.model import Area, DetectAt, Element, Response, Target, Way
from bartizan.site.site import Site

ARRIVAL = Duration(60.0, 20.0)
ACT = Duration(70.0, 10.0)


def site_of(
    gates: Sequence[Probability],
    *,
    p_communication: Probability = Probability(1.0),  # noqa: B008 - frozen
    arrival: Duration = ARRIVAL,
    act: Duration = ACT,
    detect_at: DetectAt = "end",
    delay: Duration = Duration(10.0, 3.0),  # noqa: B008 - frozen
) -> Site:
    """Outside, gates side by side, inside a target: P_I of the path through a gate is P_C p P(act > arrival)."""
    return Site(
        name="gates",
        areas=(Area(id="street", outside=True), Area(id="yard")),
        elements=tuple(
            Element(
                id=f"gate-{number}",
                kind="gate",
                between=("street", "yard"),
                ways=(Way(id="force", p_detection=p, detect_at=detect_at, delay=delay),),
            )
            for number, p in enumerate(gates)
        ),
        targets=(Target(id="safe", area="yard", ways=(Way(id="open", delay=act),)),),
        responses=(Response(id="guard", arrival=arrival, p_communication=p_communication),),
    )


def problem_of(site: Site) -> Problem:
    return compile_problem(site, threat=None, target="safe", response="guard")
