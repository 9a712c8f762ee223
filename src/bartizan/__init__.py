"""Bartizan: one model of a guarded site, assessed, watched, acted on and practised."""

from importlib import import_module
from types import ModuleType
from typing import Any

from bartizan.errors import BartizanError

__version__ = "0.1.0"

# the verbs of the package: each is imported when it is first asked for, so that `import bartizan` costs nothing
_VERBS = {
    "assess": ("bartizan.app.study", "study"),
    "frames": ("bartizan.adapters.frames", "frames"),
    "load": ("bartizan.adapters.files.site", "load_site"),
}

__all__ = ["BartizanError", "__version__", "assess", "frames", "load"]


class _VerbRoom(ModuleType):
    """A room with the name of a verb: `bartizan.assess` holds the engines, and `bartizan.assess(site)` asks them."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return _verb(self.__name__.rpartition(".")[2])(*args, **kwargs)


def _verb(name: str) -> Any:
    module, function = _VERBS[name]
    return getattr(import_module(module), function)


# a sub-package hides a __getattr__ of the same name, so the sub-package itself must answer the call
import_module("bartizan.assess").__class__ = _VerbRoom


def __getattr__(name: str) -> Any:
    if name not in _VERBS:
        raise AttributeError(f"module 'bartizan' has no attribute {name!r}")
    return _verb(name)


def __dir__() -> list[str]:
    return sorted(__all__)
