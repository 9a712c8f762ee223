"""Tables of tracks and of boxes that were made elsewhere.

Tracks: comma-separated text with the columns `t` (seconds), `track` (an id), `x` and `y` (metres on the plan), in any
order and among others, which are ignored; one row per track and time, in the order of `t`. Boxes: MOTChallenge
detections without a heading, `frame, id, left, top, width, height, score` and further columns, which are ignored;
frames count from 1. UTF-8, with or without a byte order mark.
"""

from __future__ import annotations

import math
import re
from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, NamedTuple

from bartizan.adapters.files.csv_lines import csv_lines
from bartizan.errors import Fault, TracksError

COLUMNS = ("t", "track", "x", "y")
BOX_COLUMNS = ("frame", "id", "left", "top", "width", "height", "score")
MAX_ROWS = 10_000_000  # some weeks of one camera: more is fed as a stream, not as a file
MAX_FAULTS = 50  # a wrong file is often wrong in every line; the rest are counted
MAX_FRAME = 10_000_000  # weeks of one camera
MAX_METRES = 1e6  # a plan is no continent: further away the frame of coordinates is wrong
MAX_SECONDS = 1e10
ANY = (-1e6, 1e6)  # pixels, and scores
SIDE = (0.0, 1e6)  # pixels
MAX_NAME = 64
SHOWN = 60  # characters of an offending value that a message repeats

# float() would also take "nan", "1_000" and digits of other scripts
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)


class TrackRow(NamedTuple):
    """One track at one time: `t` [s], its id, and where it is [m]."""

    t: float
    track: str
    x: float
    y: float


class Box(NamedTuple):
    """One detection: `frame` counts from 1; left, top, width, height in pixels; the detector's score; `track` is the
    number of its track, or -1 where it has none.
    """

    frame: int
    left: float
    top: float
    width: float
    height: float
    score: float
    track: int = -1


class TrackTable:
    """The rows of a table of tracks in the order of time, kept compactly."""

    def __init__(self) -> None:
        self._t, self._x, self._y = array("d"), array("d"), array("d")
        self._code = array("l")
        self._codes: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._t)

    @property
    def count(self) -> int:
        """How many tracks there are."""
        return len(self._codes)

    def append(self, row: TrackRow) -> None:
        """Add a row at the end."""
        self._t.append(row.t)
        self._x.append(row.x)
        self._y.append(row.y)
        self._code.append(self._codes.setdefault(row.track, len(self._codes)))

    def __iter__(self) -> Iterator[TrackRow]:
        names = list(self._codes)
        for t, code, x, y in zip(self._t, self._code, self._x, self._y, strict=True):
            yield TrackRow(t, names[code], x, y)

    def moments(self) -> Iterator[tuple[float, list[TrackRow]]]:
        """The rows of each time: (t [s], rows), in the order of time."""
        held: list[TrackRow] = []
        for row in self:
            if held and row.t != held[0].t:
                yield held[0].t, held
                held = []
            held.append(row)
        if held:
            yield held[0].t, held


def read_tracks(path: Path) -> TrackTable:
    """The rows of a table of tracks.

    Raises TracksError with every fault (beyond 50 they are counted): file, line, column, value and cure. Nothing is
    half-read.
    """
    reading = _Reading(path)
    table = reading.tracks()
    reading.settle()
    return table


def read_boxes(path: Path, *, tracked: bool = False) -> tuple[Box, ...]:
    """The detections of a MOTChallenge text, in the order of frames, those of a frame in the order of the file.

    `tracked`: each must have the number of a track, and no track may stand twice in a frame.

    Raises TracksError with every fault (beyond 50 they are counted): file, line, column, value and cure.
    """
    reading = _Reading(path)
    boxes = reading.boxes(tracked)
    reading.settle()
    return tuple(sorted(boxes, key=lambda box: box.frame))


class _Reading:
    """One reading of one file, which collects what is wrong."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._faults: list[Fault] = []
        self._more = 0

    def settle(self) -> None:
        """Raise what was found."""
        if self._more:
            message = f"{self._more:,} more faults"
            self._faults.append(Fault(str(self._path), 0, "", "", message, "Cure the ones above first"))
        if self._faults:
            raise TracksError(self._faults)

    def tracks(self) -> TrackTable:
        """The rows that are whole; faults of the others are kept."""
        table = TrackTable()
        places: dict[str, int] | None = None
        width = 0
        now: set[str] = set()
        last = -math.inf
        for line, cells in self._lines():
            if places is None:
                places, width = self._places(line, cells), len(cells)
                if not places:
                    return table
            elif len(cells) != width:
                message = f"{len(cells)} cells under {width} headings"
                self._fault(line, "", "", message, "Give each heading one cell")
            elif (row := self._row(line, [cells[places[column]] for column in COLUMNS])) is not None:
                if row.t < last:
                    self._fault(line, "t", f"{row.t:g}", f"is before t = {last:g}, above it", "Sort the rows by t")
                    continue
                if row.t > last:
                    now.clear()
                    last = row.t
                if row.track in now:
                    message = f"has a place at t = {row.t:g} already"
                    self._fault(line, "track", row.track, message, "Keep one row per track and time")
                    continue
                now.add(row.track)
                table.append(row)
        if places is None and not self._faults:
            self._fault(0, "", "", "is empty", f"Begin with the line {','.join(COLUMNS)}")
        elif not len(table) and not self._faults:
            self._fault(0, "", "", "holds no usable row", f"Write one row per track and time: {','.join(COLUMNS)}")
        return table

    def boxes(self, tracked: bool) -> list[Box]:
        """The detections that are whole; faults of the others are kept."""
        boxes = []
        named: set[tuple[int, int]] = set()
        empty = True
        for line, cells in self._lines():
            empty = False
            if len(cells) < len(BOX_COLUMNS):
                message = f"{len(cells)} cells where at least {len(BOX_COLUMNS)} are needed"
                self._fault(line, "", "", message, f"Write {','.join(BOX_COLUMNS)}, without a heading")
            elif (box := self._box(line, cells, tracked)) is not None:
                boxes.append(box)
                if tracked and (box.frame, box.track) in named:
                    message = f"has a box in frame {box.frame} already"
                    self._fault(line, "id", str(box.track), message, "Keep one box per track and frame")
                named.add((box.frame, box.track))
        if empty and not self._faults:
            self._fault(0, "", "", "is empty", f"Write one detection a line: {','.join(BOX_COLUMNS)}")
        return boxes

    def _lines(self) -> Iterator[tuple[int, list[str]]]:
        """Each line that is not empty with its number and its cells; what keeps the file from being read is a fault."""
        try:
            if not self._path.is_file():
                kind = "is not a file" if self._path.exists() else "does not exist"
                self._fault(0, "", "", kind, "Give the path of a table as comma-separated text")
                return
            with self._path.open(encoding="utf-8-sig", newline="") as stream:
                yield from self._cells(stream)
        except OSError as error:
            self._fault(0, "", "", f"cannot be read ({error.strerror})", "Check the name and the rights")
        except UnicodeDecodeError:
            self._fault(0, "", "", "is not UTF-8 text", "Save the table as CSV in UTF-8")

    def _cells(self, stream: IO[str]) -> Iterator[tuple[int, list[str]]]:
        for rows, (line, cells) in enumerate(csv_lines(stream, self._fault), 1):
            if rows > MAX_ROWS + 1:  # and a heading
                self._fault(line, "", "", f"more than {MAX_ROWS:,} rows", "Split the table by time")
                return
            yield line, cells

    def _places(self, line: int, headings: Sequence[str]) -> dict[str, int]:
        """Where each column stands; empty where one is missing or given twice."""
        for other, name in ((";", "semicolons"), ("\t", "tabs")):
            if len(headings) == 1 and other in headings[0]:
                cure = "Save the table with commas, and numbers with decimal points"
                self._fault(line, "", headings[0], f"columns are separated by {name}", cure)
                return {}
        wrong = False
        for column in COLUMNS:
            if headings.count(column) != 1:
                wrong = True
                message = f"column {column} {'stands twice' if column in headings else 'is missing'}"
                self._fault(line, "", "", message, f"Begin with the line {','.join(COLUMNS)}")
        return {} if wrong else {column: headings.index(column) for column in COLUMNS}

    def _row(self, line: int, cells: Sequence[str]) -> TrackRow | None:
        t = self._number(line, "t", cells[0], (-MAX_SECONDS, MAX_SECONDS), "seconds")
        x = self._number(line, "x", cells[2], (-MAX_METRES, MAX_METRES), "metres on the plan")
        y = self._number(line, "y", cells[3], (-MAX_METRES, MAX_METRES), "metres on the plan")
        track = cells[1]
        named = 0 < len(track) <= MAX_NAME and track.isprintable()
        if not named:
            message = "is no id" if track else "is empty"
            self._fault(line, "track", track, message, f"Give each track an id of at most {MAX_NAME} characters")
        if t is None or x is None or y is None or not named:
            return None
        return TrackRow(t, track, x, y)

    def _box(self, line: int, cells: Sequence[str], tracked: bool) -> Box | None:
        frame = self._number(line, "frame", cells[0], (1.0, MAX_FRAME), "a whole number from 1")
        if frame is not None and not frame.is_integer():
            self._fault(line, "frame", cells[0], "is no whole number", "Count frames from 1")
            frame = None
        left, top = (self._number(line, BOX_COLUMNS[i], cells[i], ANY, "pixels") for i in (2, 3))
        width, height = (self._number(line, BOX_COLUMNS[i], cells[i], SIDE, "pixels above 0") for i in (4, 5))
        score = self._number(line, "score", cells[6], ANY, "a number")
        for name, side in (("width", width), ("height", height)):
            if side == 0.0:
                self._fault(line, name, "0", "is 0", "Give pixels above 0")
        track = self._number(line, "id", cells[1], (0.0, ANY[1]), "the number of its track") if tracked else -1.0
        if frame is None or left is None or top is None or score is None or not width or not height or track is None:
            return None
        return Box(int(frame), left, top, width, height, score, int(track))

    def _number(self, line: int, column: str, text: str, limits: tuple[float, float], what: str) -> float | None:
        low, high = limits
        cure = f"Give {what}"
        if not text:
            self._fault(line, column, "", "is empty", cure)
        elif _NUMBER.fullmatch(text) is None:
            self._fault(line, column, text, "is not a number", f"{cure}, with a decimal point")
        elif not low <= (value := float(text)) <= high:
            self._fault(line, column, text, f"is not between {low:g} and {high:g}", cure)
        else:
            return value + 0.0  # a minus zero becomes zero
        return None

    def _fault(self, line: int, key: str, value: str, message: str, cure: str) -> None:
        if len(self._faults) >= MAX_FAULTS:
            self._more += 1
            return
        shown = " ".join(value.split())
        shown = shown if len(shown) <= SHOWN else shown[:SHOWN] + " ..."
        self._faults.append(Fault(str(self._path), line, key, shown, message, cure))
