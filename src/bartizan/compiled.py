"""How a kernel is compiled: with Numba, its machine code kept where there is a place for it.

Numba keeps a kernel's machine code until the file of that kernel changes. A kernel that calls those of another file
has their code within its own, and Numba does not notice when the other file changes. So what is kept beside the
sources is forgotten here, room by room and before any kernel is made, once any file with kernels is younger.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar, cast

from numba import njit

_Function = TypeVar("_Function", bound=Callable[..., Any])


def youngest(folder: Path) -> int:
    """When the youngest source with kernels in `folder` and below was written [ns]; 0 where there is none."""
    sources = [source for source in folder.rglob("*.py") if "@compiled" in source.read_text(encoding="utf-8")]
    return max((source.stat().st_mtime_ns for source in sources), default=0)


def forget_stale(folder: Path, below: int = 0) -> int:
    """Take away the machine code kept in `folder` and below that is older than a source with kernels; how many.

    `below` [ns]: the youngest source of kernels that those of the folder call.
    """
    oldest = max(youngest(folder), below)
    forgotten = 0
    for kept in folder.rglob("__pycache__/*.nbi"):
        # another process may be at the same, or the folder be read only
        with suppress(OSError):
            if kept.stat().st_mtime_ns < oldest:
                kept.unlink()
                forgotten += 1
    return forgotten


# kernels call those of their own room, and of geometry
_below = youngest(Path(__file__).parent / "geometry")
for _room in Path(__file__).parent.iterdir():
    if _room.is_dir():
        forget_stale(_room, _below)


def compiled(function: _Function) -> _Function:
    """Compile with Numba, keeping the machine code where there is a place for it."""
    return _compiled(function)


def compiled_for_threads(function: _Function) -> _Function:
    """As `compiled`; several threads may run it at once, and a division by zero gives inf or nan as NumPy's does."""
    return _compiled(function, nogil=True, error_model="numpy")


def compiled_in_place(function: _Function) -> _Function:
    """As `compiled_for_threads`, and put into whoever calls it: what is passed costs nothing."""
    return _compiled(function, nogil=True, error_model="numpy", inline="always")


def _compiled(function: _Function, **options: Any) -> _Function:
    try:
        return cast("_Function", njit(cache=True, **options)(function))
    except RuntimeError:  # neither the source's folder nor the user's cache can be written
        return cast("_Function", njit(**options)(function))
