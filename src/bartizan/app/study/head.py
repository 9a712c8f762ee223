"""What every JSON result begins with: from which site, with which version, seed and options it was computed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

SCHEMA = 1  # of the JSON objects of assess and its kin


class Answered(Protocol):
    """A result that says what it was computed from; `site_hash` is that of the site as its file has it."""

    @property
    def site_name(self) -> str:
        """The site's name."""
        ...

    @property
    def site_hash(self) -> str:
        """SHA-256 over the site's meaning."""
        ...

    @property
    def version(self) -> str:
        """The version of Bartizan."""
        ...

    @property
    def options(self) -> Mapping[str, Any]:
        """What was asked."""
        ...


def head(result: Answered, seed: int | None = None) -> dict[str, Any]:
    """The keys that come first in the JSON object of a result; `seed` is null where nothing was drawn."""
    return {
        "schema": SCHEMA,
        "bartizan": result.version,
        "site": {"name": result.site_name, "hash": result.site_hash},
        "seed": seed,
        "options": dict(result.options),
    }
