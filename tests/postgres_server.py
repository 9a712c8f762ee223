"""A PostgreSQL server of the test's own: in a folder that goes away, reached by a socket, by nobody else."""

from __future__ import annotations

import getpass
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from glob import glob
from pathlib import Path
from uuid import uuid4

import psycopg

from whole import missing

ROOM = 2 << 30  # bytes: a hundred new databases, and what the server writes ahead


def _program(name: str) -> str:
    found = shutil.which(name) or next(iter(sorted(glob(f"/usr/lib/postgresql/*/bin/{name}"), reverse=True)), None)
    if found is None:
        missing(f"PostgreSQL's {name}")
        raise AssertionError  # missing() never returns
    return found


class Server:
    """One server; `url` names a new, empty database on it."""

    def __init__(self, folder: Path, user: str) -> None:
        self.folder = folder
        self.user = user

    def url(self) -> str:
        name = f"desk_{uuid4().hex}"
        with psycopg.connect(host=str(self.folder), user=self.user, dbname="postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return f"postgresql:///{name}?host={self.folder}&user={self.user}"

    def start(self) -> None:
        self._run(_program("pg_ctl"), "-D", str(self.folder / "data"), "-w", "-l", str(self.folder / "log"), "start")

    def stop(self, mode: str = "fast") -> None:
        """Stop it; "immediate" is as a crash."""
        self._run(_program("pg_ctl"), "-D", str(self.folder / "data"), "-w", "-m", mode, "stop")

    def initialise(self) -> None:
        self._run(
            _program("initdb"), "--no-sync", "-A", "trust", "-E", "UTF8", "--locale=C", "-D", str(self.folder / "data")
        )
        with (self.folder / "data" / "postgresql.conf").open("a") as settings:
            settings.write(f"unix_socket_directories = '{self.folder}'\nlisten_addresses = ''\n")

    def _run(self, *words: str) -> None:
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL, user=self.user, cwd=self.folder, timeout=60)


def _quick() -> str:
    """Where syncing costs nothing, as far as there is room: what is tested is what the server is told, not its disk."""
    memory = Path("/dev/shm")  # noqa: S108 - mkdtemp makes the folder in it
    return str(memory) if memory.is_dir() and shutil.disk_usage(memory).free > ROOM else "/tmp"  # noqa: S108


@contextmanager
def postgres_server() -> Iterator[Server]:
    """A running server. It refuses to run as root, who runs it as the user postgres."""
    # the path of a socket is short, and pytest's folders are closed to other users
    folder = Path(tempfile.mkdtemp(prefix="bz-pg-", dir=_quick()))
    user = getpass.getuser()
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        user = "postgres"
        shutil.chown(folder, user)
    server = Server(folder, user)
    server.initialise()
    server.start()
    try:
        yield server
    finally:
        server.stop("immediate")
        shutil.rmtree(folder, ignore_errors=True)
