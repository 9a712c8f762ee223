"""What could be spared: alone, together, and never on the strength of an artefact."""

from __future__ import annotations

from typing import Any

from two_doors import door, site

from bartizan.assess.harden.spare import Item, spare
from bartizan.assess.problem import Problem, compile_problem

LAYERS = [{"id": "street", "outside": True}, {"id": "yard"}, {"id": "vault"}]


def problem(**more: Any) -> Problem:
    return compile_problem(site([], **more), threat=None, target="gold", response="guards")


def test_a_door_that_is_never_the_weaker_may_lose_delay_but_not_all_that_it_has() -> None:
    weak, strong = door("left"), door("right", delay={"mean": 500.0, "sd": 0.0})
    spared = spare([problem(element=[weak, strong])])
    # without its delay, or its detection, the strong door becomes the weaker one
    assert spared.free == ()
    assert spared.weighed == 4


def test_two_sensors_that_stand_in_for_each_other_are_free_alone_and_not_together() -> None:
    twins = [{"id": name, "kind": "contact", "covers": ["left"], "p_sensed": 1.0} for name in ("one", "two")]
    spared = spare([problem(element=[door("left", p_detection=None)], sensor=twins)])
    assert spared.free == (Item(kind="sensor", at="one"), Item(kind="sensor", at="two"))
    assert spared.together == (Item(kind="sensor", at="one"),)


def test_what_is_free_for_one_case_and_not_for_another_is_not_free() -> None:
    quick = {"id": "quick", "arrival": {"mean": 1.0, "sd": 0.0}}
    slow = {"id": "guards", "arrival": {"mean": 100.0, "sd": 50.0}}
    late = {**door("late", delay={"mean": 20.0, "sd": 0.0}), "between": ["yard", "vault"]}
    early = {**door("early"), "between": ["street", "yard"]}
    of = site([], element=[early, late], area=LAYERS, response=[quick, slow])
    detection = Item(kind="detection", at="early")
    cases = [compile_problem(of, threat=None, target="gold", response=name) for name in ("quick", "guards")]
    assert detection in spare(cases[:1]).free
    assert detection not in spare(cases).free


def test_what_raises_p_interruption_by_its_loss_is_an_artefact_and_not_free() -> None:
    outer = {**door("outer", delay={"mean": 50.0, "sd": 400.0}), "between": ["street", "yard"]}
    inner = {**door("inner", delay={"mean": 150.0, "sd": 0.0}), "between": ["yard", "vault"]}
    spared = spare([problem(element=[outer, inner], area=LAYERS)])
    raising = {item.at for item in spared.raising if item.kind == "detection"}
    assert raising == {"outer"}
    assert not set(spared.raising) & set(spared.free)


def test_a_case_without_a_path_has_nothing_to_lose() -> None:
    shut = door("left", needs=["key"])
    threats = [{"id": "bare"}]
    of = site([], element=[shut], threat=threats)
    assert spare([compile_problem(of, threat="bare", target="gold", response="guards")]).together == ()
