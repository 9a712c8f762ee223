"""The interruption clock: what each thing that is known changes."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from bartizan.assess.clock import ClockReading, Dispatch, read_clock
from bartizan.errors import InputError, MissingPartError, UnknownIdError
from bartizan.quantity import Duration, Probability
from bartizan.site.model import Area, Crossing, Element, Response, Target, Threat, Way
from bartizan.site.site import Site

CROSSING = Crossing(delay=Duration(20.0, 2.0))
SITE = Site(
    name="s",
    areas=(
        Area(id="street", outside=True, crossing=CROSSING),
        Area(id="yard", crossing=CROSSING),
        Area(id="house", crossing=Crossing(delay=Duration(10.0, 1.0))),
    ),
    elements=(
        Element(
            id="gate",
            kind="gate",
            between=("street", "yard"),
            ways=(
                Way(id="climb", p_detection=Probability(0.5), detect_at="begin", delay=Duration(40.0, 4.0)),
                Way(id="cut", p_detection=Probability(0.9), detect_at="middle", delay=Duration(60.0, 6.0)),
                Way(id="drill", p_detection=Probability(0.9), detect_at="end", delay=Duration(300.0, 9.0)),
                Way(id="walk", needs=frozenset({"key"}), delay=Duration(5.0, 0.0)),
            ),
        ),
        Element(id="door", kind="door", between=("yard", "house"), ways=(Way(id="force", delay=Duration(50.0, 5.0)),)),
    ),
    targets=(Target(id="safe", area="house", ways=(Way(id="open", delay=Duration(100.0, 10.0)),)),),
    responses=(
        Response(id="guards", arrival=Duration(90.0, 27.0), p_communication=Probability(0.9)),
        Response(
            id="police",
            assessment=Duration(30.0, 0.0),
            communication=Duration(20.0, 0.0),
            deployment=Duration(100.0, 30.0),
            deployment_to=(("gate", Duration(80.0, 24.0)), ("house", Duration(120.0, 36.0))),
        ),
    ),
    threats=(Threat(id="burglar"),),
)


def read(site: Site = SITE, **known: Any) -> ClockReading:
    facts: dict[str, Any] = {"target": "safe", "threat": "burglar", "place": "yard", "since": 0.0, "now": 0.0}
    return read_clock(site, **(facts | known))


def chances(reading: ClockReading) -> dict[str, float]:
    return {one.response: one.chance for one in reading.chances}


def phi(z: float) -> float:
    return 0.5 * math.erfc(-z / math.sqrt(2.0))


@pytest.mark.parametrize(
    ("place", "mean", "variance"),
    [
        ("house", 110.0, 101.0),
        ("door", 160.0, 126.0),
        ("yard", 180.0, 130.0),
        ("gate/climb", 220.0, 146.0),
        ("gate/cut", 210.0, 139.0),
        ("gate/drill", 180.0, 130.0),
        ("gate", 180.0, 130.0),  # the worst of its ways: nothing is left of drilling when it is noticed
    ],
)
def test_what_is_left_from_each_place(place: str, mean: float, variance: float) -> None:
    """Where neither time is near 0 the chance is one comparison of normals, as in EASI."""
    found = chances(read(place=place))["guards"]
    # cut at 0: the response with probability Phi(-90 / 27), the delay hardly ever
    assert found == pytest.approx(0.9 * phi((mean - 90.0) / math.sqrt(variance + 27.0**2)), abs=phi(-90.0 / 27.0))


def test_outside_nothing_counts_down() -> None:
    early, late = read(place="street"), read(place="street", now=500.0)
    assert not early.counting
    assert chances(early) == chances(late)
    assert [layer.mean for layer in early.layers] == [layer.mean for layer in late.layers]
    # the whole gate is left, and no crossing of the street
    assert chances(early)["guards"] == pytest.approx(0.9 * phi((220.0 - 90.0) / math.sqrt(146.0 + 729.0)), abs=1e-3)


def test_time_that_goes_by_unused_costs_chance_and_a_response_under_way_keeps_it() -> None:
    waiting = [chances(read(now=now))["guards"] for now in (0.0, 30.0, 60.0, 90.0, 120.0)]
    assert waiting == sorted(waiting, reverse=True)
    assert waiting[-1] < 0.15
    sent = chances(read(now=90.0, dispatches=[Dispatch("guards", 0.0)]))["guards"]
    assert sent > waiting[3] + 0.3


def test_communication_counts_until_contact_is_confirmed() -> None:
    before, after = chances(read()), chances(read(contact_confirmed=True))
    assert before["guards"] == pytest.approx(0.9 * after["guards"])
    assert before["police"] == after["police"]


def test_on_the_scene_is_certain() -> None:
    reading = read(now=1_000.0, dispatches=[Dispatch("guards", 10.0, on_scene=True)])
    guards, police = reading.chances
    assert (guards.chance, guards.on_scene, guards.sent, guards.eta_mean) == (1.0, True, True, 0.0)
    assert police.chance < 0.1
    assert reading.best == "police"


def test_parts_already_done_are_left_out() -> None:
    def eta(**known: Any) -> float:
        return read(place="yard", **known).chances[1].eta_mean

    # the yard is not named for deployment, the target's area is: 30 + 20 + 120
    assert eta() == pytest.approx(170.0, abs=0.1)
    assert eta(now=25.0) == pytest.approx(170.0, abs=0.1)
    assert eta(now=25.0, assessed_at=20.0) == pytest.approx(140.0, abs=0.1)
    assert eta(now=25.0, assessed_at=26.0) == pytest.approx(170.0, abs=0.1)
    assert eta(now=25.0, dispatches=[Dispatch("police", 25.0)]) == pytest.approx(140.0, abs=0.1)
    assert eta(now=45.0, dispatches=[Dispatch("police", 25.0)]) == pytest.approx(120.0, abs=0.1)
    assert read(place="gate").chances[1].eta_mean == pytest.approx(130.0, abs=0.1)


def test_the_best_to_send_is_the_likeliest_not_yet_sent() -> None:
    assert read().best == "guards"
    assert read(dispatches=[Dispatch("guards", 0.0)]).best == "police"
    assert read(dispatches=[Dispatch("guards", 0.0), Dispatch("police", 0.0)]).best == "guards"
    assert read(dispatches=[Dispatch("guards", None)]).best == "guards"


def test_a_deeper_alarm_moves_the_place_and_restarts_nothing() -> None:
    sent = [Dispatch("guards", 5.0)]
    before = read(now=30.0, dispatches=sent)
    reading = read(place="door", now=30.0, dispatches=sent)
    assert reading.since == 0.0
    # thirty seconds are gone of the door's fifty, twenty-five of the drive
    assert reading.chances[0].eta_mean == before.chances[0].eta_mean
    assert reading.layers[0].mean == pytest.approx(20.0, abs=0.1)
    assert chances(reading)["guards"] < chances(before)["guards"]


def test_layers_add_up_along_the_worst_way() -> None:
    reading = read(place="gate/climb", now=10.0)
    assert [(layer.kind, layer.id, layer.way) for layer in reading.layers] == [
        ("element", "gate", "climb"),
        ("area", "yard", None),
        ("element", "door", "force"),
        ("area", "house", None),
        ("target", "safe", "open"),
    ]
    assert [layer.mean for layer in reading.layers] == pytest.approx([30.0, 50.0, 100.0, 110.0, 210.0], abs=0.1)
    last = reading.layers[-1]
    deviation = math.sqrt(146.0)
    assert (last.p10, last.p90) == pytest.approx((210.0 - 1.2816 * deviation, 210.0 + 1.2816 * deviation), abs=0.1)


def test_fixed_delays_that_should_be_over_leave_no_chance_and_no_time() -> None:
    fixed = tuple(
        replace(element, ways=tuple(replace(way, delay=Duration.fixed(way.delay.mean)) for way in element.ways))
        for element in SITE.elements
    )
    plain = tuple(replace(area, crossing=None) for area in SITE.areas)
    target = replace(SITE.targets[0], ways=(Way(id="open", delay=Duration.fixed(100.0)),))
    site = replace(SITE, elements=fixed, areas=plain, targets=(target,))
    assert chances(read(site, place="door", now=149.0))["guards"] > 0.0
    late = read(site, place="door", now=150.0)
    assert chances(late) == {"guards": 0.0, "police": 0.0}
    assert [(layer.mean, layer.p90) for layer in late.layers] == [(0.0, 0.0), (0.0, 0.0)]


def test_removal_has_still_to_get_out() -> None:
    site = replace(SITE, targets=(replace(SITE.targets[0], objective="remove"),))
    reading = read(site, place="house")
    assert [layer.id for layer in reading.layers] == ["house", "safe", "door", "yard", "gate"]


def test_any_target_means_the_worst_of_them() -> None:
    near = Target(id="desk", area="yard", ways=(Way(id="take", delay=Duration(30.0, 3.0)),))
    site = replace(SITE, targets=(*SITE.targets, near))
    assert chances(read(site, target=None)) == chances(read(site, target="desk"))
    assert chances(read(site, target="desk"))["guards"] < chances(read(site))["guards"]


def test_without_a_threat_the_intruder_has_what_ways_need() -> None:
    gate = replace(SITE.elements[0], ways=tuple(way for way in SITE.elements[0].ways if way.id != "drill"))
    site = replace(SITE, elements=(gate, SITE.elements[1]))
    # walking needs a key and is the quickest; without it, cutting is, noticed half way
    assert chances(read(site, place="gate", threat=None)) == chances(read(site, place="gate/walk", threat=None))
    assert chances(read(site, place="gate")) == chances(read(site, place="gate/cut"))
    assert chances(read(site, place="gate"))["guards"] > chances(read(site, place="gate", threat=None))["guards"]


def test_without_responses_the_quickest_way_is_shown() -> None:
    reading = read(replace(SITE, responses=()), place="gate")
    assert (reading.chances, reading.best) == ((), None)
    assert [layer.id for layer in reading.layers] == ["gate", "yard", "door", "house", "safe"]


def door(name: str, one: str, other: str, mean: float, sd: float) -> Element:
    return Element(id=name, kind="door", between=(one, other), ways=(Way(id="w", delay=Duration(mean, sd)),))


def at_once(*elements: Element, arrival: Duration, crossing: float = 0.0) -> Site:
    """A yard, a lobby and a house, in which the target is reached at once."""
    names = {area for element in elements for area in element.between}
    return replace(
        SITE,
        areas=tuple(
            Area(id=name, crossing=Crossing(delay=Duration(crossing, 0.0)) if name == "yard" else None)
            for name in sorted(names)
        ),
        elements=elements,
        targets=(Target(id="safe", area="house", ways=(Way(id="take"),)),),
        responses=(Response(id="guards", arrival=arrival),),
    )


def test_the_worst_way_may_be_the_one_of_more_mean_and_more_spread_after_a_long_crossing() -> None:
    """After 110 s, with 100 s of crossing in both: 90 +- 5 s are left by the one door, 100 +- 40 s by the other."""
    site = at_once(
        door("steady", "yard", "house", 100.0, 5.0),
        door("loose", "yard", "house", 110.0, 40.0),
        arrival=Duration(75.0, 0.0),
        crossing=100.0,
    )
    reading = read(site, now=110.0)
    assert chances(reading)["guards"] == pytest.approx(phi(25.0 / 40.0) / phi(100.0 / 40.0), abs=1e-9)
    assert [layer.id for layer in reading.layers] == ["yard", "loose", "safe"]


def test_the_worst_way_may_begin_with_a_wide_spread() -> None:
    """Straight on 100 +- 10 s; through the lobby 120 s for certain, or 122 +- 60 s by its other door."""
    site = at_once(
        door("straight", "yard", "house", 100.0, 10.0),
        door("first", "yard", "lobby", 60.0, 0.0),
        door("other", "yard", "lobby", 62.0, 60.0),
        door("last", "lobby", "house", 60.0, 0.0),
        arrival=Duration(85.0, 0.0),
    )
    reading = read(site)
    assert chances(reading)["guards"] == pytest.approx(phi(37.0 / 60.0) / phi(122.0 / 60.0), abs=1e-9)
    assert [layer.id for layer in reading.layers] == ["yard", "other", "last", "safe"]


@pytest.mark.parametrize("now", [1e4, 1e6, 1e9])
def test_long_after_all_should_be_over_figures_stay_finite(now: float) -> None:
    reading = read(now=now, dispatches=[Dispatch("guards", 0.0)])
    for one in reading.chances:
        assert 0.0 <= one.chance <= 1.0
        assert math.isfinite(one.eta_mean)
    for layer in reading.layers:
        assert 0.0 <= layer.p10 <= layer.p90 < 1.0


@pytest.mark.parametrize(
    ("known", "error", "message"),
    [
        ({"place": "moat"}, UnknownIdError, "no area and no element has the id 'moat'"),
        ({"place": "gate/fly"}, UnknownIdError, "gate/fly"),
        ({"target": "crown"}, UnknownIdError, "crown"),
        ({"threat": "army"}, UnknownIdError, "army"),
        ({"dispatches": [Dispatch("army", 0.0)]}, UnknownIdError, "army"),
        ({"now": -1.0}, InputError, "since = 0 s lies after now = -1 s"),
        ({"now": math.nan}, InputError, "now = nan is no moment"),
        ({"dispatches": [Dispatch("guards", 1.0)]}, InputError, "sent at 1 s, after now"),
    ],
)
def test_what_cannot_be_read_is_named(known: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        read(**known)


def test_a_place_from_which_no_way_leads_on_is_named() -> None:
    out = replace(SITE.elements[1], between=("house", "yard"), direction="forward")
    with pytest.raises(MissingPartError, match="no way onward from 'yard'"):
        read(replace(SITE, elements=(SITE.elements[0], out)))


def test_a_site_without_targets_is_told_so() -> None:
    with pytest.raises(MissingPartError, match=r"Add a \[\[target\]\]"):
        read(replace(SITE, targets=()), target=None)
