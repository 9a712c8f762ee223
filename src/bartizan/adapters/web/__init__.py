"""The desk in a browser: login, pages, live events; loopback unless told otherwise."""

from bartizan.adapters.web.accounts import Account, Accounts, AccountsError, AccountsFile, new_password
from bartizan.adapters.web.app import create_app
from bartizan.adapters.web.server import AddressError, DeskServer, is_loopback

__all__ = [
    "Account",
    "Accounts",
    "AccountsError",
    "AccountsFile",
    "AddressError",
    "DeskServer",
    "create_app",
    "is_loopback",
    "new_password",
]
