"""The second factor: six digits of a telephone's clock (TOTP), and codes on paper for when it is lost."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Final

import pyotp
import segno

DIGITS, STEP = 6, 30  # what every authenticator reads: RFC 6238 with its defaults
DRIFT = 1  # steps that a telephone's clock may be off, either way
RECOVERY_CODES = 10
_BORDER = 4  # squares of quiet around a QR code, as ISO/IEC 18004 asks
_SECRET = 32  # letters of base32: 160 bits, as RFC 4226 recommends
_ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that reads like something else: no i, l, o, 0, 1
_GROUPS, _GROUP = 5, 5  # 25 letters of 31 are 124 bits


def new_secret() -> str:
    """A secret for an authenticator, in base32: 160 bits."""
    return pyotp.random_base32(_SECRET)


def step_of(secret: str, code: str, at: datetime, last: int) -> int | None:
    """The time step that a code is of, or None where it does not fit now.

    `at` is the present instant; `last` the step of the last code that was taken: one of that step or before has been
    used, or is older than one that was. Every step in reach is compared, so that the time taken tells nothing.
    Source: RFC 6238, sections 4 and 5.2.
    """
    if len(code) != DIGITS or not (code.isascii() and code.isdigit()):
        return None
    clock = pyotp.TOTP(secret, digits=DIGITS, interval=STEP)
    now = int(at.timestamp()) // STEP
    fits = None
    for step in range(now - DRIFT, now + DRIFT + 1):
        if hmac.compare_digest(clock.generate_otp(max(step, 0)), code) and step > last:
            fits = step
    return fits


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What a person scans or types: the secret in groups of four, and the QR code as the lines of a drawing.

    The drawing is `size` squares wide and high, its quiet border included; `path` is for an SVG path that is stroked
    one square wide.
    """

    grouped: str
    size: int
    path: str


def enrolment(secret: str, name: str, issuer: str) -> Enrolment:
    """The enrolment of `name` at the desk of `issuer`."""
    uri = pyotp.TOTP(secret, digits=DIGITS, interval=STEP).provisioning_uri(name=name, issuer_name=issuer)
    rows = list(segno.make(uri, error="m", micro=False).matrix_iter(border=_BORDER))
    lines = []
    for y, row in enumerate(rows):
        at = 0
        for dark, run in groupby(row):
            width = len(list(run))
            if dark:
                lines.append(f"M{at} {y}.5h{width}")
            at += width
    grouped = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    return Enrolment(grouped, len(rows), "".join(lines))


def new_code() -> str:
    """124 random bits in groups that can be read aloud: a first password, a code for when the telephone is lost."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP)) for _ in range(_GROUPS))


def new_recovery_codes() -> tuple[str, ...]:
    """RECOVERY_CODES codes; each opens the door once in place of the telephone."""
    return tuple(new_code() for _ in range(RECOVERY_CODES))


def hash_of(code: str) -> str:
    """What is kept of a recovery code. 124 random bits need no slow hash."""
    plain = code.strip().lower().replace("-", "").replace(" ", "")
    return hashlib.sha256(plain.encode()).hexdigest()


def among(code: str, kept: Collection[str]) -> str | None:
    """The kept hash of that recovery code, if it is one of them."""
    digest = hash_of(code)
    found = [one for one in kept if hmac.compare_digest(one, digest)]
    return found[0] if found else None
