"""What a test does where a part of the machine is missing that not everybody has: Chromium, a broker, the data."""

from __future__ import annotations

import os

import pytest

REQUIRE_ALL = os.environ.get("BARTIZAN_REQUIRE_ALL") == "1"


def missing(part: str) -> None:
    """Skip the test, or fail it where BARTIZAN_REQUIRE_ALL=1 says that nothing may be missing."""
    if REQUIRE_ALL:
        pytest.fail(f"{part} is missing and BARTIZAN_REQUIRE_ALL=1")
    pytest.skip(f"{part} is missing")
