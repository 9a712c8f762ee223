"""An EASI sheet in whatever form it comes: comma-separated text or a workbook."""

from __future__ import annotations

from pathlib import Path

from bartizan.adapters.files.sheet import read_sheet
from bartizan.assess.task import Task
from bartizan.errors import Fault, SheetError

WORKBOOKS = (".xlsx", ".xlsm")


def read_easi(path: str | Path, sheet: str | None = None) -> tuple[Task, ...]:
    """The tasks of an EASI sheet, in the order in which the intruder does them.

    `sheet` names the worksheet of a workbook. Raises SheetError with every fault; MissingExtraError for a workbook
    without the library that reads it.
    """
    path = Path(path)
    ending = path.suffix.lower()
    if ending in WORKBOOKS:
        from bartizan.adapters.files.sheet_xlsx import read_workbook_sheet  # noqa: PLC0415 an extra

        return read_workbook_sheet(path, sheet)
    if ending == ".xls":
        cure = "Save it as an Excel workbook (.xlsx) or as CSV"
        raise SheetError([Fault(str(path), 0, "", "", "is a workbook of the old form", cure)])
    if sheet is not None:
        raise SheetError([Fault(str(path), 0, "", "", "is no workbook and has one sheet only", "Leave --sheet away")])
    return read_sheet(path)
