"""A real broker for the tests of this folder."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from mqtt_broker import Broker, readable, running
from whole import missing


@pytest.fixture(scope="session")
def broker_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("openssl") is None:
        missing("openssl")
    return readable(tmp_path_factory.mktemp("broker"))


@pytest.fixture
def broker(broker_folder: Path) -> Iterator[Broker]:
    with running(broker_folder) as found:
        yield found
