"""The reference tells every key of an input, of what a desk is told over HTTP, and of what it tells a broker."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bartizan.adapters.web.intake import ReportBody, SignalBody
from bartizan.app.intake.announce import Announcer
from bartizan.app.intake.case import SLOTS
from bartizan.app.ledger import MemoryJournal
from bartizan.app.room.room import open_room
from bartizan.cli.main import main
from bartizan.site.inputs import InputEntry
from doors import BADGE, CONTACT, EXIT, PIR, START, doors

DOCS = Path(__file__).parents[2] / "docs"
SITE_FILE = (DOCS / "reference" / "site-file.md").read_text()
JSON = (DOCS / "reference" / "json.md").read_text()
HOWTO = (DOCS / "howto" / "sensors-and-doors.md").read_text()


def test_every_key_of_an_input_is_told() -> None:
    told = SITE_FILE.partition("## `[[input]]`")[2].partition("\n## ")[0]
    assert not {key for key in InputEntry.model_fields if f"`{key}`" not in told}


@pytest.mark.parametrize("body", [SignalBody, ReportBody])
def test_every_key_that_a_desk_is_told_over_http_is_told(body: type[SignalBody | ReportBody]) -> None:
    told = JSON.partition("## What a desk is told over HTTP")[2].partition("\n## ")[0]
    assert not {key for key in body.model_fields if f"`{key}`" not in told}


def test_every_key_that_a_broker_is_told_of_an_alarm_is_told() -> None:
    site = doors(CONTACT, BADGE, EXIT, PIR)
    (alarm,) = open_room(site, MemoryJournal(), lambda: START).inbox.hear("site/gate", b"OPEN")
    _, body = Announcer(site, "house").event(alarm) or ("", b"")
    told = JSON.partition("## What a desk tells a broker")[2].partition("\n## ")[0]
    assert not {key for key in json.loads(body) if f"`{key}`" not in told}


def test_every_figure_of_an_input_s_signal_is_told() -> None:
    room = open_room(doors(CONTACT, BADGE, EXIT, PIR), MemoryJournal(), lambda: START)
    room.inbox.hear("site/reader", b'{"result": "no", "card": "1"}')
    alarms = room.inbox.hear("site/gate", b"OPEN")
    room.inbox.hear("site/reader", b'{"result": "ok"}')
    figures = {key for alarm in alarms for key in room.desk.alarm(alarm.id).signal["because"]}
    assert figures >= {"input", "badge", "ended"}
    assert not {key for key in figures if f"`{key}`" not in JSON}


def test_every_kind_of_signal_and_every_option_is_told() -> None:
    assert not {kind for kind in SLOTS if f"`{kind}`" not in HOWTO}
    desk = main.get_command(None, "desk")  # type: ignore[arg-type]
    assert desk is not None
    options = {option for one in desk.params for option in one.opts}
    mine = {"--inputs", "--frigate", "--onvif", "--tell", "--discovery", "--tell-exercises"}
    assert mine <= options
    assert not {option for option in mine if f"`{option}" not in HOWTO and f"{option} " not in HOWTO}
