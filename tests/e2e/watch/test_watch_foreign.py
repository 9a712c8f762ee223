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
from recorder import HOSTILE, START, event, in_zone, intrusion, site_folder
from test_watch_live import bartizan, wait_for

from bartizan.adapters.bus import read_access, read_address
from bartizan.adapters.bus.line import Line
from bartizan.cli.main import main
from mqtt_broker import Broker


def line(topic: str, payload: Any) -> str:
    return json.dumps({"tst": "x", "topic": topic, "payload": payload})


def two_people(begin: float) -> Iterator[dict[str, Any]]:
    """One stands and one walks past him, a message of each every 4 s, of the same pictures."""
    for n in range(12):
        t = begin + 4.0 * n
        yield event("1.1-stands", t, (2.0, 3.0))
        if n < 8:
            yield event("1.2-walks", t, (2.5 + 0.9 * n, 4.0 + 0.5 * n))
    yield event("1.3-later", begin + 300.0, (6.0, 9.0))


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
    loiters = [one for one in signals if one["rule"] == "loiter"]
    passed_on = [one for one in signals if one["rule"] is None]
    # he stands there from the first picture; 20 s are over with the message of 20 s
    first = next(one for one in loiters if one["state"] == "raised")
    assert (first["t"], first["since"]) == pytest.approx((20.25, 0.25))
    # both are over when nobody has spoken of them for the grace, long before the next message
    assert all(40.0 < one["t"] < 80.0 for one in loiters if one["state"] == "ended")
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
    assert f"{seen}: 23 messages taken; refused:" in said
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
        (["--frigate", "mqtts://localhost", "--camera", "north=a.avi"], "A desk takes both"),
        (["--onvif", "mqtts://localhost", "--fps", "5"], "no pictures"),
        (["--frigate", "mqtts://localhost", "--start", "2026-01-01T00:00:00Z"], "time of day"),
    ):
        result = CliRunner().invoke(main, ["watch", site, *given])
        assert result.exit_code == 2, given
        assert words in result.stderr


def talker(broker: Broker) -> Line:
    access = read_access({}, ca=broker.ca, cert=broker.folder / "me.pem", key=Path(broker.key))
    found = Line(read_address(broker.url), access, topics=[], heard=lambda topic, body: None)
    found.open()
    assert found.connected.wait(30.0)
    return found


def loiterer(site: Path) -> None:
    """A rule that a test need not wait long for, nor for a camera of our own to count as dead."""
    text = (site / "site.toml").read_text()
    text = text.replace("after = 20", "after = 2").replace('id = "gate"', 'id = "gate"\nhealth = { silence = 2 }')
    (site / "site.toml").write_text(text)


def test_frigate_over_a_real_broker_with_garbage_between(broker: Broker, tmp_path: Path) -> None:
    site, kept, out = site_folder(tmp_path), tmp_path / "run.jsonl", tmp_path / "out.txt"
    loiterer(site)
    address = f"mqtts://localhost:{broker.port}/frigate"
    options = ["--frigate", address, *broker.options, "--record", str(kept), "--json"]
    loud = talker(broker)

    def say(topic: str, body: bytes | dict[str, Any]) -> None:
        assert loud.say(topic, body if isinstance(body, bytes) else json.dumps(body).encode())

    def told(kind: str) -> list[dict[str, Any]]:
        return [one for one in map(json.loads, out.read_text().splitlines()) if one["kind"] == kind]

    with bartizan("watch", str(site), *options, out=out) as process:

        def go_on() -> bool:
            """Both stand there, each told of in a message of his own, until that is noticed."""
            now = time.time()
            for name, x in (("1.1-a", 2.0), ("1.2-b", 5.0)):
                say("frigate/events", event(name, now, (x, 6.0)))
            say("frigate/events", in_zone(now, ["drive"]))
            for body in HOSTILE[:4]:
                say("frigate/events", body)
            say("frigate/tracked_object_update", {"type": "face", "name": "Jane Roe"})
            time.sleep(0.4)
            return len(told("loitering")) >= 2 and len(told("intrusion")) >= 1

        wait_for("two people who loiter", go_on, process)
        say("frigate/events", in_zone(time.time(), [], over=True))
        wait_for("the end in the zone", lambda: told("intrusion")[-1]["state"] == "ended", process)
        time.sleep(4.0)
        process.terminate()
        assert process.wait(30.0) == 0
    loud.close()
    assert {one["kind"] for one in map(json.loads, out.read_text().splitlines())} == {"loitering", "intrusion"}
    assert len({track for one in told("loitering") for track in one["tracks"]}) == 2
    said = out.with_suffix(".err").read_text()
    assert "frigate: " in said
    assert "malformed" in said
    assert "identity" not in said  # faces are not even asked for
    assert "Jane" not in kept.read_text()
    replayed, _ = watch(str(site), "--replay", str(kept))
    assert replayed == [json.loads(one) for one in out.read_text().splitlines()]


def test_onvif_over_a_real_broker_with_a_wrong_clock(broker: Broker, tmp_path: Path) -> None:
    site, out = site_folder(tmp_path), tmp_path / "out.txt"
    options = ["--onvif", f"mqtts://localhost:{broker.port}/bridge", *broker.options, "--json"]
    loud = talker(broker)
    with bartizan("watch", str(site), *options, out=out) as process:

        def noticed() -> bool:
            # a clock that is five years behind must not lose an alarm
            for topic in ("bridge/gate", "bridge/roof"):
                assert loud.say(topic, json.dumps(intrusion(START - timedelta(days=1826), True)).encode())
            assert loud.say("bridge/gate", b"<a" * 1000)
            time.sleep(0.4)
            return bool(out.read_text())

        wait_for("the camera's own rule", noticed, process)
        process.terminate()
        assert process.wait(30.0) == 0
    loud.close()
    raised, ended = map(json.loads, out.read_text().splitlines())
    assert (raised["kind"], raised["state"], raised["cameras"]) == ("intrusion", "raised", ["gate"])
    assert (raised["because"]["source"], raised["because"]["clock"]) == ("onvif", "arrival")
    assert 0.0 <= raised["t"] < 120.0
    assert (ended["id"], ended["state"], ended["because"]["text"]) == (raised["id"], "ended", "the watch is over")
    assert "unknown-camera" in out.with_suffix(".err").read_text()


@pytest.mark.data
def test_the_samples_of_frigates_documents_over_a_real_broker(broker: Broker, tmp_path: Path, data_dir: Path) -> None:
    """Of cameras off the plan, so that their zones speak; told at their own times, years ago."""
    site, out = tmp_path / "site", tmp_path / "out.txt"
    site.mkdir()
    zone = "polygon = [[0, 0], [9, 0], [9, 9], [0, 9]]"
    (site / "site.toml").write_text(
        'schema = 1\n[site]\nname = "s"\n[plan]\ncrs = "metres"\n'
        + "".join(f'[[zone]]\nid = "{name}"\n{zone}\n' for name in ("yard", "driveway", "front_yard"))
        + "".join(f'[[camera]]\nid = "{name}"\n' for name in ("front_door", "front_cam"))
    )
    samples = [
        (f"frigate/{topic}", (data_dir / "events" / "frigate" / f"mqtt_{topic}_{n}.json").read_bytes())
        for topic, numbers in (("events", (1,)), ("reviews", (1,)), ("tracked_object_update", range(1, 6)))
        for n in numbers
    ]
    loud = talker(broker)
    options = ["--frigate", f"mqtts://localhost:{broker.port}", *broker.options, "--json"]
    with bartizan("watch", str(site), *options, out=out) as process:

        def noticed() -> bool:
            for topic, body in samples:
                assert loud.say(topic, body)
            time.sleep(0.4)
            return len(out.read_text().splitlines()) >= 3

        wait_for("the zones of the samples", noticed, process)
        process.terminate()
        assert process.wait(30.0) == 0
    loud.close()
    told = [json.loads(one) for one in out.read_text().splitlines()]
    raised = {(one["kind"], one["cameras"][0], one["zone"]) for one in told if one["state"] == "raised"}
    assert raised == {
        ("intrusion", "front_door", "driveway"),
        ("intrusion", "front_door", "yard"),
        ("review", "front_cam", "front_yard"),
    }
    assert not any(word in out.read_text() for word in ("John", "Smith", "Bob", "ABC12345"))
