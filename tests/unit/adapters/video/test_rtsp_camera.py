"""Cameras by RTSP against a real server: it is killed and frozen, guarded by a password, and speaks TLS."""

from __future__ import annotations

import random
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from bartizan.adapters.video.address import read_address
from bartizan.adapters.video.live import LiveStream, Pauses
from bartizan.adapters.video.secrets import Credentials, Secrets
from bartizan.adapters.video.source import open_source
from bartizan.app.live.ports import LiveSource, SourceCounters
from bartizan.errors import MissingExtraError, VideoError
from bartizan.signal import Signal, SignalIds
from bartizan.site import build
from bartizan.site.model import Camera
from bartizan.watch.health import HealthBook, HealthParams, Meter
from whole import missing

SERVER = Path(__file__).with_name("rtsp_server.py")
PYTHON = "/usr/bin/python3"
PASSWORD = "p@s:s/w%ä"
RNG = random.Random(4)  # noqa: S311 - draws pauses
NORTH = Camera(id="north", size=(320, 240))
LONGEST = 20.0  # s for anything to happen on a slow machine


class Server:
    """A real RTSP server in a process of its own."""

    def __init__(self, port: str = "0", certificate: str = "", user: str = "", password: str = "") -> None:
        self.command = [PYTHON, str(SERVER), port, certificate, user, password]
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.port = self.process.stdout.readline().strip()

    def url(self, scheme: str = "rtsp") -> str:
        return f"{scheme}://127.0.0.1:{self.port}/cam"

    def again(self) -> Server:
        return Server(self.port, *self.command[3:])

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()


@contextmanager
def serving(certificate: str = "", user: str = "", password: str = "") -> Iterator[Server]:
    server = Server("0", certificate, user, password)
    try:
        yield server
    finally:
        server.kill()


@contextmanager
def watching(url: str, secrets: Secrets | None = None) -> Iterator[LiveStream]:
    began = time.monotonic()
    source = open_source(url, NORTH, None, secrets or Secrets(), seconds=lambda: time.monotonic() - began, rng=RNG)
    assert isinstance(source, LiveStream)
    assert isinstance(source, LiveSource)
    try:
        yield source
    finally:
        source.close()


def until(source: LiveStream, holds: Callable[[SourceCounters], bool]) -> SourceCounters:
    """Wait until the counters say so."""
    limit = time.monotonic() + LONGEST
    while not holds(source.counters):
        assert time.monotonic() < limit, source.counters
        time.sleep(0.05)
    return source.counters


def some(source: LiveStream, count: int) -> list[float]:
    """The times of the next pictures."""
    times: list[float] = []
    limit = time.monotonic() + LONGEST
    while len(times) < count:
        assert time.monotonic() < limit, source.counters
        frame = source.take(1.0)
        if frame is not None:
            times.append(frame[0])
    return times


@pytest.fixture(scope="module", autouse=True)
def server_parts() -> None:
    """GStreamer's RTSP server and PyAV, or no tests."""
    asked = "import gi; gi.require_version('GstRtspServer', '1.0'); from gi.repository import GstRtspServer"
    if not Path(PYTHON).exists() or subprocess.run([PYTHON, "-c", asked], check=False, capture_output=True).returncode:
        missing("GStreamer's RTSP server")
    if find_spec("av") is None:
        missing("PyAV")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """A certificate of our own for loopback, and the same with its key."""
    if shutil.which("openssl") is None:
        missing("openssl")
    folder = tmp_path_factory.mktemp("tls")
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "cert.pem"]
    subprocess.run([*made, "-days", "2", *names], cwd=folder, check=True, capture_output=True)
    both = folder / "both.pem"
    both.write_text((folder / "cert.pem").read_text() + (folder / "key.pem").read_text())
    return str(folder / "cert.pem"), str(both)


def test_pictures_come_again_after_the_server_was_killed() -> None:
    with serving() as first, watching(first.url()) as source:
        before = some(source, 5)
        first.kill()
        lost = until(source, lambda counters: counters.failures >= 2)
        assert lost.state == "lost"
        assert "127.0.0.1" in lost.words
        second = first.again()
        try:
            after = some(source, 5)
            counters = source.counters
        finally:
            second.kill()
    assert np.all(np.diff(before + after) > 0.0)
    # ten pictures a second by the stream's own clock, whatever the machine is busy with
    assert np.diff(before)[1:] == pytest.approx(0.1, abs=0.05)
    assert counters.connections == 2
    assert counters.state == "playing"
    assert counters.words == ""


def test_a_frozen_server_is_lost_and_comes_back() -> None:
    from bartizan.adapters.video import rtsp  # noqa: PLC0415 - PyAV may be missing

    with serving() as server:
        place = read_address(server.url(), "north")
        began = time.monotonic()
        source = LiveStream(
            "north",
            lambda: rtsp.dial(place, Credentials(), "north", 1.5),
            size=(320, 240),
            seconds=lambda: time.monotonic() - began,
            rng=RNG,
            pauses=Pauses(shortest=0.2, longest=0.5),
        )
        try:
            some(source, 3)
            server.process.send_signal(signal.SIGSTOP)
            lost = until(source, lambda counters: counters.state == "lost")
            assert "silent" in lost.words
            server.process.send_signal(signal.SIGCONT)
            assert len(some(source, 3)) == 3
        finally:
            server.process.send_signal(signal.SIGCONT)
            source.close()


def test_a_frozen_server_is_a_dead_camera_and_lives_again() -> None:
    silence, steady = 2.0, 1.0
    site = build(
        {
            "schema": 1,
            "site": {"name": "One camera"},
            "camera": [{"id": "north", "size": [320, 240], "health": {"silence": silence}}],
        }
    )
    began = time.monotonic()
    meter = Meter(site.cameras[0])
    with serving() as server, watching(server.url()) as source:

        def signals(wanted: str) -> Signal:
            """Look on until a signal comes that is raised, or ended."""
            limit = time.monotonic() + LONGEST
            while time.monotonic() < limit:
                frame = source.take(0.1)
                reading = None if frame is None else meter.measure(*frame)
                found = [] if frame is None or reading is None else list(book.step(frame[0], "north", reading))
                found += book.pass_time(time.monotonic() - began)
                for signal_ in found:
                    assert signal_.because["fault"] == "dead"
                    assert signal_.state == wanted
                    return signal_
            raise AssertionError(source.counters)

        some(source, 2)
        book = HealthBook(site, SignalIds("run"), params=HealthParams(steady=steady), began=time.monotonic() - began)
        server.process.send_signal(signal.SIGSTOP)
        stopped = time.monotonic() - began
        try:
            dead = signals("raised")
        finally:
            server.process.send_signal(signal.SIGCONT)
        assert dead.t - stopped <= silence + 5.0  # as the ten seconds of a camera become at most fifteen
        assert signals("ended").id == dead.id


def test_a_name_and_a_password_open_it_and_are_never_said() -> None:
    with serving(user="watch", password=PASSWORD) as server:
        known = Secrets({"BARTIZAN_CAMERA_NORTH_USER": "watch", "BARTIZAN_CAMERA_NORTH_PASSWORD": PASSWORD})
        with watching(server.url(), known) as source:
            assert len(some(source, 2)) == 2
        wrong = Secrets({"BARTIZAN_CAMERA_NORTH_USER": "watch", "BARTIZAN_CAMERA_NORTH_PASSWORD": "wr0ng-one"})
        for secrets in (Secrets(), wrong):
            with watching(server.url(), secrets) as source:
                refused = until(source, lambda counters: counters.failures >= 1)
            assert "refuses the name and password" in refused.words
            assert "wr0ng-one" not in refused.words
            assert refused.connections == 0


def test_a_certificate_is_checked(certificate: tuple[str, str]) -> None:
    authority, both = certificate
    with serving(certificate=both) as server:
        with watching(server.url("rtsps")) as source:
            refused = until(source, lambda counters: counters.failures >= 1)
        assert "certificate" in refused.words
        assert refused.connections == 0
        trusting = Secrets({"BARTIZAN_CAMERA_NORTH_CA": authority})
        with watching(server.url("rtsps"), trusting) as source:
            assert len(some(source, 2)) == 2


def test_what_is_no_rtsp_server_is_refused_in_words() -> None:
    from bartizan.adapters.video import rtsp  # noqa: PLC0415 - PyAV may be missing

    with pytest.raises(VideoError, match="it cannot be read"):
        rtsp.dial(read_address("rtsp://127.0.0.1:1/cam", "north"), Credentials("u", "s3cret"), "north", 1.0)


SDP = b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\na=control:file:///etc/passwd\r\n"
BEGIN = b"RTSP/1.0 200 OK\r\nCSeq: 1\r\n"


@pytest.mark.parametrize(
    "reply",
    [
        b"\x00\xff garbage" * 100,
        BEGIN + b"X: " + b"y" * 200_000,
        BEGIN + b"Content-Length: 2147483000\r\n\r\n",
        BEGIN + b"Content-Type: application/sdp\r\nContent-Length: %d\r\n\r\n" % len(SDP) + SDP,
        b"RTSP/1.0 302 Moved\r\nCSeq: 1\r\nLocation: file:///etc/passwd\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n",
    ],
    ids=["garbage", "headers", "length", "sdp", "redirect", "http"],
)
def test_a_hostile_server_is_refused_in_words(reply: bytes) -> None:
    from bartizan.adapters.video import rtsp  # noqa: PLC0415 - PyAV may be missing

    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(LONGEST)

        def serve() -> None:
            with suppress(OSError):
                line, _ = server.accept()
                with line:
                    line.recv(4096)
                    line.sendall(reply)

        threading.Thread(target=serve, daemon=True).start()
        place = read_address(f"rtsp://127.0.0.1:{server.getsockname()[1]}/cam", "north")
        with pytest.raises(VideoError, match=r"camera 'north': rtsp://127.0.0.1:\d+/cam: it ") as refused:
            rtsp.dial(place, Credentials("watch", "s3cret"), "north", 1.0)
    assert "s3cret" not in str(refused.value)


def test_a_picture_larger_than_any_cameras_is_not_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bartizan.adapters.video.rtsp.MOST_PIXELS", 1000)
    with serving() as server, watching(server.url()) as source:
        counters = until(source, lambda told: told.garbled >= 2)
    assert counters.frames == 0
    assert source.take(0.0) is None


def test_without_the_extra_the_error_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(MissingExtraError, match=r"bartizan\[rtsp\]"):
        open_source("rtsp://127.0.0.1/cam", NORTH, None, Secrets(), seconds=time.monotonic, rng=RNG)
