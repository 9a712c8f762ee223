"""Procedures and responders of a site file: what is read, and every fault with its place and its cure."""

from __future__ import annotations

from typing import Any

import pytest

from bartizan.errors import SiteFileError, UnknownIdError
from bartizan.site import build
from bartizan.site.site import Site


def site(steps: list[dict[str, Any]], **more: Any) -> Site:
    procedure = {"id": "p", "kind": "entry", "step": steps} | more.pop("procedure", {})
    return build(
        {
            "schema": 1,
            "site": {"name": "x"},
            "response": [{"id": "force", "arrival": {"mean": 60, "sd": 6}}],
            "state": [{"id": "high", "axis": "posture"}],
            "procedure": [procedure],
            **more,
        }
    )


def faults(steps: list[dict[str, Any]], **more: Any) -> list[str]:
    with pytest.raises(SiteFileError) as error:
        site(steps, **more)
    return [str(one) for one in error.value.faults]


def test_a_step_leads_to_the_next_one_of_the_file_unless_it_says_otherwise() -> None:
    (found,) = site(
        [
            {"id": "a", "text": "ask", "answer": [{"id": "y", "text": "yes", "next": "c"}, {"id": "n", "text": "no"}]},
            {"id": "b", "text": "do", "next": "end", "within": 30, "who": "guard", "sets": "high"},
            {"id": "c", "text": "last"},
        ]
    ).procedures
    a, b, c = found.steps
    assert [(one.id, one.next) for one in a.answers] == [("y", "c"), ("n", "b")]
    assert (a.next, b.next, c.next) == ("b", "end", "end")
    assert (b.within, b.who, b.sets) == (30, "guard", "high")
    assert found.step("b") is b
    assert found.step("z") is None
    assert a.answer("y") is a.answers[0]
    assert a.answer("z") is None


def test_responders_belong_to_a_force_of_the_site() -> None:
    made = site([{"id": "a", "text": "t"}], responder=[{"id": "one", "call_sign": "Anna", "response": "force"}])
    assert made.responder("one").label == "Anna"
    with pytest.raises(UnknownIdError, match="Did you mean 'one'"):
        made.responder("onee")
    with pytest.raises(UnknownIdError, match="no procedure has the id"):
        made.procedure("q")
    (fault,) = faults([{"id": "a", "text": "t"}], responder=[{"id": "one", "response": "forc"}])
    assert "responder[0].response" in fault
    assert "Did you mean 'force'" in fault


@pytest.mark.parametrize(
    ("steps", "place", "words"),
    [
        ([{"id": "a", "text": "t", "next": "z"}], "procedure[0].step[0].next", "leads back, or to no step"),
        (
            [{"id": "a", "text": "t"}, {"id": "b", "text": "t", "next": "a"}],
            "procedure[0].step[1].next",
            "leads back, or to no step",
        ),
        (
            [{"id": "a", "text": "t", "answer": [{"id": "y", "text": "yes", "next": "a"}]}],
            "procedure[0].step[0].answer[0].next",
            "leads back, or to no step",
        ),
        ([{"id": "a", "text": "t"}, {"id": "a", "text": "t"}], "procedure[0].step[1].id", "have one id"),
        ([{"id": "end", "text": "t"}], "procedure[0].step[0].id", "is what the last step leads to"),
        (
            [{"id": "a", "text": "t", "next": "end"}, {"id": "b", "text": "t"}],
            "procedure[0].step[1].id",
            "no answer leads to this step",
        ),
        (
            [
                {"id": "a", "text": "t", "answer": [{"id": "y", "text": "y", "next": "c"}]},
                {"id": "b", "text": "t"},
                {"id": "c", "text": "t"},
            ],
            "procedure[0].step[1].id",
            "no answer leads to this step",
        ),
        (
            [{"id": "a", "text": "t", "answer": [{"id": "y", "text": "y"}, {"id": "y", "text": "z"}]}],
            "procedure[0].step[0].answer",
            "two answers of one step have one id",
        ),
        ([{"id": "a", "text": "t", "sets": "hi"}], "procedure[0].step[0].sets", "no state has this id"),
        ([], "procedure[0].step", "1"),
        ([{"id": "a", "text": "t", "within": 0}], "procedure[0].step[0].within", "0"),
    ],
)
def test_what_cannot_be_gone_through_is_a_fault(steps: list[dict[str, Any]], place: str, words: str) -> None:
    (fault,) = faults(steps)
    assert f" {place}" in fault
    assert words in fault


def test_one_kind_has_one_procedure_and_times_are_times() -> None:
    again = {"id": "q", "kind": "entry", "step": [{"id": "a", "text": "t"}]}
    one = {"id": "p", "kind": "entry", "step": [{"id": "a", "text": "t"}], "times": {"on_scene": -1}}
    with pytest.raises(SiteFileError) as error:
        build({"schema": 1, "site": {"name": "x"}, "procedure": [one, again]})
    told = "\n".join(str(fault) for fault in error.value.faults)
    assert "two procedures are for one kind of incident" in told
    assert "within seconds above 0" in told
    (wrong,) = faults([{"id": "a", "text": "t"}], procedure={"times": {"arrived": 3}})
    assert "times" in wrong


def test_a_procedure_changes_the_hash_by_what_it_means_alone() -> None:
    plain = site([{"id": "a", "text": "t"}])
    assert site([{"id": "a", "text": "t"}], procedure={"name": "for people"}).hash == plain.hash
    assert site([{"id": "a", "text": "t", "within": 9}]).hash != plain.hash
    without = build({"schema": 1, "site": {"name": "x"}})
    assert build({"schema": 1, "site": {"name": "x"}, "procedure": [], "responder": []}).hash == without.hash
