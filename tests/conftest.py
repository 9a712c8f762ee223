"""What every test may ask for: the development data, and parts of the machine that a full run must have."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from mqtt_broker import Broker, readable, running
from postgres_server import Server, postgres_server
from whole import missing

REPOSITORY = Path(__file__).resolve().parent.parent

# shared machines stall: a deadline would report the machine, not the code
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--data", default=None, help="folder of the development data (also BARTIZAN_DATA)")
    parser.addoption("--soak", action="store_true", help="run the tests marked soak, and only those")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "soak: takes long, and runs only with --soak")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    asked = config.getoption("--soak")
    other = [item for item in items if (item.get_closest_marker("soak") is not None) != asked]
    config.hook.pytest_deselected(items=other)
    items[:] = [item for item in items if item not in set(other)]


@pytest.fixture(scope="session")
def data_dir(request: pytest.FixtureRequest) -> Path:
    """The folder of the development data: --data, BARTIZAN_DATA, or ../shared/data beside the repository."""
    named = request.config.getoption("--data") or os.environ.get("BARTIZAN_DATA")
    folder = Path(named) if named else REPOSITORY.parent / "shared" / "data"
    if not folder.is_dir():
        missing(f"the development data ({folder})")
    return folder


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of Chromium."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        missing("Chromium")
        raise AssertionError  # missing() never returns
    return path


@pytest.fixture(scope="session")
def chancery() -> Path:
    """The folder of the bundled example site."""
    return REPOSITORY / "examples" / "chancery"


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A PostgreSQL server of the tests' own, with a new database for who asks it."""
    with postgres_server() as started:
        yield started


@pytest.fixture(scope="session")
def broker_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Certificates for a broker and a machine."""
    return readable(tmp_path_factory.mktemp("broker"))


@pytest.fixture
def broker(broker_folder: Path) -> Iterator[Broker]:
    """A real broker that keeps nothing."""
    with running(broker_folder) as found:
        yield found


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of eight megabytes."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = shutil.which("mount")
    if not sys.platform.startswith("linux") or os.geteuid() != 0 or mount is None:
        missing("the right to make a small file system")
    if subprocess.run([str(mount), "-t", "tmpfs", "-o", "size=8m", "none", str(place)], check=False).returncode:
        missing("the right to make a small file system")
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)
