"""Whatever happens and in whatever order: every signal has one life, and what was sounded is never hushed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bartizan.watch.point import Link

START = datetime(2026, 1, 12, 20, 59, tzinfo=UTC)  # 21:59 in Vienna
NAMES = ("a", "b", "c", "d")
CHANGED = {
    "patrol": [{"id": "p1", "zones": ["yard"], "from": "2026-01-12T22:03", "to": "2026-01-12T22:05", "people": 1}]
}
RULE = {
    "hours": [{"from": "22:00", "to": "22:10"}],
    "cooldown": 40,
    "escalate": [{"after": 30, "severity": "high"}],
}

DEED = st.one_of(
    st.tuples(st.just("toggle"), st.sampled_from(NAMES), st.sampled_from([(5.0, 5.0), (9.0, 5.0), (35.0, 35.0)])),
    st.tuples(st.just("update"), st.sampled_from(NAMES), st.sampled_from([(5.0, 5.0), (35.0, 35.0)])),
    st.tuples(st.just("arm"), st.sampled_from([True, False, None]), st.none()),
    st.tuples(st.just("link"), st.sampled_from(NAMES), st.sampled_from(NAMES)),
    st.tuples(st.just("wait"), st.none(), st.none()),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=st.lists(st.tuples(st.floats(0.5, 120.0), DEED), max_size=40), group=st.sampled_from([0.0, 30.0]))
def test_every_signal_has_one_life(
    bench: Callable[..., Any], deeds: list[tuple[float, tuple[str, Any, Any]]], group: float
) -> None:
    one = bench(start=START, changed=CHANGED, group_seconds=group, **RULE)
    t, here, signals = 0.0, set[str](), []
    for pause, (deed, first, second) in deeds:
        t += pause
        if deed == "toggle":
            phase = "ended" if first in here else "raised"
            here ^= {first}
            signals += one.signals(t, phase, first, at=second)
        elif deed == "update" and first in here:
            signals += one.signals(t, "updated", first, at=second)
        elif deed == "arm":
            signals += one.book.arm("loiter", first, t)
        elif deed == "link" and first != second:
            signals += one.signals(t, links=[Link(t=t, earlier=first, later=second, gap=2.0, distance=1.0, speed=0.5)])
        else:
            signals += one.signals(t)
    signals += one.book.finish(t + 1.0)
    lives: dict[str, list[Any]] = {}
    for signal in signals:
        lives.setdefault(signal.id, []).append(signal)
    for life in lives.values():
        silent = [signal for signal in life if signal.silent is not None]
        sounded = [signal for signal in life if signal.silent is None]
        # first silent, then sounded, and never back
        assert life == silent + sounded
        assert life[0].state == "raised"
        assert [signal.state for signal in life].count("ended") == 1
        assert life[-1].state == "ended"
        for part in (silent, sounded):
            assert [signal.state for signal in part].count("raised") == (1 if part else 0)
            assert not part or part[0].state == "raised"
        ranks = [("low", "medium", "high").index(signal.severity) for signal in life]
        assert ranks == sorted(ranks)
    # ids come in the order in which they are given
    assert list(lives) == [f"r-{number + 1}" for number in range(len(lives))]
