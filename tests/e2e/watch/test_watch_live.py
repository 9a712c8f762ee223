"""`bartizan watch` of cameras that go on: on two machines behind a broker that is killed, and recorded and replayed."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from pavement import site_folder, video

from bartizan.adapters.bus import read_access, read_address
from bartizan.adapters.bus.line import Line
from bartizan.cli.main import main
from mqtt_broker import Broker

LIMIT = 180.0  # seconds for what takes twenty on an idle machine: three processes start, and compile what they need


@contextmanager
def bartizan(*arguments: str, out: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`bartizan` as a process; it is ended in any case."""
    command = [sys.executable, "-c", "from bartizan.cli.main import main; main()", *arguments]
    with out.open("wb") as said, out.with_suffix(".err").open("wb") as errors:
        process = subprocess.Popen(command, stdout=said, stderr=errors)
        try:
            yield process
        finally:
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(20.0)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()


def wait_for(what: str, enough: Any, *processes: subprocess.Popen[bytes]) -> None:
    stop = time.monotonic() + LIMIT
    while not enough():
        assert time.monotonic() < stop, what
        assert all(process.poll() in (None, 0) for process in processes), what
        time.sleep(0.1)


def replayed(site: Path, recording: Path) -> str:
    result = CliRunner().invoke(main, ["watch", str(site), "--replay", str(recording), "--json"])
    assert result.exit_code == 0, result.stderr
    return result.stdout


def signals_of(text: str, kind: str) -> list[dict[str, Any]]:
    return [told for told in map(json.loads, text.splitlines()) if told["kind"] == kind]


def test_two_machines_behind_a_broker_that_is_killed_and_the_replay_is_the_same(broker: Broker, tmp_path: Path) -> None:
    site = site_folder(tmp_path)
    recording = tmp_path / "run.jsonl"
    joined = ["watch", str(site), "--from", broker.url, *broker.options, "--record", str(recording), "--json"]
    published: list[dict[str, Any]] = []
    access = read_access({}, ca=broker.ca, cert=broker.folder / "me.pem", key=Path(broker.key))
    display = Line(
        read_address(broker.url),
        access,
        topics=["site/signal/+"],
        heard=lambda topic, body: published.append(json.loads(body)),
    )
    display.open()
    with bartizan(*joined, "--publish", out=tmp_path / "joined.txt") as join:
        wait_for("the run begins", recording.exists, join)
        senders = []
        for camera in ("north", "south"):
            source = f"{camera}={video(tmp_path / f'{camera}.avi', camera, 14.0, 4.0)}"
            options = ["--camera", source, "--to", broker.url, *broker.options]
            senders.append(["watch", str(site), *options, "--spool", str(tmp_path / f"{camera}.sqlite")])
        with (
            bartizan(*senders[0], out=tmp_path / "north.txt") as north,
            bartizan(*senders[1], out=tmp_path / "south.txt") as south,
        ):
            wait_for("both tell", lambda: recording.read_text().count('"report"') > 20, join, north, south)
            broker.kill()
            time.sleep(1.5)
            broker.start()
            wait_for("both are over", lambda: north.poll() == south.poll() == 0, join)
        wait_for("the run is over", lambda: join.poll() == 0, join)
    text = (tmp_path / "joined.txt").read_text()
    said = (tmp_path / "joined.err").read_text()
    printed = [json.loads(line) for line in text.splitlines()]
    assert {one["kind"] for one in printed} >= {"loitering"}
    # what is told as the run ends is told to the broker as well
    wait_for("the last of it is heard", lambda: printed[-1] in published)
    display.close()
    assert [one for one in printed if one in published] == published
    kept = [json.loads(line) for line in recording.read_text().splitlines()[1:]]
    pictures = [one for one in kept if one["what"] == "report"]
    assert all(one["picture"] is None for one in pictures)
    # what a machine told came, all of it; each picture is in the run once, or was late there, or dropped by its machine
    told = [int((tmp_path / f"{camera}.err").read_text().split()[1]) for camera in ("north", "south")]
    assert f"{sum(told)} messages taken" in said
    late = re.search(r"(\d+) too late", said)
    last = {one["camera"]: one["source"]["late"] for one in kept if one["what"] == "waiting"}
    assert len({(one["sender"], one["number"]) for one in pictures}) == len(pictures)
    assert len(pictures) + (int(late[1]) if late else 0) + sum(last.values()) == 280
    assert {one["camera"] for one in pictures} == {"north", "south"}
    assert "never came" not in said
    assert replayed(site, recording) == text


def test_cameras_in_processes_of_their_own_and_one_is_killed(tmp_path: Path) -> None:
    site = site_folder(tmp_path)
    recording = tmp_path / "run.jsonl"
    sources = [f"{name}={video(tmp_path / f'{name}.avi', name, 60.0, 4.0)}" for name in ("north", "south")]
    options = ["--camera", sources[0], "--camera", sources[1], "--as-live", "--record", str(recording), "--json"]
    with bartizan("watch", str(site), *options, out=tmp_path / "out.txt") as process:

        def reports(camera: str) -> int:
            text = recording.read_text() if recording.exists() else ""
            return sum(f'"camera":"{camera}"' in line and '"report"' in line for line in text.splitlines())

        wait_for("both are seen", lambda: reports("north") > 10 and reports("south") > 10, process)
        children = Path(f"/proc/{process.pid}/task").glob("*/children")
        workers = sorted(int(pid) for file in children for pid in file.read_text().split())
        assert len(workers) == 2
        os.kill(workers[0], signal.SIGKILL)
        wait_for("it is said", lambda: "SIGKILL" in (tmp_path / "out.txt").read_text(), process)
        before = reports("north"), reports("south")
        wait_for("somebody goes on", lambda: reports("north") + reports("south") > sum(before) + 10, process)
        process.send_signal(signal.SIGINT)
        assert process.wait(30.0) == 0
    text = (tmp_path / "out.txt").read_text()
    dead = [one for one in signals_of(text, "camera-health") if one["state"] == "raised"]
    assert dead[0]["because"]["fault"] == "dead"
    assert "SIGKILL" in dead[0]["because"]["text"]
    assert "started again in" in (tmp_path / "out.err").read_text()
    assert replayed(site, recording) == text
    for pid in workers:
        stat = Path(f"/proc/{pid}/stat")
        assert not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] == "Z"


@pytest.mark.parametrize("seed", [None, "7"])
def test_files_of_two_cameras_recorded_and_replayed(tmp_path: Path, seed: str | None) -> None:
    site = site_folder(tmp_path)
    recording = tmp_path / "run.jsonl"
    cameras = [f"--camera={name}={video(tmp_path / f'{name}.avi', name, 9.0, 3.0)}" for name in ("north", "south")]
    options = ["--start", "2026-03-01T22:10:00Z", *(["--seed", seed] if seed else [])]
    watched = CliRunner().invoke(main, ["watch", str(site), *cameras, "--record", str(recording), "--json", *options])
    assert watched.exit_code == 0, watched.stderr
    (raised,) = [one for one in signals_of(watched.stdout, "loitering") if one["state"] == "raised"]
    assert raised["cameras"] == ["north", "south"]
    assert replayed(site, recording) == watched.stdout
    again = CliRunner().invoke(main, ["watch", str(site), *cameras, "--record", str(recording)])
    assert again.exit_code == 2
    assert "never written over" in again.stderr
