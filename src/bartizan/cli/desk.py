"""`bartizan desk`: the duty desk of a site, in a browser."""

from __future__ import annotations

import signal
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import click

from bartizan.app.desk.feed import LiveFeed
from bartizan.app.ledger.proving import Proving
from bartizan.app.room import open_room
from bartizan.app.upkeep.timekeeping import carried_on
from bartizan.cli import desk_intake, desk_watch, wiring, wiring_desk, wiring_handover, wiring_live, wiring_store
from bartizan.cli.bus_options import Bus, bus_options
from bartizan.cli.data_folder import data_folder
from bartizan.cli.watch_inputs import CAMERA
from bartizan.errors import InputError, MissingPartError
from bartizan.site.site import Site

PORT = 8470
USER = "officer"


@click.command()
@click.argument("site", type=click.Path(path_type=Path))
@click.option(
    "--data", type=click.Path(path_type=Path, file_okay=False), help="Journal and accounts; beside SITE by itself."
)
@click.option(
    "--store", metavar="URL", help="Keep the journal in PostgreSQL: postgresql://USER@HOST/DATABASE, no password in it."
)
@click.option("--take-clock", is_flag=True, help="Go by this machine's clock as it is now, not by the journal's.")
@click.option("--watch", is_flag=True, help="Watch the site's cameras while the desk is open.")
@click.option("--camera", "cameras", type=CAMERA, multiple=True, help="Watch this video or stream; implies --watch.")
@click.option(
    "--from", "source", metavar="BROKER", help="Watch the cameras of other machines: mqtts://HOST:PORT/PREFIX."
)
@bus_options
@desk_intake.intake_options
@click.option("--state", "states", multiple=True, metavar="STATE", help="A state of the site that holds.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=PORT, show_default=True, help="0 takes a free one.")
@click.option("--tls-cert", type=click.Path(path_type=Path, dir_okay=False), help="Certificate chain, PEM.")
@click.option("--tls-key", type=click.Path(path_type=Path, dir_okay=False), help="Its key, PEM.")
@click.option(
    "--behind-proxy", is_flag=True, help="A proxy on this machine does the TLS and passes the Host header on."
)
@click.option("--new-password", is_flag=True, help=f"Make and print a new password for {USER}.")
def desk(
    site: Path,
    *,
    data: Path | None,
    store: str | None,
    take_clock: bool,
    watch: bool,
    cameras: Sequence[tuple[str, str]],
    source: str | None,
    intake: desk_intake.Intake,
    bus_ca: Path | None,
    bus_cert: Path | None,
    bus_key: Path | None,
    plain_mqtt: bool,
    states: Sequence[str],
    host: str,
    port: int,
    tls_cert: Path | None,
    tls_key: Path | None,
    behind_proxy: bool,
    new_password: bool,
) -> None:
    """What do we do about it? The alarms of SITE, its plan and cameras, and the interruption clock, in a browser.

    Listens on this machine alone unless told otherwise, and beyond it only with TLS or behind a proxy. Prints the
    first password once. Ends with Ctrl-C.
    """
    _require_safe(host, tls_cert, tls_key, behind_proxy)
    if source is not None and cameras:
        raise click.UsageError("give --camera for cameras of this machine or --from for those of others")
    read = wiring.load_site(site)
    folder = data_folder(site, data)
    with ExitStack() as parts:
        sources = _sources(read, cameras) if (watch and source is None) or cameras else {}
        bus = partial(Bus, ca=bus_ca, cert=bus_cert, key=bus_key, plain=plain_mqtt)
        at_work = desk_watch.at_work(parts, site, read, sources, None if source is None else bus(source))
        others = parts.enter_context(desk_intake.others_at_work(read, intake, bus))
        desk_intake.require(read, intake, bus)
        wiring.require_address(host, port, tls_cert, tls_key)
        journal = parts.enter_context(wiring_store.desk_journal(folder, store))
        cabinet = parts.enter_context(wiring_desk.cabinet(folder))
        room = open_room(
            read,
            journal,
            carried_on(journal, afresh=take_clock),
            states=states,
            library=wiring.scenario_library(site),
            safe=wiring_handover.desk_safe(folder),
            site_file=wiring_desk.site_file(site),
            cabinet=cabinet,
        )
        parts.enter_context(wiring_desk.carrying(room, cabinet))
        parts.enter_context(Proving(room.ledger, room.desk.take).at_work())
        live = LiveFeed()
        accounts, password = wiring.desk_accounts(folder, USER, new_password, room.audit)
        if password is not None:
            click.echo(f"The password of {USER} (printed this once): {password}")
        server = wiring.desk_page(
            room,
            site=read,
            live=live,
            accounts=accounts,
            folder=folder,
            site_path=site,
            watched=None if at_work is None else at_work.arrivals,
            host=host,
            port=port,
            certificate=tls_cert,
            key=tls_key,
            behind_proxy=behind_proxy,
        )
        parts.callback(server.stop)  # it listens already, and what comes next may fail
        click.echo(f"The desk of {read.name}: {server.url}  (Ctrl-C ends it)")
        parts.enter_context(desk_intake.lines(room, read, intake, bus, folder))
        for watched in others if at_work is None else (at_work, *others):
            # who moves on the plan is shown as one of them tells it: our own cameras, where there are any
            shown = live if watched is at_work or at_work is None else LiveFeed()
            parts.enter_context(desk_watch.on_duty(watched, read, room, shown, folder=folder, stop=server.stop))
        # who runs it as a service ends it with SIGTERM: an end like Ctrl-C, with everything put away
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        server.run()


def _require_safe(host: str, cert: Path | None, key: Path | None, behind_proxy: bool) -> None:
    """Refuse to be reached from elsewhere in clear text."""
    if (cert is None) != (key is None):
        raise click.UsageError("--tls-cert and --tls-key go together")
    if not wiring.is_loopback(host) and cert is None and not behind_proxy:
        raise InputError(
            f"--host {host}: passwords and alarms would cross the network in clear text. "
            "Give --tls-cert and --tls-key, or --behind-proxy where a proxy does the TLS, or stay on 127.0.0.1"
        )


def _sources(site: Site, cameras: Sequence[tuple[str, str]]) -> Mapping[str, str]:
    """Where the pictures of each camera to watch come from."""
    found = dict(cameras) or {camera.id: camera.source for camera in site.cameras if camera.source is not None}
    if len(cameras) > len(found):
        raise click.UsageError("--camera: a camera is named twice")
    if not found:
        raise MissingPartError(
            "no camera of the site has a source, so there is nothing to watch. Give --camera ID=SOURCE"
        )
    for camera, address in found.items():
        wiring_live.is_live(address, camera)
    return found
