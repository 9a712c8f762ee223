"""MOTChallenge text out: who was where in the picture, for any scorer or player that reads it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from bartizan.watch.tracking.trace import TraceRow


def write_mot(path: Path, rows: Iterable[TraceRow]) -> None:
    """Write rows as ``frame,id,left,top,width,height,1,x,y,0``, whole or not at all.

    Frames and ids count from 1, boxes are in pixels, x and y in metres on the plan (MOTChallenge's last three
    columns are a place in the world). Rows are written in the order of frame and id.
    """
    write_all({path: rows})


def write_all(files: Mapping[Path, Iterable[TraceRow]]) -> None:
    """Write several files as `write_mot` does: all of them or none."""
    with _beside(files) as temporary:
        for path, rows in files.items():
            with temporary[path].open("w", encoding="ascii", newline="\n") as stream:
                for row in sorted(rows, key=lambda row: (row.frame, row.number)):
                    stream.write(_line(row))
                stream.flush()
                os.fsync(stream.fileno())
        for path in files:
            temporary[path].replace(path)


def _line(row: TraceRow) -> str:
    left, top, width, height = row.box
    x, y = row.at
    return f"{row.frame},{row.number},{left:.2f},{top:.2f},{width:.2f},{height:.2f},1,{x:.3f},{y:.3f},0\n"


@contextmanager
def _beside(paths: Iterable[Path]) -> Iterator[dict[Path, Path]]:
    """A new file beside each path, so that putting it in place is one step; taken away where that fails."""
    temporary: dict[Path, Path] = {}
    try:
        for path in paths:
            part = path.with_name(f".{path.name}.{os.getpid()}.part")
            part.open("x").close()
            temporary[path] = part
        yield temporary
    finally:
        for part in temporary.values():
            part.unlink(missing_ok=True)
