"""Mail over a real SMTP server with TLS."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from mail_sink import PASSWORD, Sink, free_port

from bartizan.adapters.mail.smtp import SmtpPost, mail_of
from bartizan.app.outreach import AwayError, MailSettings, RefusedError
from bartizan.desk.outreach import Message

T0 = datetime(2026, 11, 23, 6, tzinfo=UTC)


def message(**more: Any) -> Message:
    values: dict[str, Any] = {
        "key": "digest/s1/2026-11-23",
        "medium": "mail",
        "to": "subscriber/s1",
        "subject": "The day to 23 November",
        "body": "Alarms: 3\n\nGrüße",
        "exercise": False,
        "made_at": T0,
        "next_at": T0,
    }
    return Message(**(values | more))


def settings(sink: Sink | int, authority: Path | None, **more: Any) -> MailSettings:
    port = sink if isinstance(sink, int) else sink.port
    values = {"host": "localhost", "port": port, "sender": "desk@site.example"}
    return MailSettings.model_validate(values | {"authority": None if authority is None else str(authority)} | more)


@pytest.fixture
def sink(certificate: Any) -> Iterator[Sink]:
    with Sink(*certificate) as running:
        yield running


def test_a_mail_arrives_by_starttls(sink: Sink, certificate: Any) -> None:
    leave = "https://desk.example/mail/leave/0b9c/" + "x" * 43
    headers = {"List-Unsubscribe": f"<{leave}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    SmtpPost().send(message(headers=headers), "eva@home.example", settings(sink, certificate.chain))
    (mail,) = sink.mails
    assert sink.envelopes == [("desk@site.example", ["eva@home.example"])]
    assert mail["To"] == "eva@home.example"
    assert mail["Subject"] == "The day to 23 November"
    # RFC 8058, 3.1: both headers, the address whole
    assert mail["List-Unsubscribe"] == f"<{leave}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "Grüße" in mail.get_payload(decode=True).decode()  # type: ignore[union-attr]


def test_a_log_in_is_used_and_a_wrong_one_is_no_fault_of_the_receiver(certificate: Any) -> None:
    with Sink(*certificate, login=True) as sink:
        right = settings(sink, certificate.chain, user="desk", password=PASSWORD)
        SmtpPost().send(message(), "eva@home.example", right)
        assert len(sink.mails) == 1
        for wrong in ({"user": "desk", "password": "guess"}, {}):
            with pytest.raises((AwayError, RefusedError)) as caught:
                SmtpPost().send(message(), "eva@home.example", settings(sink, certificate.chain, **wrong))
            assert PASSWORD not in str(caught.value)
            assert "guess" not in str(caught.value)


def test_a_server_that_cannot_prove_who_it_is_gets_no_word(sink: Sink, other_certificate: Any) -> None:
    for authority in (None, other_certificate.chain):
        with pytest.raises(AwayError, match="cannot prove who it is"):
            SmtpPost().send(message(), "eva@home.example", settings(sink, authority))
    assert sink.mails == []


def test_a_certificate_of_another_name_is_none(other_certificate: Any) -> None:
    with Sink(*other_certificate) as sink, pytest.raises(AwayError, match="cannot prove who it is"):
        SmtpPost().send(message(), "eva@home.example", settings(sink, other_certificate.chain))


def test_a_server_without_tls_gets_no_word(certificate: Any) -> None:
    with Sink(*certificate, starttls=False) as sink:
        with pytest.raises(AwayError, match="no STARTTLS"):
            SmtpPost().send(message(), "eva@home.example", settings(sink, certificate.chain))
        assert sink.mails == []
        # on this machine itself it may be asked for by name
        SmtpPost().send(message(), "eva@home.example", settings(sink, None, security="plain"))
        assert len(sink.mails) == 1


def test_a_server_that_is_away(certificate: Any) -> None:
    with pytest.raises(AwayError, match="is away"):
        SmtpPost().send(message(), "eva@home.example", settings(free_port(), certificate.chain))


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ({"to": "550 no such mailbox"}, RefusedError),
        ({"to": "450 mailbox busy"}, AwayError),
        ({"answer": "554 no"}, RefusedError),
        ({"answer": "451 try again"}, AwayError),
    ],
)
def test_what_a_refusal_means(sink: Sink, certificate: Any, answers: dict[str, str], error: type[Exception]) -> None:
    for name, value in answers.items():
        setattr(sink, name, value)
    with pytest.raises(error):
        SmtpPost().send(message(), "eva@home.example", settings(sink, certificate.chain))


def test_a_long_address_in_a_header_is_neither_folded_nor_encoded() -> None:
    leave = "https://desk.example/" + "way/" * 40 + "x" * 43
    known = settings(25, None)
    raw = mail_of(message(headers={"List-Unsubscribe": f"<{leave}>"}), "eva@home.example", known).as_bytes()
    assert f"List-Unsubscribe: <{leave}>\r\n".encode() in raw


def test_the_same_key_makes_the_same_id() -> None:
    known = settings(25, None)
    one, two = (mail_of(message(body=body), "eva@home.example", known)["Message-ID"] for body in ("a", "b"))
    assert one == two
    assert mail_of(message(key="other"), "eva@home.example", known)["Message-ID"] != one


@pytest.mark.parametrize("evil", ["a\r\nBcc: all@home.example", "a\nBcc: x", "a\x00b", "a\u2028Bcc: x", "a\x0bBcc: x"])
def test_no_header_can_be_smuggled_in(sink: Sink, certificate: Any, evil: str) -> None:
    SmtpPost().send(message(subject=evil), "eva@home.example", settings(sink, certificate.chain))
    (mail,) = sink.mails
    assert mail["Bcc"] is None
    assert set(mail.keys()) == {
        "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted",
        "Content-Type", "Content-Transfer-Encoding", "MIME-Version",
        "X-Peer", "X-MailFrom", "X-RcptTo",
    } & set(mail.keys())  # fmt: skip
    with pytest.raises(RefusedError):
        SmtpPost().send(message(), f"eva@home.example{evil}", settings(sink, certificate.chain))


@pytest.mark.parametrize(
    "wrong",
    [
        {"host": "mail.example", "security": "plain"},
        {"security": "plain", "password": "x"},
        {"sender": "desk@site.example\r\nBcc: x@y.example"},
        {"sender": "The desk <desk@site.example>"},
        {"port": 0},
        {"extra": 1},
    ],
)
def test_settings_that_would_leak_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - pydantic's own words differ by field
        settings(25, None, **wrong)
