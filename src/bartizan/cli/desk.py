"""`bartizan desk`: the duty desk of a site, in a browser."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from bartizan.app.desk import Desk
from bartizan.app.desk.feed import LiveFeed
from bartizan.app.duty import DutyWatch
from bartizan.app.live import FrameSource
from bartizan.cli import wiring
from bartizan.errors import InputError, MissingPartError, VideoError
from bartizan.site.site import Site

PORT = 8470
USER = "officer"
DATA = ".bartizan-data"
STOP_LIMIT = 10.0  # seconds for the cameras to finish the picture they look at


class CameraSource(click.ParamType[tuple[str, str]]):
    """ID=FILE."""

    name = "ID=FILE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        """Split at the first equals sign."""
        if isinstance(value, tuple):
            return value
        camera, sign, source = str(value).partition("=")
        if not (camera and sign and source):
            self.fail(f"{value!r} is not ID=FILE: the id of a camera of the site, '=', a file", param, ctx)
        return camera, source


@click.command()
@click.argument("site", type=click.Path(path_type=Path))
@click.option(
    "--data", type=click.Path(path_type=Path, file_okay=False), help="Journal and accounts; beside SITE by itself."
)
@click.option("--watch", is_flag=True, help="Watch the site's cameras while the desk is open.")
@click.option(
    "--camera", "cameras", type=CameraSource(), multiple=True, help="Watch this video as the camera; implies --watch."
)
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
    watch: bool,
    cameras: Sequence[tuple[str, str]],
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
    read = wiring.load_site(site)
    folder = data_folder(site, data)
    with ExitStack() as parts:
        sources = _sources(read, cameras) if watch or cameras else {}
        wiring.require_address(host, port, tls_cert, tls_key)
        journal = parts.enter_context(wiring.desk_journal(folder))
        open_desk = Desk(read, journal, lambda: datetime.now(UTC))
        live = LiveFeed()
        accounts, password = wiring.desk_accounts(folder, USER, new_password)
        if password is not None:
            click.echo(f"The password of {USER} (printed this once): {password}")
        server = wiring.desk_page(
            open_desk,
            site=read,
            live=live,
            accounts=accounts,
            host=host,
            port=port,
            certificate=tls_cert,
            key=tls_key,
            behind_proxy=behind_proxy,
        )
        click.echo(f"The desk of {read.name}: {server.url}  (Ctrl-C ends it)")
        if not sources:
            server.run()
            return
        with _watching(read, sources, open_desk, live, server.stop):
            server.run()


def data_folder(site: Path, given: Path | None) -> Path:
    """Where journal and accounts lie: as given, or beside the site folder; never in it."""
    folder = site.resolve()
    folder = folder.parent if folder.is_file() else folder
    if given is None:
        return folder.with_name(folder.name + DATA)
    if given.resolve().is_relative_to(folder):
        raise InputError(
            f"--data {given}: lies in the site folder, which is handed on and compared; journal and accounts are not. "
            "Give a folder beside it"
        )
    return given.resolve()


def _require_safe(host: str, cert: Path | None, key: Path | None, behind_proxy: bool) -> None:
    """Refuse to be reached from elsewhere in clear text."""
    if (cert is None) != (key is None):
        raise click.UsageError("--tls-cert and --tls-key go together")
    if not wiring.is_loopback(host) and cert is None and not behind_proxy:
        raise InputError(
            f"--host {host}: passwords and alarms would cross the network in clear text. "
            "Give --tls-cert and --tls-key, or --behind-proxy where a proxy does the TLS, or stay on 127.0.0.1"
        )


def _sources(site: Site, cameras: Sequence[tuple[str, str]]) -> Mapping[str, FrameSource]:
    """The pictures of each camera to watch, opened."""
    files = dict(cameras) or {camera.id: camera.source for camera in site.cameras if camera.source is not None}
    if len(cameras) > len(files):
        raise click.UsageError("--camera: a camera is named twice")
    if not files:
        raise MissingPartError(
            "no camera of the site has a source, so there is nothing to watch. Give --camera ID=FILE"
        )
    for name, file in files.items():
        if "://" in file:
            raise VideoError(f"camera '{name}': {file} is a stream, and this version reads files. Give a video file")
    return {name: wiring.open_video(Path(file), name, site.camera(name).fps) for name, file in files.items()}


@contextmanager
def _watching(
    site: Site, sources: Mapping[str, FrameSource], open_desk: Desk, live: LiveFeed, stop: Callable[[], None]
) -> Iterator[None]:
    """Watch in a thread of its own; where watching fails, the desk stops and says why."""
    began = datetime.now(UTC)
    over = threading.Event()
    failed: list[BaseException] = []
    duty = DutyWatch(
        site,
        sources,
        open_desk,
        live,
        run=f"watch-{began:%Y%m%dT%H%M%S.%fZ}",
        began=began,
        seconds=time.monotonic,
        wait=over.wait,
    )

    def watch() -> None:
        try:
            duty.watch()
        except BaseException as error:  # noqa: BLE001 - raised again below, in the main thread
            failed.append(error)
            stop()

    thread = threading.Thread(target=watch, name="watch", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(STOP_LIMIT)
    if failed:
        raise failed[0]
