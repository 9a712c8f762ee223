"""Sites worked out by hand: what joins what, who may go where, and what is left open behind them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bartizan.assess.problem import Problem, compile_problem
from bartizan.assess.taskgraph import DONE, Arc
from bartizan.errors import InputError
from bartizan.quantity import Duration, Probability
from bartizan.site.model import Area, Change, Element, Insider, Response, Sensor, Target, Threat, Way
from bartizan.site.site import Site


def way(name: str = "walk", mean: float = 10.0, p: float | None = 0.5, **rest: Any) -> Way:
    detection = None if p is None else Probability(p)
    return Way(id=name, p_detection=detection, detect_at="begin", delay=Duration(mean, 0.0), **rest)


def element(name: str, one: str, other: str, *ways: Way, **rest: Any) -> Element:
    return Element(id=name, kind="door", between=(one, other), ways=ways or (way(),), **rest)


# street - fence - yard - door - house - vault door - vault
SITE = Site(
    name="rings",
    areas=(Area(id="street", outside=True), Area(id="yard"), Area(id="house"), Area(id="vault")),
    elements=(
        element("fence", "street", "yard"),
        element("door", "yard", "house"),
        element("vault-door", "house", "vault"),
    ),
    targets=(
        Target(id="gold", area="vault", ways=(way("take", 60.0, 0.0),)),
        Target(id="papers", area="house", ways=(way("read", 30.0, 0.0),)),
    ),
    responses=(Response(id="guards", arrival=Duration(60.0, 0.0)),),
    threats=(Threat(id="pair", count=2),),
)


def journeys(site: Site, target: Any = "gold", threat: str | None = None, **options: Any) -> set[str]:
    """Every path in words: ways gone, "-" between legs."""
    problem = compile_problem(site, threat=threat, target=target, response="guards", **options)
    return {" ".join(words) for words in _further(problem, None, [])}


def _further(problem: Problem, at: int | None, gone: list[Arc]) -> Any:
    nodes = problem.graph.nodes
    if at == DONE:
        yield [f"{arc.task.id}/{arc.task.way}" if arc.task.way else f"({arc.task.id})" for arc in gone]
        return
    for arc in problem.graph.arcs:
        if arc.tail not in (problem.graph.starts if at is None else (at,)):
            continue
        leg = nodes[arc.tail].stage
        been = {nodes[one.tail].area for one in gone if nodes[one.tail].stage == leg} | {nodes[arc.tail].area}
        if arc.through is not None and arc.through[2] in been:
            continue
        if arc.needs_open is not None and arc.needs_open not in {one.opens for one in gone}:
            continue
        yield from _further(problem, arc.head, [*gone, arc])


def with_elements(*elements: Element) -> Site:
    return replace(SITE, elements=(*SITE.elements, *elements))


IN = "fence/walk door/walk vault-door/walk gold/take"
OUT = "vault-door/walk door/walk fence/walk"


def removed(site: Site) -> Site:
    return replace(site, targets=(replace(site.targets[0], objective="remove"), *site.targets[1:]))


def test_a_roof_and_a_tunnel_skip_layers() -> None:
    site = with_elements(element("roof", "street", "house"), element("tunnel", "street", "vault"))
    assert journeys(site) == {IN, "roof/walk vault-door/walk gold/take", "tunnel/walk gold/take"}


def test_one_way_elements_and_ways_serve_one_side() -> None:
    slide = element("slide", "vault", "street", direction="forward")
    assert journeys(with_elements(slide)) == {IN}
    assert journeys(removed(with_elements(slide))) == {f"{IN} {OUT}", f"{IN} slide/walk"}
    sided = element("hatch", "street", "vault", way("push", direction="backward"), way("pull", direction="forward"))
    found = journeys(removed(with_elements(sided)))
    assert found == {f"{one} {other}" for one in (IN, "hatch/pull gold/take") for other in (OUT, "hatch/push")}


def test_several_outside_areas_are_all_beginnings_and_ends() -> None:
    site = replace(with_elements(element("quay", "water", "yard")), areas=(*SITE.areas, Area(id="water", outside=True)))
    by_water = IN.replace("fence", "quay")
    # who comes from the water may still cross the street's side, for nothing forbids to go round outside
    assert {IN, by_water} <= journeys(site)
    ends = {path.rpartition(" ")[2] for path in journeys(removed(site))}
    assert ends == {"fence/walk", "quay/walk"}


def test_how_many_come_decides_on_some_ways() -> None:
    heavy = with_elements(element("wall", "street", "vault", way("lift", needs_count=3)))
    assert journeys(heavy, threat="pair") == {IN}
    light = with_elements(element("wall", "street", "vault", way("lift", needs_count=2)))
    assert journeys(light, threat="pair") == {IN, "wall/lift gold/take"}
    # nobody named is as many as it takes
    assert journeys(heavy) == {IN, "wall/lift gold/take"}


def test_all_targets_are_taken_in_every_order_one_leg_each() -> None:
    assert journeys(SITE, ("gold", "papers")) == {
        "fence/walk door/walk papers/read vault-door/walk gold/take",
        f"{IN} vault-door/walk papers/read",
    }
    assert journeys(removed(SITE), ("gold", "papers")) == {
        f"fence/walk door/walk papers/read vault-door/walk gold/take {OUT}",
        f"{IN} vault-door/walk papers/read door/walk fence/walk",
    }


def test_two_targets_in_one_area_are_one_walk() -> None:
    site = replace(SITE, targets=(SITE.targets[0], replace(SITE.targets[1], area="vault")))
    assert journeys(site, ("gold", "papers")) == {f"{IN} papers/read", IN.replace("gold/take", "papers/read gold/take")}


def test_what_was_forced_closes_or_stays_open() -> None:
    forced = replace(SITE.elements[2], ways=(way("force", opens=True), way("key")))
    site = removed(replace(SITE, elements=(*SITE.elements[:2], forced)))
    into = "fence/walk door/walk vault-door/{} gold/take"
    away = " door/walk fence/walk"
    closes = {f"{into.format(one)} vault-door/{other}{away}" for one in ("force", "key") for other in ("force", "key")}
    assert journeys(site) == closes
    assert journeys(site, forced="closes") == closes
    assert journeys(site, forced="stays-open") == closes | {f"{into.format('force')} (vault-door){away}"}


def test_an_open_element_takes_no_time_and_nothing_notices() -> None:
    site = removed(
        replace(SITE, elements=(*SITE.elements[:2], element("vault-door", "house", "vault", way(opens=True))))
    )
    problem = compile_problem(site, threat=None, target="gold", response="guards", forced="stays-open")
    (arc,) = [arc for arc in problem.graph.arcs if arc.needs_open]
    assert (arc.task.p_detection, arc.task.delay_mean, arc.task.law) == (0.0, 0.0, Duration.fixed(0.0))
    assert (arc.task.way, arc.needs_open, arc.through) == (None, "vault-door", ("vault-door", "vault", "house"))
    arrays = problem.arrays
    assert arrays.openings == ("vault-door",)
    assert [arrays.openings[number] for number in arrays.needs_open if number >= 0] == ["vault-door"]


def test_a_door_left_open_does_not_help_on_the_same_leg_or_where_its_element_forbids() -> None:
    opened = element("vault-door", "house", "vault", way(opens=True), direction="forward")
    back = element("chute", "vault", "house", direction="forward")
    site = removed(replace(SITE, elements=(*SITE.elements[:2], opened, back)))
    paths = journeys(site, forced="stays-open")
    assert paths == {f"{IN} chute/walk door/walk fence/walk"}
    assert journeys(replace(site, targets=SITE.targets[:1]), forced="stays-open") == {IN}


def test_an_insider_who_helps_is_in_the_figures() -> None:
    document = {
        "schema": 1,
        "site": {"name": "x"},
        "area": [{"id": "street", "outside": True}, {"id": "house"}],
        "element": [{"id": "door", "kind": "door", "between": ["street", "house"],
                     "way": [{"id": "force", "needs": ["ram"], "detect_at": "begin"}]}],
        "sensor": [{"id": "contact", "kind": "contact", "covers": ["door"], "p_sensed": 0.9}],
        "target": [{"id": "gold", "area": "house", "way": [{"id": "take"}]}],
        "response": [{"id": "guards", "arrival": {"mean": 60, "sd": 0}}],
        "insider": [{"id": "porter", "changes": [
            {"at": "sensor/contact", "remove": True},
            {"at": "element/door/way/force", "set": {"needs": []}},
        ]}],
        "threat": [{"id": "thief"}],
    }  # fmt: skip
    from bartizan.site import build  # noqa: PLC0415 only here from a document

    site = build(document)
    assert journeys(site, threat="thief") == set()
    helped = compile_problem(site, threat="thief", target="gold", response="guards", insider="porter")
    assert helped.insider == "porter"
    assert [arc.task.p_detection for arc in helped.graph.arcs if arc.task.id == "door"] == [0.0]


def test_sensors_of_one_cause_count_once() -> None:
    def p(cause: str | None) -> float:
        sensors = tuple(
            Sensor(id=f"s{chance}", kind="beam", covers=("fence",), p_sensed=Probability(chance), common_cause=cause)
            for chance in (0.5, 0.6)
        )
        fence = element("fence", "street", "yard", way(p=None))
        site = replace(SITE, sensors=sensors, elements=(fence, *SITE.elements[1:]))
        graph = compile_problem(site, threat=None, target="gold", response="guards").graph
        return next(arc.task.p_detection for arc in graph.arcs if arc.task.id == "fence")

    assert p(None) == pytest.approx(1.0 - 0.5 * 0.4)
    assert p("power") == pytest.approx(0.6)


def test_the_response_goes_where_it_takes_longest() -> None:
    force = Response(
        id="guards",
        deployment=Duration(10.0, 0.0),
        deployment_to=(("house", Duration(90.0, 9.0)), ("vault", Duration(40.0, 1.0))),
    )
    site = replace(SITE, responses=(force,))
    both = compile_problem(site, threat=None, target=("gold", "papers"), response="guards")
    assert (both.response_mean, both.target, both.targets) == (90.0, "gold,papers", ("gold", "papers"))
    assert compile_problem(site, threat=None, target="gold", response="guards").response_mean == 40.0


@pytest.mark.parametrize(
    ("targets", "words"),
    [
        ((), "no target was named"),
        (("gold", "gold"), "each once"),
        (tuple(f"t{number}" for number in range(9)), "at most 8 at once"),
    ],
)
def test_targets_that_make_no_sense_are_refused(targets: tuple[str, ...], words: str) -> None:
    more = tuple(Target(id=f"t{number}", area="house", ways=(way(),)) for number in range(9))
    site = replace(SITE, targets=(*SITE.targets, *more))
    with pytest.raises(InputError, match=words):
        compile_problem(site, threat=None, target=targets, response="guards")


def test_changes_are_the_grammar_of_insiders() -> None:
    insider = Insider(id="porter", changes=(Change(at="sensor/contact", remove=True),))
    assert replace(SITE, insiders=(insider,)).insider("porter") is insider
