"""A real broker for the tests of this folder."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from mqtt_broker import Broker, certificates, free_port


@pytest.fixture(scope="session")
def broker_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("broker")
    # as root the broker drops to its own user, who must be able to read its files
    for place in (folder, folder.parent):
        place.chmod(0o755)
    certificates(folder)
    for file in folder.iterdir():
        file.chmod(0o644)
    return folder


@pytest.fixture
def broker(broker_folder: Path, request: pytest.FixtureRequest) -> Iterator[Broker]:
    program = shutil.which("mosquitto") or shutil.which("/usr/sbin/mosquitto")
    if program is None or shutil.which("openssl") is None:
        missing: Callable[[str], None] = request.getfixturevalue("is_missing")
        missing("mosquitto or openssl")
        raise AssertionError
    port = free_port()
    user = "user root\n" if Path("/root").exists() and Path.home() == Path("/root") else ""
    (broker_folder / "mosquitto.conf").write_text(
        f"{user}listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\n"
        f"cafile {broker_folder}/ca.pem\ncertfile {broker_folder}/broker.pem\nkeyfile {broker_folder}/broker.key\n"
        "require_certificate true\n"
    )
    found = Broker(broker_folder, port, program)
    found.start()
    yield found
    found.kill()


@pytest.fixture
def is_missing(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Skips the test, or fails it where nothing may be missing."""
    root = request.config.pluginmanager.get_plugin(str(Path(__file__).parents[2] / "conftest.py"))

    def missing(part: str) -> None:
        root.missing(part)  # type: ignore[union-attr]

    return missing
