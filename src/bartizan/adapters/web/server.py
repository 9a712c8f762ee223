"""Serving the desk: an address that is free, a thread or the main one, an end that is quick."""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
from types import FrameType, TracebackType

import uvicorn
from fastapi import FastAPI

from bartizan.errors import BartizanError, InputError

START_LIMIT = 20.0  # seconds; a page that is not up by then never will be
GRACE = 1  # seconds that open streams have when the desk stops
BACKLOG = 128


class AddressError(BartizanError):
    """The address cannot be listened on."""


class DeskServer:
    """The server of one application, listening from its making on, so that its `url` is known before it runs.

    `host` is an address or "localhost"; `port` 0 takes a free one. With `certificate` and `key` (files in PEM) pages
    are served over TLS. `behind_proxy` believes the forwarded address and scheme of a proxy on this machine.

    Errors: AddressError where the address is in use or not of this machine; InputError for a bad certificate.
    """

    def __init__(
        self,
        app: FastAPI,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        certificate: str | None = None,
        key: str | None = None,
        behind_proxy: bool = False,
    ) -> None:
        self._socket = _listen(host, port)
        name = f"[{host}]" if ":" in host else host
        self.port: int = self._socket.getsockname()[1]
        self.url = f"{'https' if certificate else 'http'}://{name}:{self.port}/"
        config = uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            ws="none",
            server_header=False,
            proxy_headers=behind_proxy,
            timeout_graceful_shutdown=GRACE,
            ssl_certfile=certificate,
            ssl_keyfile=key,
            h11_max_incomplete_event_size=16 * 1024,
        )
        try:
            config.load()
        except OSError as error:
            self._socket.close()
            raise InputError(_no_certificate(certificate, key, error)) from error
        self._server = _Server(config, app)
        self._thread: threading.Thread | None = None
        self._running = False

    def run(self) -> None:
        """Serve in this thread until stopped, by Ctrl-C or by `stop` from another thread."""
        self._running = True
        try:
            self._server.run(sockets=[self._socket])
        except KeyboardInterrupt:
            pass  # uvicorn raises the signal again once everything has ended
        finally:
            self._socket.close()

    def start(self) -> DeskServer:
        """Serve in a thread of its own; returns when pages are answered."""
        self._thread = threading.Thread(target=self.run, name="desk-web", daemon=True)
        self._thread.start()
        if not self._server.up.wait(START_LIMIT):
            self.stop()
            raise AddressError(f"the desk at {self.url} did not start. See the messages above")
        return self

    def stop(self) -> None:
        """End: pages are let go, then the server stops."""
        self._server.should_exit = True
        if self._thread is not None:
            self._thread.join(START_LIMIT)
        elif not self._running:
            self._socket.close()

    def __enter__(self) -> DeskServer:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def require_place(host: str, port: int, certificate: str | None, key: str | None) -> None:
    """AddressError or InputError where a server would not start here; nothing stays open or behind.

    For asking before a password is made and printed. Another program may still take the port in between.
    """
    _listen(host, port).close()
    if certificate is None or key is None:
        return
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password=_no_password)
    except OSError as error:
        raise InputError(_no_certificate(certificate, key, error)) from error


def _no_password() -> str:
    # without this the reader would ask at the terminal, and wait
    raise OSError("the key is locked by a password")


def _no_certificate(certificate: str | None, key: str | None, error: OSError) -> str:
    return f"{certificate}, {key}: no certificate and key for TLS ({error}). Give both as PEM, the key without password"


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, app: FastAPI) -> None:
        super().__init__(config)
        self.up = threading.Event()
        self._app = app

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """The first Ctrl-C ends the server within its grace; another one only breaks that end into a traceback."""
        if not self.should_exit:
            super().handle_exit(sig, frame)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self.up.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # streams never end by themselves: without this every stop would wait for the grace to run out
        self._app.state.hub.let_go()
        await super().shutdown(sockets)


def is_loopback(host: str) -> bool:
    """Whether `host` is reached from this machine alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (OSError, UnicodeError) as error:
        raise AddressError(
            f"--host {host}: is no address of this machine. Give 127.0.0.1 or one that it has"
        ) from error
    listening = socket.socket(family, kind, protocol)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        message = f"cannot listen on {host}, port {port}: {error.strerror}. Stop what uses it, or give another --port"
        raise AddressError(message) from error
    return listening
