"""How a kernel is compiled: with Numba, its machine code kept where there is a place for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

_Function = TypeVar("_Function", bound=Callable[..., Any])


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
