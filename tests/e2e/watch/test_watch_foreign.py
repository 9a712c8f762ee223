"""`bartizan watch` of what Frigate and ONVIF cameras notice: from files and over a real broker, and replayed."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from mqtt_broker import Broker
from recorder import HOSTILE, START, event, in_zone, intrusion, site_folder
from test_watch_live import bartizan, wait_for

from bartizan.adapters.bus import read_access, read_address
from bartizan.adapters.bus.line import Line
from bartizan.cli.main import main


def line(topic: str, payload: Any) -> str:
    return json.dumps({"tst": "x", "topic": topic, "payload": payload})


def two_people(begin: float) -> Iterator[dict[str, Any]]:
    """One stands and one walks past him, a message of each every 4 s, of the same pictures; then somebody else comes."""
    for n in range(12):
        t = begin + 4.0 * n
        yield event("1.1-stands", t, (2.0, 3.0))
        if n < 8:
            yield event("1.2-walks", t, (2.5 + 0.9 * n, 4.0 + 0.5 * n))


def watch(*arguments: str) -> tuple[list[dict[str, Any]], str]:
    """The signals of a run and what it says of itself."""
    result = CliRunner().invoke(main, ["watch", *arguments, "--json"])
    assert result.exit_code == 0, result.output
    return [json.loads(one) for one in result.stdout.splitlines()], result.stderr


def test_recorded_messages_give_tracks_and_signals_and_the_replay_is_the_same(tmp_path: Path) -> None:
    site, begin = site_folder(tmp_path), START.timestamp() + 0.25
    lines = [line("frigate/events", told) for told in two_people(begin)]
    lines.insert(4, line("frigate/events", in_zone(begin + 7.0, ["drive", "works"])))
    lines.insert(10, line("frigate/events", in_zone(begin + 17.0, [], over=True)))
    lines += [line("frigate/events", one.decode("latin-1")) for one in HOSTILE[1:]]
    lines += ["no JSON", '{"topic": 1, "payload": {}}', line("frigate/tracked_object_update", {"type": "face"})]
    seen, notices = tmp_path / "frigate.jsonl", tmp_path / "onvif.jsonl"
    seen.write_text("\n".join(lines))
    turns = [(9.0, True), (12.0, True), (15.0, False)]
    notices.write_text(
        "\n".join(line("onvif/gate", intrusion(START + timedelta(seconds=t), inside)) for t, inside in turns)
    )
    kept = tmp_path / "run.jsonl"
    signals, said = watch(
        str(site), "--foreign", f"frigate={seen}", "--foreign", f"onvif={notices}", "--record", str(kept)
    )
    print(said, *signals, sep="\n")
    loiters = [one for one in signals if one["rule"] == "loiter"]
    passed_on = [one for one in signals if one["rule"] is None]
    # he stands there from the first picture; 20 s are over with the message of 20 s
    first = next(one for one in loiters if one["state"] == "raised")
    assert (first["t"], first["since"]) == pytest.approx((20.25, 0.25))
    assert len({track for one in loiters for track in one["tracks"]}) == 2
    assert [(one["kind"], one["state"], one["zone"], one["area"], one["silent"]) for one in passed_on] == [
        ("intrusion", "raised", "drive", "street", None),
        ("intrusion", "raised", "works", None, "access zone works"),
        ("intrusion", "raised", None, None, None),
        ("intrusion", "ended", None, None, None),
        ("intrusion", "ended", "drive", "street", None),
        ("intrusion", "ended", "works", None, "access zone works"),
    ]
    assert [one["t"] for one in passed_on] == pytest.approx([7.25, 7.25, 9.0, 15.0, 17.25, 17.25])
    assert [one["because"]["source"] for one in passed_on] == ["frigate"] * 2 + ["onvif"] * 2 + ["frigate"] * 2
    assert passed_on[0]["utc"] == "2026-03-01T22:10:07.250Z"
    assert all(one["id"].startswith("run-") for one in signals)
    assert len({one["id"] for one in signals if one["state"] == "raised"}) == len(loiters) // 2 + 3
    assert "2 lines without topic and payload" in said
    assert f"{seen}: 22 messages taken; refused:" in said
    assert "1 identity" in said
    replayed, _ = watch(str(site), "--replay", str(kept))
    assert replayed == signals
    assert "etc" not in kept.read_text()


def test_what_cannot_be_meant_or_read_is_refused(tmp_path: Path) -> None:
    site, file = str(site_folder(tmp_path)), tmp_path / "odd.jsonl"
    file.write_text(line("frigate/events", {**event("1.1-a", 5.0, (2.0, 3.0))}).replace("north", "roof"))
    for given, words in (
        (["--foreign", f"frigate={file}"], "1 unknown-camera"),
        (["--foreign", f"onvif={tmp_path / 'none'}"], "cannot be read"),
        (["--foreign", f"other={file}"], "give frigate=FILE or onvif=FILE"),
        (["--frigate", "mqtt://broker.example/frigate"], "clear text"),
        (["--frigate", "mqtts://a:b@localhost/frigate"], "name or a password"),
        (["--frigate", "mqtts://localhost", "--onvif", "mqtts://localhost"], "give one of"),
        (["--onvif", "mqtts://localhost", "--fps", "5"], "no pictures"),
        (["--frigate", "mqtts://localhost", "--start", "2026-01-01T00:00:00Z"], "time of day"),
    ):
        result = CliRunner().invoke(main, ["watch", site, *given])
        assert result.exit_code == 2, given
        assert words in result.stderr
