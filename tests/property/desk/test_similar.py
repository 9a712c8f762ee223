"""Likeness of two cases: laws that hold whatever is compared, and the fast way against the plain one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bartizan.desk.incidents import MANNERS
from bartizan.desk.incidents.similar import SCOUTING, Sieve, Trace, joined, likeness, minute_of

NEAR = {("gate", "pavement"): 0.8, ("door", "gate"): 0.5, ("door", "pavement"): 0.2}
PLACES = st.frozensets(st.sampled_from(["gate", "pavement", "door", "roof"]), max_size=2)
KINDS = st.frozensets(st.sampled_from([*sorted(SCOUTING)[:3], "duress", "contact"]), max_size=3)
MOMENTS = st.integers(0, 2 * 365 * 86_400).map(
    lambda seconds: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)
TRACES = st.builds(
    Trace,
    places=PLACES,
    moments=st.lists(MOMENTS, max_size=3).map(tuple),
    kinds=KINDS,
    manner=st.frozensets(st.sampled_from(MANNERS), max_size=3),
)


def near(one: str, other: str) -> float:
    return 1.0 if one == other else NEAR.get((min(one, other), max(one, other)), 0.0)


def words(trace: Trace, old: Trace) -> list[str]:
    return [one.kind for one in likeness(trace, old, near).reasons]


@given(TRACES, TRACES)
def test_a_score_is_a_share_and_zero_without_a_reason(new: Trace, old: Trace) -> None:
    found = likeness(new, old, near)
    assert 0.0 <= found.score <= 1.0 + 1e-12
    assert (found.score > 0) <= bool(found.reasons)


@given(TRACES)
def test_a_case_is_fully_like_itself(trace: Trace) -> None:
    whole = replace(trace, places=trace.places or frozenset({"gate"}), kinds=trace.kinds or frozenset({"contact"}))
    whole = replace(whole, moments=whole.moments or (datetime(2026, 1, 1, tzinfo=UTC),))
    assert likeness(whole, whole, near).score == pytest.approx(1.0, abs=1e-12)


@given(TRACES, TRACES, st.integers(-600, 600).map(lambda days: timedelta(days=7 * days)))
def test_weeks_that_pass_between_change_nothing(new: Trace, old: Trace, shift: timedelta) -> None:
    later = replace(new, moments=tuple(moment + shift for moment in new.moments))
    assert likeness(later, old, near).score == pytest.approx(likeness(new, old, near).score, abs=1e-12)


@given(TRACES, TRACES)
def test_knowing_the_same_place_never_makes_it_less_alike(new: Trace, old: Trace) -> None:
    shared = replace(new, places=new.places | {"gate"}), replace(old, places=old.places | {"gate"})
    assert likeness(*shared, near).score >= likeness(new, old, near).score - 1e-12


@given(TRACES, TRACES, MOMENTS)
def test_the_sieve_scores_as_the_plain_way_does(new: Trace, old: Trace, moment: datetime) -> None:
    one = replace(old, moments=(moment,), manner=frozenset())
    fast = Sieve(new, near).score(one, minute_of(moment), moment.weekday())
    assert fast == pytest.approx(likeness(new, one, near).score, abs=1e-12)


@given(st.integers(0, 1439), st.integers(0, 1439))
def test_times_of_day_are_compared_the_shorter_way_round_the_clock(first: int, second: int) -> None:
    day = datetime(2026, 3, 2, tzinfo=UTC)
    one, other = (
        Trace(places=frozenset(), kinds=frozenset(), moments=(day + timedelta(days=shift, minutes=minutes),))
        for shift, minutes in ((0, first), (1, second))
    )
    apart = min((first - second) % 1440, (second - first) % 1440)
    # the weight of time is 0.2 of 0.85, and of that 0.7 is the time of day; two days in a row are no common weekday
    expected = 0.2 * 0.7 * max(0.0, 1 - apart / 90) / 0.85
    assert likeness(one, other, near).score == pytest.approx(expected, abs=1e-12)


def test_scouting_before_an_attempt_is_a_reason_and_the_other_way_round_is_none() -> None:
    day = datetime(2026, 3, 2, tzinfo=UTC)
    scout = Trace(places=frozenset({"pavement"}), kinds=frozenset({"loitering"}), moments=(day,))
    entry = Trace(places=frozenset({"gate"}), kinds=frozenset({"duress"}), moments=(day + timedelta(days=90),))
    assert "scouted" in words(entry, scout)
    assert "scouted" not in words(scout, entry)
    assert "near-place" in words(entry, scout)
    several = joined([scout, replace(scout, moments=(day + timedelta(days=2),))])
    assert words(entry, several)[-1] == "days"
