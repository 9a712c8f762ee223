"""Credentials come from the environment or a private file, and show nowhere."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bartizan.adapters.video.secrets import Credentials, Secrets
from bartizan.errors import InputError

TEXT = '[camera.north]\nuser = "watch"\npassword = "s3cret"\n[camera."gate.2"]\nquery = "token=abc"\nca = "gate.pem"\n'


def write(folder: Path, text: str | bytes = TEXT, mode: int = 0o600) -> Path:
    path = folder / "secrets.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    path.chmod(mode)
    return path


def test_a_private_file_is_read(tmp_path: Path) -> None:
    secrets = Secrets(file=write(tmp_path))
    assert secrets.of("north") == Credentials("watch", "s3cret")
    assert secrets.of("gate.2") == Credentials(query="token=abc", ca=Path("gate.pem"))
    assert secrets.of("other") == Credentials()


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    environment = {"BARTIZAN_SECRETS": str(write(tmp_path)), "BARTIZAN_CAMERA_NORTH_PASSWORD": "newer"}
    assert Secrets.read(environment).of("north") == Credentials("watch", "newer")
    named = {"BARTIZAN_CAMERA_GATE_2_B_USER": "u", "BARTIZAN_CAMERA_GATE_2_B_PASSWORD": ""}
    assert Secrets.read(named).of("gate-2.b") == Credentials("u", "")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660, 0o602, 0o601, 0o777])
def test_a_file_that_others_may_use_is_refused(tmp_path: Path, mode: int) -> None:
    path = write(tmp_path, mode=mode)
    with pytest.raises(InputError, match=r"open to others.*chmod 600") as refused:
        Secrets(file=path)
    assert f"{mode:04o}" in str(refused.value)
    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[camera.north]\npassword = "s3cret\n', "secrets.toml:2.* not TOML"),
        ("[camera.north]\npassword = s3cret\n", "not TOML"),
        ('[camera.north]\npasswort = "s3cret"\n', "none of user, password, query, ca"),
        ("[camera.north]\npassword = 12345678\n", "none of user, password, query, ca"),
        ('[camera]\nnorth = "s3cret"\n', "not a table"),
        ('password = "s3cret"\n', "tables"),
        ("", "tables"),
        (b"[camera.north]\npassword = '\xff\xfes3cret'\n", "not UTF-8"),
        (b"#" * 1_000_001, "larger than"),
    ],
)
def test_a_file_that_is_wrong_is_refused_and_not_quoted(tmp_path: Path, text: str | bytes, words: str) -> None:
    with pytest.raises(InputError, match=words) as refused:
        Secrets(file=write(tmp_path, text))
    assert "s3cret" not in str(refused.value)
    assert "12345678" not in str(refused.value)
    assert refused.value.__cause__ is None  # nor in a traceback


def test_what_is_no_plain_file_is_refused(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe, 0o600)
    for path, words in ((tmp_path, "cannot be read|not a plain file"), (pipe, "not a plain file")):
        with pytest.raises(InputError, match=words):
            Secrets(file=path)
    with pytest.raises(InputError, match="No such file"):
        Secrets(file=tmp_path / "missing.toml")


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"USER": "a:b", "PASSWORD": "x"}, "colon"),
        ({"USER": "a", "PASSWORD": "s3cret\r\nX: y"}, "control character"),
        ({"USER": "a", "PASSWORD": "s3cret" * 1000}, "too long"),
        ({"PASSWORD": "s3cret"}, "no user"),
    ],
)
def test_what_no_camera_can_take_is_refused_and_not_quoted(told: dict[str, str], words: str) -> None:
    secrets = Secrets({f"BARTIZAN_CAMERA_NORTH_{key}": value for key, value in told.items()})
    with pytest.raises(InputError, match=words) as refused:
        secrets.of("north")
    assert "s3cret" not in str(refused.value)


def test_nothing_shows_when_it_is_printed(tmp_path: Path) -> None:
    secrets = Secrets({"BARTIZAN_CAMERA_NORTH_QUERY": "t0ken"}, write(tmp_path))
    for text in (repr(secrets), str(secrets), repr(secrets.of("north")), f"{secrets.of('north')}"):
        assert "s3cret" not in text
        assert "t0ken" not in text
        assert "watch" not in text
