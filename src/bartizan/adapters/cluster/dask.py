"""Units worked out by a Dask cluster, named by the address of its scheduler; over TLS where files for it are given."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from bartizan import __version__
from bartizan.app.sweep import Failed, Outcome, Unit
from bartizan.app.sweep.unit import RETRIES
from bartizan.errors import ClusterError, InputError, MissingExtraError

AHEAD = 3  # units at or on their way to a worker: enough that none waits, few enough that little is lost
PATIENCE = 30.0  # seconds to reach the scheduler
POLL = 5.0  # seconds between two looks at whether there are workers
NO_WORKERS = 60.0  # seconds without any worker, after which the cluster counts as gone

Work = Callable[[Unit], Outcome]


@dataclass(frozen=True, slots=True)
class Certificates:
    """The files of mutual TLS, as PEM: who signs, who we are, and our key."""

    authority: Path
    certificate: Path
    key: Path


class Cluster:
    """`Runner` on a Dask cluster that somebody else runs. Every worker must have this version of Bartizan."""

    def __init__(self, scheduler: str, certificates: Certificates | None = None) -> None:
        if not scheduler.startswith(("tcp://", "tls://")):
            raise InputError(f"scheduler {scheduler!r} is no address. Give tls://HOST:PORT, or tcp://HOST:PORT")
        if scheduler.startswith("tls://") and certificates is None:
            raise InputError(f"scheduler {scheduler!r} speaks TLS. Give --tls-ca, --tls-cert and --tls-key")
        if scheduler.startswith("tcp://") and certificates is not None:
            raise InputError(f"scheduler {scheduler!r} does not speak TLS, and files for TLS were given. Write tls://")
        self.scheduler = scheduler
        self.certificates = certificates

    def run(self, units: Sequence[Unit], work: Work) -> Iterator[Outcome]:
        """One outcome for each unit, as they come."""
        if not units:
            return
        client = self._client()
        try:
            _require_same_version(client, self.scheduler)
            yield from _outcomes(client, units, work, self.scheduler)
        finally:
            with suppress(OSError, TimeoutError):
                client.close(timeout=5)

    def _client(self) -> Any:
        distributed = _distributed()
        security: Any = None
        if self.certificates is not None:
            files = self.certificates
            for file in (files.authority, files.certificate, files.key):
                if not file.is_file():
                    raise InputError(f"{file}: there is no such file. Give the PEM files of the cluster's TLS")
            security = distributed.Security(
                tls_ca_file=str(files.authority),
                tls_client_cert=str(files.certificate),
                tls_client_key=str(files.key),
                require_encryption=True,
            )
        try:
            return distributed.Client(self.scheduler, security=security, timeout=PATIENCE, set_as_default=False)
        except (OSError, TimeoutError) as error:
            raise ClusterError(
                f"the scheduler {self.scheduler} does not answer: {error}. Check its address, that it runs, "
                "and that the TLS files are those of its cluster"
            ) from error


def _distributed() -> Any:
    """The library, imported when it is needed: an extra, half a second, and without types."""
    try:
        return import_module("distributed")
    except ImportError as error:
        raise MissingExtraError.of("a Dask cluster", "dask") from error


def _version() -> str:
    return __version__


def _require_same_version(client: Any, scheduler: str) -> None:
    """ClusterError where no worker is there, or one has another Bartizan, for results would then differ."""
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
    except TimeoutError as error:
        raise ClusterError(f"the scheduler {scheduler} has no workers. Start one") from error
    found = client.run(_version, on_error="return")
    others = {worker: told for worker, told in found.items() if told != __version__}
    if others:
        worker, told = sorted(others.items())[0]
        what = f"has Bartizan {told}" if isinstance(told, str) else f"cannot run Bartizan ({told})"
        raise ClusterError(f"worker {worker} {what}. Install Bartizan {__version__} on every worker")


def _outcomes(client: Any, units: Sequence[Unit], work: Work, scheduler: str) -> Iterator[Outcome]:
    distributed = _distributed()
    waiting = list(reversed(units))
    under_way: dict[Any, Unit] = {}
    idle = 0.0
    while waiting or under_way:
        room = AHEAD * max(1, len(client.nthreads()))
        while waiting and len(under_way) < room:
            unit = waiting.pop()
            # not pure: the same question twice is two units; a lost worker's units are the scheduler's to repeat
            under_way[client.submit(work, unit, pure=False, retries=RETRIES)] = unit
        try:
            with client.as_current():
                done = distributed.wait(list(under_way), timeout=POLL, return_when="FIRST_COMPLETED").done
        except TimeoutError:
            idle = idle + POLL if not client.nthreads() else 0.0
            if idle >= NO_WORKERS:
                raise ClusterError(f"the cluster at {scheduler} lost every worker for {NO_WORKERS:g} s") from None
            continue
        except (distributed.CancelledError, OSError) as error:
            raise ClusterError(f"the scheduler {scheduler} is gone. What was done until then is kept") from error
        idle = 0.0
        for future in done:
            unit = under_way.pop(future)
            if future.status == "finished":
                yield future.result()
            else:
                cause = future.exception()
                yield Failed(number=unit.number, cause=f"{type(cause).__name__}: {cause}")
            future.release()
