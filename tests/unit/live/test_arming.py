"""Arming while a run goes on: each second, both ways, with an end; kept for a replay; never from another machine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from yard_script import Script

from bartizan.adapters.files.orders import FILE, OrdersFile
from bartizan.app.live.arming import Arming
from bartizan.app.live.eye import Glimpse
from bartizan.app.live.gather import Gathering
from bartizan.app.live.intake import Intake
from bartizan.app.live.join import Join
from bartizan.app.live.run import LiveRun
from bartizan.app.live.wire import Armed, Message, decode, encode
from bartizan.errors import InputError, UnknownIdError
from bartizan.signal import Signal
from bartizan.site import build
from bartizan.watch.arming import Order, standing, target_of

T0 = datetime(2026, 3, 1, 22, 0, tzinfo=UTC)
SITE = build(
    {
        "schema": 1,
        "site": {"name": "x"},
        "plan": {"crs": "metres"},
        "area": [{"id": "street", "outside": True}],
        "zone": [{"id": "yard", "area": "street", "polygon": [[0, 0], [9, 0], [9, 9], [0, 9]]}],
        "camera": [{"id": "north"}],
        "rule": [
            {"id": "enter", "kind": "intrusion", "zone": "yard", "grace": 2},
            {"id": "stay", "kind": "loitering", "zone": "yard", "after": 9999},
        ],
    }
)


def order(target: str, armed: bool, at: float = 0.0, until: float | None = None) -> Order:
    end = None if until is None else T0 + timedelta(seconds=until)
    return Order(target=target, armed=armed, at=T0 + timedelta(seconds=at), until=end, by="me", reason="rounds")


# ---- what stands


def test_the_last_order_that_has_not_ended_stands() -> None:
    orders = [order("zone/yard", False), order("rule/enter", True, 10, 20), order("rule/gone", False)]

    def armed(seconds: float) -> dict[str, bool]:
        found = standing(SITE, orders, T0 + timedelta(seconds=seconds))
        return {rule: one.armed for rule, one in found.items()}

    assert armed(-1) == {}
    assert armed(0) == {"enter": False, "stay": False}
    assert armed(10) == {"enter": True, "stay": False}
    # at its end an order gives way to the one before
    assert armed(20) == {"enter": False, "stay": False}
    at_once = [order("rule/enter", True), order("rule/enter", False)]
    assert standing(SITE, at_once, T0)["enter"].armed is False


def test_a_name_is_a_rule_or_a_zone() -> None:
    assert target_of(SITE, "enter") == target_of(SITE, "rule/enter") == "rule/enter"
    assert target_of(SITE, "yard") == "zone/yard"
    with pytest.raises(UnknownIdError, match="Did you mean 'enter'"):
        target_of(SITE, "entr")
    both = SITE.with_changes([{"add": {"rule": {"id": "yard", "kind": "intrusion", "zone": "yard"}}}])
    with pytest.raises(UnknownIdError, match="Write rule/yard or zone/yard"):
        target_of(both, "yard")


# ---- the file


def test_orders_are_added_read_and_never_changed(tmp_path: Path) -> None:
    file = OrdersFile(tmp_path / "data")
    assert file() == ()
    given = (order("zone/yard", False, until=60), order("rule/enter", True, 5))
    for one in given:
        file.add(one)
    assert file() == OrdersFile(tmp_path / "data")() == given
    assert (tmp_path / "data" / FILE).stat().st_mode & 0o777 == 0o600


def test_what_is_no_order_is_counted_and_changes_nothing(tmp_path: Path) -> None:
    file = OrdersFile(tmp_path)
    file.add(order("rule/enter", False))
    place = tmp_path / FILE
    good = place.read_bytes()
    for bad in (b"\xff\n", b"{}\n", good.replace(b"rule/enter", b"site/enter"), good.replace(b"false", b'"no"')):
        place.write_bytes(place.read_bytes() + bad)
    place.write_bytes(place.read_bytes() + good[:30])  # being written
    assert len(file()) == 1
    assert file.unread == 4
    file.add(order("rule/enter", True, 1))
    assert [one.armed for one in file()] == [False, True]
    with pytest.raises(InputError, match="shorter reason"):
        file.add(Order(target="rule/enter", armed=True, at=T0, by="x" * 3000))


# ---- a run that goes on


def watched(file: OrdersFile, later: dict[float, Order], kept: list[Message]) -> Iterator[Signal]:
    script = Script(SITE.hash)
    run = LiveRun(SITE, run="r", start_utc=T0, keep=kept.append)
    arming = Arming(SITE, file, lambda: T0 + timedelta(seconds=script.now))
    gathering = Gathering(run, Join(["north"], wait=0.0), now=lambda: script.now, arming=arming.changes)
    for taken in gathering.watch(script, lambda: script.now >= 40.0):
        yield from taken.sighting.signals
        for when in [when for when in later if script.now >= when]:
            file.add(later.pop(when))
    yield from run.finish()


def test_a_run_that_goes_on_is_armed_and_disarmed_within_a_second(tmp_path: Path) -> None:
    file = OrdersFile(tmp_path)
    file.add(order("zone/yard", False))
    kept: list[Message] = []
    signals = [
        (one.state, one.silent, one.t)
        for one in watched(file, {6.0: order("rule/enter", True, 6.0), 30.0: order("rule/enter", False, 30.0)}, kept)
        if one.state != "updated"
    ]
    (first, first_silent, _), (second, second_silent, sounded), (third, third_silent, _) = signals
    assert (first, first_silent) == ("raised", "disarmed")
    assert (second, second_silent) == ("raised", None)
    # the clock that ticks runs behind the reports by what can still come in its order
    assert 5.0 <= sounded <= 7.5
    assert (third, third_silent) == ("ended", None)
    told = [(one.rule, one.armed) for one in kept if isinstance(one, Armed)]
    assert told == [("enter", False), ("stay", False), ("enter", True), ("enter", False)]


def test_an_order_ends_by_itself(tmp_path: Path) -> None:
    file = OrdersFile(tmp_path)
    file.add(order("rule/enter", False, until=8.0))
    signals = [one for one in watched(file, {}, []) if one.state != "updated"]
    assert [(one.state, one.silent) for one in signals] == [("raised", "disarmed"), ("raised", None), ("ended", None)]
    assert 7.0 <= signals[1].t <= 9.5


def test_what_was_armed_is_replayed_with_the_rest(tmp_path: Path) -> None:
    file = OrdersFile(tmp_path)
    file.add(order("zone/yard", False))
    kept: list[Message] = []
    first = [json.dumps(one.to_json()) for one in watched(file, {6.0: order("rule/enter", True, 6.0)}, kept)]
    again = LiveRun(SITE, run="r", start_utc=T0)
    second = [one for message in kept for one in again.take(decode(encode(message))).signals]
    assert [json.dumps(one.to_json()) for one in (*second, *again.finish())] == first


def test_nobody_arms_from_another_machine() -> None:
    intake = Intake(SITE.hash, ["north"])
    assert intake.read(encode(Armed("enter", 1.0, False))) == (None, None)
    assert intake.counts.refused["no report"] == 1


def test_a_glimpse_needs_no_orders() -> None:
    run = LiveRun(SITE, run="r")
    assert run.take(Glimpse(1.0, "north", (), ())).signals == ()
