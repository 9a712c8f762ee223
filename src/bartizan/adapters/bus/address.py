"""Where a broker is, as people write it: mqtts://host:port/prefix."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from bartizan.errors import InputError

PORTS = {"mqtts": 8883, "mqtt": 1883}
PREFIX = "bartizan"
_PREFIX = re.compile(r"[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+){0,7}")
_FORM = "Give mqtts://HOST:PORT/PREFIX"


@dataclass(frozen=True, slots=True)
class BusAddress:
    """A broker and the part of its topics that is ours; `tls` where the line to it is encrypted."""

    host: str
    port: int
    prefix: str
    tls: bool

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"mqtt{'s' if self.tls else ''}://{host}:{self.port}/{self.prefix}"

    def topic(self, *parts: str) -> str:
        """A topic of ours."""
        return "/".join((self.prefix, *parts))


def read_address(text: str, *, plain: bool = False, prefix: str = PREFIX) -> BusAddress:
    """The broker's address in `text`; `prefix` where it has none.

    Raises InputError where it is none, where it holds a password, which would stand in every list of processes, and
    where the line would be open to others: mqtt:// goes to this machine alone, unless `plain` says that it may.
    """
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise InputError(_no_address(text)) from None
    if parts.scheme not in PORTS or not host or set("?#") & set(text) or not text.isprintable():
        raise InputError(_no_address(text))
    if parts.username is not None or parts.password is not None:
        raise InputError(
            "the broker's address holds a name or a password, which others on this machine could read. "
            "Put them into BARTIZAN_MQTT_USER and BARTIZAN_MQTT_PASSWORD, or a file that BARTIZAN_MQTT_SECRETS names"
        )
    prefix = parts.path.strip("/") or prefix
    if _PREFIX.fullmatch(prefix) is None or len(prefix) > 200:
        raise InputError(f"the broker's address has a prefix that is no topic: {prefix:.80}. {_FORM}")
    tls = parts.scheme == "mqtts"
    if not tls and not plain and not _is_here(host):
        raise InputError(
            f"mqtt://{host}: reports would cross the network in clear text. Use mqtts://, or say --plain-mqtt where "
            "the network is yours alone"
        )
    return BusAddress(host, port or PORTS[parts.scheme], prefix, tls)


def _no_address(text: str) -> str:
    # where there is an @ there may be a password before it
    named = "what was given" if "@" in text else f"{text!r:.80}"
    return f"{named} is no address of a broker. {_FORM}"


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
