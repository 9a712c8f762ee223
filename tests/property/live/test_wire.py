"""Messages between cameras and the run: written and read again they are the same, and nothing else is let in."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bartizan.app.live.eye import Glimpse
from bartizan.app.live.ports import SourceCounters
from bartizan.app.live.wire import (
    FARTHEST,
    LONGEST,
    MOST_SEEN,
    Ended,
    Lost,
    Message,
    Notice,
    Report,
    Tick,
    Waiting,
    WireError,
    decode,
    encode,
    usable,
)
from bartizan.signal import Observation
from bartizan.watch.detection.detect import Detection
from bartizan.watch.health import Reading, Usual

NUMBER = st.floats(-FARTHEST, FARTHEST)
LABEL = st.sampled_from(["person", "vehicle", "animal", "object"])
BOX = st.tuples(NUMBER, NUMBER, NUMBER, NUMBER)
DETECTION = st.builds(Detection, BOX, NUMBER, LABEL)
COUNT = st.integers(0, 1 << 53)
BEGAN = datetime(2000, 1, 1, tzinfo=UTC)
ZERO = st.none() | st.timedeltas(timedelta(0), timedelta(days=36500)).map(lambda since: BEGAN + since)
NAMES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,79}", fullmatch=True)
WORDS = st.text(max_size=300)
HEAD: dict[str, Any] = {
    "sender": st.from_regex(r"[a-z0-9]{1,40}", fullmatch=True),
    "number": st.integers(1, 1 << 53),
    "site": st.just("0" * 64),
    "camera": NAMES,
    "t": NUMBER,
    "zero": ZERO,
}
FIGURE = st.floats(-1e6, 1e6)
READING = st.builds(
    Reading,
    *([FIGURE] * 4),
    *([st.none() | FIGURE] * 5),
    st.none() | st.builds(Usual, *([FIGURE] * 5)),
    st.integers(0, 1000),
)


@st.composite
def reports(draw: st.DrawFn) -> Report:
    head = {name: draw(strategy) for name, strategy in HEAD.items()}
    detections = tuple(draw(st.lists(DETECTION, max_size=4)))
    again = draw(st.lists(st.sampled_from(detections), max_size=4)) if detections else []
    observations = [(found.box, found.score, found.label) for found in again]
    observations += draw(st.lists(st.tuples(st.none() | BOX, NUMBER, LABEL), max_size=2))
    places = tuple(
        Observation(
            t=head["t"],
            camera=head["camera"],
            at=draw(st.tuples(NUMBER, NUMBER)),
            covariance=draw(st.tuples(NUMBER, NUMBER, NUMBER)),
            score=score,
            box=box,
            label=label,
            height=draw(st.none() | NUMBER),
        )
        for box, score, label in observations
    )
    return Report(
        **head,
        detections=detections,
        observations=places,
        health=draw(st.none() | READING),
        source=draw(st.none() | st.builds(SourceCounters, late=COUNT, words=WORDS, state=st.just("lost"))),
        unsent=draw(COUNT),
        unusable=draw(COUNT),
        picture=draw(st.none() | st.binary(max_size=100)),
    )


SOURCE = st.builds(SourceCounters, late=COUNT, words=WORDS, state=st.just("lost"))


def notices() -> st.SearchStrategy[Notice]:
    return st.builds(
        Notice,
        case=NAMES,
        kind=NAMES,
        state=st.sampled_from(["raised", "ended"]),
        zone=st.none() | st.text(min_size=1, max_size=200),
        severity=st.sampled_from(["low", "medium", "high"]),
        because=st.dictionaries(NAMES, WORDS, max_size=16),
        **HEAD,
    )


MESSAGE = (
    reports()
    | st.builds(Waiting, source=st.none() | SOURCE, unsent=COUNT, **HEAD)
    | st.builds(Ended, why=WORDS, **HEAD)
    | notices()
    | st.builds(Tick, NUMBER)
    | st.builds(Lost, NAMES, NUMBER, WORDS)
)


@settings(max_examples=50)
@given(MESSAGE)
def test_what_is_written_is_read_to_the_last_bit(message: Message) -> None:
    data = encode(message)
    assert decode(data) == message
    assert encode(decode(data)) == data
    assert b"\n" not in data


@settings(max_examples=50)
@given(st.binary(max_size=400))
def test_garbage_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(WireError):
        decode(data)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=10,
)


@settings(max_examples=50)
@given(reports() | notices(), st.data())
def test_a_message_with_one_value_replaced_is_read_or_refused(message: Message, data: st.DataObject) -> None:
    told = json.loads(encode(message))
    key = data.draw(st.sampled_from(sorted(told)))
    told[key] = data.draw(JSON)
    try:
        found = decode(json.dumps(told).encode())
    except WireError as error:
        refused = error
    else:
        # whatever was let in can be told again
        assert decode(encode(found)) == found
        return
    assert refused.reason in ("not JSON", "another version", "a number", "a form")
    assert len(str(refused)) < 400


def plain(**changes: Any) -> bytes:
    told = json.loads(encode(Report(sender="a1", number=1, site="ab", camera="north", t=1.0)))
    return json.dumps({**told, **changes}).encode()


def notice(**changes: Any) -> bytes:
    told = Notice(sender="a1", number=1, site="ab", camera="north", t=1.0, case="f-1", kind="intrusion", state="raised")
    return json.dumps({**json.loads(encode(told)), **changes}).encode()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (notice(state="updated"), "a form"),
        (notice(severity="grave"), "a form"),
        (notice(kind=""), "a form"),
        (notice(case="f 1"), "a form"),
        (notice(zone="x" * 201), "a form"),
        (notice(zone=7), "a form"),
        (notice(because={"text": 1}), "a form"),
        (notice(because={"text": "x" * 301}), "a form"),
        (notice(because={f"n{n}": "" for n in range(17)}), "a form"),
        (notice(because={"two words": "x"}), "a form"),
        (notice(t=math.inf), "a number"),
        (notice(detections=[]), "a form"),
    ],
)
def test_what_is_refused_of_a_notice(data: bytes, reason: str) -> None:
    with pytest.raises(WireError) as caught:
        decode(data)
    assert caught.value.reason == reason


def test_the_plain_message_is_read() -> None:
    assert decode(plain()) == Report(sender="a1", number=1, site="ab", camera="north", t=1.0)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not JSON"),
        (b"\xff\xfe{}", "not JSON"),
        (b"[" * 200_000, "not JSON"),
        (b'{"a":' * 100_000, "not JSON"),
        (b"null", "a form"),
        (b"[]", "a form"),
        (b'{"what":"report"}', "another version"),
        (b"x" * (LONGEST + 1), "too long"),
        (plain(schema=2), "another version"),
        (plain(what="order"), "a form"),
        (plain(t=math.nan), "a number"),
        (plain(t=math.inf), "a number"),
        (plain(t=1e300), "a number"),
        (plain(t="1"), "a number"),
        (plain(t=None), "a number"),
        (plain(t=True), "a number"),
        (plain(number=0), "a number"),
        (plain(number=1.5), "a number"),
        (plain(number=1 << 70), "a number"),
        (plain(camera="a b"), "a form"),
        (plain(camera="x" * 81), "a form"),
        (plain(camera="north\n"), "a form"),
        (plain(extra=1), "a form"),
        (plain(zero="2026-03-01T00:00:00"), "a form"),
        (plain(zero="yesterday"), "a form"),
        (plain(detections=[{"box": [0, 0, 1], "score": 1, "label": "person"}]), "a form"),
        (plain(detections=[{"box": [0, 0, 1, math.nan], "score": 1, "label": "person"}]), "a number"),
        (plain(detections=[{"box": [0, 0, 1, 1], "score": 1, "label": "thief"}]), "a form"),
        (
            plain(detections=[{"box": [0, 0, 1, 1], "score": 1, "label": "person"}] * (MOST_SEEN + 1)),
            "a form",
        ),
        (plain(observations=[{"of": 0, "at": [0, 0], "error": [1, 0, 1], "height": None}]), "a form"),
        (plain(observations=[{"of": -1, "at": [0, 0], "error": [1, 0, 1], "height": None}]), "a number"),
        (plain(health={"Bad name": 1}), "a form"),
        (plain(health={f"n{n}": 1 for n in range(100)}), "a form"),
        (plain(health={"brightness": math.nan}), "a form"),
        (plain(picture="not base64!"), "a form"),
        (plain(picture="A" * 800_000), "a form"),
        (plain(source={"state": "well"}), "a form"),
        (plain(unsent=-1), "a number"),
    ],
)
def test_what_is_refused_and_the_word_for_it(data: bytes, reason: str) -> None:
    with pytest.raises(WireError) as caught:
        decode(data)
    assert caught.value.reason == reason


def test_what_cannot_be_told_is_left_out_and_counted() -> None:
    good = Detection((0.0, 0.0, 1.0, 2.0), 0.9)
    place = Observation(t=1.0, camera="north", at=(1.0, 2.0), covariance=(1.0, 0.0, 1.0))
    seen = Glimpse(
        1.0,
        "north",
        (good, Detection((math.nan, 0.0, 1.0, 2.0), 0.9), Detection((0.0, 0.0, 1.0, 2.0), math.inf)),
        (place, Observation(t=1.0, camera="north", at=(1e12, 2.0), covariance=(1.0, 0.0, 1.0))),
    )
    kept, left_out = usable(seen)
    assert (kept.detections, kept.observations, left_out) == ((good,), (place,), 3)
    many = Glimpse(1.0, "north", (good,) * (MOST_SEEN + 5), ())
    assert len(usable(many)[0].detections) == MOST_SEEN
    assert usable(many)[1] == 5


def test_a_kept_report_has_no_picture() -> None:
    report = Report(sender="a1", number=1, site="ab", camera="north", t=1.0, picture=b"jpeg")
    assert b'"picture":null' in encode(report.without_picture())
