"""A real Dask cluster of two workers on loopback: the same answers, also when one of them is killed, and over TLS."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from sweep_work import SITES, STATES, Inline, slow

from bartizan.adapters.cluster.dask import Certificates, Cluster
from bartizan.app.sweep import Outcome, Task, Unit, sweep
from bartizan.errors import ClusterError

distributed = pytest.importorskip("distributed")


def local(**options: Any) -> Any:
    # loopback alone, no dashboard
    return distributed.LocalCluster(
        host="127.0.0.1", n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50, **options
    )


def text(found: Any) -> str:
    return json.dumps(found.to_json(), allow_nan=False)


@pytest.fixture(scope="module")
def expected() -> str:
    return text(sweep(SITES, Task(), Inline(), states=STATES))


class Killing(Cluster):
    """A cluster of which one worker is killed when the first answer is there."""

    def __init__(self, scheduler: str, victim: int) -> None:
        super().__init__(scheduler)
        self.victim = victim

    def run(self, units: Sequence[Unit], work: Any) -> Iterator[Outcome]:
        del work
        for count, outcome in enumerate(super().run(units, slow)):
            if count == 0:
                os.kill(self.victim, signal.SIGKILL)
            yield outcome


def test_one_of_two_workers_is_killed_and_the_answers_are_the_same(expected: str) -> None:
    with local() as cluster:
        victim = next(iter(cluster.workers.values())).pid
        found = sweep(SITES, Task(), Killing(cluster.scheduler_address, victim), states=STATES)
        with pytest.raises(ProcessLookupError):
            os.kill(victim, 0)
    assert not found.failed
    assert text(found) == expected


def certificates(folder: Path) -> list[Path]:
    """An authority, and a certificate for 127.0.0.1 that it signed, made for this test alone."""
    folder.mkdir()
    authority, certificate, key = (folder / name for name in ("ca.pem", "cert.pem", "key.pem"))

    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True, timeout=60)

    new = ("req", "-newkey", "rsa:2048", "-nodes", "-batch")
    openssl(*new, "-x509", "-days", "1", "-subj", "/CN=test authority", "-keyout", "ca-key.pem", "-out", "ca.pem")
    openssl(*new, "-subj", "/CN=127.0.0.1", "-keyout", "key.pem", "-out", "request.pem")
    (folder / "names.cnf").write_text("subjectAltName = IP:127.0.0.1, DNS:localhost\n")
    signing = ("-CA", "ca.pem", "-CAkey", "ca-key.pem", "-CAcreateserial", "-extfile", "names.cnf", "-days", "1")
    openssl("x509", "-req", "-in", "request.pem", *signing, "-out", "cert.pem")
    return [authority, certificate, key]


@pytest.mark.skipif(shutil.which("openssl") is None, reason="makes its certificates with openssl")
def test_over_tls_with_certificates_from_files(expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ours, others = certificates(tmp_path / "ours"), certificates(tmp_path / "others")
    names = [str(file) for file in ours]
    security = distributed.Security(
        require_encryption=True,
        tls_ca_file=names[0],
        **{
            f"tls_{role}_{what}": names[place]
            for role in ("scheduler", "worker", "client")
            for what, place in (("cert", 1), ("key", 2))
        },
    )
    with local(security=security, protocol="tls://") as cluster:
        assert cluster.scheduler_address.startswith("tls://")
        found = sweep(SITES, Task(), Cluster(cluster.scheduler_address, Certificates(*ours)), states=STATES)
        monkeypatch.setattr("bartizan.adapters.cluster.dask.PATIENCE", 2.0)
        with pytest.raises(ClusterError, match="does not answer"):
            sweep(SITES, Task(), Cluster(cluster.scheduler_address, Certificates(*others)), states=STATES)
    assert text(found) == expected


def test_a_scheduler_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bartizan.adapters.cluster.dask.PATIENCE", 1.0)
    with pytest.raises(ClusterError, match="does not answer"):
        sweep(SITES, Task(), Cluster("tcp://127.0.0.1:9"), states=STATES)
