"""The error tree: every error names the thing, the place and the cure.

An error of the input ends a command with exit status 2, an answer of no with 1::

    BartizanError
    ├── InputError (ValueError)          the input cannot be read as what it claims to be: exit status 2
    │   ├── SiteFileError                every fault of a site folder at once
    │   ├── SheetError                   an EASI sheet
    │   ├── TracksError                  a table of tracks or of boxes
    │   ├── EpisodesError                true episodes, or a file of signals
    │   ├── VideoError                   a video file or stream
    │   ├── CalibrationError             a camera model
    │   ├── ScenarioError                a drill's script
    │   ├── DetectorError                a detector's model that a user brings
    │   ├── PlanError                    a plan drawn elsewhere: OpenStreetMap, DXF, GeoJSON
    │   ├── ChangeError                  a change that does not fit the site
    │   └── UnknownIdError (KeyError)    an id that the site does not have
    ├── MissingPartError                 the site lacks what the command needs: exit status 2
    ├── MissingExtraError                a library that comes as an extra is not installed: exit status 2
    ├── ClusterError                     a cluster cannot be reached, is lost, or has other versions: exit status 2
    ├── CheckError                       it reads, and the answer is no: exit status 1
    └── StoreError                       the journal cannot be opened, owned or written: exit status 2
        └── StoreOwnedError              another process owns it
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


class BartizanError(Exception):
    """Base of every error that Bartizan raises on purpose."""

    exit_status = 2


class InputError(BartizanError, ValueError):
    """The input cannot be read as what it claims to be."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in one place of a file, with its cure.

    `line` counts from 1; 0 means that the fault is of the file as a whole. `key` is the path of the key in the
    file, such as ``element[2].way[0].delay.sd``; `value` is the offending value as written, or empty.
    """

    file: str
    line: int
    key: str
    value: str
    message: str
    cure: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        what = f"{self.key} = {self.value}" if self.key and self.value else self.key
        stop = "" if self.message.endswith((".", "?", "!")) else "."
        return f"{place}: {what + ': ' if what else ''}{self.message}{stop} {self.cure}"


class FaultsError(InputError):
    """A file with faults, all of them."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


class SiteFileError(FaultsError):
    """The faults of a site folder."""


class SheetError(FaultsError):
    """The faults of an EASI sheet."""


class TracksError(FaultsError):
    """The faults of a table of tracks or of boxes."""


class EpisodesError(FaultsError):
    """The faults of a table of true episodes, or of a file of signals."""


class ScenarioError(FaultsError):
    """The faults of a drill's script."""


class PlanError(FaultsError):
    """The faults of a plan that was drawn elsewhere."""


class VideoError(InputError):
    """A video file or stream cannot be opened or decoded."""


class CalibrationError(InputError):
    """A camera model is missing, degenerate or cannot be read."""


class DetectorError(InputError):
    """A detector's model is missing, cannot be opened, or has inputs or outputs of another kind."""


class ChangeError(InputError):
    """A change does not fit the site it is applied to."""


class UnknownIdError(InputError, KeyError):
    """An id that the site does not have."""

    __str__ = Exception.__str__


class MissingPartError(BartizanError):
    """The site lacks a part that the command needs; the message says which."""


class MissingExtraError(BartizanError):
    """A library that Bartizan takes as an extra is not installed; the message says which, and how to get it."""

    @classmethod
    def of(cls, what: str, extra: str) -> MissingExtraError:
        """`what` needs the extra of that name."""
        return cls(f"{what} needs an extra that is not installed. Install it: pip install 'bartizan[{extra}]'")


class ClusterError(BartizanError):
    """A cluster that a sweep was to run on cannot be reached, is lost, or runs another version."""


class CheckError(BartizanError):
    """The input reads well and the answer is no."""

    exit_status = 1


class StoreError(BartizanError):
    """The journal cannot be opened, owned or written."""


class StoreOwnedError(StoreError):
    """Another process owns the journal."""
