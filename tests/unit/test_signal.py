"""The signal is a contract: its keys never go missing, and what it was made of cannot be changed afterwards."""

from __future__ import annotations

import json

import pytest

from bartizan.signal import Signal, SignalIds

CONTRACT = [
    "schema", "id", "t", "utc", "kind", "rule", "state", "zone", "area", "element",
    "cameras", "tracks", "at", "since", "severity", "exercise", "linked", "silent", "because",
]  # fmt: skip


def test_every_key_of_the_contract_is_there_even_when_absent() -> None:
    signal = Signal(id="r-1", t=3.5, kind="loitering", state="raised")
    record = signal.to_json()
    assert list(record) == CONTRACT
    assert record["utc"] is None
    assert record["cameras"] == []
    assert json.loads(json.dumps(record)) == record


def test_the_reasons_cannot_be_changed_from_outside() -> None:
    reasons = {"seconds": 61.0}
    signal = Signal(id="r-1", t=3.5, kind="loitering", state="raised", because=reasons)
    reasons["seconds"] = 0.0
    assert signal.because["seconds"] == 61.0
    with pytest.raises(TypeError):
        signal.because["seconds"] = 0.0  # type: ignore[index]


def test_ids_are_the_runs_name_and_a_number() -> None:
    ids = SignalIds("r7")
    assert [next(ids), next(ids)] == ["r7-1", "r7-2"]
