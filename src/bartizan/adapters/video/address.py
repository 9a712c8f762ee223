"""What an address of pictures names, by its form alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import SplitResult, quote, urlsplit

from bartizan.errors import VideoError

Kind = Literal["file", "rtsp", "mjpeg", "device"]

_KINDS: dict[str, Kind] = {"rtsp": "rtsp", "rtsps": "rtsp", "http": "mjpeg", "https": "mjpeg"}
_DEVICE = re.compile(r"device:(\d{1,3})")
_FORMS = "a file, a folder, rtsp://, rtsps://, http://, https:// or device:N"


@dataclass(frozen=True, slots=True)
class Address:
    """An address of pictures, without name and password: `shown` may stand in any message.

    `place` is the path of a file, the number of a device, or the address as it was given.
    """

    kind: Kind
    place: str
    shown: str

    @property
    def url(self) -> SplitResult:
        """Its parts, of a stream."""
        return urlsplit(self.place)


def read_address(text: str, camera: str) -> Address:
    """The address in `text`. Raises VideoError where it is none, or holds a name and a password."""
    if (device := _DEVICE.fullmatch(text)) is not None:
        return Address("device", device[1], text)
    scheme, colon, _ = text.partition("://")
    if not colon:
        if text.startswith("device:"):
            raise VideoError(f"camera '{camera}': {text} is no device. Give its number, such as device:0")
        return Address("file", text, text)
    kind = _KINDS.get(scheme.lower())
    if kind is None:
        named = scheme if scheme.isalnum() else "this"
        raise VideoError(f"camera '{camera}': {named}:// is not a stream that can be watched. Give {_FORMS}")
    return _stream(kind, text, camera)


def _stream(kind: Kind, text: str, camera: str) -> Address:
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port, parts = None, None, urlsplit("")
    if not host or any(ord(letter) <= 32 or ord(letter) == 127 for letter in text):
        raise VideoError(f"camera '{camera}': its address names no host. Give such as rtsp://camera.example/stream")
    if parts.username is not None or parts.password is not None:
        raise VideoError(
            f"camera '{camera}': its address holds a name and a password, which others can read there. "
            "Give them by the environment or a secrets file"
        )
    where = f"[{host}]" if ":" in host else host
    shown = f"{parts.scheme}://{where}{'' if port is None else f':{port}'}{parts.path}"
    return Address(kind, text, shown)


def with_credentials(address: Address, user: str | None, password: str | None, query: str | None) -> str:
    """The address as a stream is asked for by it: with name and password, and what is added to its question."""
    parts = address.url
    if user is not None:
        login = quote(user, safe="") + ("" if password is None else ":" + quote(password, safe=""))
        parts = parts._replace(netloc=f"{login}@{parts.netloc}")
    return with_query(parts, query)


def with_query(parts: SplitResult, query: str | None) -> str:
    """An address with more in its question."""
    asked = "&".join(part for part in (parts.query, query) if part)
    return parts._replace(query=asked, fragment="").geturl()
