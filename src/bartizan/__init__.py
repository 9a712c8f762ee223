"""Bartizan: one model of a guarded site, assessed, watched, acted on and practised."""

from importlib import import_module
from types import ModuleType
from typing import Any

from bartizan.errors import BartizanError

__version__ = "0.1.0"

# the verbs of the package, and what they are asked with: each is imported when it is first asked for, so that
# `import bartizan` costs nothing
_VERBS = {
    "Trials": ("bartizan.app.simulate", "Trials"),
    "advise": ("bartizan.app.advice", "advise_site"),
    "assess": ("bartizan.app.study", "study"),
    "assess_sheet": ("bartizan.app.study", "study_sheet"),
    "check": ("bartizan.site.checks", "check"),
    "compare": ("bartizan.app.compare", "compare_sites"),
    "compare_states": ("bartizan.app.compare", "compare_states"),
    "doubt": ("bartizan.app.doubt", "doubt_site"),
    "frames": ("bartizan.adapters.frames", "frames"),
    "harden": ("bartizan.app.harden", "harden_site"),
    "import_plan": ("bartizan.adapters.plans.reader", "import_plan"),
    "load": ("bartizan.adapters.files.site", "load_site"),
    "read_sheet": ("bartizan.adapters.files.easi", "read_easi"),
    "simulate": ("bartizan.app.simulate", "simulate_site"),
    "spare": ("bartizan.app.harden", "spare_site"),
    "terrain": ("bartizan.app.terrain", "terrain_study"),
}

__all__ = [
    "BartizanError",
    "Trials",
    "__version__",
    "advise",
    "assess",
    "assess_sheet",
    "check",
    "compare",
    "compare_states",
    "doubt",
    "frames",
    "harden",
    "import_plan",
    "load",
    "read_sheet",
    "simulate",
    "spare",
    "terrain",
]


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
