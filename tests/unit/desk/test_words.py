"""What the clock means in one plain line."""

from __future__ import annotations

from typing import Any

import pytest

from bartizan.app.desk.words import advice, duration, percent
from bartizan.assess.clock import ClockReading, LayerLeft, ResponseChance
from bartizan.site import build

SITE = build(
    {
        "schema": 1,
        "site": {"name": "x"},
        "area": [{"id": "yard", "outside": True}, {"id": "hall"}],
        "element": [
            {
                "id": "door",
                "kind": "door",
                "name": "the inner door",
                "between": ["yard", "hall"],
                "way": [{"id": "force", "delay": {"mean": 135, "sd": 20}}],
            }
        ],
        "target": [{"id": "safe", "area": "hall", "way": [{"id": "open", "delay": {"mean": 60, "sd": 6}}]}],
        "response": [
            {"id": "guards", "name": "The guard force", "arrival": {"mean": 60, "sd": 6}},
            {"id": "police", "arrival": {"mean": 300, "sd": 60}},
        ],
    }
)
DOOR = LayerLeft(kind="element", id="door", way="force", mean=134.0, p10=110.0, p90=160.0)
GONE = LayerLeft(kind="element", id="door", way="force", mean=0.0, p10=0.0, p90=0.0)
SAFE = LayerLeft(kind="target", id="safe", way="open", mean=700.0, p10=110.0, p90=160.0)


def chance(response: str, value: float, *, sent: bool = False, on_scene: bool = False) -> ResponseChance:
    return ResponseChance(response=response, chance=value, sent=sent, on_scene=on_scene, eta_mean=60.0)


def reading(*chances: ResponseChance, **changed: Any) -> ClockReading:
    best = max(chances, key=lambda each: each.chance).response if chances else None
    plain: dict[str, Any] = {"counting": True, "chances": chances, "best": best, "layers": (DOOR, SAFE)}
    return ClockReading(**(plain | {"since": 0.0, "now": 10.0} | changed))


@pytest.mark.parametrize(
    ("given", "line"),
    [
        (
            reading(chance("guards", 0.83), chance("police", 0.2)),
            "Send The guard force now: 83 % to be there in time; the inner door holds about 2 min 10 s.",
        ),
        (
            reading(chance("guards", 0.4), chance("police", 0.5), layers=(GONE, SAFE)),
            "Send police now: 50 % to be there in time; safe holds about 11 min.",
        ),
        (
            reading(chance("guards", 0.6, sent=True), chance("police", 0.2)),
            "The guard force is on its way: 60 % to be there in time; the inner door holds about 2 min 10 s.",
        ),
        (
            reading(chance("police", 0.2, sent=True), chance("guards", 0.6), layers=()),
            "police is on its way: 20 % to be in time. Send The guard force too: 60 %.",
        ),
        (
            reading(chance("police", 0.2, sent=True), chance("guards", 0.6, sent=True), layers=()),
            "The guard force is on its way: 60 % to be there in time.",
        ),
        (
            reading(chance("police", 0.2, sent=True), chance("guards", 0.999, on_scene=True), layers=()),
            "The guard force is on the scene.",
        ),
        (
            reading(chance("guards", 0.09), chance("police", 0.001)),
            "No response is likely to be there in time; The guard force comes closest with 9 %; "
            "the inner door holds about 2 min 10 s.",
        ),
        (
            reading(chance("guards", 0.7), counting=False),
            "Outside the layers. If it began now and you sent The guard force at once: 70 % to be there in time.",
        ),
        (reading(), "The site names no response that could be sent; the inner door holds about 2 min 10 s."),
    ],
)
def test_the_line_says_what_to_do_and_what_for(given: ClockReading, line: str) -> None:
    assert advice(SITE, given) == line


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (59.9, "59 s"),
        (60, "1 min"),
        (69, "1 min"),
        (134, "2 min 10 s"),
        (599, "9 min 50 s"),
        (659, "10 min"),
    ],
)
def test_times_left_are_never_rounded_up(seconds: float, words: str) -> None:
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [(0.0, "under 1 %"), (0.0099, "under 1 %"), (0.01, "1 %"), (0.83, "83 %"), (0.99, "99 %"), (0.9951, "over 99 %")],
)
def test_a_chance_is_never_said_to_be_certain(value: float, words: str) -> None:
    assert percent(value) == words
