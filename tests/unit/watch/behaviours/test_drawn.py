"""What a rule is drawn on: strips are folded, rings are closed, and what is missing is named with its cure."""

from __future__ import annotations

from typing import Any

import pytest
from shapely import LineString, Point, Polygon
from yards import a_site, watch_for

from bartizan.errors import InputError, MissingPartError
from bartizan.site.model import Element, Rule, Zone
from bartizan.site.site import Site
from bartizan.watch.behaviours import BEHAVIOURS
from bartizan.watch.behaviours.parts.drawn import folded, paced_line, ring_of

SETTINGS: dict[str, dict[str, Any]] = {
    "pacing": {"reversals": 3, "within": 180.0, "span": 8.0, "hysteresis": 4.0, "band": 15.0},
    "laps": {"laps": 1.0, "within": 1800.0, "band": 15.0},
    "repeated-pass": {"passes": 3, "within": 3600.0, "apart": 30.0, "band": 3.0},
    "approach": {"near": 3.0, "closing": 10.0, "within": 30.0},
    "line-crossing": {"direction": "both", "depth": 0.5},
    "tailgating": {"within": 4.0, "apart": 5.0, "direction": "both", "people": 2},
    "left-object": {"after": 60.0, "owner": 3.0, "grace": 30.0},
}


def a_rule(kind: Any, **about: Any) -> Rule:
    settings = SETTINGS[kind] | about.pop("settings", {})
    return Rule(id="r7", kind=kind, settings=settings, **about)


def with_fence(shape: Any) -> Site:
    return Site(name="yard", elements=(Element(id="fence", kind="fence", between=("a", "b"), ways=(), shape=shape),))


@pytest.mark.parametrize("kind", ["pacing", "laps", "repeated-pass", "approach", "line-crossing", "tailgating"])
def test_an_element_that_is_not_drawn_is_named_with_the_rule_and_the_cure(kind: str) -> None:
    with pytest.raises(MissingPartError, match=r"rule 'r7'.* element 'fence', which is not drawn\. Add line = "):
        BEHAVIOURS[kind](a_rule(kind, element="fence"), with_fence(None))


@pytest.mark.parametrize("kind", ["pacing", "line-crossing", "tailgating"])
def test_a_point_has_no_length(kind: str) -> None:
    with pytest.raises(MissingPartError, match=r"rule 'r7' .*needs the length of fence, .*drawn as a point.*Draw it"):
        BEHAVIOURS[kind](a_rule(kind, element="fence"), with_fence(Point(1, 1)))


@pytest.mark.parametrize("kind", ["pacing", "line-crossing", "tailgating"])
@pytest.mark.parametrize(
    "places",
    [[(0, 0), (10, 0), (10, 5), (5, -5)], [(0, 0), (10, 0), (5, 0)], [(0, 0), (9, 0), (9, 9), (0, 0), (-5, 3)]],
)
def test_a_line_that_touches_or_crosses_itself_has_no_sides(kind: str, places: Any) -> None:
    with pytest.raises(MissingPartError, match=r"rule 'r7' .* fence, which crosses or touches itself"):
        BEHAVIOURS[kind](a_rule(kind, element="fence"), with_fence(LineString(places)))


@pytest.mark.parametrize("shape", [Point(1, 1), LineString([(0, 0), (100, 0)]), LineString([(0, 0), (9, 0), (18, 0)])])
def test_laps_need_something_to_go_around(shape: Any) -> None:
    with pytest.raises(MissingPartError, match=r"rule 'r7' counts laps around fence, which encloses no ground\. Draw"):
        BEHAVIOURS["laps"](a_rule("laps", element="fence"), with_fence(shape))


def test_a_box_has_no_direction() -> None:
    rule = a_rule("line-crossing", element="fence", settings={"direction": "forward"})
    with pytest.raises(MissingPartError, match=r"direction through fence, .* box .*Give the rule its own `line`"):
        BEHAVIOURS["line-crossing"](rule, with_fence(Polygon([(0, 0), (4, 0), (4, 0.4), (0, 0.4)])))


@pytest.mark.parametrize("kind", sorted(SETTINGS))
def test_a_rule_without_a_place_is_refused(kind: str) -> None:
    with pytest.raises(MissingPartError, match=r"rule 'r7'.* names no (place|zone)\. Add"):
        BEHAVIOURS[kind](a_rule(kind), Site(name="yard"))


def test_every_error_of_a_place_is_the_input_s_or_the_site_s() -> None:
    assert not issubclass(MissingPartError, InputError)
    assert MissingPartError.exit_status == 2


def test_a_pavement_is_folded_to_its_long_side() -> None:
    line, name = paced_line(a_rule("pacing", zone="pavement"), _pavement([(0, 0), (40, 0), (40, 3), (0, 3)]))
    assert name == "along the street"
    assert line.length == pytest.approx(40.0, abs=0.7)
    assert not line.closed


def test_a_pavement_around_a_corner_is_folded_too() -> None:
    bent = [(0, 0), (40, 0), (40, 30), (37, 30), (37, 3), (0, 3)]
    line, _ = paced_line(a_rule("pacing", zone="pavement"), _pavement(bent))
    assert line.length == pytest.approx(67.0 + 3.0, abs=4.0)
    assert not line.closed


def test_a_yard_is_paced_around() -> None:
    line, _ = paced_line(a_rule("pacing", zone="pavement"), _pavement([(0, 0), (40, 0), (40, 30), (0, 30)]))
    assert (line.length, line.closed) == (140.0, True)


def test_a_strip_wider_than_the_band_is_paced_around() -> None:
    line, _ = paced_line(a_rule("pacing", zone="pavement"), _pavement([(0, 0), (100, 0), (100, 20), (0, 20)]))
    assert line.closed


def _pavement(corners: Any) -> Site:
    return Site(name="yard", zones=(Zone(id="pavement", name="along the street", polygon=Polygon(corners)),))


def test_the_halves_of_a_folded_edge_make_up_the_whole() -> None:
    strip = Polygon([(0, 0), (40, 0), (40, 3), (0, 3)])
    assert folded(strip).length == pytest.approx(strip.length / 2.0)


def test_the_middle_of_a_ring_lies_inside_it() -> None:
    horseshoe = [(0, 0), (30, 0), (30, 30), (20, 30), (20, 10), (10, 10), (10, 30), (0, 30), (0, 0)]
    line, (x, y, radius), _ = ring_of(a_rule("laps", element="fence"), with_fence(LineString(horseshoe)))
    assert Polygon(horseshoe).exterior.distance(Point(x, y)) == pytest.approx(radius, abs=0.01)
    assert Polygon(horseshoe).contains(Point(x, y))
    assert line.closed


def test_a_site_file_says_the_same_before_any_rule_is_made() -> None:
    with pytest.raises(InputError, match="has no place on the plan"):
        a_site({"id": "r", "kind": "pacing", "element": "fence"})
    assert watch_for("pacing", line=[(0.0, 0.0), (9.0, 0.0)]).kind == "pacing"
