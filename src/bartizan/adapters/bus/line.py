"""The line to a broker: it is dialled again for ever, and says whether it is up."""

from __future__ import annotations

import random
import secrets
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from bartizan.adapters.bus.access import Access
from bartizan.adapters.bus.address import BusAddress
from bartizan.errors import InputError, MissingExtraError

QOS = 1
KEEPALIVE = 15  # seconds: a broker that is gone without a word is noticed within one and a half of it
LARGEST = 2 << 20  # bytes of a message that is let in from a broker
_SHORTEST, _LONGEST = 0.3, 20.0  # seconds between two attempts, drawn so that machines do not come back together
_NOT_YET = "not connected yet"
PARTING = 3.0  # seconds that what was said last has to reach the broker
_TURN = 0.1  # seconds between two looks at whether the line is still there
_REFUSED = (4, 5, 134, 135)  # MQTT 3.1.1 and 5: bad name or password, not authorised


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A name under which a broker keeps what was told while nobody was there, for `lasts` seconds.

    A message counts as taken when `Line.take` says so, and not before: what was not is told again. At most `most` are
    on the way at once.
    """

    name: str
    lasts: int
    most: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Will:
    """What a broker tells for us when we are gone, and keeps for whoever comes later."""

    topic: str
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message of a line with a session; `kept` where the broker had kept it for whoever subscribes."""

    topic: str
    body: bytes
    kept: bool
    number: int
    quality: int


class Line:
    """Connects in a thread of its own. `heard(topic, body)` is called in that thread; `up` whenever the line comes up.

    With a `session` it is `told(message)` that is called, and `take` says that a message is safe. `will` is what the
    broker tells when we are gone without a word. `last` are words for the latest failure, without name and password;
    empty while all is well. `listening` is set while the broker has granted every topic; `refused` are those that it
    does not let us hear.
    """

    def __init__(
        self,
        address: BusAddress,
        access: Access,
        *,
        topics: Iterable[str],
        heard: Callable[[str, bytes], None] = lambda topic, body: None,
        up: Callable[[], None] = lambda: None,
        session: Session | None = None,
        told: Callable[[Message], None] = lambda message: None,
        will: Will | None = None,
    ) -> None:
        try:
            from paho.mqtt import client, enums, packettypes, properties  # noqa: PLC0415 - an extra
        except ImportError as error:
            raise MissingExtraError.of("A broker", "mqtt") from error
        self.address = address
        self.connections = 0
        self.last = _NOT_YET
        self.connected = threading.Event()
        self.listening = threading.Event()
        self.refused: frozenset[str] = frozenset()
        self._topics, self._heard, self._told, self._up = tuple(topics), heard, told, up
        self._asked: dict[int, str] = {}
        self._session = session
        self._latest: Any = None
        self._client = client.Client(
            enums.CallbackAPIVersion.VERSION2,
            client_id=f"bartizan-{secrets.token_hex(8)}" if session is None else session.name,
            protocol=client.MQTTv5,
            manual_ack=session is not None,
        )
        self._how: dict[str, Any] = {}
        if session is not None:
            wanted = properties.Properties(packettypes.PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
            wanted.SessionExpiryInterval = session.lasts
            wanted.ReceiveMaximum = session.most
            self._how = {"clean_start": False, "properties": wanted}
        if will is not None:
            self._client.will_set(will.topic, will.body, QOS, retain=True)
        if access.user is not None:
            self._client.username_pw_set(access.user, access.password)
        if address.tls:
            self._client.tls_set_context(access.context())
        self._client.on_connect = self._on_connect
        self._client.on_connect_fail = self._on_connect_fail
        self._client.on_disconnect = self._on_disconnect
        self._client.on_message = self._on_message
        self._client.on_subscribe = self._on_subscribe
        pauses = random.Random()  # noqa: S311 - pauses
        shortest = pauses.uniform(_SHORTEST, 2.0 * _SHORTEST)
        # paho says whole seconds, and takes parts of them
        self._client.reconnect_delay_set(shortest, pauses.uniform(_LONGEST / 2.0, _LONGEST))  # type: ignore[arg-type]
        self._client.max_inflight_messages_set(1000)

    def open(self) -> None:
        """Begin to dial."""
        try:
            self._client.connect_async(self.address.host, self.address.port, KEEPALIVE, **self._how)
        except ValueError as error:
            raise InputError(f"{self.address}: no broker can be there: {error}. Correct the address") from error
        self._client.loop_start()

    def say(self, topic: str, body: bytes, *, keep: bool = False) -> bool:
        """Publish; False where the line is down. That it is True does not say that anybody has it.

        `keep`: the broker tells it to whoever subscribes later, until something else is said.
        """
        if not self.connected.is_set():
            return False
        said = self._client.publish(topic, body, QOS, retain=keep)
        if said.rc == 0:
            self._latest = said
        return bool(said.rc == 0)

    def take(self, message: Message) -> None:
        """A message of the session is safe: the broker may forget it."""
        self._client.ack(message.number, message.quality)

    def close(self) -> None:
        """Hang up, once the broker has what was said last: what is on its way when a line ends may be lost."""
        # a line that was lost meanwhile is not waited for
        until = time.monotonic() + PARTING
        while self._latest is not None and self.connected.is_set() and time.monotonic() < until:
            if self._latest.is_published():
                break
            self._latest.wait_for_publish(_TURN)
        self._client.disconnect()
        self._client.loop_stop()

    def _on_connect(self, _client: Any, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        if reason.is_failure:
            refused = "it refuses name and password" if reason.value in _REFUSED else f"it refuses: {reason}"
            self.last = f"{self.address}: {refused}"
            return
        self.refused, self._asked = frozenset(), {}
        for topic in self._topics:
            _, number = self._client.subscribe(topic, QOS)
            if number is not None:
                self._asked[number] = topic
        self.connections += 1
        self.last = ""
        # whoever sends must know that it is a new line before he sees that it is up
        self._up()
        self.connected.set()
        self._listen()

    def _on_connect_fail(self, _client: Any, _data: Any) -> None:
        self.last = f"{self.address}: no broker answers"

    def _on_disconnect(self, _client: Any, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        if self.connected.is_set() or self.last == _NOT_YET:
            self.last = f"{self.address}: the line was lost ({reason})"
        self.connected.clear()
        self.listening.clear()

    def _on_subscribe(self, _client: Any, _data: Any, number: int, reasons: Any, _properties: Any) -> None:
        topic = self._asked.pop(number, None)
        if topic is not None and any(reason.is_failure for reason in reasons):
            self.refused |= {topic}
            self.last = f"{self.address}: it does not let us hear {', '.join(sorted(self.refused))[:200]}"
        self._listen()

    def _listen(self) -> None:
        if not self._asked and not self.refused:
            self.listening.set()

    def _on_message(self, _client: Any, _data: Any, message: Any) -> None:
        if self._session is not None:
            # also what is too large: whoever hears counts it, and says that it may be forgotten
            self._told(
                Message(
                    topic=message.topic,
                    body=bytes(message.payload[: LARGEST + 1]),
                    kept=bool(message.retain),
                    number=message.mid,
                    quality=message.qos,
                )
            )
            return
        if len(message.payload) <= LARGEST:
            self._heard(message.topic, bytes(message.payload))
