"""Laws of the EASI sheet: any bytes give tasks or faults, and what is written is what is read."""

from __future__ import annotations

import csv
import io

from hypothesis import example, given
from hypothesis import strategies as st

from bartizan.adapters.files.sheet import COLUMNS, parse_sheet
from bartizan.assess.task import Task
from bartizan.errors import Fault, SheetError

HEAD = ",".join(COLUMNS) + "\n"
CELL = st.one_of(
    st.text(max_size=12), st.floats().map(str), st.sampled_from(["begin", "end", "0", "1", '"', "", "nan"])
)
SECONDS = st.floats(0.0, 1e9, allow_subnormal=False)
NAME = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=20)
TASK = st.tuples(NAME, st.floats(0.0, 1.0), st.sampled_from(["begin", "middle", "end"]), SECONDS, SECONDS)


def read(text: str) -> tuple[tuple[Task, ...], tuple[Fault, ...]]:
    try:
        return parse_sheet(text, "f.csv"), ()
    except SheetError as error:
        return (), error.faults


def read_or_refuse(text: str) -> None:
    tasks, faults = read(text)
    assert bool(tasks) != bool(faults)
    last = text.count("\n") + text.count("\r") + 1
    for fault in faults:
        assert fault.file == "f.csv"
        assert 0 <= fault.line <= last
        assert fault.message
        assert fault.cure
    for task in tasks:
        assert 0.0 <= task.p_detection <= 1.0
        assert 0.0 <= task.delay_mean <= 1e9
        assert 0.0 <= task.delay_sd <= 1e9


@given(st.text(max_size=400))
@example("\x00")
@example('"')
@example("\ufeff\ufeff" + HEAD)
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    read_or_refuse(text)


@given(st.lists(st.lists(CELL, min_size=4, max_size=6), max_size=6))
def test_any_cells_under_the_right_headings_are_read_or_refused(rows: list[list[str]]) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([list(COLUMNS), *rows])
    read_or_refuse(text.getvalue())


@given(st.lists(TASK, min_size=1, max_size=20))
def test_what_is_written_is_read(tasks: list[tuple[str, float, str, float, float]]) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([COLUMNS, *tasks])
    whole = parse_sheet(text.getvalue(), "f.csv")
    assert [(t.id, t.p_detection, t.detect_at, t.delay_mean, t.delay_sd) for t in whole] == tasks
