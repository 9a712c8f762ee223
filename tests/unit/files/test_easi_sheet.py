"""Reading an EASI sheet: what it holds, and every fault at once with its place and cure."""

from __future__ import annotations

from pathlib import Path

import pytest

from bartizan.adapters.files.sheet import MAX_BYTES, MAX_TASKS, read_sheet
from bartizan.errors import Fault, SheetError

HEAD = "task,p_detection,detect_at,delay_mean,delay_sd\n"
WHOLE = HEAD + "fence,0.5,begin,10,3\nwalk,0,,8.5,2\n"


def written(folder: Path, content: str | bytes) -> Path:
    path = folder / "path.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def faults(folder: Path, content: str | bytes) -> tuple[Fault, ...]:
    with pytest.raises(SheetError) as caught:
        read_sheet(written(folder, content))
    assert all(fault.file == str(folder / "path.csv") and fault.cure for fault in caught.value.faults)
    return caught.value.faults


def test_tasks_in_their_order(tmp_path: Path) -> None:
    fence, walk = read_sheet(written(tmp_path, WHOLE))
    assert (fence.id, fence.p_detection, fence.detect_at) == ("fence", 0.5, "begin")
    assert (fence.delay_mean, fence.delay_sd) == (10.0, 3.0)
    assert (walk.id, walk.p_detection, walk.detect_at, walk.delay_mean) == ("walk", 0.0, None, 8.5)


@pytest.mark.parametrize(
    "same",
    [
        "\ufeff" + WHOLE,
        WHOLE.replace("\n", "\r\n"),
        WHOLE.replace("\n", "\r"),
        WHOLE.rstrip("\n"),
        "\n" + WHOLE.replace("fence", " fence ") + "\n,,,,\n\n",
        "delay_sd,task,delay_mean,detect_at,p_detection\n3,fence,10,begin,.5\n2,walk,+8.5,,0e0\n",
        WHOLE.replace("fence", '"fence"'),
    ],
    ids=["byte order mark", "CRLF", "CR", "no last newline", "blank lines", "columns in another order", "quoted"],
)
def test_the_same_tasks_written_otherwise(tmp_path: Path, same: str) -> None:
    assert read_sheet(written(tmp_path, same)) == read_sheet(written(tmp_path, WHOLE))


def test_a_name_may_hold_commas_quotes_and_other_scripts(tmp_path: Path) -> None:
    (task,) = read_sheet(written(tmp_path, HEAD + '"wall, ""north"", 壁",0,,1,0\n'))
    assert task.id == 'wall, "north", 壁'


def test_every_fault_at_once_with_line_column_value_and_cure(tmp_path: Path) -> None:
    found = faults(tmp_path, HEAD + "fence,1.2,begin,10,3\n,0.5,,ten,-3\nwalk,nan,late,,inf\n")
    assert [(fault.line, fault.key, fault.value) for fault in found] == [
        (2, "p_detection", "1.2"),
        (3, "task", ""),
        (3, "delay_mean", "ten"),
        (3, "delay_sd", "-3"),
        (3, "detect_at", ""),
        (4, "p_detection", "nan"),
        (4, "delay_mean", ""),
        (4, "delay_sd", "inf"),
        (4, "detect_at", "late"),
    ]


@pytest.mark.parametrize("number", ["1_0", "0x10", "1,5", "１２", "1e", ".", "1 0", "--1", "NaN", "Infinity"])
def test_only_plain_numbers_are_numbers(tmp_path: Path, number: str) -> None:
    (fault,) = faults(tmp_path, HEAD + f'fence,0,,"{number}",0\n')
    assert (fault.line, fault.key, fault.value) == (2, "delay_mean", number)


def test_a_number_beyond_reason_is_a_slip(tmp_path: Path) -> None:
    assert [fault.key for fault in faults(tmp_path, HEAD + "fence,0,,1e10,1e400\n")] == ["delay_mean", "delay_sd"]


@pytest.mark.parametrize(
    ("content", "line", "word"),
    [
        ("", 0, "empty"),
        ("\n \n", 0, "empty"),
        (HEAD, 0, "no task"),
        ("task;p_detection;detect_at;delay_mean;delay_sd\nfence;0,5;begin;10;3\n", 1, "semicolons"),
        (HEAD.replace(",", "\t"), 1, "tabs"),
        (HEAD + "fence,0.5,begin,10\n", 2, "4 cells under 5 headings"),
        (HEAD + "fence,0.5,begin,10,3,9\n", 2, "6 cells under 5 headings"),
        (HEAD + 'fence,0.5,begin,10,"3\n', 2, "comma-separated"),
        (WHOLE.encode() + b"w\xe4nd,0,,1,0\n", 4, "UTF-8"),
        (WHOLE.encode("utf-16"), 1, "UTF-8"),
        (HEAD + "a,0,,1,0\n" * (MAX_TASKS + 1), MAX_TASKS + 2, "tasks"),
        ("x" * (MAX_BYTES + 1), 0, "larger"),
        (HEAD + "a" * 200_000 + ",0,,1,0\n", 2, "comma-separated"),
    ],
)
def test_a_file_that_is_no_sheet(tmp_path: Path, content: str | bytes, line: int, word: str) -> None:
    (fault,) = faults(tmp_path, content)
    assert fault.line == line
    assert word in fault.message


def test_headings_missing_unknown_and_double_are_all_named(tmp_path: Path) -> None:
    found = faults(tmp_path, "task,p_detection,P_Detection,delay_mean,task\nfence,0.5,begin,10,3\n")
    assert {fault.line for fault in found} == {1}
    said = " ".join(fault.message for fault in found)
    assert "unknown column 'P_Detection'" in said
    assert "task stands twice" in said
    assert "column detect_at is missing" in said
    assert "column delay_sd is missing" in said


def test_a_long_value_is_not_repeated_whole(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, HEAD + f"fence,0,,{'9x' * 5000},0\n")
    assert len(str(fault)) < 400


@pytest.mark.parametrize("name", ["fe\x1b[31mnce", "fe\0nce", "f" * 201])
def test_a_name_that_no_table_can_show(tmp_path: Path, name: str) -> None:
    (fault,) = faults(tmp_path, HEAD + f"{name},0.9,begin,10,3\n")
    assert (fault.line, fault.key) == (2, "task")
    assert "control character" in fault.cure


@pytest.mark.parametrize("place", ["absent.csv", "."])
def test_what_cannot_be_opened(tmp_path: Path, place: str) -> None:
    with pytest.raises(SheetError, match="cannot be read") as caught:
        read_sheet(tmp_path / place)
    assert str(tmp_path) in str(caught.value)
