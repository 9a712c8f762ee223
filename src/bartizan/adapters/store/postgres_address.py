"""The address of a journal in PostgreSQL: what it may say, what it must not, and how it is shown."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

from bartizan.errors import InputError

SCHEMES = ("postgresql", "postgres")
_MAY = ("host", "sslmode", "sslrootcert", "sslcert", "sslkey", "connect_timeout", "user")
_SECRET = ("password", "sslpassword", "passfile", "service")
_PROVED = ("verify-full", "verify-ca")  # how a server elsewhere shows who it is
_CREDENTIALS = "Put the password into PGPASSWORD, into ~/.pgpass, or into a file that PGPASSFILE names (mode 0600)"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a journal's database is: `settings` for the driver, `shown` for people; neither holds a secret."""

    settings: dict[str, str]
    shown: str


def read_address(url: str) -> Address:
    """The address in ``postgresql://[USER@]HOST[:PORT]/DATABASE[?sslmode=...]``.

    A server on another machine has to prove itself by a certificate: `sslmode` is verify-full there unless the
    address says verify-ca. ``?host=/folder`` names the folder of a socket on this machine. Errors: InputError where
    the address is none, holds a password, or would cross the network in clear text.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
        told = parse_qsl(parts.query, strict_parsing=bool(parts.query))
    except ValueError as fault:
        raise InputError(f"--store: this is no address ({fault}). Give postgresql://USER@HOST/DATABASE") from None
    if parts.scheme not in SCHEMES:
        raise InputError(
            f"--store: {parts.scheme or 'what has no scheme'} is not kept to. Give postgresql://USER@HOST/DATABASE"
        )
    named = [key for key, _ in told]
    # never shown: who made this mistake typed a secret
    if parts.password is not None or any(key in _SECRET for key in named):
        raise InputError(
            f"--store: the address holds a password or the place of one, and others can read it. {_CREDENTIALS}"
        )
    for key in named:
        if key not in _MAY or named.count(key) > 1:
            raise InputError(f"--store: {key!r:.40} is unknown or told twice. An address may say {', '.join(_MAY)}")
    database = unquote(parts.path.removeprefix("/"))
    if not database or "/" in database or parts.fragment:
        raise InputError("--store: the address names no database. Give postgresql://USER@HOST/DATABASE")
    settings = {"dbname": database, **dict(told)}
    for key, value in (("host", parts.hostname), ("port", str(port) if port else None), ("user", parts.username)):
        if value is not None:
            settings.setdefault(key, unquote(value))
    if any("\0" in value for value in settings.values()):
        raise InputError("--store: the address holds a zero byte. Give postgresql://USER@HOST/DATABASE")
    host = settings.get("host", "")
    _require_safe(settings, host)
    return Address(settings, f"postgresql://{host or 'this machine'}/{database}")


def _require_safe(settings: dict[str, str], host: str) -> None:
    """Refuse, for a server on another machine, a line that others could read or take over."""
    if "," in host:
        raise InputError("--store: several hosts are named. A journal lies on one server: name that one")
    if _is_here(host):
        return
    mode = settings.setdefault("sslmode", "verify-full")
    if mode not in _PROVED:
        raise InputError(
            f"--store: sslmode={mode} lets alarms cross the network to a server that nobody has checked. "
            "Leave it out, or give verify-full or verify-ca with sslrootcert"
        )
    settings.setdefault("sslrootcert", "system")


def _is_here(host: str) -> bool:
    if not host or host.startswith("/") or host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
