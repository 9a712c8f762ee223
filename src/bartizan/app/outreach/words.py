"""The words of mails, in one catalogue, so that they can be read and translated together."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "confirm.subject": "Please confirm: mails of {site}",
        "confirm.body": (
            "Somebody, probably you, asked for a mail of {site} once a {every}.\n"
            "\n"
            "To get it, open this page within two days and press the button:\n"
            "{confirm}\n"
            "\n"
            "You agree to the terms (version {terms}) and the privacy notice (version {privacy}), which that page\n"
            "shows. If it was not you, do nothing: you will get no mail, and the address is forgotten in two days.\n"
            "So that nobody can ask in your name again:\n"
            "{never}\n"
        ),
        "digest.foot": "-- \nYou get this because you asked for it. To get no more of it:\n{leave}",
        "page.subject": "{site}: {words}",
        "page.exercise": "EXERCISE ",
        "page.body": "{words}\n\nSent by the desk of {site} at {at} (UTC).",
    }
)
