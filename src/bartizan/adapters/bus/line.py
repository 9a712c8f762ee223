"""The line to a broker: it is dialled again for ever, and says whether it is up."""

from __future__ import annotations

import random
import secrets
import threading
from collections.abc import Callable, Iterable
from typing import Any

from bartizan.adapters.bus.access import Access
from bartizan.adapters.bus.address import BusAddress
from bartizan.errors import InputError, MissingExtraError

QOS = 1
KEEPALIVE = 15  # seconds: a broker that is gone without a word is noticed within one and a half of it
LARGEST = 2 << 20  # bytes of a message that is let in from a broker
_SHORTEST, _LONGEST = 0.3, 20.0  # seconds between two attempts, drawn so that machines do not come back together
_NOT_YET = "not connected yet"
_REFUSED = (4, 5, 134, 135)  # MQTT 3.1.1 and 5: bad name or password, not authorised


class Line:
    """Connects in a thread of its own. `heard(topic, body)` is called in that thread; `up` whenever the line comes up.

    `last` are words for the latest failure, without name and password; empty while all is well.
    """

    def __init__(
        self,
        address: BusAddress,
        access: Access,
        *,
        topics: Iterable[str],
        heard: Callable[[str, bytes], None],
        up: Callable[[], None] = lambda: None,
    ) -> None:
        try:
            from paho.mqtt import client, enums  # noqa: PLC0415 - an extra
        except ImportError as error:
            raise MissingExtraError.of("A broker", "mqtt") from error
        self.address = address
        self.connections = 0
        self.last = _NOT_YET
        self.connected = threading.Event()
        self._topics, self._heard, self._up = tuple(topics), heard, up
        self._client = client.Client(
            enums.CallbackAPIVersion.VERSION2, client_id=f"bartizan-{secrets.token_hex(8)}", protocol=client.MQTTv5
        )
        if access.user is not None:
            self._client.username_pw_set(access.user, access.password)
        if address.tls:
            self._client.tls_set_context(access.context())
        self._client.on_connect = self._on_connect
        self._client.on_connect_fail = self._on_connect_fail
        self._client.on_disconnect = self._on_disconnect
        self._client.on_message = self._on_message
        pauses = random.Random()  # noqa: S311 - pauses
        shortest = pauses.uniform(_SHORTEST, 2.0 * _SHORTEST)
        # paho says whole seconds, and takes parts of them
        self._client.reconnect_delay_set(shortest, pauses.uniform(_LONGEST / 2.0, _LONGEST))  # type: ignore[arg-type]
        self._client.max_inflight_messages_set(1000)

    def open(self) -> None:
        """Begin to dial."""
        try:
            self._client.connect_async(self.address.host, self.address.port, KEEPALIVE)
        except ValueError as error:
            raise InputError(f"{self.address}: no broker can be there: {error}. Correct the address") from error
        self._client.loop_start()

    def say(self, topic: str, body: bytes) -> bool:
        """Publish; False where the line is down. That it is True does not say that anybody has it."""
        if not self.connected.is_set():
            return False
        return bool(self._client.publish(topic, body, QOS).rc == 0)

    def close(self) -> None:
        """Hang up."""
        self._client.disconnect()
        self._client.loop_stop()

    def _on_connect(self, _client: Any, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        if reason.is_failure:
            refused = "it refuses name and password" if reason.value in _REFUSED else f"it refuses: {reason}"
            self.last = f"{self.address}: {refused}"
            return
        for topic in self._topics:
            self._client.subscribe(topic, QOS)
        self.connections += 1
        self.last = ""
        # whoever sends must know that it is a new line before he sees that it is up
        self._up()
        self.connected.set()

    def _on_connect_fail(self, _client: Any, _data: Any) -> None:
        self.last = f"{self.address}: no broker answers"

    def _on_disconnect(self, _client: Any, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        if self.connected.is_set() or self.last == _NOT_YET:
            self.last = f"{self.address}: the line was lost ({reason})"
        self.connected.clear()

    def _on_message(self, _client: Any, _data: Any, message: Any) -> None:
        if len(message.payload) <= LARGEST:
            self._heard(message.topic, bytes(message.payload))
