"""One unit of a sweep: one site, state, threat and seed, worked out wherever a worker is free.

`work` is a pure function of the unit. It knows nothing of who calls it, in which order and how often, so a unit whose
worker was lost is simply worked out again. What is drawn comes from the unit's own seed, never from a worker.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, Protocol

from bartizan import __version__
from bartizan.app.simulate import Trials, simulate_site
from bartizan.app.study import Chosen, study
from bartizan.assess.simulate.outcome import Estimate
from bartizan.assess.task import Communication, Forced
from bartizan.errors import BartizanError
from bartizan.site.site import Site

RETRIES = 3  # times that a unit may lose its worker before it is held to blame


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What is asked of every site: the same for all units of a sweep.

    `targets`, `responses`: ids, or None for all that the site has. `simulate`: also try the worst paths, to a
    standard error of `standard_error`, all responses together. `communication`, `forced`, `insider`,
    `all_targets`: as for a study.
    """

    targets: tuple[str, ...] | None = None
    responses: tuple[str, ...] | None = None
    simulate: bool = False
    standard_error: float = 1e-3
    communication: Communication = "once"
    forced: Forced = "closes"
    insider: str | None = None
    all_targets: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A piece of work: `number` is its place in the sweep, `name` that of the site as it was asked for.

    `threat` None: whoever; `state`: the states that hold; `seed` None where nothing is drawn.
    """

    number: int
    name: str
    site: Site
    threat: str | None
    state: tuple[str, ...]
    seed: int | None
    task: Task

    @property
    def key(self) -> str:
        """SHA-256 (hex) over all that the answer depends on, the version of Bartizan included."""
        meaning = [__version__, self.site.hash, self.threat, self.state, self.seed, asdict(self.task)]
        return hashlib.sha256(json.dumps(meaning, sort_keys=True).encode()).hexdigest()

    @property
    def words(self) -> str:
        """What it asks, for people."""
        state = ",".join(self.state) if self.state else "as written"
        seed = "" if self.seed is None else f", seed {self.seed}"
        return f"{self.name}, {f'threat {self.threat}' if self.threat else 'any intruder'}, {state}{seed}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One answer of a unit: one target, and one response or all of them together (`response` None, simulated).

    `p_interruption`, `p_effectiveness` in [0, 1] or None; `any_law`: P_I of the same path under the laws that its
    times have; `standard_error` that of a simulated P_I. `proved`: whether the path is proved to be the worst.
    `reason` says why there is no figure.
    """

    target: str | None
    response: str | None
    p_interruption: float | None
    p_effectiveness: float | None
    any_law: float | None
    standard_error: float | None
    proved: bool | None
    path: str | None
    reason: str | None

    def to_json(self) -> dict[str, Any]:
        """The row as a JSON object."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A unit that was worked out."""

    number: int
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """A unit that could not be worked out, and why."""

    number: int
    cause: str


Outcome = Answered | Failed


class Runner(Protocol):
    """Works out units, on whatever workers it has.

    Yields one outcome for each unit, in any order, as they come; a lost worker's units are worked out again, and a
    unit that loses its worker RETRIES times is one that failed. Closing the iterator stops the work.
    """

    def run(self, units: Sequence[Unit], work: Callable[[Unit], Outcome]) -> Iterator[Outcome]:
        """One outcome for each unit."""
        ...


def here(units: Iterable[Unit], work: Callable[[Unit], Outcome]) -> Iterator[Outcome]:
    """The units one after the other, in this process."""
    return map(work, units)


def work(unit: Unit) -> Outcome:
    """Work out one unit. Whatever goes wrong becomes its cause, so that it never takes the other units with it."""
    try:
        return Answered(number=unit.number, rows=(*_exact(unit), *(_simulated(unit) if unit.task.simulate else ())))
    except BartizanError as error:
        return Failed(number=unit.number, cause=str(error))
    except Exception as error:  # noqa: BLE001 - a slip in one unit must not lose the hours that others took
        return Failed(number=unit.number, cause=f"{type(error).__name__}: {error}")


def row_of(told: dict[str, Any]) -> Row:
    """A row from its JSON object. Raises KeyError where a key is missing."""
    return Row(**{field.name: told[field.name] for field in fields(Row)})


def _exact(unit: Unit) -> Iterator[Row]:
    found = study(unit.site, count=1, **_chosen(unit))
    for case in found.cases:
        result, worst = case.result, case.worst
        yield Row(
            target=result.target,
            response=result.response,
            p_interruption=result.p_interruption,
            p_effectiveness=result.p_effectiveness,
            any_law=None if worst is None else worst.any_law,
            standard_error=None,
            proved=None if result.certificate is None else result.certificate.gap <= 0.0,
            path=None if worst is None else _words(worst.steps),
            reason=result.reason,
        )


def _simulated(unit: Unit) -> Iterator[Row]:
    trials = Trials(seed=unit.seed or 0, standard_error=unit.task.standard_error)
    campaign = simulate_site(unit.site, trials=trials, **_chosen(unit))
    for case in campaign.cases:
        worst = case.tried[0] if case.tried else None
        interruption: Estimate | None = None if worst is None else worst.simulation.p_interruption
        effect = None if worst is None else worst.simulation.p_effectiveness
        yield Row(
            target=case.question.target,
            response=None,
            p_interruption=None if interruption is None else interruption.value,
            p_effectiveness=None if effect is None else effect.value,
            any_law=None,
            standard_error=None if interruption is None else interruption.standard_error,
            proved=None,
            path=None if worst is None else _words(worst.path.steps),
            reason=case.reason,
        )


def _chosen(unit: Unit) -> Chosen:
    return Chosen(
        threats=None if unit.threat is None else [unit.threat],
        states=[unit.state] if unit.state else None,
        targets=unit.task.targets,
        responses=unit.task.responses,
        communication=unit.task.communication,
        forced=unit.task.forced,
        insider=unit.task.insider,
        all_targets=unit.task.all_targets,
    )


def _words(steps: Sequence[Any]) -> str:
    return " > ".join(step.id if step.way is None else f"{step.id}/{step.way}" for step in steps if step.kind != "area")
