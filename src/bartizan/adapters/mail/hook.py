"""Programs of others, called over HTTPS: the address is resolved once, looked at, and that very address is called."""

from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress
import socket
from collections.abc import Callable, Sequence
from datetime import datetime
from urllib.parse import urlsplit

import httpx

from bartizan.adapters.mail.smtp import trust
from bartizan.app.outreach.ports import AwayError, RefusedError
from bartizan.app.outreach.settings import HookSettings
from bartizan.desk.outreach import Message

PATIENCE = 10.0  # seconds
_GONE = 410
_HIDDEN = tuple(
    ipaddress.ip_network(one)
    for one in (
        "64:ff9b::/96",  # an IPv4 address behind a translator
        "64:ff9b:1::/48",
        "2002::/16",  # 6to4: an IPv4 address too
        "2001::/32",  # Teredo
        "192.88.99.0/24",
    )
)

Resolve = Callable[[str, int], Sequence[str]]


def resolve(host: str, port: int) -> Sequence[str]:
    """The addresses of a host. Errors: OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(place[4][0]) for place in found]


class HttpHooks:
    """Calls programs. `resolve` is the name service."""

    def __init__(self, resolve: Resolve = resolve, patience: float = PATIENCE) -> None:
        self._resolve = resolve
        self._patience = patience

    def call(self, message: Message, settings: HookSettings, at: datetime) -> None:
        """Give a message to the program; it said 2xx when this returns.

        The body is signed with the hook's secret as Standard Webhooks does it: `webhook-signature` is "v1," and the
        HMAC-SHA-256 (base64) of id, timestamp and body with dots between; the id is the message's key. Redirects are
        not followed, no proxy of the environment is used, and nothing of the answer is read. Errors: RefusedError
        where the program says that it is gone (410); AwayError for everything else.
        """
        parts = urlsplit(settings.url)
        host, port = parts.hostname or "", parts.port or 443
        place = self._place(host, port, settings.private)
        body = message.body.encode()
        headers = signed(message.key, body, settings.secret, at) | {
            "host": parts.netloc,
            "content-type": "application/json",
            "user-agent": "bartizan",
            "accept-encoding": "identity",
        }
        pinned = httpx.URL(settings.url).copy_with(host=place, port=port)
        try:
            with (
                httpx.Client(
                    verify=trust(settings.authority), timeout=self._patience, follow_redirects=False, trust_env=False
                ) as client,
                # the certificate is checked for the host's name, though its address is called
                client.stream(
                    "POST", pinned, content=body, headers=headers, extensions={"sni_hostname": host}
                ) as answer,
            ):
                _judge(answer.status_code)
        except (httpx.HTTPError, OSError) as error:
            words = f"the program at {host} is away: {type(error).__name__}: {str(error)[:120]}"
            raise AwayError(words, whole=True) from error

    def _place(self, host: str, port: int, private: bool) -> str:
        """The one address that is called. Errors: AwayError where there is none, or one lies where none may."""
        try:
            found = self._resolve(host, port)
        except OSError as error:
            raise AwayError(f"the name {host} leads nowhere: {error.strerror or error}") from error
        if not found:
            raise AwayError(f"the name {host} leads nowhere")
        if not private and not all(public(one) for one in found):
            raise AwayError(
                f"{host} leads into a private network, where no program outside can be. "
                "Set private = true where it is meant to be there"
            )
        return found[0]


def public(address: str) -> bool:
    """Whether an address is one of the open Internet: not of this machine, a private network, a link or a tunnel."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    hidden = any(found in network for network in _HIDDEN if network.version == found.version)
    return found.is_global and not found.is_multicast and not hidden


def signed(key: str, body: bytes, secret: str, at: datetime) -> dict[str, str]:
    """The headers that say which message this is, when it was sent and that this desk sent it.

    Source: the Standard Webhooks specification, "Webhook metadata" and "Signature scheme" (symmetric).
    """
    stamp = str(int(at.timestamp()))
    told = b".".join((key.encode(), stamp.encode(), body))
    mac = base64.b64encode(hmac.new(secret.encode(), told, hashlib.sha256).digest()).decode()
    return {"webhook-id": key, "webhook-timestamp": stamp, "webhook-signature": f"v1,{mac}"}


def _judge(status: int) -> None:
    if 200 <= status < 300:
        return
    if status == _GONE:
        raise RefusedError("the program says that it is gone (410). Take it out of the settings")
    if 300 <= status < 400:
        raise AwayError(f"the program points elsewhere ({status}), which is not followed. Name the new address")
    raise AwayError(f"the program answers {status}")
