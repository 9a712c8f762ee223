"""Doubt: how sure is P_I, which figures drive it, what should be tested first, and what is left at the worst."""

from bartizan.assess.doubt.answer import Asked, doubt, doubt_of_path
from bartizan.assess.doubt.bound import lower_bound
from bartizan.assess.doubt.result import Bound, Checked, Doubt, Driver, Interval, Place, Share, Worth

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
