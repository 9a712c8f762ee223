"""A real MQTT broker with TLS on the loopback address, and certificates made for it."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from whole import missing


@dataclass
class Broker:
    """Mosquitto with TLS; `kill` is kill -9, `stop` asks it to end, `start` begins it again."""

    folder: Path
    port: int
    program: str
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"mqtts://localhost:{self.port}/site"

    @property
    def ca(self) -> Path:
        return self.folder / "ca.pem"

    @property
    def options(self) -> list[str]:
        return ["--bus-ca", str(self.ca), "--bus-cert", str(self.folder / "me.pem"), "--bus-key", self.key]

    @property
    def key(self) -> str:
        return str(self.folder / "me.key")

    def start(self) -> None:
        self.process = subprocess.Popen(
            [self.program, "-c", str(self.folder / "mosquitto.conf")],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        stop = time.monotonic() + 10.0
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 0.2).close()
            except OSError:
                assert time.monotonic() < stop, "the broker does not start"
                time.sleep(0.02)
            else:
                return

    def stop(self) -> None:
        """What a persistent broker has for others is on its disk then."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(10.0)
            self.process = None

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


def openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


def certificates(folder: Path) -> None:
    """An authority, the broker's certificate for localhost, and one for a machine."""
    new = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    openssl(folder, *new, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=test authority")
    (folder / "names").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
    for name, subject in (("broker", "/CN=localhost"), ("me", "/CN=a machine")):
        request = ["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", subject]
        openssl(folder, *request, "-keyout", f"{name}.key", "-out", f"{name}.csr")
        sign = ["x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"]
        openssl(folder, *sign, "-days", "2", "-extfile", "names", "-out", f"{name}.pem")


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def running(folder: Path, *, keeps: bool = False) -> Iterator[Broker]:
    """A broker with the certificates in `folder`; `keeps`: what it has for others is there when it begins again."""
    port = free_port()
    # as root the broker would drop to its own user
    user = "user root\n" if Path.home() == Path("/root") else ""
    kept = f"persistence true\npersistence_location {folder}/\n" if keeps else "persistence false\n"
    (folder / "mosquitto.conf").write_text(
        f"{user}listener {port} 127.0.0.1\nallow_anonymous true\n{kept}"
        f"cafile {folder}/ca.pem\ncertfile {folder}/broker.pem\nkeyfile {folder}/broker.key\n"
        "require_certificate true\nmax_queued_messages 0\n"
    )
    broker = Broker(folder, port, _program("mosquitto"))
    broker.start()
    try:
        yield broker
    finally:
        broker.kill()


def readable(folder: Path) -> Path:
    """A folder with certificates that a broker who has dropped to its own user can read."""
    _program("openssl")
    for place in (folder, folder.parent):
        place.chmod(0o755)
    certificates(folder)
    for file in folder.iterdir():
        file.chmod(0o644)
    return folder


def _program(name: str) -> str:
    found = shutil.which(name) or shutil.which(f"/usr/sbin/{name}")
    if found is None:
        missing(name)
        raise AssertionError  # missing() never returns
    return found
