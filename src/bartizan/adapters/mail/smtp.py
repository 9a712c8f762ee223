"""A mail server by SMTP, proved by its certificate before a word of a message is said."""

from __future__ import annotations

import hashlib
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from bartizan.app.outreach.ports import AwayError, RefusedError
from bartizan.app.outreach.settings import MailSettings
from bartizan.desk.outreach import Message, address_of, header_words

PATIENCE = 20.0  # seconds for each answer of the server
_FOR_GOOD = range(500, 600)
# the longest line that a mail may have (RFC 5322, 2.1.1): an address that was folded or encoded would lead nowhere
_POLICY = SMTP.clone(max_line_length=998)
_LIST = ("List-Unsubscribe", "List-Unsubscribe-Post")


class SmtpPost:
    """Hands each message over in a connection of its own: few are sent, and none must wait for another."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self._patience = patience

    def send(self, message: Message, address: str, settings: MailSettings) -> None:
        """Hand a message over; the server took it when this returns.

        Errors: RefusedError where the server will never take it for this receiver; AwayError for everything else,
        such as a server that is away, one that cannot prove who it is, or one that does not take the log-in: none of
        that is the receiver's fault, and nothing is lost by trying again.
        """
        content = mail_of(message, address, settings)
        with _problems(), self._connected(settings) as server:
            if settings.password is not None:
                server.login(settings.user or settings.sender, settings.password)
            server.send_message(content, settings.sender, [address])

    @contextmanager
    def _connected(self, settings: MailSettings) -> Iterator[smtplib.SMTP]:
        if settings.security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                settings.host, settings.port, timeout=self._patience, context=trust(settings.authority)
            )
        else:
            server = smtplib.SMTP(settings.host, settings.port, timeout=self._patience)
        try:
            if settings.security == "starttls":
                # raises where the server offers none: nothing is said in clear text
                server.starttls(context=trust(settings.authority))
            yield server
            with suppress(smtplib.SMTPException, OSError):  # it has the message: how it says goodbye changes nothing
                server.quit()
        finally:
            server.close()


def mail_of(message: Message, address: str, settings: MailSettings) -> EmailMessage:
    """The message as a mail to one address, the same bytes each time but for its date.

    `Message-ID` comes from the key: a mail program that has it already drops the second. Errors: RefusedError where
    the address is none any more.
    """
    try:
        receiver = address_of(address)
    except ValueError as error:
        raise RefusedError(str(error)) from error
    domain = settings.sender.rpartition("@")[2]
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = settings.sender
    mail["To"] = receiver
    mail["Subject"] = header_words(message.subject)
    mail["Date"] = format_datetime(message.made_at)
    mail["Message-ID"] = f"<{hashlib.sha256(message.key.encode()).hexdigest()[:40]}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no machine answers it
    for name in _LIST:
        if name in message.headers:
            mail[name] = message.headers[name]
    mail.set_content(message.body, charset="utf-8")
    return mail


def trust(authority: str | None) -> ssl.SSLContext:
    """How servers are proved: name and certificate, by the system's authorities or those in a file. AwayError."""
    try:
        context = ssl.create_default_context(cafile=authority)
    except OSError as error:
        raise AwayError(f"{authority}: no certificates can be read there: {error}. Name a file in PEM") from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


@contextmanager
def _problems() -> Iterator[None]:
    """Turn what goes wrong into what it means for the message; a server's words are shown cut and on one line."""
    try:
        yield
    except smtplib.SMTPRecipientsRefused as error:
        code, words = next(iter(error.recipients.values()))
        raise _meaning(code, words) from error
    except smtplib.SMTPDataError as error:
        raise _meaning(error.smtp_code, error.smtp_error) from error
    except smtplib.SMTPAuthenticationError as error:
        cure = "Check user and password in the settings"
        raise AwayError(f"the mail server does not take the log-in. {cure}", whole=True) from error
    except smtplib.SMTPNotSupportedError as error:
        raise AwayError("the mail server offers no STARTTLS. Use tls, or another server", whole=True) from error
    except ssl.SSLError as error:
        why = str(getattr(error, "verify_message", "") or error.reason or "TLS failed")
        cure = "Check its name and certificate"
        raise AwayError(f"the mail server cannot prove who it is: {why}. {cure}", whole=True) from error
    except (smtplib.SMTPException, OSError) as error:
        said = header_words(str(error)) or type(error).__name__
        raise AwayError(f"the mail server is away: {said}", whole=True) from error


def _meaning(code: int, words: bytes | str) -> AwayError | RefusedError:
    said = header_words(words.decode("utf-8", "replace") if isinstance(words, bytes) else words)
    if code in _FOR_GOOD:
        return RefusedError(f"the mail server refuses it for good: {code} {said}")
    return AwayError(f"the mail server does not take it now: {code} {said}")
