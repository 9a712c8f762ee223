"""The sweep: which units there are, which of them are known already, and what all of them say, in their order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import product
from typing import Any

from bartizan import __version__
from bartizan.app.study.head import SCHEMA
from bartizan.app.sweep.unit import Answered, Failed, Outcome, Runner, Task, Unit, work
from bartizan.errors import InputError, MissingPartError
from bartizan.site.site import Site

MOST_UNITS = 1_000_000


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a sweep is: units done, those of them that failed, and all."""

    done: int
    failed: int
    units: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """What was asked and what came of it. `outcomes` stand in the order of the units, whoever worked them out when.

    `stopped`: whether it was stopped before every unit was done; those that were not done are left out.
    """

    task: Task
    units: tuple[Unit, ...]
    outcomes: tuple[Outcome, ...]
    stopped: bool = False
    version: str = field(default=__version__)

    @property
    def failed(self) -> tuple[Failed, ...]:
        """The units that could not be worked out."""
        return tuple(outcome for outcome in self.outcomes if isinstance(outcome, Failed))

    def rows(self) -> Iterator[dict[str, Any]]:
        """One flat mapping for each answer, with what it was asked of; a failed unit has none."""
        for outcome in self.outcomes:
            if isinstance(outcome, Answered):
                for row in outcome.rows:
                    yield {**_asked(self.units[outcome.number]), **row.to_json()}

    def to_json(self) -> dict[str, Any]:
        """The sweep as a JSON object: absent is null, a key is never missing."""
        return {
            "schema": SCHEMA,
            "bartizan": self.version,
            "options": asdict(self.task),
            "units": len(self.units),
            "stopped": self.stopped,
            "results": list(self.rows()),
            "failed": [{**_asked(self.units[one.number]), "cause": one.cause} for one in self.failed],
        }


def sweep(
    sites: Mapping[str, Site],
    task: Task,
    runner: Runner,
    *,
    threats: Sequence[str] | None = None,
    states: Sequence[Sequence[str]] | None = None,
    seeds: Sequence[int] | None = None,
    known: Mapping[str, Answered] | None = None,
    keep: Callable[[Unit, Outcome], None] | None = None,
    telling: Callable[[Progress], None] | None = None,
) -> Sweep:
    """How do many sites fare, in every state, against every threat?

    `sites` by the names under which they are shown. `threats`: ids, None: all that each site has. `states`:
    combinations of state ids, None: each site as written. `seeds`: of what is drawn; None where nothing is. `runner`
    has the workers. `known`: answers by `Unit.key` that an earlier run left; `keep` is handed each new outcome as it
    comes, and `telling` how far it is.

    Returns every outcome in the order of the units (site, state, threat, seed), the same bit for bit whatever the
    workers, on processors of one kind. KeyboardInterrupt stops it and leaves what is done. Raises InputError for no
    site, too many units, or seeds where nothing is drawn. Not modelled: units that depend on each other.
    """
    units = tuple(_units(sites, task, threats, states, seeds))
    known = known or {}
    outcomes: dict[int, Outcome] = {
        unit.number: Answered(number=unit.number, rows=known[unit.key].rows) for unit in units if unit.key in known
    }
    stopped = False
    running = runner.run([unit for unit in units if unit.number not in outcomes], work)
    try:
        _tell(telling, outcomes, units)
        for outcome in running:
            outcomes[outcome.number] = outcome
            if keep is not None:
                keep(units[outcome.number], outcome)
            _tell(telling, outcomes, units)
    except KeyboardInterrupt:
        stopped = True
    finally:
        close = getattr(running, "close", None)
        if close is not None:
            close()
    ordered = tuple(outcomes[number] for number in sorted(outcomes))
    return Sweep(task=task, units=units, outcomes=ordered, stopped=stopped)


def _units(
    sites: Mapping[str, Site],
    task: Task,
    threats: Sequence[str] | None,
    states: Sequence[Sequence[str]] | None,
    seeds: Sequence[int] | None,
) -> Iterator[Unit]:
    if not sites:
        raise InputError("no site was named. Name at least one")
    if seeds is not None and not task.simulate:
        raise InputError("seeds were given and nothing is drawn. Ask for a simulation, or leave the seeds out")
    if seeds is None and task.simulate:
        seeds = (0,)
    anybody: list[str | None] = [None]
    combinations = list(dict.fromkeys(tuple(state) for state in states)) if states else [()]
    number = 0
    for name, site in sites.items():
        if not site.targets:
            raise MissingPartError(f"site {name!r} has no targets, so nothing can be asked of it. Add a [[target]]")
        who = list(dict.fromkeys(threats)) if threats else [threat.id for threat in site.threats] or anybody
        drawn: list[int | None] = [None] if seeds is None else list(dict.fromkeys(seeds))
        for state, threat, seed in product(combinations, who, drawn):
            if number >= MOST_UNITS:
                raise InputError(f"the sweep has more than {MOST_UNITS:,} units. Ask for fewer sites, states or seeds")
            yield Unit(number=number, name=name, site=site, threat=threat, state=state, seed=seed, task=task)
            number += 1


def _tell(telling: Callable[[Progress], None] | None, outcomes: Mapping[int, Outcome], units: Sequence[Unit]) -> None:
    if telling is not None:
        failed = sum(isinstance(outcome, Failed) for outcome in outcomes.values())
        telling(Progress(len(outcomes), failed, len(units)))


def _asked(unit: Unit) -> dict[str, Any]:
    return {
        "site": unit.name,
        "site_hash": unit.site.hash,
        "threat": unit.threat,
        "state": list(unit.state),
        "seed": unit.seed,
    }
