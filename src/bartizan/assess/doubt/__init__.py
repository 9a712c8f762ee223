"""Doubt: how sure is P_I, which figures drive it, what should be tested first, and what is left at the worst.

Names are imported when first asked for: a study that asks for no doubt does not wait for its statistics.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bartizan.assess.doubt.answer import Asked, doubt, doubt_of_path
    from bartizan.assess.doubt.bound import lower_bound
    from bartizan.assess.doubt.result import Bound, Checked, Doubt, Driver, Interval, Place, Share, Worth

_MODULES = {
    "answer": ("Asked", "doubt", "doubt_of_path"),
    "bound": ("lower_bound",),
    "result": ("Bound", "Checked", "Doubt", "Driver", "Interval", "Place", "Share", "Worth"),
}
_HOME = {name: module for module, names in _MODULES.items() for name in names}

__all__ = [
    "Asked",
    "Bound",
    "Checked",
    "Doubt",
    "Driver",
    "Interval",
    "Place",
    "Share",
    "Worth",
    "doubt",
    "doubt_of_path",
    "lower_bound",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'bartizan.assess.doubt' has no attribute {name!r}")
    return getattr(import_module(f"bartizan.assess.doubt.{_HOME[name]}"), name)
