"""Programs behind a real HTTPS server on this machine."""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from mail_sink import free_port

from bartizan.adapters.mail.hook import HttpHooks, public, signed
from bartizan.app.outreach import AwayError, HookSettings, RefusedError
from bartizan.desk.outreach import Message

T0 = datetime(2026, 11, 23, 6, tzinfo=UTC)
SECRET = "a secret of some length here"
MESSAGE = Message(
    key="hook/siren/7",
    medium="hook",
    to="hook/siren",
    subject="raised",
    body='{"a": 1}',
    exercise=False,
    made_at=T0,
    next_at=T0,
)


def hook(program: Any, certificate: Any, **more: Any) -> HookSettings:
    values = {"id": "siren", "url": f"https://localhost:{program.port}/in?x=1", "secret": SECRET, "private": True}
    return HookSettings.model_validate(values | {"authority": str(certificate.chain)} | more)


def test_a_program_is_called_and_can_check_who_called(program: Any, certificate: Any) -> None:
    HttpHooks().call(MESSAGE, hook(program, certificate), T0)
    ((headers, body, path),) = program.told
    assert (body, path) == (b'{"a": 1}', "/in?x=1")
    assert headers["host"] == f"localhost:{program.port}"
    assert headers["webhook-id"] == "hook/siren/7"
    stamp = headers["webhook-timestamp"]
    assert stamp == str(int(T0.timestamp()))
    told = b"hook/siren/7." + stamp.encode() + b"." + body
    mac = base64.b64encode(hmac.new(SECRET.encode(), told, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{mac}"


def test_one_bit_changes_the_signature() -> None:
    marks = {
        signed("k", b"body", SECRET, T0)["webhook-signature"],
        signed("k", b"bodz", SECRET, T0)["webhook-signature"],
        signed("l", b"body", SECRET, T0)["webhook-signature"],
        signed("k", b"body", SECRET + "x", T0)["webhook-signature"],
        signed("k", b"body", SECRET, T0.replace(second=1))["webhook-signature"],
    }
    assert len(marks) == 5


def test_a_private_network_is_called_only_where_it_may_be(program: Any, certificate: Any) -> None:
    with pytest.raises(AwayError, match="leads into a private network"):
        HttpHooks().call(MESSAGE, hook(program, certificate, private=False), T0)
    assert program.told == []


def test_one_private_address_among_public_ones_is_enough(program: Any, certificate: Any) -> None:
    hooks = HttpHooks(lambda _host, _port: ["93.184.216.34", "127.0.0.1"])
    with pytest.raises(AwayError, match="private network"):
        hooks.call(MESSAGE, hook(program, certificate, private=False), T0)


def test_the_name_is_asked_for_once_and_that_address_is_called(program: Any, certificate: Any) -> None:
    asked = []

    def rebinding(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["203.0.113.1"]

    HttpHooks(rebinding).call(MESSAGE, hook(program, certificate), T0)
    assert asked == ["localhost"]
    assert len(program.told) == 1


def test_a_name_that_leads_nowhere(program: Any, certificate: Any) -> None:
    def nowhere(_host: str, _port: int) -> Sequence[str]:
        raise OSError(-2, "Name or service not known")

    def nothing(_host: str, _port: int) -> Sequence[str]:
        return []

    for resolve in (nowhere, nothing):
        with pytest.raises(AwayError, match="leads nowhere"):
            HttpHooks(resolve).call(MESSAGE, hook(program, certificate), T0)


def test_a_redirect_is_not_followed(program: Any, certificate: Any) -> None:
    program.answers = [(307, {"location": f"https://localhost:{program.port}/elsewhere"})]
    with pytest.raises(AwayError, match="not followed"):
        HttpHooks().call(MESSAGE, hook(program, certificate), T0)
    assert len(program.told) == 1


@pytest.mark.parametrize(
    ("status", "error"), [(410, RefusedError), (404, AwayError), (429, AwayError), (500, AwayError)]
)
def test_what_an_answer_means(program: Any, certificate: Any, status: int, error: type[Exception]) -> None:
    program.answers = [(status, {})]
    with pytest.raises(error, match=str(status)):
        HttpHooks().call(MESSAGE, hook(program, certificate), T0)


def test_a_certificate_that_proves_nothing(program: Any, certificate: Any, other_certificate: Any) -> None:
    for settings in (
        hook(program, certificate, authority=None),
        hook(program, certificate, authority=str(other_certificate.chain)),
        # the right authority, and another name
        hook(program, certificate, url=f"https://elsewhere.example:{program.port}/"),
    ):
        with pytest.raises(AwayError, match="CERTIFICATE_VERIFY_FAILED"):
            HttpHooks(lambda _host, _port: ["127.0.0.1"]).call(MESSAGE, settings, T0)
    assert program.told == []


def test_nobody_there(program: Any, certificate: Any) -> None:
    with pytest.raises(AwayError, match="is away"):
        HttpHooks().call(MESSAGE, hook(program, certificate, url=f"https://localhost:{free_port()}/"), T0)


def test_a_proxy_of_the_environment_is_not_used(
    program: Any, certificate: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere")
    HttpHooks().call(MESSAGE, hook(program, certificate), T0)
    assert len(program.told) == 1


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",  # noqa: S104
        "255.255.255.255", "192.0.2.1", "198.18.0.1", "::1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:127.0.0.1",
        "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:7f00:1::", "2001:0:1::1", "2001:db8::1", "localhost", "",
    ],
)  # fmt: skip
def test_addresses_that_are_not_of_the_open_internet(address: str) -> None:
    assert not public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "8.8.8.8", "2606:2800:220:1:248:1893:25c8:1946"])
def test_addresses_that_are(address: str) -> None:
    assert public(address)


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "http://desk.example/"},
        {"url": "https:///path"},
        {"url": "https://user:word@desk.example/"},
        {"url": "https://desk.example:0x50/"},
        {"url": "https://desk.example/\r\nx: y"},
        {"url": "https://desk.example/a b"},
        {"url": "https://dësk.example/"},
        {"url": "file:///etc/passwd"},
        {"secret": "short"},
        {"level": "red"},
        {"id": "../x"},
        {"kinds": ["everything"]},
    ],
)
def test_settings_of_a_hook_that_are_none(program: Any, certificate: Any, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - pydantic's own words differ by field
        hook(program, certificate, **wrong)
