"""Where adapters are built, and the only place: each is imported when it is asked for, so that verbs start fast."""

# ruff: noqa: PLC0415 - a verb must not pay for the parts of another

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bartizan.adapters.files.counts import CountsFile
    from bartizan.adapters.files.library import ScenarioFolder
    from bartizan.adapters.files.orders import OrdersFile
    from bartizan.adapters.files.tracks import TrackTable
    from bartizan.adapters.web.accounts import Accounts
    from bartizan.adapters.web.server import DeskServer
    from bartizan.app.compare import Comparison
    from bartizan.app.desk.feed import LiveFeed
    from bartizan.app.dossier import Dossier
    from bartizan.app.draft.drawing import Drawing, Placing
    from bartizan.app.exercise import Review
    from bartizan.app.ledger import Journal
    from bartizan.app.live import FrameSource
    from bartizan.app.privacy import Statement
    from bartizan.app.room import Room
    from bartizan.app.score import TrackScorer
    from bartizan.app.study import Study
    from bartizan.app.sweep import Answered, Outcome, Runner, Unit
    from bartizan.app.terrain import TerrainCase
    from bartizan.app.upkeep.audit import Audit
    from bartizan.assess.task import Task
    from bartizan.drill.scenario import Scenario
    from bartizan.site.site import Site
    from bartizan.watch.detection.detect import Detection
    from bartizan.watch.score import Episode
    from bartizan.watch.tracking.trace import TraceRow


def load_site(path: Path) -> Site:
    """The site in a site folder or a site.toml; SiteFileError with every fault."""
    from bartizan.adapters.files.site import load_site as load

    return load(path)


def load_with_places(path: Path) -> tuple[Site, Callable[[str], int]]:
    """The site, and the line of its file at which an address such as "zone/pavement" stands."""
    from bartizan.adapters.files.site_place import load_with_places as load

    return load(path)


def new_site(path: Path) -> None:
    """Start a site folder from the commented template."""
    from bartizan.adapters.files.site import new_site as new

    new(path)


def site_schema() -> Mapping[str, Any]:
    """The JSON Schema of site.toml."""
    from bartizan.adapters.files.site import site_schema as schema

    return schema()


def read_sheet(path: Path, sheet: str | None = None) -> tuple[Task, ...]:
    """The tasks of an EASI sheet, as CSV or in a workbook, of which `sheet` names one; SheetError with every fault."""
    from bartizan.adapters.files.easi import read_easi as read

    return read(path, sheet)


def require_place_for_report(path: Path) -> None:
    """InputError where a report cannot be written, or would replace a file that is none; .pdf asks for the extra."""
    from bartizan.adapters.files.whole import refuse_place
    from bartizan.adapters.report import page, pdf

    if _on_paper(path):
        pdf.require_extra()
    refuse_place(path, pdf.BEGINS if _on_paper(path) else page.DOCTYPE)


def write_report(study: Study, path: Path) -> None:
    """Write the assessment as a self-contained page, or as a PDF where the name ends so; whole or not at all."""
    from bartizan.adapters.report.assessment import render

    write_page(render(study), path)


def write_privacy(said: Statement, path: Path) -> None:
    """Write a data-protection statement as a self-contained page, or as a PDF where the name ends so."""
    from bartizan.adapters.report.privacy import render

    write_page(render(said), path)


def require_place_for_picture(path: Path) -> None:
    """InputError where a picture cannot be written, or would replace a file that is none."""
    from bartizan.adapters.files.whole import refuse_place
    from bartizan.errors import InputError

    if path.suffix.lower() != ".png":
        raise InputError(f"{path}: a picture is written as PNG. Give it a name that ends in .png")
    if not path.exists() or path.read_bytes()[:8] != b"\x89PNG\r\n\x1a\n":
        refuse_place(path, "no picture")


def write_terrain_picture(case: TerrainCase, path: Path) -> None:
    """Write the map of P_I with the worst path as a PNG file, whole or not at all."""
    from bartizan.adapters.files.whole import write_whole
    from bartizan.adapters.report.terrain import terrain_png

    write_whole(path, terrain_png(case))


def write_comparison(comparison: Comparison, path: Path) -> None:
    """Write a comparison as a self-contained page, or as a PDF where the name ends so; whole or not at all."""
    from bartizan.adapters.report.comparison import render

    write_page(render(comparison), path)


def write_dossier(dossier: Dossier, path: Path) -> None:
    """Write everything said of a site as a self-contained page, or as a PDF; whole or not at all."""
    from bartizan.adapters.report.dossier import render

    write_page(render(dossier), path)


def write_page(page: str, path: Path) -> None:
    """Write a self-contained page, or a PDF of it where the name ends so; whole or not at all."""
    from bartizan.adapters.files.whole import write_whole
    from bartizan.adapters.report.pdf import as_pdf

    write_whole(path, as_pdf(page) if _on_paper(path) else page)


def _on_paper(path: Path) -> bool:
    return path.suffix.lower() == ".pdf"


def read_plan(path: Path, placing: Placing) -> Drawing:
    """The drawing in a plan made elsewhere, by the ending of its name; PlanError with every fault."""
    from bartizan.adapters.plans.reader import read_plan as read

    return read(path, placing)


def require_new_folder(folder: Path) -> None:
    """InputError where a draft cannot be written, or there is something already."""
    from bartizan.adapters.files.draft_folder import refuse_folder

    refuse_folder(folder)


def write_draft(folder: Path, plan: Mapping[str, Any], site: str) -> Site:
    """Write the draft of a site into a new folder, and return the site read back."""
    from bartizan.adapters.files.draft_folder import write_draft as write

    return write(folder, plan, site)


def require_place_for_tables(folder: Path) -> None:
    """InputError where tables cannot be written, or would replace files that are none of ours."""
    from bartizan.adapters.files.tables import refuse_tables

    refuse_tables(folder)


def write_tables(study: Study, folder: Path) -> None:
    """Write the tables of a study as comma-separated files."""
    from bartizan.adapters.files.tables import write_tables as write
    from bartizan.app.study.tables import study_tables

    write(folder, study_tables(study))


def read_tracks(path: Path) -> TrackTable:
    """The rows of a table of tracks; TracksError with every fault."""
    from bartizan.adapters.files.tracks import read_tracks as read

    return read(path)


def read_episodes(path: Path) -> tuple[Episode, ...]:
    """The true episodes in a table; EpisodesError with every fault."""
    from bartizan.adapters.files.episodes import read_episodes as read

    return read(path)


def read_signals(path: Path) -> Sequence[Mapping[str, Any]]:
    """The signals in a file of JSON lines; EpisodesError with every fault."""
    from bartizan.adapters.files.episodes import read_signals as read

    return read(path)


def read_tracked_boxes(path: Path) -> Sequence[tuple[int, int, float, float, float, float]]:
    """Frame, track and box of each row of a MOTChallenge text; TracksError with every fault."""
    from bartizan.adapters.files.tracks import read_boxes as read

    return [(box.frame, box.track, *box[1:5]) for box in read(path, tracked=True)]


def track_scorer() -> TrackScorer:
    """The scorer of tracks; MissingExtraError without the extra."""
    from bartizan.adapters.score import MotMetrics

    return MotMetrics()


def read_boxes(path: Path, fps: float) -> Iterator[tuple[float, list[Detection]]]:
    """The detections of a MOTChallenge text, frame by frame with its time [s]; TracksError with every fault."""
    from bartizan.adapters.files.tracks import read_boxes as read
    from bartizan.watch.detection.detect import Detection

    boxes = read(path)

    def frames() -> Iterator[tuple[float, list[Detection]]]:
        place = 0
        for frame in range(1, boxes[-1].frame + 1 if boxes else 1):
            found = []
            while place < len(boxes) and boxes[place].frame == frame:
                found.append(Detection(boxes[place][1:5], boxes[place].score))
                place += 1
            yield (frame - 1) / fps, found

    return frames()


def open_video(path: Path, camera: str, fps: float | None) -> FrameSource:
    """The pictures of a video file or of a folder of pictures; VideoError where it is neither."""
    from bartizan.adapters.video.opencv import open_video as open_

    return open_(path, camera, fps)


def write_mot(files: Mapping[Path, Iterable[TraceRow]]) -> None:
    """Write tracks as MOTChallenge text, all files or none."""
    from bartizan.adapters.files.mot import write_all

    write_all(files)


def counts_file(folder: Path) -> CountsFile:
    """The counts of episodes in a data folder."""
    from bartizan.adapters.files.counts import CountsFile

    return CountsFile(folder)


def orders_file(folder: Path) -> OrdersFile:
    """The orders of arming in a data folder."""
    from bartizan.adapters.files.orders import OrdersFile

    return OrdersFile(folder)


def read_scenario(path: Path) -> Scenario:
    """The scenario in a file; ScenarioError with every fault."""
    from bartizan.adapters.files.scenario import read_scenario as read

    return read(path)


def scenario_library(site: Path) -> ScenarioFolder:
    """The scenarios that lie beside a site."""
    from bartizan.adapters.files.library import ScenarioFolder

    return ScenarioFolder(site)


def write_review(found: Review, path: Path) -> None:
    """Write the report of an exercise as a self-contained page, or as a PDF where the name ends so."""
    from bartizan.adapters.report.drill import render

    write_page(render(found), path)


def bundled_site() -> Path:
    """The folder of the example site that comes with Bartizan."""
    from bartizan.adapters.files.bundled import bundled_site as folder

    return folder()


@contextmanager
def kept_for_now() -> Iterator[Journal]:
    """A journal in a folder that is gone afterwards, for what is only shown."""
    from tempfile import TemporaryDirectory

    from bartizan.adapters.store import open_journal

    with TemporaryDirectory(prefix="bartizan-") as folder:
        journal = open_journal(Path(folder) / "journal.sqlite")
        try:
            yield journal
        finally:
            journal.close()


def exercise_page(
    room: Room, *, site: Site, live: LiveFeed, now: Callable[[], datetime], user: str, port: int
) -> tuple[DeskServer, str]:
    """The desk's page on the loopback address for one person, and the password made for them; nothing is kept."""
    from bartizan.adapters.web.accounts import Accounts, new_password
    from bartizan.adapters.web.app import create_app
    from bartizan.adapters.web.server import DeskServer

    password = new_password()
    accounts = Accounts.of({user: (password, "officer")})
    return DeskServer(create_app(room, site=site, live=live, accounts=accounts, now=now), port=port), password


@contextmanager
def camera_threads() -> Iterator[int]:
    """How many cameras to render and look at side by side; meanwhile OpenCV splits no single picture as well."""
    import os

    import cv2

    split = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        yield max(1, min(4, os.cpu_count() or 1))
    finally:
        cv2.setNumThreads(split)


def desk_accounts(folder: Path, user: str, new: bool, audit: Audit) -> tuple[Accounts, str | None]:
    """The accounts in a data folder, and the password made for `user`: at the first start, or because `new` asks.

    Whoever starts the desk may let themselves in; the audit keeps that they did.
    """
    from bartizan.adapters.web.accounts import AccountsFile, new_password

    file = AccountsFile(folder / "accounts.json")
    accounts = file.load()
    if not new and len(accounts):
        return accounts, None
    detail = "by --new-password: the glass was broken" if len(accounts) else "the first one"
    # kept before it can be used
    audit.record(by="machine", role=None, action="people", what="new password", thing=user, detail=detail)
    password = new_password()
    file.set_password(user, password, must_change=True)
    return file.load(), password


def require_address(host: str, port: int, certificate: Path | None, key: Path | None) -> None:
    """AddressError where the address is taken, InputError where certificate and key are none."""
    from bartizan.adapters.web.server import require_place

    require_place(host, port, None if certificate is None else str(certificate), None if key is None else str(key))


def desk_page(
    room: Room,
    *,
    site: Site,
    live: LiveFeed,
    accounts: Accounts,
    folder: Path,
    site_path: Path,
    watched: object = None,
    host: str,
    port: int,
    certificate: Path | None,
    key: Path | None,
    behind_proxy: bool,
) -> DeskServer:
    """The desk's page, listening; AddressError where the address is taken. Tokens and limits are kept in `folder`.

    `watched`: the cameras' processes, whose health the page tells, where they are ours.
    """
    import time

    from bartizan.adapters.files.album_reader import AlbumReader
    from bartizan.adapters.files.disk import disk_probe
    from bartizan.adapters.files.site_folder import SiteFolderFiles
    from bartizan.adapters.report.drill import render
    from bartizan.adapters.web.app import create_app
    from bartizan.adapters.web.login_limit import LoginLimit
    from bartizan.adapters.web.server import DeskServer
    from bartizan.adapters.web.shield import LOOPBACK_HOSTS
    from bartizan.adapters.web.tokens import Tokens
    from bartizan.adapters.workers.fleet import Fleet
    from bartizan.adapters.workers.vital import fleet_probe

    encrypted = certificate is not None or behind_proxy
    hosts = LOOPBACK_HOSTS if is_loopback(host) and not behind_proxy else None
    app = create_app(
        room,
        site=site,
        live=live,
        accounts=accounts,
        tokens=Tokens(folder / "tokens.json"),
        limit=LoginLimit(time.time, folder / "logins.json"),
        site_folder=SiteFolderFiles(site_path),
        album=AlbumReader(folder / "pictures"),
        orders=orders_file(folder),
        now=room.ledger.utc,
        probes=(disk_probe(folder), *((fleet_probe(watched),) if isinstance(watched, Fleet) else ())),
        drill_report=render,
        tls=encrypted,
        hosts=hosts,
    )
    return DeskServer(
        app,
        host=host,
        port=port,
        certificate=None if certificate is None else str(certificate),
        key=None if key is None else str(key),
        behind_proxy=behind_proxy,
    )


def is_loopback(host: str) -> bool:
    """Whether an address is reached from this machine alone."""
    from bartizan.adapters.web.server import is_loopback as loopback

    return loopback(host)


def processes(workers: int) -> Runner:
    """Workers for a sweep: processes of this machine."""
    from bartizan.adapters.cluster.processes import Processes

    return Processes(workers)


def cluster(scheduler: str, authority: Path | None, certificate: Path | None, key: Path | None) -> Runner:
    """Workers for a sweep: the Dask cluster of this scheduler, over TLS with these files."""
    from bartizan.adapters.cluster.dask import Certificates, Cluster
    from bartizan.errors import InputError

    if authority is None or certificate is None or key is None:
        if (authority, certificate, key) != (None, None, None):
            raise InputError("TLS needs three files. Give --tls-ca, --tls-cert and --tls-key together")
        return Cluster(scheduler)
    return Cluster(scheduler, Certificates(authority, certificate, key))


def kept_answers(path: Path) -> Mapping[str, Answered]:
    """The answers that an earlier sweep left in a file."""
    from bartizan.adapters.files.sweep_lines import read_kept

    return read_kept(path)


@contextmanager
def keeping_answers(path: Path) -> Iterator[Callable[[Unit, Outcome], None]]:
    """What writes each answer of a sweep to a file as it comes."""
    from bartizan.adapters.files.sweep_lines import keeping

    with keeping(path) as keeper:
        yield keeper
