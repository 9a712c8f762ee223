"""The best set on a site that can be worked out by hand, and what is said where the question has an edge."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from scipy.special import ndtr
from two_doors import delay, door, site

from bartizan.assess.harden import search
from bartizan.assess.harden.adversary import Adversary, Answer
from bartizan.assess.harden.excerpt import Question
from bartizan.assess.harden.harden import harden
from bartizan.assess.harden.result import Hardening
from bartizan.site.site import Site

ROUNDING = 1e-12


def question(**more: Any) -> Question:
    return Question(**{"threat": None, "target": "gold", "state": (), "response": "guards"} | more)


def best(of: Site, budget: str, **more: Any) -> Hardening:
    return harden(of, [question()], Decimal(budget), **more)


def timely(seconds: float) -> float:
    """P_I of a door that holds so long: Phi((delay - 100) / 50)."""
    return float(ndtr((seconds - 100.0) / 50.0))


def test_one_lock_on_one_of_two_doors_is_worth_nothing_and_two_are() -> None:
    doors = site([delay("left", "left", 150, 3), delay("right", "right", 120, 4)])
    alone = best(doors, "6.99")
    assert alone.best.upgrades == ()
    assert alone.best.value == pytest.approx(timely(50), abs=ROUNDING)
    both = best(doors, "7")
    assert both.best.upgrades == ("left", "right")
    # the intruder takes the weaker of the two
    assert both.best.value == pytest.approx(timely(120), abs=ROUNDING)
    assert both.best.proved
    assert [(int(point.cost), len(point.upgrades)) for point in both.front] == [(0, 0), (7, 2)]


def test_a_budget_of_nothing_tells_what_holds_now_and_takes_what_is_free() -> None:
    paid = [delay("left", "left", 150, 3), delay("right", "right", 120, 4)]
    now = best(site(paid), "0", front=False)
    assert now.best.upgrades == ()
    assert now.best.proved
    assert now.now == now.left
    given = [delay("left", "left", 150, 0), delay("right", "right", 120, 0)]
    assert best(site(given), "0", front=False).best.upgrades == ("left", "right")


def test_more_detection_that_lowers_p_interruption_is_not_bought() -> None:
    """EASI's artefact: a first door of 50 +- 400 s, noticed for certain, is worth less than the second one alone."""
    outer = {**door("outer", p_detection=0.0, delay={"mean": 50.0, "sd": 400.0}), "between": ["street", "yard"]}
    inner = {**door("inner", delay={"mean": 150.0, "sd": 0.0}), "between": ["yard", "vault"]}
    watch = {"at": "element/outer/way/force", "set": {"p_detection": 1.0}}
    layers = site(
        [{"id": "watch", "cost": 0, "changes": [watch]}],
        element=[outer, inner],
        area=[{"id": "street", "outside": True}, {"id": "yard"}, {"id": "vault"}],
    )
    found = best(layers, "1")
    assert found.best.upgrades == ()
    assert found.best.proved
    assert found.best.value == pytest.approx(timely(150), abs=ROUNDING)
    watched = best(layers.with_changes([watch]), "0", front=False).best.value
    assert watched == pytest.approx(float(ndtr(100.0 / (400.0**2 + 50.0**2) ** 0.5)), abs=ROUNDING)


def test_where_no_path_is_left_it_says_so_at_the_least_cost() -> None:
    walls = [
        {"id": f"wall-{side}", "cost": cost, "changes": [{"at": f"element/{side}", "remove": True}]}
        for side, cost in (("left", 5), ("right", 6))
    ]
    found = best(site([*walls, delay("dear", "left", 150, 1)]), "100")
    assert found.best.value is None
    assert found.best.cost == 11
    assert found.best.proved
    assert found.left[0].p_interruption is None
    assert found.left[0].path is None


def test_an_upgrade_may_open_a_path_and_the_adversary_takes_it() -> None:
    hole = {**door("hole", delay={"mean": 10.0, "sd": 0.0})}
    upgrade = delay("both", "left", 150, 1)
    upgrade["changes"].append({"at": "element/right/way/force", "set": {"delay": {"mean": 150.0, "sd": 0.0}}})
    opened = {**upgrade, "changes": [*upgrade["changes"], {"add": {"element": hole}}]}
    assert best(site([upgrade]), "1").best.upgrades == ("both",)
    assert best(site([opened]), "1").best.upgrades == ()


def test_a_state_and_an_upgrade_that_set_one_key_are_told_and_not_mixed() -> None:
    bolted = {"at": "element/left/way/force", "set": {"delay": {"mean": 70.0, "sd": 0.0}}}
    locked = site(
        [delay("lock", "left", 150, 1), delay("other", "right", 150, 1, requires=["lock"])],
        state=[{"id": "night", "axis": "time", "changes": [bolted]}],
    )
    found = harden(locked, [question(state=("night",))], Decimal(9))
    assert found.best.upgrades == ()
    assert [one.upgrade for one in found.never] == ["lock", "other"]
    assert found.never[0].reason.startswith("in state night two changes touch element/left/way/force/delay")
    assert "requires lock" in found.never[1].reason


def test_what_a_state_takes_away_is_away_and_the_upgrade_still_fits() -> None:
    shut = {"id": "night", "axis": "time", "changes": [{"at": "element/left", "remove": True}]}
    contact = {"id": "contact", "kind": "contact", "covers": ["left"], "p_sensed": 1.0}
    unseen = door("left", p_detection=None)
    upgrade = {"id": "watch", "cost": 1, "changes": [{"add": {"sensor": contact}}]}
    found = harden(
        site([upgrade], element=[unseen, door("right")], state=[shut]),
        [question(), question(state=("night",))],
        Decimal(1),
    )
    assert found.never == ()
    assert found.best.upgrades == ("watch",)
    assert [case.p_interruption for case in found.now] == pytest.approx([0.0, timely(50)], abs=ROUNDING)
    assert [case.p_interruption for case in found.left] == pytest.approx([timely(50), timely(50)], abs=ROUNDING)


def test_what_an_insider_switches_off_stays_off() -> None:
    contact = {"id": "contact", "kind": "contact", "covers": ["left"], "p_sensed": 0.5}
    better = {"id": "better", "cost": 1, "changes": [{"at": "sensor/contact", "set": {"p_sensed": 1.0}}]}
    off = {"id": "guard", "changes": [{"at": "sensor/contact", "set": {"p_sensed": 0.0}}]}
    watched = site([better], element=[door("left", p_detection=None)], sensor=[contact], insider=[off])
    assert best(watched, "1").best.value == pytest.approx(timely(50), abs=ROUNDING)
    found = harden(watched, [question(insider="guard")], Decimal(1))
    assert found.best.upgrades == ()
    assert found.best.value == 0.0


def test_p_effectiveness_is_the_measure_where_p_neutralization_is_known() -> None:
    guards = {"id": "guards", "arrival": {"mean": 100.0, "sd": 50.0}, "p_neutralization": 0.5}
    train = {"id": "train", "cost": 2, "changes": [{"at": "response/guards", "set": {"p_neutralization": 0.9}}]}
    found = best(site([train], response=[guards]), "2")
    assert found.measure == "p_effectiveness"
    assert found.best.upgrades == ("train",)
    assert found.best.value == pytest.approx(0.9 * timely(50), abs=ROUNDING)


def test_stopped_by_its_work_it_says_not_proved_and_never_more_than_it_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "DIVES", 0)
    upgrades = [delay(f"left-{number}", "left", 60 + number, 1) for number in range(4)]
    upgrades += [delay(f"right-{number}", "right", 60 + number, 1) for number in range(4)]
    short = best(site(upgrades), "2", work=1, front=False)
    assert not short.best.proved
    assert short.best.value == pytest.approx(timely(50), abs=ROUNDING)
    assert short.best.gap is None or short.best.gap >= timely(63) - timely(50) - ROUNDING
    full = best(site(upgrades), "2", front=False)
    assert full.best.proved
    assert full.best.upgrades == ("left-3", "right-3")


@pytest.fixture
def blind_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """An engine that, once anything was bought, misses every path."""
    real = Adversary.answer

    def answer(self: Adversary, case: int, mask: int) -> Answer:
        return real(self, case, mask) if not mask else Answer(0.99, 0.99, (), 0.99, None)

    monkeypatch.setattr(Adversary, "answer", answer)


@pytest.mark.usefixtures("blind_engine")
def test_what_the_engine_says_is_checked_on_the_whole_site() -> None:
    with pytest.raises(AssertionError, match=r"0\.99"):
        best(site([delay("left", "left", 150, 3), delay("right", "right", 120, 4)]), "7", front=False)


@pytest.mark.usefixtures("blind_engine")
def test_a_value_above_that_of_a_known_path_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Adversary, "whole", Adversary.answer)
    doors = site([delay("left", "left", 150, 3), delay("right", "right", 120, 4)])
    found = best(doors, "7", front=False)
    assert found.best.value == pytest.approx(timely(120), abs=ROUNDING)
    assert found.best.lower is None
    assert not found.best.proved


@pytest.mark.parametrize("communication", ["once", "per-alarm"])
def test_both_models_of_communication_are_bounded_by_their_own_paths(communication: str) -> None:
    guards = {"id": "guards", "arrival": {"mean": 100.0, "sd": 50.0}, "p_communication": 0.5}
    doors = site([delay("left", "left", 150, 3), delay("right", "right", 120, 4)], response=[guards])
    found = harden(doors, [question(communication=communication)], Decimal(7))
    assert found.best.upgrades == ("left", "right")
    assert found.best.value == pytest.approx(0.5 * timely(120), abs=ROUNDING)
    assert found.best.proved
