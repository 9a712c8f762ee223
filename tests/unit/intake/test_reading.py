"""What messages of sensors say, as the site file reads them; what cannot be read is refused in one word."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bartizan.app.intake.reading import LARGEST, Reading, Refused, read
from doors import BADGE, CONTACT, PIR, doors

NOW = datetime(2026, 1, 12, 20, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def source(entry: dict[str, Any]) -> Any:
    return doors(entry).inputs[0]


# a contact of zigbee2mqtt: its converters say false where the contact is open
ZIGBEE = CONTACT | {"field": "contact", "on": False, "off": True}
NESTED = CONTACT | {"field": "after.state", "time": "after.at"}


@pytest.mark.parametrize(
    ("entry", "payload", "said"),
    [
        (CONTACT, b"OPEN", "on"),
        (CONTACT, b" CLOSED\n", "off"),
        (PIR, b"1", "on"),
        (PIR, b"0.0", "off"),
        (PIR | {"on": "1", "off": "0"}, b"1", "on"),
        (PIR | {"on": True, "off": False}, b"true", "on"),
        (ZIGBEE, b'{"contact": false, "battery": 97}', "on"),
        (ZIGBEE, b'{"contact": true}', "off"),
        (NESTED, b'{"after": {"state": "OPEN", "at": 1768248000}}', "on"),
        (NESTED, b'{"after.state": "OPEN", "after.at": 1768248000}', "on"),
        (BADGE, b'{"result": "ok"}', "granted"),
        (BADGE, b'{"result": "expired"}', "denied"),
    ],
)
def test_a_message_says_what_the_site_file_says_it_does(entry: dict[str, Any], payload: bytes, said: str) -> None:
    assert read(source(entry), payload, NOW).said == said


@pytest.mark.parametrize(
    ("entry", "payload", "why"),
    [
        (CONTACT, b"open", "unknown-word"),
        (CONTACT, b"", "unknown-word"),
        (CONTACT, b"\xff\xfe", "not-text"),
        (CONTACT, b"x" * (LARGEST + 1), "too-large"),
        (PIR, b"true", "unknown-word"),
        (PIR | {"on": True, "off": False}, b"1", "unknown-word"),
        (ZIGBEE, b"", "not-json"),
        (ZIGBEE, b"[" * 60_000, "not-json"),
        (ZIGBEE, b"9" * 60_000, "not-json"),
        (ZIGBEE, b"[]", "no-field"),
        (ZIGBEE, b'{"Contact": false}', "no-field"),
        (ZIGBEE, b'{"contact": null}', "no-field"),
        (ZIGBEE, b'{"contact": {"a": false}}', "unknown-word"),
        (ZIGBEE, b'{"contact": 0}', "unknown-word"),
        (NESTED, b'{"after": {"state": "OPEN"}}', "no-field"),
        (NESTED, b'{"after": {"state": "OPEN", "at": true}}', "no-time"),
        (NESTED, b'{"after": {"state": "OPEN", "at": "yesterday"}}', "no-time"),
        (NESTED, b'{"after": {"state": "OPEN", "at": "2026-01-12T20:00:00"}}', "no-time"),
        (NESTED, b'{"after": {"state": "OPEN", "at": NaN}}', "no-time"),
        (NESTED, b'{"after": {"state": "OPEN", "at": 1e300}}', "no-time"),
        (NESTED, b'{"after": {"state": "OPEN", "at": "0001-01-01T00:00:00+23:59"}}', "no-time"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_word(entry: dict[str, Any], payload: bytes, why: str) -> None:
    with pytest.raises(Refused, match=f"^{why}$"):
        read(source(entry), payload, NOW)


@pytest.mark.parametrize(
    ("told", "at"),
    [
        ('"2026-01-12T19:00:00Z"', NOW - HOUR),
        ('"2026-01-12T21:00:00+02:00"', NOW - HOUR),
        (f"{(NOW - HOUR).timestamp()}", NOW - HOUR),
        (f"{(NOW - HOUR).timestamp() * 1000}", NOW - HOUR),
        ('"2026-01-12T20:00:04Z"', NOW + timedelta(seconds=4)),
        ('"2026-01-12T20:00:06Z"', NOW),  # a clock that goes before
        ('"2026-01-11T19:59:59Z"', NOW),  # more than a day behind
        ("0", NOW),
    ],
)
def test_a_message_has_its_own_time_where_it_can_be_believed(told: str, at: datetime) -> None:
    body = f'{{"after": {{"state": "OPEN", "at": {told}}}}}'.encode()
    assert read(source(NESTED), body, NOW).at == at


@pytest.mark.parametrize(
    ("card", "holder"),
    [('"4711"', "4711"), ("4711", "4711"), ("true", None), ('"a\\u0000b\\u001bc"', "abc"), ("{}", None), ('""', None)],
)
def test_the_number_of_a_badge_is_kept_as_plain_text(card: str, holder: str | None) -> None:
    assert read(source(BADGE), f'{{"result": "no", "card": {card}}}'.encode(), NOW).holder == holder


def test_a_long_number_is_cut() -> None:
    body = b'{"result": "no", "card": "%s"}' % (b"9" * 1000)
    assert read(source(BADGE), body, NOW) == Reading(input="reader", said="denied", at=NOW, holder="9" * 64)
