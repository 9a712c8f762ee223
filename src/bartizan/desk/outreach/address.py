"""An e-mail address as it may be written to: one plain mailbox, and nothing that could be read as more."""

from __future__ import annotations

import hashlib
import hmac
import re

from bartizan.desk.errors import CommandError

LONGEST = 254  # octets of an address (RFC 5321, 4.5.3.1.3, less the angle brackets)
LONGEST_LOCAL = 64  # RFC 5321, 4.5.3.1.1
LONGEST_HEADER = 200

# dot-atoms alone: a quoted local part, a comment or a domain literal has no business in a subscription
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*", re.ASCII)
_LABEL = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?", re.ASCII)


def address_of(text: str) -> str:
    """The address in `text`, its domain in lower case; spaces around it fall away.

    Errors: CommandError where it is none, of RFC 5321 in its plain form: no quoted local part, no comment, no display
    name, no list, no domain literal, nothing that is not ASCII (write such a domain in its xn-- form).
    """
    address = text.strip(" ")
    local, at, domain = address.rpartition("@")
    labels = domain.split(".")
    fits = (
        len(address) <= LONGEST
        and at
        and len(local) <= LONGEST_LOCAL
        and _LOCAL.fullmatch(local)
        and len(labels) > 1
        and all(_LABEL.fullmatch(label) for label in labels)
        and not labels[-1].isdigit()
    )
    if not fits:
        raise CommandError("this is no e-mail address that can be written to. Write it as name@example.org, in ASCII")
    return f"{local}@{domain.lower()}"


def who_is(address: str, salt: bytes) -> str:
    """Who this is to this desk: SHA-256 keyed by its salt, the same for any spelling of the address in letters.

    It tells addresses apart and gives none away: without the salt nobody can try addresses against it.
    """
    return hmac.new(salt, address_of(address).lower().encode("ascii"), hashlib.sha256).hexdigest()


def header_words(text: str) -> str:
    """Words as they may stand in a header of a message: one line, without anything that could begin another.

    Control characters and line breaks, also those of Unicode, become spaces; what is longer than 200 characters is
    cut.
    """
    plain = "".join(one if one.isprintable() else " " for one in text)
    return " ".join(plain.split())[:LONGEST_HEADER]
