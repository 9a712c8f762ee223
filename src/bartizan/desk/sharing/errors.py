"""What can be wrong with what is shared: a message of a partner, or a package.

Errors of this room::

    SharingError (InputError)     what came is not what it claims to be: exit status 2
    ├── CapError                  an alert in CAP: every fault of it
    ├── StixError                 a bundle of STIX: every fault of it
    └── PackageError              what was given is no hand-over package at all
    AlteredError (CheckError)     a package that is not as its sender signed it: exit status 1
"""

from __future__ import annotations

from collections.abc import Iterable

from bartizan.errors import CheckError, InputError

MOST_TOLD = 20  # faults of one message that are told one by one


class SharingError(InputError):
    """What came from a partner is not what it claims to be."""


class _MessageError(SharingError):
    """A message with faults, all of them; each names the place, and what to do."""

    what = "message"

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        told = list(self.faults[:MOST_TOLD])
        if len(self.faults) > MOST_TOLD:
            told.append(f"{len(self.faults) - MOST_TOLD} more faults")
        super().__init__(f"this is no valid {self.what}: " + "\n".join(told))


class CapError(_MessageError):
    """The faults of an alert in CAP."""

    what = "CAP alert"


class StixError(_MessageError):
    """The faults of a bundle of STIX."""

    what = "STIX 2.1 bundle"


class PackageError(SharingError):
    """What was given is no hand-over package, so there is nothing to check."""


class AlteredError(CheckError):
    """A package that is not what its sender signed: every difference that was found."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(self.faults))
