"""Bartizan: one model of a guarded site, assessed, watched, acted on and practised."""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

# the verbs of the package: each is imported when it is first asked for, so that `import bartizan` costs nothing
_VERBS = {
    "load": ("bartizan.adapters.files.site", "load_site"),
}

__all__ = ["__version__", "load"]


def __getattr__(name: str) -> Any:
    if name not in _VERBS:
        raise AttributeError(f"module 'bartizan' has no attribute {name!r}")
    module, function = _VERBS[name]
    return getattr(import_module(module), function)


def __dir__() -> list[str]:
    return sorted(__all__)
