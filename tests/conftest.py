"""What every test may ask for: the development data, and parts of the machine that a full run must have."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from whole import missing

REPOSITORY = Path(__file__).resolve().parent.parent

# shared machines stall: a deadline would report the machine, not the code
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--data", default=None, help="folder of the development data (also BARTIZAN_DATA)")


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
