"""A desk that is killed a hundred times while a broker tells it of three thousand sensors. Takes 18 minutes.

Run: ``pytest --soak tests/soak/test_desk_killed_as_it_hears.py``. BARTIZAN_SOAK=0.1 kills it ten times.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from soaking import scaled

from hearing import kills
from mqtt_broker import Broker

pytestmark = pytest.mark.soak


def test_a_hundred_kills_lose_no_word_and_none_is_taken_twice(broker: Broker, tmp_path: Path) -> None:
    kills(broker, tmp_path, lives=scaled(100), words=scaled(3_000))
