"""Motion JPEG over HTTP and HTTPS: one request, one endless multipart answer of JPEG pictures."""

from __future__ import annotations

import http.client
import secrets
import socket
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from bartizan.adapters.video.address import Address, with_query
from bartizan.adapters.video.jpeg import decode_jpeg, jpeg_size
from bartizan.adapters.video.live import Line, Shot
from bartizan.adapters.video.login import answer
from bartizan.adapters.video.multipart import boundary_of, parts
from bartizan.adapters.video.secrets import Credentials
from bartizan.errors import VideoError

OPENING = 5.0  # s for a server to answer
_HEADERS = {"User-Agent": "bartizan", "Accept": "multipart/x-mixed-replace, image/jpeg", "Connection": "close"}
_STAMP = b"x-timestamp"  # seconds, as mjpg-streamer and others send them with each picture
_REFUSED = 401
_FINE = 200


def dial(address: Address, credentials: Credentials, camera: str, silence: float) -> Line:
    """A line to a camera that sends JPEG pictures; `silence` [s] without a whole one breaks it.

    A certificate is checked, by the system's or by `credentials.ca`; proxies are not used, and nobody is followed to
    another address. Raises VideoError where the line cannot be had.
    """
    try:
        return _MjpegLine(_ask(address, credentials), camera, address.shown, silence)
    except ssl.SSLCertVerificationError:
        why = "its certificate is not one that is trusted. Give the file of its authority as ca in a secrets file"
    except TimeoutError:
        why = "it is silent. Check the camera and the network"
    except OSError as error:
        why = f"it cannot be reached ({error.strerror or type(error).__name__}). Check the address and the network"
    except (http.client.HTTPException, ValueError) as error:
        why = str(error) if isinstance(error, VideoError) else "it does not speak HTTP. Check the address"
    raise VideoError(f"camera '{camera}': {address.shown}: {why}") from None


@dataclass(frozen=True, slots=True)
class _Call:
    """A request that was sent; its socket is kept, because the connection forgets it once the answer began."""

    connection: http.client.HTTPConnection
    socket: socket.socket
    response: http.client.HTTPResponse

    def close(self) -> None:
        self.response.close()
        self.connection.close()


def _ask(address: Address, credentials: Credentials) -> _Call:
    """The stream as it begins, after one answer to a server that asks who we are."""
    target = "/" + with_query(address.url, credentials.query).split("://", 1)[1].partition("/")[2]
    call = _get(address, credentials, target, None)
    if call.response.status == _REFUSED and credentials.user is not None:
        asked = call.response.headers.get_all("WWW-Authenticate", [])
        call.close()
        user, password, nonce = credentials.user, credentials.password or "", secrets.token_hex(8)
        login = answer(asked, user, password, method="GET", path=target, nonce=nonce)
        if login is None:
            raise VideoError("it asks who we are in a way that is not known (neither Digest nor Basic)")
        call = _get(address, credentials, target, login)
    try:
        _require_fine(call.response)
    except VideoError:
        call.close()
        raise
    return call


def _get(address: Address, credentials: Credentials, target: str, login: str | None) -> _Call:
    connection = _connect(address, credentials)
    headers = _HEADERS if login is None else {**_HEADERS, "Authorization": login}
    try:
        connection.connect()
        line: socket.socket = connection.sock
        connection.request("GET", target, headers=headers)
        return _Call(connection, line, connection.getresponse())
    except BaseException:
        connection.close()
        raise


def _connect(address: Address, credentials: Credentials) -> http.client.HTTPConnection:
    parts_ = address.url
    host, port = parts_.hostname or "", parts_.port
    if parts_.scheme.lower() == "http":
        return http.client.HTTPConnection(host, port, timeout=OPENING)
    try:
        context = ssl.create_default_context(cafile=None if credentials.ca is None else str(credentials.ca))
    except (OSError, ssl.SSLError):
        raise VideoError("the ca of its secrets is no file of certificates (PEM). Name another") from None
    return http.client.HTTPSConnection(host, port, timeout=OPENING, context=context)


def _require_fine(response: http.client.HTTPResponse) -> None:
    if response.status == _FINE:
        return
    if response.status == _REFUSED:
        raise VideoError("it refuses the name and password, or wants some. Give them by the environment or a file")
    if 300 <= response.status < 400:
        raise VideoError("it sends on to another address, which nobody checked. Give that one in its place")
    raise VideoError(f"it answers with status {response.status}. Check the address")


class _MjpegLine:
    def __init__(self, call: _Call, camera: str, shown: str, silence: float) -> None:
        self._call, self._camera, self._shown, self._silence = call, camera, shown, silence
        self._whole = time.monotonic()
        try:
            self._boundary = boundary_of(call.response.headers.get("Content-Type"))
            call.socket.settimeout(silence)
        except BaseException:
            call.close()
            raise

    def __iter__(self) -> Iterator[Shot]:
        try:
            for part in parts(self._read, self._boundary):
                self._whole = time.monotonic()
                yield Shot(_stamp(part.headers), jpeg_size(part.body), partial(decode_jpeg, part.body))
        except TimeoutError:
            why = "it is silent. Check the camera and the network"
        except (OSError, http.client.HTTPException) as error:
            why = f"the line broke ({type(error).__name__})"
        except VideoError as error:
            why = str(error)
        else:
            return
        raise VideoError(f"camera '{self._camera}': {self._shown}: {why}")

    def close(self) -> None:
        self._call.close()

    def _read(self, most: int) -> bytes:
        # a server that sends a byte now and then is as silent as one that sends none
        if time.monotonic() - self._whole > self._silence:
            raise TimeoutError
        return self._call.response.read1(most)


def _stamp(headers: dict[bytes, bytes]) -> float | None:
    try:
        return float(headers[_STAMP])
    except (KeyError, ValueError):
        return None
