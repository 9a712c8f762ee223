"""What a person says to the desk, checked: who they are, and words of theirs."""

from __future__ import annotations

from bartizan.desk.errors import CommandError
from bartizan.desk.event import DESK

LONGEST_NAME = 200
LONGEST_TEXT = 4_000


def person(name: str) -> str:
    """The name of who acts, checked: one printable line, 1 to 200 characters, and not the desk's own."""
    name = name.strip() if isinstance(name, str) else ""
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise CommandError(f"who acts is named in one line of 1 to {LONGEST_NAME} characters, not {name[:40]!r}")
    if name == DESK:
        raise CommandError(f"{DESK!r} is what the desk itself does. Give the name of a person")
    return name


def text(words: str, what: str) -> str:
    """Words of a person, checked: not empty, at most 4,000 characters, lines allowed, other controls not."""
    words = words.strip() if isinstance(words, str) else ""
    readable = all(letter.isprintable() or letter in "\n\t" for letter in words)
    if not words or len(words) > LONGEST_TEXT or not readable:
        raise CommandError(f"a {what} has 1 to {LONGEST_TEXT} readable characters, not {words[:40]!r}")
    return words


def optional_text(words: str | None, what: str) -> str | None:
    """The same where there are words; None where there are none, or blanks alone."""
    return None if words is None or (isinstance(words, str) and not words.strip()) else text(words, what)
