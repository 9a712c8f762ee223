"""Where the examples that come with Bartizan lie: in the installed package, or beside the source."""

from __future__ import annotations

from pathlib import Path

import bartizan
from bartizan.errors import MissingPartError

_PACKAGE = Path(bartizan.__file__).resolve().parent
# a wheel carries the examples inside the package; a checkout has them beside src/
_PLACES = (_PACKAGE / "examples", _PACKAGE.parent.parent / "examples")


def bundled_site(name: str = "chancery") -> Path:
    """The folder of a bundled site. Raises MissingPartError where the installation has no such example."""
    for place in _PLACES:
        if (place / name / "site.toml").is_file():
            return place / name
    raise MissingPartError(
        f"the example site '{name}' is not in this installation of Bartizan: install it again, "
        "or give your own site to the command"
    )
