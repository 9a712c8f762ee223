"""People and programs outside who are told: who agreed to what, what they may read, and when a message is tried again.

Pure. The journal never holds an address: it holds who somebody is to this desk (`who_is`, a keyed hash), so that a
person can be forgotten while the chain of the journal still verifies.
"""

from bartizan.desk.outreach.address import address_of, header_words, who_is
from bartizan.desk.outreach.consent import (
    CONSENT,
    Asked,
    Confirmed,
    ConsentEvent,
    Digested,
    Every,
    Lapsed,
    Left,
    Levelled,
    Paused,
    Resumed,
    Subscriber,
    apply_consent,
)
from bartizan.desk.outreach.digest import Counts, Digest, Item, counts_of, digest_of, period_of
from bartizan.desk.outreach.level import LEVELS, Level, within
from bartizan.desk.outreach.message import Message, Outcome, after_failure
from bartizan.desk.outreach.token import Purpose, opens, token_for

__all__ = [
    "CONSENT",
    "LEVELS",
    "Asked",
    "Confirmed",
    "ConsentEvent",
    "Counts",
    "Digest",
    "Digested",
    "Every",
    "Item",
    "Lapsed",
    "Left",
    "Level",
    "Levelled",
    "Message",
    "Outcome",
    "Paused",
    "Purpose",
    "Resumed",
    "Subscriber",
    "address_of",
    "after_failure",
    "apply_consent",
    "counts_of",
    "digest_of",
    "header_words",
    "opens",
    "period_of",
    "token_for",
    "who_is",
    "within",
]
