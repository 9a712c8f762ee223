"""A small site of doors and sensors, and a panel of it with a clock that the test moves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from bartizan.app.intake.panel import Panel
from bartizan.app.intake.reading import Reading, Said
from bartizan.signal import Signal
from bartizan.site.document import build
from bartizan.site.site import Site

START = datetime(2026, 1, 12, 20, 0, tzinfo=UTC)

CONTACT: dict[str, Any] = {
    "id": "gate-in",
    "kind": "contact",
    "element": "gate",
    "topic": "site/gate",
    "on": "OPEN",
    "off": "CLOSED",
    "held_after": 30,
}
BADGE: dict[str, Any] = {
    "id": "reader",
    "kind": "badge",
    "element": "gate",
    "topic": "site/reader",
    "field": "result",
    "granted": "ok",
    "denied": ["no", "expired"],
    "holder": "card",
}
EXIT: dict[str, Any] = {"id": "button", "kind": "exit", "element": "gate", "on": "PRESSED"}
PIR: dict[str, Any] = {"id": "pir-in", "kind": "detector", "sensor": "pir", "on": 1, "off": 0, "topic": "site/pir"}


def doors(*inputs: dict[str, Any], zone: str | None = None) -> Site:
    """The site with these inputs."""
    return build(
        {
            "schema": 1,
            "site": {"name": "Doors"} | ({} if zone is None else {"time_zone": zone}),
            "area": [{"id": "street", "outside": True}, {"id": "yard", "crossing": {"detect_at": "begin"}}],
            "element": [
                {
                    "id": "gate",
                    "name": "Main gate",
                    "kind": "gate",
                    "between": ["street", "yard"],
                    "way": [{"id": "force"}],
                },
                {"id": "window", "kind": "window", "between": ["street", "yard"], "way": [{"id": "break"}]},
            ],
            "sensor": [{"id": "pir", "kind": "pir", "covers": ["yard"], "p_sensed": 0.9, "at": [3, 4]}],
            "zone": [{"id": "lawn", "area": "yard", "polygon": [[0, 0], [9, 0], [9, 9]]}],
            "input": list(inputs),
        }
    )


class Bench:
    """A panel, the signals that it gave, and the time."""

    def __init__(self, site: Site) -> None:
        self.panel = Panel(site, START)
        self.now = START
        self.signals: list[Signal] = []

    def say(self, name: str, said: Said, *, ago: float = 0.0, holder: str | None = None, kept: bool = False) -> None:
        at = self.now - timedelta(seconds=ago)
        turn = self.panel.take(Reading(input=name, said=said, at=at, holder=holder, kept=kept), self.now)
        self.panel.settle(turn)
        self.signals += turn.signals

    def wait(self, seconds: float, *, step: float = 1.0) -> None:
        until = self.now + timedelta(seconds=seconds)
        while self.now < until:
            self.now = min(until, self.now + timedelta(seconds=step))
            turn = self.panel.pass_time(self.now)
            self.panel.settle(turn)
            self.signals += turn.signals

    def told(self) -> list[tuple[str, str]]:
        """Kind and state of what was told since it was asked last."""
        told: list[tuple[str, str]] = [(one.kind, one.state) for one in self.signals]
        self.signals = []
        return told
