"""What changes do to P_I: in every state that the site can be in, worked out again by hand where it can be."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import hypot
from typing import Any

import pytest
from scipy.special import ndtr

from bartizan.app.figures import Offer
from bartizan.app.figures.effect import MOST_STATES, effect_of
from bartizan.app.figures.gains import gains_of
from bartizan.desk.figures import Life, Origin
from bartizan.desk.figures.life import Trip
from bartizan.site import build
from bartizan.site.model import Change
from bartizan.site.site import Site

MEASURED = [Change(at="element/gate/way/force", set={"p_detection": {"detected": 18, "trials": 20}})]
# EASI by hand: detected when the gate is begun, 60 s and 120 s of delay, against a response of 90 s
TIMELY = float(ndtr((180.0 - 90.0) / hypot(18.0, 36.0, 27.0)))


def a_site(*states: dict[str, Any]) -> Site:
    return build(
        {
            "schema": 1,
            "site": {"name": "A gate"},
            "area": [{"id": "street", "outside": True}, {"id": "yard"}],
            "element": [
                {
                    "id": "gate",
                    "kind": "gate",
                    "between": ["street", "yard"],
                    "way": [{"id": "force", "p_detection": 0.5, "detect_at": "begin", "delay": {"mean": 60, "sd": 18}}],
                }
            ],
            "target": [{"id": "safe", "area": "yard", "way": [{"id": "open", "delay": {"mean": 120, "sd": 36}}]}],
            "response": [{"id": "guards", "arrival": {"mean": 90, "sd": 27}, "p_communication": 1.0}],
            "state": list(states),
        }
    )


def state(name: str, axis: str, **key: float) -> dict[str, Any]:
    changes = [{"at": "element/gate/way/force", "set": key}] if key else []
    return {"id": name, "axis": axis, "changes": changes}


def rows(site: Site, changes: list[Change] = MEASURED) -> dict[tuple[str, ...], tuple[float, float]]:
    found = effect_of(site, site.with_changes(changes))
    assert found["reason"] is None
    return {tuple(row["state"]): (row["before"], row["after"]) for row in found["rows"]}


def test_a_state_that_has_its_own_figure_is_shown_to_be_untouched() -> None:
    site = a_site(state("day", "time"), state("night", "time", p_detection=0.2))
    found = rows(site)
    assert list(found) == [(), ("day",), ("night",)]
    measured = 18.5 / 21 * TIMELY
    assert found[()] == found["day",] == pytest.approx((0.5 * TIMELY, measured), abs=1e-4)
    # at night the file says 0.2 whatever is measured by day: the proposal does not touch it, and one sees so
    assert found["night",] == pytest.approx((0.2 * TIMELY, 0.2 * TIMELY), abs=1e-4)


def test_states_of_two_axes_hold_together() -> None:
    site = a_site(
        state("day", "time"),
        state("night", "time", p_detection=0.2),
        state("normal", "posture"),
        state("alert", "posture"),
    )
    assert list(rows(site)) == [
        (),
        ("day", "normal"),
        ("day", "alert"),
        ("night", "normal"),
        ("night", "alert"),
    ]


def test_of_very_many_combinations_each_state_is_looked_at_alone() -> None:
    axes = [(axis, number) for axis in "abc" for number in range(3)]
    site = a_site(*(state(f"{axis}{number}", axis) for axis, number in axes))
    assert MOST_STATES < 3**3
    found = effect_of(site, site.with_changes(MEASURED))
    assert found["each_alone"]
    assert [row["state"] for row in found["rows"]] == [[], *([f"{axis}{number}"] for axis, number in axes)]


def test_a_state_that_only_one_side_knows_is_left_out() -> None:
    site = a_site(state("day", "time"), state("night", "time"))
    found = rows(site, [*MEASURED, Change(at="state/night", remove=True)])
    assert list(found) == [(), ("day",)]


def test_where_nothing_can_be_assessed_the_reason_is_told() -> None:
    site = build({"schema": 1, "site": {"name": "A field"}, "area": [{"id": "field", "outside": True}]})
    found = effect_of(site, site)
    assert found["rows"] == []
    assert found["reason"]


def test_of_an_exercise_the_answer_is_told_that_moves_most() -> None:
    # at night the file says another figure, so that what was measured moves the day alone
    site = a_site(state("night", "time", p_detection=0.2), state("day", "time", p_detection=0.5))
    measured = Offer(
        at="response/guards",
        key="arrival",
        now=None,
        new={"mean": 170.0, "sd": 20.0, "trials": 3, "source": "exercise"},
        measured=3,
        left_out=0,
        exercise=True,
    )
    at = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
    life = Life(
        alarm="a1",
        number=1,
        exercise=True,
        priority="high",
        origins=(Origin("sensor", "beam"),),
        place=None,
        raised_at=at,
        sounded=(at,),
        active=((at, None),),
        trips=(Trip("guards", at, at + timedelta(seconds=170)),),
    )
    (gain,) = gains_of(site, [measured], [life], {"a1"})
    assert gain.row is not None
    # half of what is detected is in time no more: by day that is more than at night
    assert gain.row["state"] in ([], ["day"])
    later = float(ndtr((180.0 - 170.0) / hypot(18.0, 36.0, 20.0)))
    assert (gain.row["before"], gain.row["after"]) == pytest.approx((0.5 * TIMELY, 0.5 * later), abs=1e-4)
    still = replace(measured, new={"mean": 90.0, "sd": 27.0, "trials": 3, "source": "exercise"})
    assert [one.row for one in gains_of(site, [still], [life], {"a1"})] == [None]
