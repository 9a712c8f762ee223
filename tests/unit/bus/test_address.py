"""Where a broker is and how it lets us in: no password in an address, nothing in clear text beyond this machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from bartizan.adapters.bus.access import Access, read_access
from bartizan.adapters.bus.address import BusAddress, read_address
from bartizan.errors import InputError


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("mqtts://broker.example", BusAddress("broker.example", 8883, "bartizan", True)),
        ("mqtts://broker.example:9000/site/a/", BusAddress("broker.example", 9000, "site/a", True)),
        ("mqtt://127.0.0.1:1884/x", BusAddress("127.0.0.1", 1884, "x", False)),
        ("mqtt://[::1]", BusAddress("::1", 1883, "bartizan", False)),
        ("mqtt://localhost", BusAddress("localhost", 1883, "bartizan", False)),
    ],
)
def test_addresses(text: str, address: BusAddress) -> None:
    assert read_address(text) == address
    assert read_address(str(address)) == address


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("broker.example", "is no address of a broker"),
        ("http://broker.example", "is no address of a broker"),
        ("mqtts://", "is no address of a broker"),
        ("mqtts://broker.example:99999", "is no address of a broker"),
        ("mqtts://[::1", "is no address of a broker"),
        ("mqtts://broker.example/a/#", "is no address of a broker"),
        ("mqtts://me:secret@[::1", "is no address of a broker"),
        ("mqtts://broker.example/+", "no topic"),
        ("mqtts://broker.example/a b", "no topic"),
        ("mqtts://me:secret@broker.example", "BARTIZAN_MQTT_PASSWORD"),
        ("mqtt://broker.example", "clear text"),
        ("mqtt://10.0.0.1", "clear text"),
    ],
)
def test_what_is_refused(text: str, words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        read_address(text)
    assert "secret" not in str(caught.value)


def test_clear_text_where_it_is_said() -> None:
    assert read_address("mqtt://10.0.0.1", plain=True).host == "10.0.0.1"


def test_name_and_password_from_the_environment_or_a_private_file(tmp_path: Path) -> None:
    file = tmp_path / "secrets.toml"
    file.write_text('[mqtt]\nuser = "gate"\npassword = "not shown"\n')
    named = {"BARTIZAN_MQTT_SECRETS": str(file)}
    with pytest.raises(InputError, match="chmod 600"):
        read_access(named)
    file.chmod(0o600)
    access = read_access(named)
    assert (access.user, access.password) == ("gate", "not shown")
    assert "not shown" not in repr(access)
    assert read_access({**named, "BARTIZAN_MQTT_PASSWORD": "other"}).password == "other"
    with pytest.raises(InputError, match="BARTIZAN_MQTT_USER"):
        read_access({"BARTIZAN_MQTT_PASSWORD": "x"})
    with pytest.raises(InputError, match="together"):
        read_access({}, cert=tmp_path / "a.pem")
    for text in ("[mqtt", "[other]\n", '[mqtt]\ntoken = "not shown"\n', "[mqtt]\nuser = 1\n", "mqtt = 3\n"):
        file.write_text(text)
        with pytest.raises(InputError) as caught:
            read_access(named)
        assert "not shown" not in str(caught.value)


def test_a_file_that_is_no_certificate_is_named(tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    for text in ("", "no certificate"):
        file.write_text(text)
        with pytest.raises(InputError, match=r"ca\.pem"):
            Access(ca=file).context()
    with pytest.raises(InputError, match=r"missing\.pem"):
        Access(ca=tmp_path / "missing.pem").context()
