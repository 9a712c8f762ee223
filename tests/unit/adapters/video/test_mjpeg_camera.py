"""Motion JPEG against a real HTTP server that also sends garbage, endless parts and other sizes, and falls silent."""

from __future__ import annotations

import random
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import cv2
import numpy as np
import pytest

from bartizan.adapters.video import mjpeg
from bartizan.adapters.video.address import read_address
from bartizan.adapters.video.live import LiveStream, Pauses
from bartizan.adapters.video.secrets import Credentials, Secrets
from bartizan.adapters.video.source import open_source
from bartizan.app.live.ports import SourceCounters
from bartizan.errors import VideoError
from bartizan.site.model import Camera

SIZE = (64, 48)
LONGEST = 15.0  # s for anything to happen on a slow machine
KIND = "multipart/x-mixed-replace; boundary=frame"
Script = Callable[[BaseHTTPRequestHandler], None]


def jpeg(level: int, size: tuple[int, int] = SIZE) -> bytes:
    there, data = cv2.imencode(".jpg", np.full((size[1], size[0], 3), level, np.uint8))
    assert there
    return data.tobytes()


def part(data: bytes, stamp: float | None = None, *, length: bool = True) -> bytes:
    head = b"--frame\r\nContent-Type: image/jpeg\r\n"
    head += b"Content-Length: %d\r\n" % len(data) if length else b""
    head += b"" if stamp is None else b"X-Timestamp: %.3f\r\n" % stamp
    return head + b"\r\n" + data + b"\r\n"


def begin(request: BaseHTTPRequestHandler, kind: str = KIND) -> None:
    request.send_response(200)
    request.send_header("Content-Type", kind)
    request.end_headers()


class Server:
    """A camera that speaks HTTP: each request is answered by the next of its scripts, the last one for ever."""

    def __init__(self, *scripts: Script, context: ssl.SSLContext | None = None) -> None:
        self.asked: list[tuple[str, str | None]] = []
        self.over = threading.Event()
        left = list(scripts)
        camera = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                camera.asked.append((self.path, self.headers.get("Authorization")))
                script = left.pop(0) if len(left) > 1 else left[0]
                try:
                    script(self)
                except OSError:
                    self.close_connection = True

            def log_message(self, *_: object) -> None:
                pass

        class Quiet(ThreadingHTTPServer):
            def handle_error(self, request: object, client_address: object) -> None:
                pass  # a handshake that is refused is what is tested

        self.server = Quiet(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        if context is not None:
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self.over.set()
        self.server.shutdown()
        self.server.server_close()


@contextmanager
def camera(*scripts: Script, context: ssl.SSLContext | None = None) -> Iterator[Server]:
    made = Server(*scripts, context=context)
    try:
        yield made
    finally:
        made.close()


@contextmanager
def watching(
    port: int,
    credentials: Credentials | None = None,
    *,
    silence: float = 1.0,
    scheme: str = "http",
    pause: float = 0.1,
) -> Iterator[LiveStream]:
    place = read_address(f"{scheme}://127.0.0.1:{port}/video", "north")
    began = time.monotonic()
    source = LiveStream(
        "north",
        lambda: mjpeg.dial(place, credentials or Credentials(), "north", silence),
        size=SIZE,
        seconds=lambda: time.monotonic() - began,
        rng=random.Random(2),  # noqa: S311 - draws pauses
        pauses=Pauses(shortest=pause, longest=pause),
    )
    try:
        yield source
    finally:
        source.close()


def until(source: LiveStream, holds: Callable[[SourceCounters], bool]) -> SourceCounters:
    limit = time.monotonic() + LONGEST
    while not holds(source.counters):
        assert time.monotonic() < limit, source.counters
        time.sleep(0.01)
    return source.counters


def levels(source: LiveStream, count: int) -> list[int]:
    """The grey levels of the next pictures."""
    found: list[int] = []
    limit = time.monotonic() + LONGEST
    while len(found) < count:
        assert time.monotonic() < limit, source.counters
        frame = source.take(0.5)
        if frame is not None:
            assert frame[1].shape == (48, 64, 3)
            found.append(round(float(frame[1].mean())))
    return found


def plays(*pictures: bytes, pause: float = 0.02, repeat: bool = True) -> Script:
    """Sends what it is given; then the last again and again, or nothing more."""

    def script(request: BaseHTTPRequestHandler) -> None:
        begin(request)
        for piece in pictures:
            request.wfile.write(piece)
            time.sleep(pause)
        for _ in range(500 if repeat else 0):
            request.wfile.write(pictures[-1])
            time.sleep(pause)

    return script


def test_pictures_come_and_come_again_after_an_end() -> None:
    with (
        camera(plays(part(jpeg(10)), part(jpeg(20)), repeat=False), plays(part(jpeg(30)))) as made,
        watching(made.port) as source,
    ):
        assert levels(source, 3) == pytest.approx([10, 20, 30], abs=1)
        counters = source.counters
    assert counters.connections == 2
    assert counters.failures == 1


def test_parts_without_a_length_are_read_to_their_boundary() -> None:
    with (
        camera(plays(*(part(jpeg(level), length=False) for level in (10, 20, 30)))) as made,
        watching(made.port) as source,
    ):
        assert levels(source, 3)[:2] == pytest.approx([10, 20], abs=1)


def test_times_are_the_cameras_own_where_it_sends_some() -> None:
    stamped = [part(jpeg(9), 1000.0 + 0.2 * number) for number in range(8)]
    # the pictures come in bursts of two; their times do not
    pairs = [one + other for one, other in zip(stamped[::2], stamped[1::2], strict=True)]
    with camera(plays(*pairs, pause=0.4)) as made, watching(made.port, silence=5.0) as source:
        times: list[float] = []
        while len(times) < 5:
            frame = source.take(LONGEST)
            assert frame is not None
            times.append(frame[0])
    steps = np.diff(times)
    assert np.all(steps > 0.1)
    assert steps[1:] == pytest.approx(0.2, abs=0.08)


@pytest.mark.parametrize(
    ("hostile", "words"),
    [
        (b"\x00\xff garbage " * 20_000, "no boundary"),
        (b"--frame\r\nContent-Length: 99999999999\r\n\r\n", "length that none has"),
        (b"--frame\r\nContent-Length: -5\r\n\r\n", "length that none has"),
        (b"--frame\r\nX: " + b"y" * 40_000, "headers of a picture have no end"),
        (b"--frame\r\n" + b"A: b\r\n" * 9000, "headers of a picture have no end"),
        (b"--frame\r\nContent-Length: 4\r\n\r\nabcd" + b"z" * 90_000, "no boundary"),
    ],
)
def test_what_no_camera_sends_is_refused_in_words_and_tried_again(hostile: bytes, words: str) -> None:
    with (
        camera(plays(part(jpeg(10)), hostile, repeat=False), plays(part(jpeg(30)))) as made,
        watching(made.port, pause=1.0) as source,
    ):
        first = levels(source, 1)
        lost = until(source, lambda counters: counters.failures >= 1).words
        assert levels(source, 1) == pytest.approx([30], abs=1)
    assert first == pytest.approx([10], abs=1)
    assert words in lost


def test_an_endless_part_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bartizan.adapters.video.multipart.LARGEST_PART", 200_000)

    def endless(request: BaseHTTPRequestHandler) -> None:
        begin(request)
        request.wfile.write(b"--frame\r\n\r\n")
        for _ in range(10_000):
            request.wfile.write(b"q" * 10_000)

    with camera(endless) as made, watching(made.port) as source:
        lost = until(source, lambda counters: counters.failures >= 1 and bool(counters.words))
    assert "no end within 200,000 bytes" in lost.words


def test_garbled_pictures_are_counted_and_the_rest_goes_on() -> None:
    whole = jpeg(20)
    bomb = whole.replace(b"\xff\xc0\x00\x11\x08\x00\x30\x00\x40", b"\xff\xc0\x00\x11\x08\xff\xff\xff\xff")
    assert bomb != whole
    texture = np.random.default_rng(1).integers(0, 255, (SIZE[1], SIZE[0], 3)).astype(np.uint8)
    busy = cv2.imencode(".jpg", texture)[1].tobytes()
    half = busy[: len(busy) * 2 // 3]
    pieces = [part(jpeg(10)), part(b"no picture"), part(half), part(bomb), part(jpeg(30))]
    with camera(plays(*pieces)) as made, watching(made.port) as source:
        assert levels(source, 2) == pytest.approx([10, 30], abs=1)
        counters = source.counters
    assert counters.garbled == 3
    assert counters.failures == 0


def test_another_size_is_said_and_not_used() -> None:
    pieces = [part(jpeg(10)), part(jpeg(20, (128, 96))), part(jpeg(25, (128, 96)))]
    with camera(plays(*pieces)) as made, watching(made.port) as source:
        assert levels(source, 1) == pytest.approx([10], abs=1)
        counters = until(source, lambda told: told.resized >= 2)
        assert source.take(0.1) is None
    assert "128 x 96 pixels in place of 64 x 48" in counters.words
    assert counters.frames == 1


def test_a_silent_server_and_one_that_dribbles_are_lost() -> None:
    def dribbles(request: BaseHTTPRequestHandler) -> None:
        begin(request)
        for byte in part(jpeg(10)) * 4:
            request.wfile.write(bytes([byte]))
            time.sleep(0.05)

    def silent(request: BaseHTTPRequestHandler) -> None:
        begin(request)
        time.sleep(3.0)

    for script in (dribbles, silent):
        with camera(script) as made, watching(made.port, silence=0.4) as source:
            lost = until(source, lambda counters: counters.failures >= 1 and bool(counters.words))
            assert "silent" in lost.words


def answers(status: int, **headers: str) -> Script:
    def script(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.send_header("Content-Length", "0")
        request.end_headers()

    return script


@pytest.mark.parametrize(
    ("script", "words"),
    [
        (answers(404), "status 404"),
        (answers(302, Location="http://elsewhere.example/"), "another address"),
        (answers(401, WWW_Authenticate='Basic realm="x"'), "refuses the name and password"),
        (answers(200, Content_Type="text/html"), "sends text/html, not a stream"),
        (answers(200, Content_Type="multipart/x-mixed-replace"), "names no boundary"),
        (answers(200, Content_Type=f"multipart/x-mixed-replace; boundary={'b' * 300}"), "names no boundary"),
    ],
)
def test_answers_that_are_no_stream_are_refused_in_words(script: Script, words: str) -> None:
    with camera(script) as made:
        place = read_address(f"http://127.0.0.1:{made.port}/video", "north")
        with pytest.raises(VideoError, match=words):
            mjpeg.dial(place, Credentials(), "north", 1.0)


def test_what_speaks_no_http_is_refused_in_words() -> None:
    def rude(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(b"\x00\x01\x02 hello\r\n\r\n")

    with camera(rude) as made:
        place = read_address(f"http://127.0.0.1:{made.port}/video", "north")
        with pytest.raises(VideoError, match="does not speak HTTP"):
            mjpeg.dial(place, Credentials(), "north", 1.0)
    with pytest.raises(VideoError, match="cannot be reached"):
        mjpeg.dial(place, Credentials(), "north", 1.0)


def test_a_password_goes_to_who_asks_for_it_and_in_no_message() -> None:
    asks = answers(401, WWW_Authenticate='Digest realm="cam", nonce="abc", qop="auth", algorithm=MD5')
    with (
        camera(asks, plays(part(jpeg(10)))) as made,
        watching(made.port, Credentials("watch", "s3cret", "token=t0ken")) as source,
    ):
        assert levels(source, 1) == pytest.approx([10], abs=1)
    assert made.asked[0] == ("/video?token=t0ken", None)
    path, told = made.asked[1]
    assert path == "/video?token=t0ken"
    assert told is not None
    assert told.startswith("Digest ")
    assert "s3cret" not in told
    with camera(asks) as made, watching(made.port, Credentials("watch", "s3cret", "token=t0ken")) as source:
        lost = until(source, lambda counters: counters.failures >= 1 and bool(counters.words))
    assert "refuses" in lost.words
    assert "s3cret" not in lost.words
    assert "t0ken" not in lost.words


def test_a_certificate_is_checked(tmp_path: Path) -> None:
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
    made_by = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "cert.pem"]
    subprocess.run([*made_by, "-days", "2", *names], cwd=tmp_path, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    with camera(plays(part(jpeg(10))), context=context) as made:
        place = read_address(f"https://127.0.0.1:{made.port}/video", "north")
        with pytest.raises(VideoError, match="certificate is not one that is trusted"):
            mjpeg.dial(place, Credentials(), "north", 1.0)
        with pytest.raises(VideoError, match="no file of certificates"):
            mjpeg.dial(place, Credentials(ca=tmp_path / "key.pem"), "north", 1.0)
        with watching(made.port, Credentials(ca=tmp_path / "cert.pem"), scheme="https") as source:
            assert levels(source, 1) == pytest.approx([10], abs=1)


def test_what_is_masked_never_leaves_the_source() -> None:
    from shapely import Polygon  # noqa: PLC0415 - of this test alone

    north = Camera(id="north", size=SIZE, masks=(Polygon([(0, 0), (31, 0), (31, 47), (0, 47)]),))
    with camera(plays(part(jpeg(200)))) as made:
        source = open_source(
            f"http://127.0.0.1:{made.port}/video",
            north,
            None,
            Secrets(),
            seconds=time.monotonic,
            rng=random.Random(1),  # noqa: S311 - draws pauses
        )
        frame = next(iter(source))
        assert isinstance(source, LiveStream)
        source.close()
    assert np.all(frame[1][:, :32] == 0)
    assert np.all(frame[1][:, 32:] > 150)
