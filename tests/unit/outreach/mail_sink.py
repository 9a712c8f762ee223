"""A real mail server on this machine that can be stopped and started again on its port."""

import socket
import ssl
from email.message import EmailMessage, Message
from email.parser import BytesParser
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

PASSWORD = "correct horse"


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


class Sink:
    """What was received, and what is answered: `answer` to the message, `to` to a receiver (None: it is taken)."""

    def __init__(self, chain: Path, key: Path, *, starttls: bool = True, login: bool = False) -> None:
        self.port = free_port()
        self.mails: list[Message] = []
        self.envelopes: list[tuple[str | None, list[str]]] = []
        self.answer = "250 taken"
        self.to: str | None = None
        self._context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._context.load_cert_chain(chain, key)
        self._options: dict[str, Any] = {"server_hostname": "localhost"}
        if starttls:
            self._options |= {"tls_context": self._context, "require_starttls": True}
        if login:
            self._options |= {"authenticator": self._check, "auth_required": True}
        self._controller: Controller | None = None

    def start(self) -> None:
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, **self._options)
        self._controller.start()

    def stop(self) -> None:
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def __enter__(self) -> "Sink":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    async def handle_RCPT(  # noqa: N802 - the names are those of aiosmtpd
        self, server: SMTP, session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.to is not None:
            return self.to
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.answer.startswith("250"):
            content = envelope.content
            assert isinstance(content, bytes)
            self.mails.append(BytesParser(EmailMessage, policy=default).parsebytes(content))
            self.envelopes.append((envelope.mail_from, list(envelope.rcpt_tos)))
        return self.answer

    @staticmethod
    def _check(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        fits = isinstance(data, LoginPassword) and data.password == PASSWORD.encode()
        return AuthResult(success=fits, handled=False)
