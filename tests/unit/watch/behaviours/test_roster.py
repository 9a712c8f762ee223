"""The roster: rows are used again, begin empty, and have a bound; who finds no room is counted."""

from __future__ import annotations

import numpy as np

from bartizan.watch.behaviours.parts.roster import Roster, record_of

RECORD = record_of(("held", np.float64))
ALL = np.ones(3, np.bool_)


def test_rows_are_given_where_they_are_wanted() -> None:
    roster = Roster(RECORD)
    assert roster.rows(("a", "b", "c"), np.array([True, False, True])).tolist() == [0, -1, 1]
    assert (roster.fresh, roster.row("b"), len(roster)) == (["a", "c"], None, 2)
    # points of one track before the one that gets it a row are taken with it
    assert roster.rows(("d", "d", "a"), np.array([False, True, True])).tolist() == [2, 2, 0]
    assert [roster.name(row) for row in roster.all()] == ["a", "c", "d"]


def test_a_row_that_is_used_again_begins_empty() -> None:
    roster = Roster(RECORD, ring=(2, 1))
    roster.rows(("a",), ALL[:1])
    roster.records["held"][0], roster.rings[0] = 7.0, 7.0
    roster.release([0])
    assert roster.rows(("b",), ALL[:1]).tolist() == [0]
    assert (roster.records["held"][0], roster.records["row"][0], bool(roster.records["used"][0])) == (0.0, 0, True)
    assert roster.rings[0].tolist() == [[0.0], [0.0]]


def test_arrays_grow_up_to_a_bound_and_keep_what_they_hold() -> None:
    roster = Roster(RECORD, most=100)
    names = tuple(f"t{n}" for n in range(250))
    first = roster.rows(names[:64], np.ones(64, np.bool_))
    roster.records["held"][first] = np.arange(64.0)
    rows = roster.rows(names, np.ones(250, np.bool_))
    assert rows.tolist() == [*range(100), *[-1] * 150]
    assert (len(roster.records), roster.dropped) == (100, 150)
    assert roster.records["held"][:64].tolist() == list(range(64))
    assert roster.records["row"][:100].tolist() == list(range(100))
