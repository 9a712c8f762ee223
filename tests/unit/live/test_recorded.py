"""A run that was recorded gives the same signals when it is played again, byte for byte."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bartizan.adapters.files.recording import Recorder, read_recording
from bartizan.app.live import Glimpse, LiveRun, watch_boxes
from bartizan.app.live.recorded import RunHead, replay
from bartizan.app.live.wire import Ended, Report, Tick
from bartizan.errors import InputError
from bartizan.signal import Signal
from bartizan.site.document import build
from bartizan.site.site import Site
from bartizan.watch.detection.detect import Detection

DOCUMENT: dict[str, Any] = {
    "schema": 1,
    "site": {"name": "A pavement"},
    "plan": {"crs": "metres"},
    "zone": [{"id": "pavement", "polygon": [[-2, -2], [10, -2], [10, 16], [-2, 16]]}],
    "camera": [
        {
            "id": "north",
            "size": [640, 480],
            "model": {"points": [[100, 400, 0, 0], [540, 400, 8, 0], [220, 150, 0, 20], [420, 150, 8, 20]]},
        },
        {
            "id": "south",
            "size": [640, 480],
            "model": {"points": [[540, 400, 0, 12], [100, 400, 8, 12], [420, 150, 0, -8], [220, 150, 8, -8]]},
        },
    ],
    "rule": [{"id": "loiter", "kind": "loitering", "zone": "pavement", "after": 20, "grace": 5}],
}
START = datetime(2026, 3, 1, 22, 10, tzinfo=UTC)


@pytest.fixture(scope="module")
def site() -> Site:
    return build(DOCUMENT)


def boxes(site: Site, camera: str, seconds: float, phase: float = 0.0) -> Iterator[tuple[float, list[Detection]]]:
    """Somebody who walks up and down, five times a second, as the camera's own model shows him."""
    model = site.camera(camera).model
    assert model is not None
    for n in range(int(seconds * 5)):
        t = phase + n / 5.0
        place = np.array([[4.0 + 3.0 * math.sin(t / 6.0), 6.0]])
        (x, y), high = model.to_image(place)[0], 1.75 * float(model.height_scale(place)[0])
        yield t, [Detection((float(x - 0.19 * high), float(y - high), 0.38 * high, high), 0.9)]


def head(site: Site) -> RunHead:
    return RunHead(site=site.hash, name=site.name, version="0", run="run", seed=0, start=START)


def lines(signals: list[Signal]) -> str:
    return "\n".join(json.dumps(signal.to_json()) for signal in signals)


def test_boxes_of_two_cameras_ticks_and_an_end_played_again(site: Site, tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    with Recorder(path, head(site)) as keep:
        run = LiveRun(site, run="run", start_utc=START, keep=keep)
        streams = {name: boxes(site, name, 30.0, phase) for name, phase in (("north", 0.0), ("south", 0.03))}
        signals = [one for sighting in watch_boxes(site, streams, run) for one in sighting.signals]
        over = Ended(sender="w1", number=7, site=site.hash, camera="north", t=30.0, why="its pictures have ended")
        for told in (over, Tick(31.0), Tick(40.0)):
            signals += run.take(told).signals
        signals += run.finish()
    assert {one.state for one in signals} == {"raised", "ended"}
    found, messages = read_recording(path)
    assert found == head(site)
    again = LiveRun(site, run=found.run, start_utc=found.start)
    replayed = [one for sighting in replay(messages, again) for one in sighting.signals] + list(again.finish())
    assert lines(replayed) == lines(signals)
    assert again.counts == run.counts


def test_time_that_goes_by_without_a_picture_ends_a_stay(site: Site) -> None:
    run = LiveRun(site, run="run", start_utc=START)
    raised = [s for g in watch_boxes(site, {"north": boxes(site, "north", 30.0)}, run) for s in g.signals]
    assert [one.state for one in raised] == ["raised"]
    ended = [one for t in range(31, 60) for one in run.take(Tick(float(t))).signals]
    assert [(one.state, one.id) for one in ended] == [("ended", raised[0].id)]


def test_no_picture_and_nothing_that_is_no_number_is_kept(site: Site, tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    nan = float("nan")
    with Recorder(path, head(site)) as keep:
        run = LiveRun(site, run="run", keep=keep)
        run.take(Report(sender="w1", number=1, site=site.hash, camera="north", t=0.0, picture=b"\xff\xd8 a face"))
        run.take(Glimpse(1.0, "north", (Detection((nan, 0.0, 1.0, 1.0), 0.5),), ()))
        run.take(Glimpse(nan, "north", (), ()))
    text = path.read_text()
    assert text.count("\n") == 3
    assert '"picture":null' in text
    assert "NaN" not in text
    assert run.counts.unusable == 1


def test_a_recording_is_never_written_over(site: Site, tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    path.write_text("kept")
    with pytest.raises(InputError, match="never written over"):
        Recorder(path, head(site))
    assert path.read_text() == "kept"


def test_a_run_that_was_killed_leaves_a_recording(site: Site, tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    with Recorder(path, head(site)) as keep:
        for t in range(3):
            keep(Tick(float(t)))
    path.write_bytes(path.read_bytes()[:-5])
    assert list(read_recording(path)[1]) == [Tick(0.0), Tick(1.0)]


def test_what_is_no_recording_is_refused_with_its_line(site: Site, tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    with pytest.raises(InputError, match="cannot be read"):
        read_recording(path)
    for text in ("", "t,track,x,y\n", '{"what":"bartizan-recording","schema":2}\n', "[" * 9999, "\x00" * 100):
        path.write_text(text)
        with pytest.raises(InputError, match=r"run\.jsonl:1: it does not begin"):
            read_recording(path)
    path.unlink()
    with Recorder(path, head(site)) as keep:
        keep(Tick(0.0))
    with path.open("ab") as file:
        file.write(b'{"schema":1,"what":"tick","t":"soon"}\n')
    with pytest.raises(InputError, match=r"run\.jsonl:3: .*Cut the file before this line"):
        list(read_recording(path)[1])


def test_another_site_or_version_is_said(site: Site) -> None:
    assert list(head(site).differences(site, "0")) == []
    other = build({**DOCUMENT, "zone": [{"id": "pavement", "polygon": [[-2, -2], [9, -2], [9, 16], [-2, 16]]}]})
    words = list(head(site).differences(other, "1"))
    assert len(words) == 2
    assert site.hash[:12] in words[0]
    assert other.hash[:12] in words[0]
    assert "signals may differ" in words[1]
