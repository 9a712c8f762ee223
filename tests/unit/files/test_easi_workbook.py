"""Reading an EASI sheet from a workbook: what it holds, and every fault at once with its cell, value and cure."""

from __future__ import annotations

import sys
import zipfile
from collections.abc import Callable, Sequence
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from bartizan.adapters.files import workbook
from bartizan.adapters.files.easi import read_easi
from bartizan.adapters.files.sheet import parse_sheet
from bartizan.adapters.files.workbook import letters
from bartizan.assess.task import Task
from bartizan.errors import Fault, MissingExtraError, SheetError

HEAD = ["task", "p_detection", "detect_at", "delay_mean", "delay_sd"]
ROWS: list[list[Any]] = [["fence", 0.5, "begin", 10, 3], ["walk", 0, None, 8.5, 2]]


def written(folder: Path, rows: Sequence[Sequence[Any]], also: Callable[[Any], object] = lambda book: None) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Path"
    for row in rows:
        sheet.append(list(row))
    also(book)
    path = folder / "path.xlsx"
    book.save(path)
    return path


def faults(path: Path, sheet: str | None = None) -> tuple[Fault, ...]:
    with pytest.raises(SheetError) as caught:
        read_easi(path, sheet)
    assert all(fault.file == str(path) and fault.cure for fault in caught.value.faults)
    return caught.value.faults


def whole() -> tuple[Task, ...]:
    return parse_sheet(",".join(HEAD) + "\nfence,0.5,begin,10,3\nwalk,0,,8.5,2\n", "path.csv")


def test_a_workbook_holds_what_the_same_csv_holds(tmp_path: Path) -> None:
    assert read_easi(written(tmp_path, [HEAD, *ROWS])) == whole()


@pytest.mark.parametrize(
    "rows",
    [
        [["Analysis of the north side"], [], ["prepared", "by", "hand"], HEAD, [], ROWS[0], [None] * 5, ROWS[1]],
        [["Task", "P(D)", "Location", "Delay", "Standard deviation"], *ROWS],
        [["TASK ", "Detection probability", "detect at", "Mean delay (s)", "SD [sec]"], *ROWS],
        [["delay_sd", "remark", *HEAD[:4]], [3, "x", *ROWS[0][:4]], [2, None, *ROWS[1][:4]]],
        [HEAD, ["fence", "50 %", "B", "10", " 3 "], ["walk", "0%", "", "8.50", "2e0"]],
        [["task", "p_detection (%)", *HEAD[2:]], ["fence", 50, "begin", 10, 3], ["walk", 0, None, 8.5, 2]],
        [
            ["task", "p_detection", "detect_at", "delay_mean (min)", "delay_sd (min)"],
            ["fence", 0.5, "begin", 10 / 60, 0.05],
            ["walk", 0, None, 8.5 / 60, 2 / 60],
        ],
    ],
    ids=["title and blank rows", "other names", "other names and units", "other columns", "text", "percent", "minutes"],
)
def test_the_same_tasks_written_otherwise(tmp_path: Path, rows: list[list[Any]]) -> None:
    found = read_easi(written(tmp_path, rows))
    for one, other in zip(found, whole(), strict=True):
        assert (one.id, one.detect_at) == (other.id, other.detect_at)
        assert one.p_detection == other.p_detection
        assert (one.delay_mean, one.delay_sd) == pytest.approx((other.delay_mean, other.delay_sd), rel=1e-15)


def test_a_cell_shown_in_percent_is_a_part_of_one(tmp_path: Path) -> None:
    def percent(book: Any) -> None:
        book["Path"]["B2"].number_format = "0.0%"

    assert read_easi(written(tmp_path, [HEAD, ["fence", 0.9, "begin", 10, 3]], percent))[0].p_detection == 0.9
    head = ["task", "p_detection (%)", *HEAD[2:]]
    assert read_easi(written(tmp_path, [head, ["fence", 0.9, "begin", 10, 3]], percent))[0].p_detection == 0.9


def test_one_percent_or_all_is_not_guessed(tmp_path: Path) -> None:
    head = ["task", "p_detection (%)", *HEAD[2:]]
    (fault,) = faults(written(tmp_path, [head, ["fence", 0.9, "begin", 10, 3]]))
    assert "nobody can tell which" in fault.message
    assert fault.key == "Path!B2 p_detection"


def test_every_fault_at_once_with_sheet_cell_value_and_cure(tmp_path: Path) -> None:
    when = datetime(2026, 3, 2)  # noqa: DTZ001 a workbook knows no zones
    rows: list[list[Any]] = [
        ["a title"],
        HEAD,
        ["fence", 1.2, "begin", 10, -3],
        [],
        [None, 0.5, None, "ten", 1],
        ["walk", True, "late", when, timedelta(minutes=2)],
        ["door", 90, "end", time(0, 1, 30), 0.3],
    ]

    def sd_in_percent(book: Any) -> None:
        book["Path"]["E7"].number_format = "0 %"

    found = faults(written(tmp_path, rows, sd_in_percent))
    assert [(fault.line, fault.key, fault.value) for fault in found] == [
        (3, "Path!B3 p_detection", "1.2"),
        (3, "Path!E3 delay_sd", "-3"),
        (5, "Path!A5 task", ""),
        (5, "Path!D5 delay_mean", "ten"),
        (5, "Path!C5 detect_at", ""),
        (6, "Path!B6 p_detection", "TRUE"),
        (6, "Path!D6 delay_mean", "2026-03-02 00:00:00"),
        (6, "Path!E6 delay_sd", "0:02:00"),
        (6, "Path!C6 detect_at", "late"),
        (7, "Path!B7 p_detection", "90"),
        (7, "Path!D7 delay_mean", "00:01:30"),
        (7, "Path!E7 delay_sd", "0.3"),
    ]
    said = {fault.key: f"{fault.message}. {fault.cure}" for fault in found}
    assert "is a date or a time of day" in said["Path!D7 delay_mean"]
    assert "is a percentage. Give seconds" in said["Path!E7 delay_sd"]
    assert "write 90 % for 0.9" in said["Path!B7 p_detection"]
    assert f"{tmp_path / 'path.xlsx'}:7: Path!B7 p_detection = 90: is above 1." in str(found[9])


def test_a_formula_counts_by_its_value_and_is_refused_without_one(tmp_path: Path) -> None:
    path = written(tmp_path, [HEAD, ["fence", 0.5, "begin", 10, "=0.3*D2"]])
    (fault,) = faults(path)
    assert (fault.key, fault.value) == ("Path!E2 delay_sd", "=0.3*D2")
    assert "is a formula without a value" in fault.message
    assert "let it calculate, and save" in fault.cure
    with_value(path, b"<f>0.3*D2</f><v />", b"<f>0.3*D2</f><v>3</v>")
    assert read_easi(path) == whole()[:1]
    with_value(path, b'<c r="E2"><f>0.3*D2</f><v>3</v>', b'<c r="E2" t="e"><f>0.3*D2</f><v>#REF!</v>')
    (fault,) = faults(path)
    assert (fault.key, fault.value, fault.message) == ("Path!E2 delay_sd", "#REF!", "is an error of the spreadsheet")


def with_value(path: Path, old: bytes, new: bytes) -> None:
    """Write into the worksheet's own text, as a spreadsheet program would."""
    inside = {name: zipfile.ZipFile(path).read(name) for name in zipfile.ZipFile(path).namelist()}
    sheet = inside["xl/worksheets/sheet1.xml"]
    assert sheet.count(old) == 1, sheet
    inside["xl/worksheets/sheet1.xml"] = sheet.replace(old, new)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in inside.items():
            archive.writestr(name, content)


def test_merged_cells_are_told_where_their_value_stands(tmp_path: Path) -> None:
    rows: list[list[Any]] = [HEAD, ["fence", 0.5, "begin", 10, 3], ["wall", 0.5, None, None, 3]]

    def merge(book: Any) -> None:
        book["Path"].merge_cells("C2:C3")
        book["Path"].merge_cells("D2:D3")

    found = faults(written(tmp_path, rows, merge))
    assert [(fault.key, fault.message) for fault in found] == [
        ("Path!D3 delay_mean", "lies in a merged cell, whose value stands in D2"),
        ("Path!C3 detect_at", "lies in a merged cell, whose value stands in C2"),
    ]


def test_a_merged_title_does_no_harm(tmp_path: Path) -> None:
    path = written(tmp_path, [["The north side"], HEAD, *ROWS], lambda book: book["Path"].merge_cells("A1:E1"))
    assert read_easi(path) == whole()


def test_a_hidden_row_is_not_counted_silently(tmp_path: Path) -> None:
    def hide(book: Any) -> None:
        book["Path"].row_dimensions[3].hidden = True

    (fault,) = faults(written(tmp_path, [HEAD, *ROWS], hide))
    assert fault.line == 3
    assert "is hidden" in fault.message


def test_several_sheets(tmp_path: Path) -> None:
    def add(*more: str, hidden: bool = False) -> Callable[[Any], None]:
        def change(book: Any) -> None:
            book.create_sheet("Notes").append(["nothing here"])
            for name in more:
                sheet = book.create_sheet(name)
                sheet.append(HEAD)
                sheet.append(["roof", 0, None, 5, 1])
                sheet.sheet_state = "hidden" if hidden else "visible"

        return change

    assert read_easi(written(tmp_path, [HEAD, *ROWS], add())) == whole()
    assert read_easi(written(tmp_path, [HEAD, *ROWS], add("Old", hidden=True))) == whole()
    path = written(tmp_path, [HEAD, *ROWS], add("Roof"))
    (fault,) = faults(path)
    assert "more than one EASI sheet: 'Path', 'Roof'" in fault.message
    assert "--sheet NAME" in fault.cure
    assert [task.id for task in read_easi(path, "Roof")] == ["roof"]
    assert "its sheets are 'path', 'notes', 'roof'" in str(faults(path, "roof")[0]).lower()
    assert "no line of the sheet 'Notes' holds the headings" in str(faults(path, "Notes")[0])


def test_headings_missing_nearly_right_double_and_in_odd_units(tmp_path: Path) -> None:
    head = ["task", "p_detecton", "detect_at", "delay_mean (min)", "delay_sd", "Delay", "location"]
    found = faults(written(tmp_path, [head, *ROWS]))
    said = " | ".join(str(fault) for fault in found)
    assert "Path!B1 = p_detecton: is not a heading of an EASI sheet. Did you mean 'p_detection'?" in said
    assert "column p_detection is missing" in said
    assert "column detect_at stands twice" in said
    assert "column delay_mean stands twice" in said
    head = ["task (name)", "p_detection (s)", "detect_at", "delay_mean (min)", "delay_sd"]
    said = " | ".join(str(fault) for fault in faults(written(tmp_path, [head, *ROWS])))
    assert "column p_detection is in 's', which is no unit of it" in said
    assert "column task is in 'name'" in said
    assert "delay_mean is in min, and delay_sd says no unit" in said
    head = ["task", "p_detection", "detect_at", "delay_mean", "delay_sd (%)"]
    assert "column delay_sd is in '%'" in str(faults(written(tmp_path, [head, *ROWS]))[0])


@pytest.mark.parametrize("rows", [[], [["fence", 1]], [["task", "delay_mean"]]])
def test_a_workbook_without_headings(tmp_path: Path, rows: list[list[Any]]) -> None:
    (fault,) = faults(written(tmp_path, rows))
    assert "no line of its sheets ('Path') holds the headings" in fault.message


def test_headings_and_nothing_below(tmp_path: Path) -> None:
    assert "holds no task" in faults(written(tmp_path, [HEAD, [None], ["", "", ""]]))[0].message


def test_too_many_tasks(tmp_path: Path) -> None:
    (fault,) = faults(written(tmp_path, [HEAD, *[["a", 0, None, 1, 0]] * 1001]))
    assert "more than 1,000 tasks" in fault.message


@pytest.mark.parametrize(("place", "word"), [("A5001", "row 5001"), ("ZZ2", "ZZ2")])
def test_content_further_out_than_is_read_is_told(tmp_path: Path, place: str, word: str) -> None:
    path = written(tmp_path, [HEAD, *ROWS], lambda book: book["Path"].__setitem__(place, 5))
    assert f"content as far out as {word}" in faults(path)[0].message


def test_a_file_that_is_no_workbook(tmp_path: Path) -> None:
    path = tmp_path / "path.xlsx"
    assert "cannot be read" in faults(path)[0].message
    for raw, word in (
        (b"", "is not a workbook"),
        (b"task,p_detection\n", "is not a workbook"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "old form (.xls), or locked with a password"),
    ):
        path.write_bytes(raw)
        assert word in faults(path)[0].message
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("hello.txt", "hello")
    assert "is not a workbook that can be read" in faults(path)[0].message
    old = tmp_path / "path.xls"
    assert "old form" in faults(old)[0].message
    assert "Leave --sheet away" in faults(tmp_path / "path.csv", "Path")[0].cure


def test_bombs_are_refused_before_they_unpack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MAX_UNPACKED", 2_000_000)
    path = written(tmp_path, [HEAD, *ROWS])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/zeros", bytes(3_000_000))
    assert path.stat().st_size < 100_000
    assert "unpacks to more than 2 MB" in faults(path)[0].message
    monkeypatch.setattr(workbook, "MAX_PACKED", 1_000)
    assert "is larger than" in faults(path)[0].message


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/styles.xml", "xl/workbook.xml"])
def test_entities_are_refused(tmp_path: Path, part: str) -> None:
    path = written(tmp_path, [HEAD, *ROWS])
    inside = {name: zipfile.ZipFile(path).read(name) for name in zipfile.ZipFile(path).namelist()}
    declaration = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'
    inside[part] = (
        declaration + inside[part].partition(b"?>")[2] if b"?>" in inside[part] else declaration + inside[part]
    )
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in inside.items():
            archive.writestr(name, content)
    assert "is not a workbook that can be read" in faults(path)[0].message


def test_a_part_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, [HEAD, *ROWS])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/zeros", bytes(3_000_000))
    raw = bytearray(path.read_bytes())
    # the size after unpacking stands 24 bytes into the last entry of the directory
    at = raw.rindex(b"PK\1\2") + 24
    assert int.from_bytes(raw[at : at + 4], "little") == 3_000_000
    raw[at : at + 4] = (1000).to_bytes(4, "little")
    path.write_bytes(raw)
    assert "is not a workbook" in faults(path)[0].message


def test_any_damage_is_an_answer_in_words(tmp_path: Path) -> None:
    raw = written(tmp_path, [HEAD, *ROWS]).read_bytes()
    path = tmp_path / "path.xlsx"
    answers = 0
    for cut in range(0, len(raw), len(raw) // 12):
        path.write_bytes(raw[:cut] + bytes(20) + raw[cut + 20 :])
        try:
            read_easi(path)
        except SheetError:
            answers += 1
    # most of the bytes are what is unpacked: their checksum no longer holds
    assert answers > 3


def test_letters_of_columns() -> None:
    assert [letters(column) for column in (1, 26, 27, 52, 703)] == ["A", "Z", "AA", "AZ", "AAA"]


def test_without_its_library_the_cure_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, [HEAD, *ROWS])
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(MissingExtraError, match=r"a workbook needs an extra .*pip install 'bartizan\[xlsx\]'"):
        read_easi(path)
