"""A desk on which everybody works, with one alarm."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from access_post import Guarded, guarded

from bartizan.signal import Signal


@pytest.fixture(scope="module")
def desk() -> Iterator[Guarded]:
    """The desk, for the tests of one file."""
    with guarded() as made:
        made.post.desk.submit(Signal(id="s", t=0.0, kind="contact", state="raised", element="gate", severity="high"))
        yield made
