"""What a desk hears of a broker besides cameras, and what it tells one: sensors and doors, other programs, alarms."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from bartizan.app.room import Room
from bartizan.cli import desk_watch, wiring_intake
from bartizan.cli.bus_options import Bus
from bartizan.errors import MissingPartError
from bartizan.site.site import Site

if TYPE_CHECKING:
    from bartizan.adapters.foreign import Source

_Verb = TypeVar("_Verb", bound=Callable[..., Any])
NO_DISCOVERY = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """What was asked for: brokers of sensors, of Frigate and of ONVIF cameras; where alarms are told, and how."""

    inputs: str | None = None
    frigate: str | None = None
    onvif: str | None = None
    tell: str | None = None
    discovery: str | None = None
    exercises: bool = False


def intake_options(verb: _Verb) -> _Verb:
    """Adds --inputs, --frigate, --onvif, --tell, --discovery and --tell-exercises to a verb, as its `intake`."""

    @functools.wraps(verb)
    def with_intake(
        *arguments: Any,
        inputs: str | None,
        frigate: str | None,
        onvif: str | None,
        tell: str | None,
        discovery: str,
        tell_exercises: bool,
        **given: Any,
    ) -> Any:
        if tell is None and tell_exercises:
            raise click.UsageError("--tell-exercises goes with --tell BROKER")
        prefix = None if discovery == NO_DISCOVERY else discovery
        intake = Intake(
            inputs=inputs, frigate=frigate, onvif=onvif, tell=tell, discovery=prefix, exercises=tell_exercises
        )
        return verb(*arguments, intake=intake, **given)

    found: Any = with_intake
    for name, words in (
        ("--tell", "Tell this broker how alarms stand: mqtts://HOST:PORT/PREFIX."),
        ("--onvif", "Hear what ONVIF cameras notice from this broker."),
        ("--frigate", "Hear Frigate's events and reviews from this broker."),
        ("--inputs", "Hear the site's sensors and doors ([[input]]) from this broker: mqtts://HOST:PORT."),
    ):
        found = click.option(name, metavar="BROKER", help=words)(found)
    found = click.option("--tell-exercises", is_flag=True, help="Tell exercises too, on topics of their own.")(found)
    return click.option(  # type: ignore[no-any-return]
        "--discovery",
        metavar="PREFIX",
        default="homeassistant",
        show_default=True,
        help=f"Where Home Assistant is told of the topics of --tell; '{NO_DISCOVERY}': nowhere.",
    )(found)


@contextmanager
def others_at_work(site: Site, intake: Intake, bus: Callable[[str], Bus]) -> Iterator[tuple[desk_watch.Cameras, ...]]:
    """The cameras that other programs tell of, where any were asked for."""
    asked: tuple[tuple[Source, str | None], ...] = (("frigate", intake.frigate), ("onvif", intake.onvif))
    with ExitStack() as parts:
        yield tuple(
            parts.enter_context(desk_watch.cameras_of(source, site, bus(address)))
            for source, address in asked
            if address is not None
        )


def require(site: Site, intake: Intake, bus: Callable[[str], Bus]) -> None:
    """Refuse brokers that cannot be, and inputs that are none, before anything is opened or a password is shown."""
    if intake.inputs is not None and not any(one.topic for one in site.inputs):
        raise MissingPartError("the site has no [[input]] with a topic, so there is nothing to hear. Add one")
    for address in (intake.inputs, intake.tell):
        if address is not None:
            wiring_intake.require_broker(bus(address))


@contextmanager
def lines(room: Room, site: Site, intake: Intake, bus: Callable[[str], Bus], folder: Path) -> Iterator[None]:
    """Hear the site's inputs and tell its alarms, as far as was asked for; see `require`."""
    with ExitStack() as parts:
        if intake.inputs is not None:
            room.siting.set_up("inputs", lambda site: {one.topic for one in site.inputs})
            heard = parts.enter_context(wiring_intake.inlet(bus(intake.inputs), room, folder, _trouble))
            room.inbox.mind("inputs", heard.line.listening.is_set)
        if intake.tell is not None:
            room.siting.set_up("tell", lambda site: (site.name, site.zones, site.inputs))
            parts.enter_context(
                wiring_intake.outlet(
                    bus(intake.tell), room, site, discovery=intake.discovery, exercises=intake.exercises
                )
            )
        yield


def _trouble(words: str) -> None:
    click.echo(f"bartizan: {words}", err=True)
