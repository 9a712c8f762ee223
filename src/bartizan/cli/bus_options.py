"""How `bartizan watch` and `bartizan desk` are told of a broker."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

_Verb = TypeVar("_Verb", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Bus:
    """A broker's address as given, and the files that belong to the line to it."""

    address: str
    ca: Path | None = None
    cert: Path | None = None
    key: Path | None = None
    plain: bool = False


def bus_options(verb: _Verb) -> _Verb:
    """Adds --bus-ca, --bus-cert, --bus-key and --plain-mqtt to a verb."""
    file = click.Path(path_type=Path, dir_okay=False)
    for option, words in (
        ("--bus-key", "Its key, PEM."),
        ("--bus-cert", "The certificate that the broker is shown, PEM."),
        ("--bus-ca", "The certificates that the broker's own is checked by, PEM; the system's by itself."),
    ):
        verb = click.option(option, type=file, help=words)(verb)
    return click.option("--plain-mqtt", is_flag=True, help="Let mqtt:// leave this machine in clear text.")(verb)
