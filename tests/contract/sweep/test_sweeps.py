"""Sweeps: every unit once, in its order, whoever works it out and whatever dies meanwhile."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from sweep_work import SIMULATED, SITES, STATES, Inline, deadly, dying_in, yard

from bartizan.adapters.cluster.dask import Certificates, Cluster
from bartizan.adapters.cluster.processes import Processes
from bartizan.adapters.files.sweep_lines import keeping, read_kept
from bartizan.app.study import study
from bartizan.app.sweep import Answered, Failed, Outcome, Progress, Task, Unit, sweep, work
from bartizan.errors import InputError


def text(found: Any) -> str:
    return json.dumps(found.to_json(), allow_nan=False)


@pytest.fixture(scope="module")
def expected() -> str:
    return text(sweep(SITES, SIMULATED, Inline(), states=STATES, seeds=[0, 7]))


def test_processes_give_the_same_bit_for_bit(expected: str) -> None:
    assert text(sweep(SITES, SIMULATED, Processes(2), states=STATES, seeds=[0, 7])) == expected


def test_every_site_state_threat_and_seed_stands_in_its_place(expected: str) -> None:
    document = json.loads(expected)
    asked = [
        (row["site"], tuple(row["state"]), row["threat"], row["seed"], row["response"]) for row in document["results"]
    ]
    assert asked == [
        (site, state, threat, seed, response)
        for site in ("small", "large")
        for state in ((), ("night",))
        for threat in ("one", "two")
        for seed in (0, 7)
        for response in ("guards", None)
    ]
    assert document["failed"] == []
    assert document["units"] == 16


def test_answers_are_those_of_a_study() -> None:
    found = sweep({"small": SITES["small"]}, Task(), Inline(), states=[("night",)], threats=["two"])
    (row,) = found.rows()
    case = study(SITES["small"], states=[["night"]], threats=["two"]).cases[0]
    assert case.worst is not None
    assert row["p_interruption"] == case.worst.p_interruption
    assert row["any_law"] == case.worst.any_law
    assert row["proved"] is True
    assert row["path"] == "fence/climb > door/force > safe/open"


def test_seeds_differ_and_agree_with_each_other_within_their_errors(expected: str) -> None:
    drawn = [row for row in json.loads(expected)["results"] if row["response"] is None]
    first = [row for row in drawn if row["seed"] == 0]
    second = [row for row in drawn if row["seed"] == 7]
    assert [row["p_interruption"] for row in first] != [row["p_interruption"] for row in second]
    for one, other in zip(first, second, strict=True):
        both = math.hypot(one["standard_error"], other["standard_error"])
        # eight comparisons: five standard errors are passed once in two hundred thousand runs
        assert abs(one["p_interruption"] - other["p_interruption"]) < 5.0 * both


class Elsewhere(Processes):
    """Processes that do other work than they were given."""

    def __init__(self, workers: int, other: Any) -> None:
        super().__init__(workers)
        self.other = other

    def run(self, units: Sequence[Unit], work: Any) -> Iterator[Outcome]:
        del work
        return super().run(units, self.other)


def test_workers_that_die_are_replaced_and_their_units_tried_again(tmp_path: Path) -> None:
    small = {"small": SITES["small"]}
    undisturbed = text(sweep(small, Task(), Inline(), states=STATES))
    disturbed = text(sweep(small, Task(), Elsewhere(2, dying_in(tmp_path)), states=STATES))
    assert len(list(tmp_path.iterdir())) == 2
    assert disturbed == undisturbed


def test_a_unit_that_kills_every_worker_is_told_and_loses_no_other() -> None:
    found = sweep({"small": SITES["small"]}, Task(), Elsewhere(1, deadly), states=STATES)
    assert [one.number for one in found.failed] == [2]
    assert "its worker died 3 times" in found.failed[0].cause
    assert [one.number for one in found.outcomes] == list(range(4))


def test_a_unit_that_fails_is_told_with_its_cause_and_loses_no_other() -> None:
    found = sweep(SITES, Task(), Inline(), states=[(), ("noon",)])
    assert [one.number for one in found.failed] == [2, 3, 6, 7]
    assert "noon" in found.failed[0].cause
    told = found.to_json()["failed"][0]
    assert (told["site"], told["state"], told["threat"]) == ("small", ["noon"], "one")
    assert len(list(found.rows())) == 4


def test_a_slip_of_ours_is_a_cause_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bartizan.app.sweep.unit.study", lambda *_, **__: 1 // 0)
    found = work(Unit(number=4, name="a", site=SITES["small"], threat=None, state=(), seed=None, task=Task()))
    assert found == Failed(number=4, cause="ZeroDivisionError: integer division or modulo by zero")


class Interrupted(Inline):
    """Stopped by Ctrl-C after three units."""

    def run(self, units: Any, work: Any) -> Any:
        for unit in units[:3]:
            yield work(unit)
        raise KeyboardInterrupt


def test_what_was_done_before_ctrl_c_is_kept_and_not_done_again(tmp_path: Path) -> None:
    place = tmp_path / "kept.jsonl"
    with keeping(place) as keep:
        stopped = sweep(SITES, Task(), Interrupted(), states=STATES, keep=keep)
    assert stopped.stopped
    assert len(stopped.outcomes) == 3
    with place.open("a") as file:
        file.write('{"unit": "cut o')
    known = read_kept(place)
    assert len(known) == 3
    steps: list[Progress] = []
    with keeping(place) as keep:
        rest = sweep(SITES, Task(), Inline(), states=STATES, known=known, keep=keep, telling=steps.append)
    assert [step.done for step in steps] == [3, 4, 5, 6, 7, 8]
    assert text(rest) == text(sweep(SITES, Task(), Inline(), states=STATES))
    assert len(read_kept(place)) == 8


def test_what_was_kept_of_another_question_does_not_count(tmp_path: Path) -> None:
    place = tmp_path / "kept.jsonl"
    with keeping(place) as keep:
        sweep({"a": yard(20.0)}, Task(), Inline(), keep=keep)
    known = read_kept(place)
    keys = {
        Unit(number=0, name=name, site=site, threat="one", state=state, seed=seed, task=task).key in known
        for name, site, state, seed, task in (
            ("a", yard(21.0), (), None, Task()),
            ("a", yard(20.0), ("night",), None, Task()),
            ("a", yard(20.0), (), 1, Task()),
            ("a", yard(20.0), (), None, Task(targets=("safe",))),
        )
    }
    assert keys == {False}
    # the name under which a site is shown is not part of the question
    assert Unit(number=3, name="b", site=yard(20.0), threat="one", state=(), seed=None, task=Task()).key in known


def test_a_file_that_is_none_of_ours_is_refused(tmp_path: Path) -> None:
    place = tmp_path / "notes.txt"
    place.write_text("milk\nbread\n")
    with pytest.raises(InputError, match="no line that a sweep has kept"):
        read_kept(place)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: sweep({}, Task(), Inline()), "no site was named"),
        (lambda: sweep(SITES, Task(), Inline(), seeds=[1]), "seeds were given and nothing is drawn"),
        (lambda: Processes(0), "0 workers were asked for"),
        (lambda: Cluster("10.0.0.1:8786"), "is no address"),
        (lambda: Cluster("tls://10.0.0.1:8786"), "speaks TLS"),
        (lambda: Cluster("tcp://h:1", Certificates(Path("a"), Path("b"), Path("c"))), "does not speak TLS"),
    ],
)
def test_what_cannot_be_swept_is_said(call: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        call()


def test_outcomes_are_plain_and_comparable() -> None:
    assert Answered(number=1, rows=()) == Answered(number=1, rows=())
