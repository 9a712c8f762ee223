"""Tables of tracks and boxes: what is read, and every fault of a wrong one at once."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bartizan.adapters.files import tracks as tables
from bartizan.adapters.files.mot import write_all, write_mot
from bartizan.adapters.files.tracks import Box, TrackRow, read_boxes, read_tracks
from bartizan.errors import TracksError
from bartizan.watch.tracking.trace import TraceRow

GOOD = "t,track,x,y\n0,a,1,2\n0,b,3,4\n0.4,a,1.5,2\n"


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "table.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def faults(folder: Path, text: str | bytes) -> list[tuple[int, str, str, str]]:
    path = written(folder, text)
    with pytest.raises(TracksError) as caught:
        read_tracks(path)
    assert caught.value.exit_status == 2
    for fault in caught.value.faults:
        assert fault.file == str(path)
        assert fault.cure
    return [(fault.line, fault.key, fault.value, fault.message) for fault in caught.value.faults]


def test_rows_in_any_order_of_columns(tmp_path: Path) -> None:
    table = read_tracks(written(tmp_path, "speed,y,x,track,t\r\n9,2,1,a,0\r\n9,4,3,b,0\r\n\r\n9,2,1.5,a,0.4\r\n"))
    assert list(table) == [TrackRow(0, "a", 1, 2), TrackRow(0, "b", 3, 4), TrackRow(0.4, "a", 1.5, 2)]
    assert [(t, [row.track for row in rows]) for t, rows in table.moments()] == [(0, ["a", "b"]), (0.4, ["a"])]
    assert (len(table), table.count) == (3, 2)


def test_a_byte_order_mark_is_no_part_of_the_heading(tmp_path: Path) -> None:
    assert len(read_tracks(written(tmp_path, b"\xef\xbb\xbf" + GOOD.encode()))) == 3


def test_every_fault_at_once(tmp_path: Path) -> None:
    text = "t,track,x,y\n0,a,nan,2\n1,a,left,inf\n2,,1,2\n1.5,b,1,2\n2,c,1\n3,d,1,2\n3,d,1,2\n4,e,1_000,2\n5,f,,2e9\n"
    assert faults(tmp_path, text) == [
        (2, "x", "nan", "is not a number"),
        (3, "x", "left", "is not a number"),
        (3, "y", "inf", "is not a number"),
        (4, "track", "", "is empty"),
        (6, "", "", "3 cells under 4 headings"),
        (8, "track", "d", "has a place at t = 3 already"),
        (9, "x", "1_000", "is not a number"),
        (10, "x", "", "is empty"),
        (10, "y", "2e9", "is not between -1e+06 and 1e+06"),
    ]


def test_times_that_go_back(tmp_path: Path) -> None:
    assert faults(tmp_path, "t,track,x,y\n0,a,1,2\n2,a,1,2\n1,b,1,2\n3,a,1,2\n") == [
        (4, "t", "1", "is before t = 2, above it")
    ]


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("", 0, "is empty"),
        ("\n\n", 0, "is empty"),
        ("t,track,x,y\n", 0, "holds no usable row"),
        ("t;track;x;y\n0;a;1;2\n", 1, "columns are separated by semicolons"),
        ("t\ttrack\tx\ty\n", 1, "columns are separated by tabs"),
        ("t,track,x\n0,a,1\n", 1, "column y is missing"),
        ("t,track,x,x,y\n0,a,1,1,2\n", 1, "column x stands twice"),
        ('t,track,x,y\n0,"a,1,2\n', 2, "is not comma-separated text (unexpected end of data)"),
        (b"t,track,x,y\n0,\xff\xfe,1,2\n", 0, "is not UTF-8 text"),
        ("t,track,x,y\n0," + "a" * 65 + ",1,2\n", 2, "is no id"),
        ("t,track,x,y\n0,a\x1b[2J,1,2\n", 2, "is no id"),
    ],
)
def test_files_that_are_no_table(tmp_path: Path, text: str | bytes, line: int, message: str) -> None:
    found = faults(tmp_path, text)
    assert (found[0][0], found[0][3]) == (line, message)


@pytest.mark.parametrize("read", [read_tracks, read_boxes])
@pytest.mark.parametrize("content", [None, b"caf\xe9,1,1,1,1,1,1\n"])
def test_what_cannot_be_read_is_not_called_empty_as_well(
    tmp_path: Path, read: Callable[[Path], object], content: bytes | None
) -> None:
    path = tmp_path / "table.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(TracksError) as caught:
        read(path)
    assert len(caught.value.faults) == 1


def test_what_is_not_there_and_what_is_no_file(tmp_path: Path) -> None:
    for path, message in ((tmp_path / "no.csv", "does not exist"), (tmp_path, "is not a file")):
        with pytest.raises(TracksError, match=message):
            read_tracks(path)


def test_many_faults_are_counted(tmp_path: Path) -> None:
    found = faults(tmp_path, "t,track,x,y\n" + "0,a,x,y\n" * 1000)
    assert len(found) == tables.MAX_FAULTS + 1
    assert found[-1][3] == "1,950 more faults"


def test_a_table_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MAX_ROWS", 3)
    assert faults(tmp_path, GOOD + "1,a,1,2\n") == [(5, "", "", "more than 3 rows")]


def test_a_very_long_cell_is_refused(tmp_path: Path) -> None:
    assert faults(tmp_path, "t,track,x,y\n0,a," + "9" * 500_000 + ",2\n")[0][0] == 2


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(
    st.one_of(
        st.binary(max_size=300),
        st.text(alphabet='0123456789.,-+eE\nabtrckxy"; \t', max_size=300).map(
            lambda text: ("t,track,x,y\n" + text).encode()
        ),
    )
)
def test_whatever_stands_in_a_file_it_is_read_or_refused(tmp_path: Path, content: bytes) -> None:
    path = written(tmp_path, content)
    for read in (read_tracks, read_boxes):
        with contextlib.suppress(TracksError):
            rows = list(read(path))
            assert rows == sorted(rows, key=lambda row: row[0])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(
    st.dictionaries(
        st.tuples(st.integers(0, 40), st.sampled_from(["a", "b", "7", "ä b"])),
        st.tuples(st.floats(-1e5, 1e5), st.floats(-1e5, 1e5)),
        min_size=1,
    )
)
def test_what_is_written_is_read(tmp_path: Path, places: dict[tuple[int, str], tuple[float, float]]) -> None:
    rows = [TrackRow(t / 7.0, track, x + 0.0, y + 0.0) for (t, track), (x, y) in sorted(places.items())]
    text = "t,track,x,y\n" + "".join(f"{row.t!r},{row.track},{row.x!r},{row.y!r}\n" for row in rows)
    assert list(read_tracks(written(tmp_path, text))) == rows


# boxes


def test_boxes_in_the_order_of_frames(tmp_path: Path) -> None:
    path = written(tmp_path, "2,-1,10,20,30,40,0.9,-1,-1,-1\n1,-1,1.5,2,3,4,0.5\n2,-1,11,21,31,41,0.8,-1,-1,-1\n")
    assert read_boxes(path) == (
        Box(1, 1.5, 2, 3, 4, 0.5),
        Box(2, 10, 20, 30, 40, 0.9),
        Box(2, 11, 21, 31, 41, 0.8),
    )


def test_every_fault_of_boxes_at_once(tmp_path: Path) -> None:
    path = written(tmp_path, "frame,id,l,t,w,h,score\n0,-1,1,1,1,1,1\n1.5,-1,1,1,1,1,1\n1,-1,1,1,0,nan,1\n1,-1,1,1\n")
    with pytest.raises(TracksError) as caught:
        read_boxes(path)
    assert [(fault.line, fault.key) for fault in caught.value.faults] == [
        (1, "frame"),
        (1, "left"),
        (1, "top"),
        (1, "width"),
        (1, "height"),
        (1, "score"),
        (2, "frame"),
        (3, "frame"),
        (4, "height"),
        (4, "width"),
        (5, ""),
    ]


# MOT text out

ROWS = [
    TraceRow(2, 1, (10.0, 20.0, 30.0, 40.0), (1.0, -2.0)),
    TraceRow(1, 2, (1.0, 2.0, 3.0, 4.0), (0.5, 0.25)),
    TraceRow(1, 1, (9.0, 19.0, 30.0, 40.0), (0.9, -2.0)),
]


def test_mot_text(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    write_mot(path, ROWS)
    assert path.read_text() == (
        "1,1,9.00,19.00,30.00,40.00,1,0.900,-2.000,0\n"
        "1,2,1.00,2.00,3.00,4.00,1,0.500,0.250,0\n"
        "2,1,10.00,20.00,30.00,40.00,1,1.000,-2.000,0\n"
    )
    assert [box.frame for box in read_boxes(path)] == [1, 1, 2]
    assert list(tmp_path.iterdir()) == [path]


def test_all_files_or_none(tmp_path: Path) -> None:
    old = tmp_path / "a.txt"
    old.write_text("before")
    with pytest.raises(OSError, match="missing"):
        write_all({old: ROWS, tmp_path / "missing" / "b.txt": ROWS})
    assert old.read_text() == "before"
    assert list(tmp_path.iterdir()) == [old]
