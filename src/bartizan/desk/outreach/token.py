"""Tokens in the addresses of mails: they say who and what for, cannot be guessed, and name nobody."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Literal

Purpose = Literal["confirm", "leave", "never"]


def token_for(secret: bytes, purpose: Purpose, subscriber: str, round_: int) -> str:
    """The token with which a subscriber, known by its opaque id, does one thing.

    `round_` counts how often the person asked: the token of an earlier round opens nothing any more.
    """
    told = f"{purpose}\n{subscriber}\n{round_}".encode()
    return base64.urlsafe_b64encode(hmac.new(secret, told, hashlib.sha256).digest()).rstrip(b"=").decode()


def opens(token: str, secret: bytes, purpose: Purpose, subscriber: str, round_: int) -> bool:
    """Whether the token is the one; as slow for a wrong one as for the right one."""
    return hmac.compare_digest(token.encode(), token_for(secret, purpose, subscriber, round_).encode())
