"""The simulation of a site: which paths are tried, who answers, and plain words for what is missing."""

from __future__ import annotations

import copy
import json
import math
from collections.abc import Iterator
from typing import Any

import pytest

from bartizan.app.simulate import Campaign, Question, Trials, simulate_site, threads
from bartizan.assess.neutralize import Duel, win_probability
from bartizan.assess.simulate.outcome import Estimate
from bartizan.assess.simulate.run import BLOCK, Progress
from bartizan.errors import ChangeError, InputError, MissingPartError, UnknownIdError
from bartizan.site import build
from bartizan.site.site import Site

Z = 4.5  # standard errors; seeds are fixed

# a door that is quick and seldom noticed, a wall that is slow and always noticed
DOCUMENT: dict[str, Any] = {
    "schema": 1,
    "site": {"name": "Yard"},
    "area": [{"id": "street", "outside": True}, {"id": "yard"}],
    "element": [
        {
            "id": "door",
            "kind": "door",
            "between": ["street", "yard"],
            "way": [{"id": "pick", "p_detection": 0.4, "detect_at": "begin", "delay": {"mean": 20, "sd": 2}}],
        },
        {
            "id": "wall",
            "kind": "wall",
            "between": ["street", "yard"],
            "way": [{"id": "climb", "p_detection": 1.0, "detect_at": "begin", "delay": {"mean": 100, "sd": 10}}],
        },
    ],
    "target": [{"id": "safe", "area": "yard", "way": [{"id": "open", "delay": {"mean": 60, "sd": 6}}]}],
    "response": [
        {"id": "guards", "arrival": {"mean": 50, "sd": 5}, "p_communication": 0.9, "strength": 2},
        {"id": "police", "arrival": {"mean": 400, "sd": 20}, "p_communication": 0.8, "strength": 6},
    ],
    "threat": [{"id": "pair", "count": 2}],
    "engagement": [
        {"id": "one", "response": "guards", "law": "square", "advantage": 1.5, "pace": 10},
        {"id": "two", "response": "police", "law": "square", "advantage": 3.0, "pace": 10},
    ],
    "insider": [{"id": "clerk", "changes": [{"at": "element/door/way/pick", "set": {"p_detection": 0.1}}]}],
    "state": [
        {"id": "night", "axis": "time", "changes": [{"at": "response/guards", "set": {"p_communication": 0.5}}]},
        {"id": "day", "axis": "time", "changes": []},
    ],
}


def yard(**changed: Any) -> Site:
    document = copy.deepcopy(DOCUMENT)
    document.update(changed)
    return build(document)


def ask(site: Site, **options: Any) -> Campaign:
    return simulate_site(site, trials=Trials(seed=1, standard_error=2e-3), **options)


def close(estimate: Estimate, expected: float) -> bool:
    return abs(estimate.value - expected) <= Z * math.sqrt(expected * (1.0 - expected) / estimate.of)


def test_all_responses_answer_together_on_the_worst_path() -> None:
    (case,) = ask(yard()).cases
    assert case.question == Question(threat="pair", targets=("safe",), state=())
    assert case.responses == ("guards", "police")
    # the police come too late on either path, so that both are the worst for them: the first by id stands
    (tried,) = case.tried
    assert [step.id for step in tried.path.steps] == ["door", "safe"]
    assert tried.worst_for == ("guards", "police")
    alone = dict(tried.alone)
    # 80 +- sqrt(40) s are left against 50 +- 5 s: noticed 0.4, called 0.9, in time in all but 1e-4 of cases
    assert alone["guards"] == pytest.approx(0.36, abs=1e-3)
    assert alone["police"] == pytest.approx(0.0, abs=1e-9)
    assert close(tried.simulation.p_interruption, alone["guards"])
    assert tried.simulation.p_neutralization is not None
    # the police come 300 s after the fight is over: it is the guards' alone
    assert close(tried.simulation.p_neutralization, win_probability(Duel("square", 1.5), 2, 2))
    assert case.fight is None
    assert tried.chance == tried.simulation.p_effectiveness.value  # type: ignore[union-attr]


def test_more_paths_are_tried_worst_first() -> None:
    (case,) = ask(yard(), count=2, responses=["guards"]).cases
    assert [tried.path.steps[0].id for tried in case.tried] == ["door", "wall"]
    assert case.tried[0].chance < case.tried[1].chance
    assert close(case.tried[1].simulation.p_interruption, 0.9)


def test_states_insiders_and_calls_are_those_asked_for() -> None:
    day, night = ask(yard(), states=[["day"], ["night"]], responses=["guards"]).cases
    assert close(day.tried[0].simulation.p_interruption, 0.36)
    assert close(night.tried[0].simulation.p_interruption, 0.2)
    (helped,) = ask(yard(), insider="clerk", responses=["guards"]).cases
    assert close(helped.tried[0].simulation.p_interruption, 0.09)
    (each,) = ask(yard(), communication="per-alarm", responses=["guards"]).cases
    assert close(each.tried[0].simulation.p_interruption, dict(each.tried[0].alone)["guards"])


def test_all_targets_are_one_attack() -> None:
    lamp = {"id": "lamp", "area": "street", "way": [{"id": "smash", "delay": {"mean": 15, "sd": 0}}]}
    (case,) = ask(yard(target=[*DOCUMENT["target"], lamp]), all_targets=True, responses=["guards"]).cases
    assert case.question.target == "safe,lamp"
    assert {"safe", "lamp"} <= {step.id for step in case.tried[0].path.steps}
    assert close(case.tried[0].simulation.p_interruption, dict(case.tried[0].alone)["guards"])


def test_enough_responders_are_awaited() -> None:
    (case,) = ask(yard(), need=3).cases
    simulation = case.tried[0].simulation
    assert simulation.p_interruption.value == 0.0
    assert close(simulation.p_arrival, 0.36)
    assert simulation.p_neutralization is None
    with pytest.raises(InputError, match="9 responders are needed, and all forces together are 8"):
        ask(yard(), need=9)


def test_without_engagements_the_fight_is_not_known_in_words() -> None:
    (case,) = ask(yard(engagement=DOCUMENT["engagement"][:1])).cases
    assert case.fight == "no engagement says how police would fight"
    assert case.tried[0].simulation.p_effectiveness is None


def test_no_path_has_a_reason() -> None:
    document = copy.deepcopy(DOCUMENT["element"])
    for element in document:
        element["way"][0]["needs"] = ["wings"]
    (case,) = ask(yard(element=document)).cases
    assert case.tried == ()
    assert case.reason is not None
    assert "'safe'" in case.reason


def test_what_is_missing_or_unknown_is_said() -> None:
    with pytest.raises(MissingPartError, match=r"no responses: add a \[\[response\]\]"):
        ask(yard(response=[], engagement=[], state=[]))
    with pytest.raises(UnknownIdError, match="army"):
        ask(yard(), responses=["army"])
    with pytest.raises(ChangeError):
        ask(yard(), states=[["day", "night"]])
    with pytest.raises(InputError, match="0 paths were asked for"):
        ask(yard(), count=0)
    twist = [DOCUMENT["engagement"][0], {**DOCUMENT["engagement"][1], "pace": 11}]
    with pytest.raises(InputError, match="differ in law or pace"):
        ask(yard(engagement=twist))


def test_workers_change_nothing_and_are_told_of() -> None:
    told: list[tuple[Question, Progress]] = []

    def tell(question: Question, progress: Progress) -> None:
        told.append((question, progress))

    written = []
    for workers in (1, 3):
        with threads(workers) as mapper:
            trials = Trials(seed=1, standard_error=1.5e-3, workers=mapper, telling=tell)
            written.append(json.dumps(simulate_site(yard(), trials=trials).to_json(), allow_nan=False))
    assert written[0] == written[1]
    half = len(told) // 2
    assert half > 1
    assert told[:half] == told[half:]
    assert [progress.attacks for _, progress in told[:half]] == [BLOCK * (n + 1) for n in range(half)]


@pytest.mark.parametrize("workers", [0, -1, 257])
def test_a_number_of_workers_out_of_range_is_refused(workers: int) -> None:
    with pytest.raises(InputError, match="Give 1 to 256"), threads(workers):
        pass


def test_threads_hand_over_in_order_do_not_run_ahead_and_pass_errors_on() -> None:
    begun: list[int] = []

    def work(number: int) -> Any:
        begun.append(number)
        if number == 40:
            raise InputError("number 40")
        return number

    with threads(4) as mapper:
        found: Iterator[Any] = mapper(work, iter(range(10**9)))
        assert [next(found) for _ in range(20)] == list(range(20))
        assert max(begun) <= 20 + 4
        with pytest.raises(InputError, match="number 40"):
            list(found)
