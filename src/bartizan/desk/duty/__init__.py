"""Duty: who is at the desk, who watches that somebody is, the rounds of the guards, and the silent call for help.

Presence and tours are folds over events; what becomes due has its instant (UTC) in the events, so that a restart finds
it overdue and acts at once.
"""

from bartizan.desk.duty.deadman import Lapse, asked, lapses
from bartizan.desk.duty.duress import duress_signal
from bartizan.desk.duty.presence import ROSTER, OnDuty, Roster
from bartizan.desk.duty.tours import Round, Stop

__all__ = [
    "ROSTER",
    "Lapse",
    "OnDuty",
    "Roster",
    "Round",
    "Stop",
    "asked",
    "duress_signal",
    "lapses",
]
