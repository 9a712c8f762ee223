"""People and programs outside: who is told what, from a queue on disk that no mail server's absence empties."""

from bartizan.app.outreach.courier import Courier
from bartizan.app.outreach.hooks import HookFeed
from bartizan.app.outreach.items import items_of
from bartizan.app.outreach.outreach import Backlog, Outreach
from bartizan.app.outreach.ports import AwayError, Cabinet, Hooks, Post, RefusedError
from bartizan.app.outreach.settings import HookSettings, MailSettings, OutreachSettings, Texts

__all__ = [
    "AwayError",
    "Backlog",
    "Cabinet",
    "Courier",
    "HookFeed",
    "HookSettings",
    "Hooks",
    "MailSettings",
    "Outreach",
    "OutreachSettings",
    "Post",
    "RefusedError",
    "Texts",
    "items_of",
]
