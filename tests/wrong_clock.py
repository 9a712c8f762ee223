"""A machine whose wall clock somebody sets: what a program is told of it, and nothing else, is that much wrong.

A shim that is loaded before the program (compiled here by gcc) adds the seconds that stand in a file, whenever the
program asks for the time of day. The count of seconds since the machine was started stays true, as on a real machine.
"""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
from collections.abc import Mapping
from pathlib import Path

from whole import missing

_SHIM = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>

static volatile int64_t *wrong;

static int64_t by(void) {
    if (!wrong) {
        int fd = open(getenv("WRONG_CLOCK"), O_RDONLY);
        void *found = fd < 0 ? MAP_FAILED : mmap(NULL, 8, PROT_READ, MAP_SHARED, fd, 0);
        if (found == MAP_FAILED) abort();
        wrong = found;
    }
    return *wrong;
}

int clock_gettime(clockid_t which, struct timespec *now) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
    int done = real(which, now);
    if (!done && (which == CLOCK_REALTIME || which == CLOCK_REALTIME_COARSE)) now->tv_sec += by();
    return done;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    struct timespec found;
    int done = clock_gettime(CLOCK_REALTIME, &found);
    now->tv_sec = found.tv_sec;
    now->tv_usec = found.tv_nsec / 1000;
    return done;
}

time_t time(time_t *told) {
    struct timespec found;
    clock_gettime(CLOCK_REALTIME, &found);
    if (told) *told = found.tv_sec;
    return found.tv_sec;
}
"""


class WrongClock:
    """The wall clock of the programs that are started with `environment`; right until somebody sets it."""

    def __init__(self, folder: Path) -> None:
        compiler = shutil.which("gcc") or shutil.which("cc")
        if compiler is None:
            missing("a C compiler")
            raise AssertionError  # missing() never returns
        source, library, self._file = folder / "clock.c", folder / "clock.so", folder / "wrong"
        source.write_text(_SHIM)
        command = [compiler, "-shared", "-fPIC", "-O1", "-o", str(library), str(source), "-ldl"]
        subprocess.run(command, check=True, timeout=60)
        self.set(0)
        self.environment: Mapping[str, str] = {"LD_PRELOAD": str(library), "WRONG_CLOCK": str(self._file)}

    def set(self, seconds: int) -> None:
        """It is so many seconds wrong from now on."""
        handle = os.open(self._file, os.O_RDWR | os.O_CREAT, 0o600)
        os.pwrite(handle, struct.pack("=q", seconds), 0)
        os.close(handle)
