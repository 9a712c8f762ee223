"""Which passwords are too easy to guess: by length and by what they are made of, never by demanding odd characters."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from bartizan.errors import InputError

MIN_PASSWORD, MAX_PASSWORD = 15, 256  # characters
_DISTINCT = 6  # fewer different characters than this is a pattern
_LONGEST_OWN = 8  # characters that must remain once names, rows and counts are taken away

# what fingers write without thinking, in either direction
_ROWS: Final = (
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
    "azertyuiopqsdfghjklmwxcvbn",
    "1234567890",
    "abcdefghijklmnopqrstuvwxyz",
    "1q2w3e4r5t6y7u8i9o0p",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "qazwsxedcrfvtgbyhnujmikolp",
)
# the words that common passwords are strung together from; a list of the most used ones of our length would hold
# hardly anything else
_WORDS: Final = (
    "password",
    "passwort",
    "passwd",
    "passphrase",
    "letmein",
    "welcome",
    "admin",
    "administrator",
    "root",
    "user",
    "login",
    "secret",
    "master",
    "default",
    "changeme",
    "guard",
    "security",
    "officer",
    "iloveyou",
    "monkey",
    "dragon",
    "football",
    "baseball",
    "princess",
    "sunshine",
    "superman",
    "batman",
    "shadow",
    "charlie",
    "michael",
    "jordan",
    "trustno",
    "whatever",
    "starwars",
    "computer",
    "internet",
    "abcd",
    "test",
    "summer",
    "winter",
    "spring",
    "autumn",
    "bartizan",
)
_SPELLED: Final = str.maketrans("@$!013457", "asioieast")  # the disguises that every guesser tries first


class PasswordRefusedError(InputError):
    """A password that is too short, too long or too easy to guess."""


def require_good(password: str, about: Collection[str] = ()) -> None:
    """Raise PasswordRefusedError unless the password is hard to guess.

    `about` are words that are easily thought of here: the person's name, the site's. Any character counts, also
    blanks; nothing is demanded of which. The error says what to do, and nothing of the password.

    Source: OWASP ASVS 5.0, 6.2 (in our own words). Does not know which passwords were stolen elsewhere.
    """
    if len(password) < MIN_PASSWORD:
        raise PasswordRefusedError(
            f"The password is too short: take {MIN_PASSWORD} characters or more, such as a few words"
        )
    if len(password) > MAX_PASSWORD:
        raise PasswordRefusedError(f"The password is too long: {MAX_PASSWORD} characters are enough")
    if len(set(password)) < _DISTINCT or len(_own(password.casefold(), about)) < _LONGEST_OWN:
        raise PasswordRefusedError(
            "The password is easy to guess: it is made of repetitions, rows of keys, or words that everybody tries. "
            "Take several words that have nothing to do with each other"
        )


def _own(password: str, about: Collection[str]) -> str:
    """What remains of a password without what a guesser knows."""
    left = _without_rows(password)
    names = [part for name in about for part in re.split(r"\W+", name.casefold()) if len(part) > 2]
    for text in (left, left.translate(_SPELLED)):
        kept = text
        for word in sorted((*names, *_WORDS), key=len, reverse=True):
            kept = kept.replace(word, "")
        left = min(left, kept, key=len)
    # a year, a count, a repeated block
    left = re.sub(r"(19|20)\d\d", "", left)
    left = re.sub(r"(.{1,8}?)\1{2,}", r"\1", left)
    half = len(left) // 2
    return left[:half] if half and left[:half] == left[half:] else left


def _without_rows(text: str) -> str:
    """The text without runs of four or more that stand so in a row of keys, the alphabet or the digits."""
    rows = [piece for row in _ROWS for piece in (row + row, (row + row)[::-1])]
    kept, at = "", 0
    while at < len(text):
        end = at
        while end < len(text) and any(text[at : end + 1] in row for row in rows):
            end += 1
        if end - at >= 4:
            at = end
        else:
            kept += text[at]
            at += 1
    return kept
