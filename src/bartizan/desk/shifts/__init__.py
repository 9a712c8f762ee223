"""Handing a shift over: the situation as it stands, signed by who goes and by who comes, each for themselves.

::

    draft -> signed (by who goes) -> accepted (by who comes)
      |         |
      +---------+--> withdrawn

What is signed is a copy of the situation with its digest. Who comes signs the same digest: what happened in between is
not in it, and has to be signed anew or is left to the log-book.
"""

from bartizan.desk.shifts.decide import decide_accept, decide_note, decide_sign, decide_withdraw
from bartizan.desk.shifts.life import CODEC, Handover, HandoverState, Remark, apply, digest_of

__all__ = [
    "CODEC",
    "Handover",
    "HandoverState",
    "Remark",
    "apply",
    "decide_accept",
    "decide_note",
    "decide_sign",
    "decide_withdraw",
    "digest_of",
]
