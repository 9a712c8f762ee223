"""When a rule sounds, when it is silent, and when it says nothing: hours, states, arming, access, patrols, cooldown."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from bartizan.errors import InputError, MissingPartError, UnknownIdError
from bartizan.watch.point import Link

NIGHT = [{"from": "22:00", "to": "06:00"}]
# 21:59 in Vienna in winter
BEFORE = datetime(2026, 1, 12, 20, 59, tzinfo=UTC)
Make = Callable[..., Any]


def linked(earlier: str, later: str, *, t: float = 0.0, gap: float = 2.0, rivals: int = 0) -> Link:
    return Link(t=t, earlier=earlier, later=later, gap=gap, distance=2.0, speed=2.0 / gap, rivals=rivals)


# ---- hours


def test_what_began_before_the_hours_is_raised_when_they_begin_with_all_of_its_time(bench: Make) -> None:
    one = bench(hours=NIGHT, start=BEFORE)
    assert one.tell(10.0, "raised", "a") == []
    assert one.tell(59.9) == []
    (signal,) = one.signals(60.0)
    assert (signal.state, signal.silent, signal.since, signal.utc) == ("raised", None, 0.0, "2026-01-12T21:00:00.000Z")
    assert one.tell(70.0, "ended", "a") == [("r-1", "ended", None)]


def test_what_is_over_before_the_hours_is_never_said(bench: Make) -> None:
    one = bench(hours=NIGHT, start=BEFORE)
    one.tell(10.0, "raised", "a")
    assert one.tell(50.0, "ended", "a") == []
    assert one.tell(61.0) == []


def test_what_was_raised_in_the_hours_goes_on_and_ends_after_them(bench: Make) -> None:
    # 05:59 in Vienna
    one = bench(hours=NIGHT, start=datetime(2026, 1, 13, 4, 59, tzinfo=UTC))
    assert one.tell(30.0, "raised", "a") == [("r-1", "raised", None)]
    assert one.tell(90.0, "updated", "a") == [("r-1", "updated", None)]
    assert one.tell(95.0, "raised", "b") == []
    assert one.tell(99.0, "ended", "a") == [("r-1", "ended", None)]


def test_hours_without_a_start_are_refused_with_the_cure(bench: Make) -> None:
    with pytest.raises(MissingPartError, match=r"rule 'loiter' has hours.*Give --start"):
        bench(hours=NIGHT)


# ---- states


def test_a_rule_holds_in_its_states_alone(bench: Make) -> None:
    one = bench(states=["alert"], changed=with_states(["alert"]))
    assert one.tell(1.0, "raised", "a") == [("r-1", "raised", None)]
    other = bench(states=["calm"], changed=with_states(["alert"]))
    assert other.tell(1.0, "raised", "a") == []


def with_states(states: list[str]) -> dict[str, Any]:
    rule = {"id": "loiter", "kind": "loitering", "zone": "yard", "after": 60, "severity": "low", "states": states}
    return {"rule": [rule]}


def test_a_state_with_hours_holds_by_the_clock_and_the_one_without_them_else(bench: Make) -> None:
    one = bench(start=BEFORE, changed=with_states(["night"]))
    assert one.tell(10.0, "raised", "a") == []
    assert one.tell(60.0) == [("r-1", "raised", None)]
    day = bench(start=BEFORE, changed=with_states(["day"]))
    assert day.tell(10.0, "raised", "a") == [("r-1", "raised", None)]
    assert day.tell(61.0, "raised", "b") == []


def test_of_several_axes_one_state_of_each_must_hold(bench: Make) -> None:
    both = with_states(["night", "alert"])
    assert bench(states=["night", "alert"], changed=both).tell(1.0, "raised", "a") != []
    assert bench(states=["night", "calm"], changed=both).tell(1.0, "raised", "a") == []
    assert bench(states=["day", "alert"], changed=both).tell(1.0, "raised", "a") == []


def test_what_nobody_can_know_of_states_is_refused(bench: Make) -> None:
    with pytest.raises(MissingPartError, match=r"nobody says which state of the axis 'posture'.*--state alert"):
        bench(changed=with_states(["alert"]))
    with pytest.raises(MissingPartError, match="Give --start"):
        bench(changed=with_states(["night"]))
    with pytest.raises(InputError, match=r"one axis, 'posture'. Choose one"):
        bench(states=["calm", "alert"])
    with pytest.raises(UnknownIdError):
        bench(states=["twilight"])


# ---- arming


def test_disarmed_is_recorded_and_armed_again_it_sounds_what_goes_on(bench: Make) -> None:
    one = bench(armed=False)
    assert one.tell(1.0, "raised", "a") == [("r-1", "raised", "disarmed")]
    assert one.tell(2.0, "updated", "a") == [("r-1", "updated", "disarmed")]
    assert [(s.id, s.state, s.silent) for s in one.book.arm("loiter", True, 3.0)] == [("r-1", "raised", None)]
    assert one.tell(4.0, "ended", "a") == [("r-1", "ended", None)]


def test_what_was_sounded_stays_so_when_the_rule_is_disarmed(bench: Make) -> None:
    one = bench()
    one.tell(1.0, "raised", "a")
    assert one.book.arm("loiter", False, 2.0) == ()
    assert one.tell(3.0, "updated", "a") == [("r-1", "updated", None)]
    assert one.tell(3.0, "raised", "b") == [("r-2", "raised", "disarmed")]
    one.book.arm("loiter", None, 4.0)
    assert one.tell(5.0, "raised", "c") == [("r-3", "raised", None)]
    with pytest.raises(UnknownIdError, match="Did you mean 'loiter'"):
        one.book.arm("loitr", True, 5.0)


# ---- access zones and patrols


def test_on_an_access_zone_it_is_recorded_and_off_it_sounded(bench: Make) -> None:
    one = bench()
    assert one.tell(1.0, "raised", "a", at=(35.0, 35.0)) == [("r-1", "raised", "access zone stop")]
    assert one.tell(9.0, "updated", "a", at=(5.0, 5.0)) == [("r-1", "raised", None)]
    own = bench(zone="stop")
    assert own.tell(1.0, "raised", "a", at=(5.0, 5.0)) == [("r-1", "raised", "access zone stop")]


PATROL = {
    "patrol": [{"id": "p1", "zones": ["yard"], "from": "2026-01-12T22:00", "to": "2026-01-12T22:10", "people": 2}]
}


def test_a_patrol_makes_as_many_silent_as_were_announced(bench: Make) -> None:
    one = bench(start=BEFORE, changed=PATROL)
    assert one.tell(59.0, "raised", "early") == [("r-1", "raised", None)]
    assert one.tell(60.0, "raised", "a") == [("r-2", "raised", "patrol p1")]
    assert one.tell(61.0, "raised", "b") == [("r-3", "raised", "patrol p1")]
    assert one.tell(62.0, "raised", "c") == [("r-4", "raised", None)]
    # whoever has left makes room for the next
    assert one.tell(63.0, "ended", "a") == [("r-2", "ended", "patrol p1")]
    assert one.tell(64.0, "raised", "d") == [("r-5", "raised", "patrol p1")]


def test_a_patrol_that_is_over_keeps_nobody_quiet(bench: Make) -> None:
    one = bench(start=BEFORE, changed=PATROL)
    one.tell(600.0, "raised", "a")
    assert one.tell(659.0, "updated", "a") == [("r-1", "updated", "patrol p1")]
    assert one.tell(660.0) == [("r-1", "raised", None)]


def test_a_patrolman_whose_track_goes_on_under_another_id_is_one_person(bench: Make) -> None:
    alone = {"patrol": [PATROL["patrol"][0] | {"people": 1}]}
    one = bench(start=BEFORE, changed=alone)
    one.tell(100.0, "raised", "a")
    one.tell(101.0, links=[linked("a", "b")])
    assert one.tell(102.0, "raised", "b") == [("r-2", "raised", "patrol p1")]
    assert one.tell(103.0, "raised", "c") == [("r-3", "raised", None)]


def test_patrols_without_a_start_are_told_and_keep_nobody_quiet(bench: Make) -> None:
    one = bench(changed=PATROL)
    assert "without --start" in one.book.notes[0]
    assert one.tell(1.0, "raised", "a") == [("r-1", "raised", None)]
    assert bench(start=BEFORE, changed=PATROL).book.notes == ()


# ---- cooldown


def test_a_cooldown_silences_the_same_track_and_nobody_else(bench: Make) -> None:
    one = bench(cooldown=100)
    one.tell(0.0, "raised", "a")
    one.tell(10.0, "ended", "a")
    assert one.tell(20.0, "raised", "a", about="a2") == [("r-2", "raised", "cooldown")]
    # a second person in the same place at the same time is sounded
    assert one.tell(20.0, "raised", "b") == [("r-3", "raised", None)]
    # and so is a group in which somebody is new
    assert one.tell(21.0, "raised", "a", "c", about="both") == [("r-4", "raised", None)]


def test_what_goes_on_beyond_the_cooldown_is_sounded(bench: Make) -> None:
    one = bench(cooldown=100)
    one.tell(0.0, "raised", "a")
    one.tell(10.0, "ended", "a")
    one.tell(50.0, "raised", "a")
    assert one.tell(109.9) == []
    assert one.tell(110.0) == [("r-2", "raised", None)]


def test_a_silent_repeat_does_not_lengthen_the_cooldown(bench: Make) -> None:
    one = bench(cooldown=100)
    one.tell(0.0, "raised", "a")
    one.tell(10.0, "ended", "a")
    one.tell(90.0, "raised", "a")
    one.tell(100.0, "ended", "a")
    assert one.tell(111.0, "raised", "a") == [("r-3", "raised", None)]


@pytest.mark.parametrize(
    ("links", "silent"),
    [
        ([linked("a", "b")], "cooldown"),
        ([linked("a", "x"), linked("x", "b")], "cooldown"),
        ([], None),
        # out of sight for minutes, or where another could be it: a second person is never hidden
        ([linked("a", "b", gap=180.0)], None),
        ([linked("a", "b", rivals=1)], None),
        ([linked("a", "b"), linked("a", "c")], None),
        ([linked("a", "b"), linked("c", "b")], None),
        ([linked("b", "b")], None),
    ],
)
def test_a_cooldown_follows_a_link_only_where_it_can_be_nobody_else(
    bench: Make, links: list[Link], silent: str | None
) -> None:
    one = bench(cooldown=1000)
    one.tell(0.0, "raised", "a")
    one.tell(10.0, "ended", "a")
    one.tell(12.0, links=links)
    assert one.tell(80.0, "raised", "b") == [("r-2", "raised", silent)]


def test_a_track_seen_beside_its_supposed_continuation_is_another_person(bench: Make) -> None:
    one = bench(cooldown=1000)
    one.tell(0.0, "raised", "a")
    one.tell(10.0, "ended", "a")
    one.tell(12.0, links=[linked("a", "b")])
    one.tell(13.0, "raised", "a", about="again")  # seen again
    assert one.tell(80.0, "raised", "b") == [("r-3", "raised", None)]


def test_every_possible_link_is_told_though_none_keeps_quiet(bench: Make) -> None:
    one = bench()
    one.tell(0.0, links=[linked("a", "b", gap=180.0, rivals=3), linked("b", "c", gap=60.0)])
    (signal,) = one.signals(1.0, "raised", "c")
    assert signal.linked == ("a", "b")
    assert signal.tracks == ("c",)
