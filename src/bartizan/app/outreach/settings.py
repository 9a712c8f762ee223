"""How a desk reaches people outside: its mail server, the programs it calls, whom it pages, and what is agreed to."""

from __future__ import annotations

import hashlib
import ipaddress
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from bartizan.desk.outreach import Level, address_of, header_words

Line = Annotated[str, Field(min_length=1, max_length=200)]
Name = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]
HookKind = Literal["raised", "acknowledged", "assessed", "closed", "reopened", "response-sent", "response-on-scene"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)


class MailSettings(_Part):
    """The mail server. `security`: TLS from the first byte, or STARTTLS; "plain" for a server on this machine alone.

    `authority`: a file of certificates that it is proved by, in place of the system's.
    """

    host: Line
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    security: Literal["tls", "starttls", "plain"] = "starttls"
    user: Line | None = None
    password: Line | None = None
    sender: Line
    authority: Line | None = None

    @field_validator("sender")
    @classmethod
    def _mailbox(cls, value: str) -> str:
        return address_of(value)

    @model_validator(mode="after")
    def _never_in_the_clear(self) -> MailSettings:
        if self.security == "plain" and not on_this_machine(self.host):
            raise ValueError("mail would cross the network in clear text. Use starttls or tls")
        if self.security == "plain" and self.password is not None:
            raise ValueError("a password is not sent in clear text. Use starttls or tls")
        return self


class HookSettings(_Part):
    """A program to call. `level`: up to which sharing level it is told; `private`: it may lie in a private network."""

    id: Name
    url: Annotated[str, Field(min_length=9, max_length=500)]
    secret: Annotated[str, Field(min_length=24, max_length=200)]
    level: Level = "clear"
    kinds: tuple[HookKind, ...] = ("raised", "assessed", "closed")
    private: bool = False
    authority: Line | None = None

    @field_validator("url")
    @classmethod
    def _https(cls, value: str) -> str:
        parts = urlsplit(value)
        port_is_number = parts.port is None or parts.port > 0  # raises ValueError where it is none
        if (
            parts.scheme != "https"
            or not parts.hostname
            or not value.isascii()
            or not value.isprintable()
            or " " in value
            or parts.username is not None
            or parts.password is not None
            or not port_is_number
        ):
            raise ValueError("a hook is https://HOST/PATH, in ASCII, without a name or password in it")
        return value

    @field_validator("level")
    @classmethod
    def _not_red(cls, value: Level) -> Level:
        if value == "red":
            raise ValueError("red goes into no message. Use amber+strict at most")
        return value


class Texts(_Part):
    """What a subscriber agrees to: the words and their version. The hash of the words is kept with the consent."""

    version: Annotated[str, Field(min_length=1, max_length=40)]
    text: Annotated[str, Field(min_length=1, max_length=20_000)]

    @property
    def sha256(self) -> str:
        """SHA-256 of the words, in UTF-8."""
        return hashlib.sha256(self.text.encode()).hexdigest()


class OutreachSettings(_Part):
    """All of it. `address` is where the desk is reached from outside, for links in mails (https).

    Without mail nothing is sent and nothing subscribed; without texts nobody can agree, so nobody can subscribe.
    """

    address: Annotated[str, Field(max_length=300)] | None = None
    mail: MailSettings | None = None
    hooks: Annotated[tuple[HookSettings, ...], Field(max_length=20)] = ()
    people: dict[Line, Line] = Field(default_factory=dict)
    terms: Texts | None = None
    privacy: Texts | None = None

    @field_validator("people")
    @classmethod
    def _mailboxes(cls, value: dict[str, str]) -> dict[str, str]:
        if any(header_words(name) != name for name in value):
            raise ValueError("a person is named in one line of printable words")
        return {name: address_of(address) for name, address in value.items()}

    @field_validator("address")
    @classmethod
    def _reached(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        if parts.scheme != "https" or not parts.hostname or parts.query or parts.fragment or not value.isascii():
            raise ValueError("the address of the desk is https://HOST, for a link in a mail must be encrypted")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _each_once(self) -> OutreachSettings:
        ids = [hook.id for hook in self.hooks]
        if len(set(ids)) != len(ids):
            raise ValueError("two hooks have one id. Give each its own")
        return self

    @property
    def open(self) -> bool:
        """Whether somebody outside can subscribe."""
        return None not in (self.mail, self.address, self.terms, self.privacy)


def on_this_machine(host: str) -> bool:
    """Whether a host is this machine itself."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
