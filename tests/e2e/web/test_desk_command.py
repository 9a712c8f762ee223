"""`bartizan desk` from outside: what it prints, where it keeps things, what it refuses, and how it ends."""

from __future__ import annotations

import re
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from bartizan.cli.main import main

SITE = """\
schema = 1
[site]
name = "Yard"
[[area]]
id = "street"
outside = true
"""


@pytest.fixture
def yard(tmp_path: Path) -> Path:
    folder = tmp_path / "yard"
    folder.mkdir()
    (folder / "site.toml").write_text(SITE)
    return folder


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["desk", *arguments])
    return result.exit_code, result.output


def test_it_serves_until_ctrl_c_and_prints_the_first_password_once(yard: Path) -> None:
    data = yard.with_name("yard.bartizan-data")
    first = serve_once(yard)
    assert re.search(r"password of officer \(printed this once\): (\w{5}-){4}\w{5}\n", first)
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    assert {one.name for one in data.iterdir()} >= {"accounts.json", "journal.sqlite"}
    assert all(stat.S_IMODE(one.stat().st_mode) & 0o077 == 0 for one in data.iterdir())
    assert [one.name for one in yard.iterdir()] == ["site.toml"], "nothing in the site folder"
    password = re.search(r"once\): (\S+)", first)
    assert password is not None
    assert not any(password[1].encode() in one.read_bytes() for one in data.rglob("*") if one.is_file())
    assert "password of" not in serve_once(yard), "printed once means once"
    anew = re.search(r"password of officer \(printed this once\): (\S+)", serve_once(yard, "--new-password"))
    assert anew is not None
    assert anew[1] != password[1]


@contextmanager
def taken_port() -> Iterator[int]:
    """A port of this machine that somebody else listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield taken.getsockname()[1]


def serve_once(yard: Path, *more: str) -> str:
    """Start the desk, see that it answers, end it by Ctrl-C, twice as people do; returns what it printed."""
    command = [
        sys.executable,
        "-c",
        "from bartizan.cli.main import main; main()",
        "desk",
        str(yard),
        "--port",
        "0",
        *more,
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        printed = ""
        for line in process.stdout:
            printed += line
            if found := re.search(r"http://127\.0\.0\.1:\d+/", line):
                break
        else:
            pytest.fail(f"the desk ended: {printed}")
        # the socket listens from here on; the answer waits until the desk is up
        answer = httpx.get(found[0] + "login", timeout=20)
        assert answer.status_code == 200
        assert "Yard" in answer.text
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()
        assert process.wait(10) == 0
    assert "Traceback" not in rest
    return printed + rest


def test_beyond_this_machine_it_wants_tls_or_a_proxy(yard: Path) -> None:
    for host in ("0.0.0.0", "::", "192.0.2.1", "desk.example"):  # noqa: S104 - refused is what is tested
        status, said = run(str(yard), "--host", host)
        assert status == 2
        assert f"--host {host}: passwords and alarms would cross the network in clear text" in said
    assert not yard.with_name("yard.bartizan-data").exists(), "nothing is left behind"


def test_a_certificate_needs_its_key_and_must_be_one(yard: Path, tmp_path: Path) -> None:
    status, said = run(str(yard), "--tls-cert", "cert.pem")
    assert (status, "--tls-cert and --tls-key go together" in said) == (2, True)
    broken = tmp_path / "broken.pem"
    broken.write_text("not a certificate")
    status, said = run(str(yard), "--tls-cert", str(broken), "--tls-key", str(broken), "--port", "0")
    assert status == 2
    assert "no certificate and key for TLS" in said
    assert not yard.with_name("yard.bartizan-data").exists(), "nothing is left behind"


def test_data_in_the_site_folder_is_refused(yard: Path) -> None:
    for inside in (yard / "data", yard, yard / "a" / ".." / "data"):
        status, said = run(str(yard), "--data", str(inside))
        assert status == 2
        assert "lies in the site folder" in said
    assert [one.name for one in yard.iterdir()] == ["site.toml"]


def test_a_port_in_use_is_said_in_words(yard: Path) -> None:
    with taken_port() as port:
        status, said = run(str(yard), "--port", str(port))
    assert status == 2
    assert f"cannot listen on 127.0.0.1, port {port}" in said
    assert "another --port" in said
    assert "password" not in said
    assert not yard.with_name("yard.bartizan-data").exists(), "nothing is left behind"


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--watch"], "nothing to watch. Give --camera ID=SOURCE"),
        (["--camera", "north"], "is not ID=SOURCE"),
        (["--camera", "north=a.mp4", "--camera", "north=b.mp4"], "a camera is named twice"),
        (["--camera", "north=ftp://camera.example/"], "is not a stream that can be watched"),
        (["--camera", "north=rtsp://camera.example/"], "no camera has the id 'north'"),
        (["--from", "mqtts://me:word@broker.example"], "no camera of the site has a model"),
        (["--camera", "north=none.mp4"], "north"),
    ],
)
def test_cameras_that_cannot_be_watched_are_refused(yard: Path, more: list[str], words: str) -> None:
    status, said = run(str(yard), *more)
    assert status == 2
    assert words in said


def test_a_second_desk_on_the_same_data_is_refused(yard: Path, tmp_path: Path) -> None:
    from bartizan.adapters.store import open_journal  # noqa: PLC0415

    data = tmp_path / "data"
    journal = open_journal(data / "journal.sqlite")
    try:
        status, said = run(str(yard), "--data", str(data), "--port", "0")
    finally:
        journal.close()
    assert status == 2
    assert "owns this journal" in said
