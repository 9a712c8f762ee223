"""The answer to a camera that asks who wants its stream over HTTP: Digest (RFC 7616) or Basic (RFC 7617)."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

_HASHES: dict[str, Callable[[bytes], str]] = {
    "sha-256": lambda data: hashlib.sha256(data).hexdigest(),
    "md5": lambda data: hashlib.md5(data, usedforsecurity=False).hexdigest(),
}
_SCHEME = re.compile(r"\s*([A-Za-z]+)(?:\s+(.*))?", re.DOTALL)
_FIELD = re.compile(r'([A-Za-z-]{1,40})\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*))')
_MOST_CHALLENGES = 8


@dataclass(frozen=True, slots=True)
class _Challenge:
    scheme: str
    fields: dict[str, str]

    @property
    def algorithm(self) -> str:
        return self.fields.get("algorithm", "MD5").lower()


def answer(challenges: Iterable[str], user: str, password: str, *, method: str, path: str, nonce: str) -> str | None:
    """The Authorization header for the best of the WWW-Authenticate headers; None where there is none we can meet.

    Digest with SHA-256 goes before Digest with MD5, and both before Basic. `path` is what is asked for, with its
    question; `nonce` is the client's own random word.
    """
    read = [_read(text) for text in list(challenges)[:_MOST_CHALLENGES]]
    for algorithm in _HASHES:
        for one in read:
            if one is not None and one.scheme == "digest" and one.algorithm == algorithm and "nonce" in one.fields:
                return _digest(one, user, password, method=method, path=path, nonce=nonce)
    if any(one is not None and one.scheme == "basic" for one in read):
        return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
    return None


def _read(text: str) -> _Challenge | None:
    found = _SCHEME.match(text[:4000])
    if found is None:
        return None
    fields = {name.lower(): quoted or plain for name, quoted, plain in _FIELD.findall(found[2] or "")}
    return _Challenge(found[1].lower(), fields)


def _digest(challenge: _Challenge, user: str, password: str, *, method: str, path: str, nonce: str) -> str:
    """RFC 7616, sections 3.4.1 to 3.4.3, with a first count and no body."""
    hashed, fields = _HASHES[challenge.algorithm], challenge.fields
    realm, server = fields.get("realm", ""), fields["nonce"]
    secret = hashed(f"{user}:{realm}:{password}".encode())
    asked = hashed(f"{method}:{path}".encode())
    told = {"username": _quoted(user), "realm": f'"{realm}"', "nonce": f'"{server}"', "uri": _quoted(path)}
    if "auth" in [word.strip().lower() for word in fields.get("qop", "").split(",")]:
        response = hashed(f"{secret}:{server}:00000001:{nonce}:auth:{asked}".encode())
        told |= {"qop": "auth", "nc": "00000001", "cnonce": f'"{nonce}"'}
    else:
        response = hashed(f"{secret}:{server}:{asked}".encode())
    told["response"] = f'"{response}"'
    told["algorithm"] = fields.get("algorithm", "MD5")
    if "opaque" in fields:
        told["opaque"] = f'"{fields["opaque"]}"'
    return "Digest " + ", ".join(f"{name}={value}" for name, value in told.items())


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
