"""Source: RFC 6238 (M'Raihi, Machani, Pei, Rydell, 2011), appendix B: the codes of SHA-1, their last six digits."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import cv2
import numpy as np
import pytest

from bartizan.adapters.web.second_factor import STEP, enrolment, step_of

SECRET = base64.b32encode(b"12345678901234567890").decode()
# instant [s since 1970], the eight digits of the table
TABLE = [
    (59, "94287082"),
    (1111111109, "07081804"),
    (1111111111, "14050471"),
    (1234567890, "89005924"),
    (2000000000, "69279037"),
    (20000000000, "65353130"),
]


@pytest.mark.parametrize(("at", "code"), TABLE)
def test_the_code_of_the_table_fits_at_its_instant(at: int, code: str) -> None:
    # the last six of eight digits are the six-digit code: both are the truncated number modulo a power of ten
    assert step_of(SECRET, code[-6:], datetime.fromtimestamp(at, UTC), 0) == at // STEP


@pytest.mark.parametrize(("at", "code"), TABLE)
def test_it_fits_one_step_away_and_no_further_and_once(at: int, code: str) -> None:
    six, step = code[-6:], at // STEP
    for off, fits in ((-2, None), (-1, step), (1, step), (2, None)):
        assert step_of(SECRET, six, datetime.fromtimestamp(at + off * STEP, UTC), 0) == fits
    assert step_of(SECRET, six, datetime.fromtimestamp(at, UTC), step) is None


@pytest.mark.parametrize("code", ["", "94287082", "28708", "28708a", "２８７０８２", "+28708", " 28708"])
def test_what_is_no_code_fits_never(code: str) -> None:
    assert step_of(SECRET, code, datetime.fromtimestamp(59, UTC), 0) is None


def test_the_drawing_is_read_by_another_hand() -> None:
    """OpenCV's reader of QR codes finds the address of RFC-style key URIs in the drawing."""
    drawn = enrolment(SECRET, "mara l", "Yard & Co")
    picture = np.full((drawn.size, drawn.size), 255, np.uint8)
    for line in drawn.path.split("M")[1:]:
        place, width = line.split("h")
        x, y = place.split(" ")
        picture[int(float(y)), int(x) : int(x) + int(width)] = 0
    read, _, _ = cv2.QRCodeDetector().detectAndDecode(cv2.resize(picture, None, fx=8, fy=8, interpolation=0))
    assert read.startswith("otpauth://totp/")
    assert f"secret={SECRET}" in read
    assert "issuer=Yard%20%26%20Co" in read
    assert drawn.grouped.replace(" ", "") == SECRET
