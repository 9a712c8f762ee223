"""The power goes: what a disk may then hold, worked out from what a program wrote and when it synced.

A shim that is loaded before the program (compiled here by gcc) notes every open, write, truncation, sync, removal and
renaming below one folder, in order. From that log `after_cut` makes the folder as it may stand after a cut at any
moment: what was synced is there; of what was not, each write and truncation by itself is there, is not, or is torn,
512 bytes at a time, in any order; a new name is there for certain only when its folder was synced. The disk is one
that keeps what it was told to sync.

Not modelled: a disk that lies about syncing, damage to what lay beside a torn write, bits that rot.
"""

from __future__ import annotations

import os
import random
import shutil
import struct
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from bartizan.adapters.store import open_journal
from bartizan.errors import StoreError
from whole import missing

SECTOR = 512
TOLD = "acknowledged"  # the file that the writer tells in
_RENAMES = "a journal renames nothing, and what a cut does to it is not modelled"
_HEAD = struct.Struct("<cHqI")
_SHIM = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MOST 1024
static char names[MOST][PATH_MAX];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int out = -1;
static const char *root;

#define REAL(type, name, ...) static type (*real)(__VA_ARGS__); if (!real) real = dlsym(RTLD_NEXT, name)

static int real_open(const char *path, int flags, mode_t mode) {
    REAL(int, "open64", const char *, int, ...);
    return real(path, flags, mode);
}

static ssize_t real_write(int fd, const void *data, size_t size) {
    REAL(ssize_t, "write", int, const void *, size_t);
    return real(fd, data, size);
}

static int ours(const char *path) {
    if (!root) root = getenv("CUT_ROOT");
    return root && path && !strncmp(path, root, strlen(root));
}

static void note(char what, const char *path, int64_t at, const void *data, uint32_t size) {
    unsigned char head[15];
    uint16_t length = (uint16_t)strlen(path);
    head[0] = (unsigned char)what;
    memcpy(head + 1, &length, 2);
    memcpy(head + 3, &at, 8);
    memcpy(head + 11, &size, 4);
    if (out < 0) out = real_open(getenv("CUT_LOG"), O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (real_write(out, head, 15) != 15 || real_write(out, path, length) != length) abort();
    if (size && real_write(out, data, size) != (ssize_t)size) abort();
}

static int opened(const char *path, int flags, mode_t mode) {
    struct stat found;
    int mine = ours(path), fresh = mine && stat(path, &found) != 0;
    pthread_mutex_lock(&lock);
    int fd = real_open(path, flags, mode);
    if (fd >= 0 && fd < MOST) {
        strcpy(names[fd], mine ? path : "");
        if (mine && fresh) note('c', path, 0, NULL, 0);
        else if (mine && (flags & O_TRUNC)) note('t', path, 0, NULL, 0);
    }
    pthread_mutex_unlock(&lock);
    return fd;
}

#define MODE mode_t mode = 0; if (flags & O_CREAT) { va_list more; va_start(more, flags); \
    mode = va_arg(more, mode_t); va_end(more); }
int open(const char *path, int flags, ...) { MODE return opened(path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE return opened(path, flags, mode); }

int close(int fd) {
    REAL(int, "close", int);
    if (fd >= 0 && fd < MOST) names[fd][0] = 0;
    return real(fd);
}

static const char *name(int fd) { return fd >= 0 && fd < MOST && names[fd][0] ? names[fd] : NULL; }

ssize_t write(int fd, const void *data, size_t size) {
    pthread_mutex_lock(&lock);
    ssize_t done = real_write(fd, data, size);
    if (done > 0 && name(fd)) note('w', name(fd), lseek(fd, 0, SEEK_CUR) - done, data, (uint32_t)done);
    pthread_mutex_unlock(&lock);
    return done;
}

static ssize_t placed(int fd, const void *data, size_t size, off_t at) {
    REAL(ssize_t, "pwrite64", int, const void *, size_t, off_t);
    pthread_mutex_lock(&lock);
    ssize_t done = real(fd, data, size, at);
    if (done > 0 && name(fd)) note('w', name(fd), at, data, (uint32_t)done);
    pthread_mutex_unlock(&lock);
    return done;
}
ssize_t pwrite(int fd, const void *data, size_t size, off_t at) { return placed(fd, data, size, at); }
ssize_t pwrite64(int fd, const void *data, size_t size, off_t at) { return placed(fd, data, size, at); }

static int cut(int fd, off_t size) {
    REAL(int, "ftruncate64", int, off_t);
    pthread_mutex_lock(&lock);
    int done = real(fd, size);
    if (!done && name(fd)) note('t', name(fd), size, NULL, 0);
    pthread_mutex_unlock(&lock);
    return done;
}
int ftruncate(int fd, off_t size) { return cut(fd, size); }
int ftruncate64(int fd, off_t size) { return cut(fd, size); }

static int synced(int fd) {
    pthread_mutex_lock(&lock);
    if (name(fd)) note('s', name(fd), 0, NULL, 0);
    pthread_mutex_unlock(&lock);
    return 0;  /* the real one would only take time: the log says what is on the disk */
}
int fsync(int fd) { return synced(fd); }
int fdatasync(int fd) { return synced(fd); }

int unlink(const char *path) {
    REAL(int, "unlink", const char *);
    pthread_mutex_lock(&lock);
    int done = real(path);
    if (!done && ours(path)) note('u', path, 0, NULL, 0);
    pthread_mutex_unlock(&lock);
    return done;
}

int rename(const char *path, const char *to) {
    REAL(int, "rename", const char *, const char *);
    pthread_mutex_lock(&lock);
    int done = real(path, to);
    if (!done && ours(path)) note('r', path, 0, to, (uint32_t)strlen(to));
    pthread_mutex_unlock(&lock);
    return done;
}
"""

WORK = """
import os, sys
from datetime import UTC, datetime
from pathlib import Path
from bartizan.adapters.store import open_journal
from bartizan.app.ledger import Record

AT = datetime(2026, 3, 1, tzinfo=UTC)
folder, careless = Path(sys.argv[1]), sys.argv[2] == "careless"
told = os.open(folder / "acknowledged", os.O_WRONLY | os.O_CREAT, 0o600)
seq = 0
for opened in range(3):
    with open_journal(folder / "journal.sqlite") as journal:
        if careless:
            journal._raw.execute("PRAGMA synchronous = OFF")
        for size in [10, 900, 6_000, 40, 20_000, 3] * 3:
            several = 1 + seq % 3
            journal.append(
                [
                    Record(seq=n, stream=f"alarm/{n % 2}", version=(n + 1) // 2, kind="x", at=AT, body={"": "y" * size})
                    for n in range(seq + 1, seq + several + 1)
                ]
            )
            seq += several
            os.write(told, f"{seq}\\n".encode())
"""

MIGRATE = """
import sys
from pathlib import Path
from bartizan.adapters.store import open_journal

open_journal(Path(sys.argv[1]) / "journal.sqlite").close()
"""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that a program did: `c`reate, `w`rite, `t`runcate, `s`ync, `u`nlink, `r`ename; `at` bytes from 0."""

    what: str
    path: str
    at: int
    data: bytes


@dataclass(slots=True)
class _File:
    durable: bytearray = field(default_factory=bytearray)
    waiting: list[Step] = field(default_factory=list)
    named: bool = False


def shim(folder: Path) -> Path:
    """The shim, compiled."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        missing("a C compiler")
        raise AssertionError  # missing() never returns
    source, library = folder / "shim.c", folder / "shim.so"
    source.write_text(_SHIM)
    subprocess.run(
        [compiler, "-shared", "-fPIC", "-O1", "-w", "-o", str(library), str(source), "-ldl", "-lpthread"],
        check=True,
        timeout=60,
    )
    return library


def steps(log: Path) -> list[Step]:
    """What the shim noted."""
    raw, place, found = log.read_bytes(), 0, []
    while place < len(raw):
        what, length, at, size = _HEAD.unpack_from(raw, place)
        place += _HEAD.size
        path = raw[place : place + length].decode()
        place += length
        found.append(Step(what.decode(), path, at, raw[place : place + size]))
        place += size
    return found


def after_cut(done: Sequence[Step], chance: random.Random, base: Mapping[str, bytes] | None = None) -> dict[str, bytes]:
    """The files, by path, as they may be after a cut behind these steps; `base` are those that were there before."""
    files = {path: _File(durable=bytearray(held), named=True) for path, held in (base or {}).items()}
    gone: dict[str, _File] = {}  # removed, while their folder was not synced since
    for step in done:
        if step.what == "s":
            _sync(files, gone, step.path)
        elif step.what == "u":
            removed = files.pop(step.path, None)
            if removed is not None:
                gone[step.path] = removed
        elif step.what == "r":
            raise ValueError(_RENAMES)
        else:
            found = files.setdefault(step.path, _File())
            if step.what != "c":
                found.waiting.append(step)
    for path, removed in gone.items():
        if chance.random() < 0.5:
            files.setdefault(path, removed)
    return {path: _content(file, chance) for path, file in files.items() if file.named or chance.random() < 0.5}


def after_kill(done: Sequence[Step], base: Mapping[str, bytes] | None = None) -> dict[str, bytes]:
    """The files as they are where the process alone ends behind these steps: everything was done, and in its order."""
    files = {path: bytearray(held) for path, held in (base or {}).items()}
    for step in done:
        if step.what == "u":
            files.pop(step.path, None)
        elif step.what == "c":
            files.setdefault(step.path, bytearray())
        elif step.what in "wt":
            _apply(files.setdefault(step.path, bytearray()), step.what, step.at, step.data)
        elif step.what == "r":
            raise ValueError(_RENAMES)
    return {path: bytes(content) for path, content in files.items()}


def _sync(files: dict[str, _File], gone: dict[str, _File], path: str) -> None:
    file = files.get(path)
    if file is not None:
        for step in file.waiting:
            _apply(file.durable, step.what, step.at, step.data)
        file.waiting.clear()
        return
    for name, held in files.items():
        held.named = held.named or name.rpartition("/")[0] == path
    for name in [name for name in gone if name.rpartition("/")[0] == path]:
        del gone[name]


def _content(file: _File, chance: random.Random) -> bytes:
    found = bytearray(file.durable)
    waiting = list(file.waiting)
    if chance.random() < 0.5:
        chance.shuffle(waiting)
    for step in waiting:
        fate = chance.random()
        if fate < 1 / 3:
            _apply(found, step.what, step.at, step.data)
        elif fate < 2 / 3 and step.what == "w":
            for place in range(0, len(step.data), SECTOR):
                if chance.random() < 0.5:
                    _apply(found, "w", step.at + place, step.data[place : place + SECTOR])
    return bytes(found)


def _apply(content: bytearray, what: str, at: int, data: bytes) -> None:
    if what == "t":
        del content[at:]
        content.extend(bytes(at - len(content)))
        return
    content.extend(bytes(max(0, at - len(content))))
    content[at : at + len(data)] = data


def worked(folder: Path, work: str, how: str = "careful", base: Mapping[str, bytes] | None = None) -> list[Step]:
    """What a journal did to its disk at such work; `base`: the files that were there, by name."""
    data = folder / f"data-{how}"
    data.mkdir()
    for name, held in (base or {}).items():
        (data / name).write_bytes(held)
    log = folder / f"log-{how}"
    environment = {**os.environ, "LD_PRELOAD": str(shim(folder)), "CUT_ROOT": str(data), "CUT_LOG": str(log)}
    subprocess.run([sys.executable, "-c", work, str(data), how], env=environment, check=True, timeout=120)
    return [replace(step, path=Path(step.path).name if step.path != str(data) else "") for step in steps(log)]


def cuts(
    done: Sequence[Step],
    folder: Path,
    count: int,
    seed: int,
    *,
    base: Mapping[str, bytes] | None = None,
    held: int = 0,
) -> list[str]:
    """What went wrong in so many cuts, in words; `held`: the records that were there before."""
    chance = random.Random(seed)  # noqa: S311 - a game of chance, repeated
    places = [chance.randrange(len(done) + 1) for _ in range(count)]
    return _wrong(done, folder, places, partial(after_cut, chance=chance, base=base), held)


def every_cut(
    done: Sequence[Step], folder: Path, seed: int, *, base: Mapping[str, bytes] | None = None, held: int = 0
) -> list[str]:
    """As `cuts`, once behind every single step: of the power, and of the process alone."""
    chance = random.Random(seed)  # noqa: S311 - a game of chance, repeated
    places = range(len(done) + 1)
    return [
        *_wrong(done, folder, places, partial(after_cut, chance=chance, base=base), held),
        *_wrong(done, folder, places, partial(after_kill, base=base), held),
    ]


def _wrong(
    done: Sequence[Step],
    folder: Path,
    places: Iterable[int],
    left: Callable[[Sequence[Step]], dict[str, bytes]],
    held: int,
) -> list[str]:
    found = (_lost(done[:until], left(done[:until]), folder / "cut", held) for until in places)
    return [f"of {len(done)} steps: {words}" for words in found if words is not None]


def _lost(before: Sequence[Step], left: Mapping[str, bytes], place: Path, held: int) -> str | None:
    """What is wrong, in words, where these files are left behind these steps; None where nothing is."""
    told = [step for step in before if step.path == TOLD and step.what == "w"]
    acknowledged = int(told[-1].data) if told else held
    place.mkdir()
    try:
        for name, content in left.items():
            if name != TOLD:
                (place / name).write_bytes(content)
        if acknowledged and not (place / "journal.sqlite").exists():
            return f"after {len(before)} the journal itself is gone"
        with open_journal(place / "journal.sqlite") as journal:
            found = [record.seq for record in journal.read()]
    except StoreError as fault:
        return f"after {len(before)}: {fault}"
    finally:
        shutil.rmtree(place)
    if found != list(range(1, len(found) + 1)) or len(found) < acknowledged:
        return f"after {len(before)} {acknowledged} were acknowledged and {len(found)} are there"
    return None
