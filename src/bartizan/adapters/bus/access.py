"""What a broker is shown and asked for: certificates as files, name and password from the environment or a file."""

from __future__ import annotations

import os
import ssl
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bartizan.errors import InputError

USER, PASSWORD, FILE = "BARTIZAN_MQTT_USER", "BARTIZAN_MQTT_PASSWORD", "BARTIZAN_MQTT_SECRETS"
_LARGEST = 100_000  # bytes of a secrets file


@dataclass(frozen=True, slots=True)
class Access:
    """How this machine is let in by a broker. Nothing of it shows when it is printed.

    `ca` is a file of the certificates that the broker's is checked by, in place of the system's; `cert` and `key` are
    this machine's own.
    """

    user: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    ca: Path | None = field(default=None, repr=False)
    cert: Path | None = field(default=None, repr=False)
    key: Path | None = field(default=None, repr=False)

    def context(self) -> ssl.SSLContext:
        """TLS from version 1.2 on that checks the broker's name. Raises InputError where a file is no certificate."""
        try:
            context = ssl.create_default_context(cafile=None if self.ca is None else str(self.ca))
            context.minimum_version = ssl.TLSVersion.TLSv1_2
            if self.cert is not None:
                context.load_cert_chain(self.cert, self.key)
        except (OSError, ssl.SSLError) as error:
            files = ", ".join(str(path) for path in (self.ca, self.cert, self.key) if path is not None)
            why = error.strerror if isinstance(error, OSError) and error.strerror else error
            raise InputError(f"{files}: no certificate or key in PEM can be read: {why}. Check the files") from None
        return context


def read_access(
    environment: Mapping[str, str], *, ca: Path | None = None, cert: Path | None = None, key: Path | None = None
) -> Access:
    """Certificates as given, name and password from an environment or from the file that it names.

    The file is TOML of mode 0600 with a table `[mqtt]` of `user` and `password`; the environment goes before it.
    Raises InputError where the file is open to others or cannot be read, or there is a password and no user.
    """
    told = _read(Path(environment[FILE])) if environment.get(FILE) else {}
    user, password = environment.get(USER, told.get("user")), environment.get(PASSWORD, told.get("password"))
    if password is not None and user is None:
        raise InputError(f"there is a password for the broker and no user. Give {USER} too")
    if (cert is None) != (key is None):
        raise InputError("the broker is shown a certificate and its key together. Give --bus-cert and --bus-key")
    return Access(user, password, ca, cert, key)


def _read(path: Path) -> dict[str, str]:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as file:
            about = os.fstat(handle)
            if not stat.S_ISREG(about.st_mode):
                raise InputError(f"{path}: the secrets file is not a plain file. Name another")
            if about.st_mode & 0o077:
                raise InputError(f"{path}: the secrets file is open to others. Close it: chmod 600 {path}")
            raw = file.read(_LARGEST)
    except OSError as error:
        raise InputError(
            f"{path}: the secrets file cannot be read: {error.strerror}. Check its name and rights"
        ) from None
    try:
        table = tomllib.loads(raw.decode())["mqtt"]
        told = {name: table[name] for name in table}
    except (ValueError, KeyError, TypeError):
        # the parser's own words may quote what it could not read
        raise InputError(f"{path}: the secrets file holds a table [mqtt] in TOML. Correct it") from None
    if not set(told) <= {"user", "password"} or not all(isinstance(value, str) for value in told.values()):
        raise InputError(f"{path}: [mqtt] holds user and password, as text in quotes, and nothing else. Correct it")
    return told
