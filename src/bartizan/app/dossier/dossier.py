"""The dossier: the study of a site with its doubt, the advice, the best upgrades and the simulation beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from typing_extensions import Unpack

from bartizan.app.advice import Advice, AdviceCase, advise_site
from bartizan.app.doubt import DoubtCase, Doubts, doubt_site
from bartizan.app.harden import HardenStudy, harden_site
from bartizan.app.simulate import Campaign, CampaignCase, Trials, simulate_site
from bartizan.app.study import Case, Chosen, Selection, Study, study
from bartizan.app.terrain import TerrainCase, terrain_study
from bartizan.assess.doubt import Asked
from bartizan.errors import BartizanError
from bartizan.site.site import Site

Telling = Callable[[str], None]

_Key = tuple[str | None, str | None, tuple[str, ...], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a dossier is asked beside the questions.

    `count` worst paths; `require`: the P_I that is enough; `budget`: for upgrades, None: all that the site names;
    `doubt`: the level, the draws and the tests of the doubt; `trials`: seed and standard error of the simulation,
    whose seed the doubt draws from too.
    """

    count: int = 10
    require: float | None = None
    budget: Decimal | None = None
    doubt: Asked = field(default_factory=Asked)
    trials: Trials = field(default_factory=Trials)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """A study, and what stands beside it.

    `upgrades` is None where the site has none, or the reading excludes them. `ground`: the ground for the question of
    least P_I; None where there is none to walk on, and `no_ground` says what it lacks.
    """

    site: Site
    study: Study
    doubts: Doubts
    advice: Advice
    campaign: Campaign
    upgrades: HardenStudy | None
    ground: TerrainCase | None
    no_ground: str | None
    require: float | None

    def doubt(self, case: Case) -> DoubtCase | None:
        """The doubt about a case of the study."""
        return next((one for one in self.doubts.cases if _key(one) == _asked(case)), None)

    def walked(self, case: Case) -> TerrainCase | None:
        """The ground of a case of the study, which only the worst one has."""
        ground = self.ground
        if ground is None or (ground.threat, ground.target, ground.state, ground.response) != _asked(case):
            return None
        return ground

    def advised(self, case: Case) -> AdviceCase | None:
        """The advice on a case of the study."""
        return next((one for one in self.advice.cases if _key(one) == _asked(case)), None)

    def tried(self, case: Case) -> CampaignCase | None:
        """The simulation of a case of the study, in which all responses answer together."""
        threat, target, state, _ = _asked(case)
        return next(
            (
                one
                for one in self.campaign.cases
                if (one.question.threat, one.question.target, one.question.state) == (threat, target, state)
            ),
            None,
        )


def dossier_of(
    site: Site, *, wanted: Wanted | None = None, telling: Telling | None = None, **chosen: Unpack[Chosen]
) -> Dossier:
    """Everything that can be said of a site for the questions asked: paths, doubt, advice, upgrades, simulation.

    `chosen`: which questions, and under which reading, as `Selection` has it. `telling` hears which part is being
    worked out. Raises what the parts raise: MissingPartError where the site lacks what a study needs, InputError
    for what cannot be asked.
    """
    wanted = wanted or Wanted()
    asked = Selection(**chosen)
    tell = telling or (lambda _: None)
    tell("the worst paths")
    found = study(site, count=wanted.count, require=wanted.require, **chosen)
    tell("the doubt")
    doubts = doubt_site(site, asked=wanted.doubt, seed=wanted.trials.seed, **chosen)
    tell("what each part is worth")
    advice = advise_site(site, want=wanted.require, **chosen)
    upgrades = None
    if site.upgrades and not asked.all_targets and asked.forced == "closes":
        tell("the best upgrades")
        budget = sum((Decimal(str(one.cost)) for one in site.upgrades), Decimal(0))
        upgrades = harden_site(site, budget if wanted.budget is None else wanted.budget, **chosen)
    tell("the ground")
    ground, no_ground = _ground(site, chosen, found)
    tell("the simulation")
    campaign = simulate_site(site, trials=wanted.trials, **chosen)
    return Dossier(
        site=site,
        study=found,
        doubts=doubts,
        advice=advice,
        campaign=campaign,
        upgrades=upgrades,
        ground=ground,
        no_ground=no_ground,
        require=wanted.require,
    )


def _ground(site: Site, chosen: Chosen, found: Study) -> tuple[TerrainCase | None, str | None]:
    """The ground for the question of least P_I, or why there is none."""
    open_ = [case.result for case in found.cases if case.result.p_interruption is not None]
    if not open_:
        return None, None
    worst = min(open_, key=lambda result: result.p_interruption or 0.0)
    alone: Chosen = {
        **chosen,
        "threats": None if worst.threat is None else [worst.threat],
        "targets": None if worst.target is None else worst.target.split(","),
        "states": [worst.state],
        "responses": None if worst.response is None else [worst.response],
    }
    try:
        (case,) = terrain_study(site, **alone).cases
    except BartizanError as error:
        # a site need not have a plan, nor a threat a speed
        return None, str(error)
    return case, None


def _key(case: DoubtCase | AdviceCase) -> _Key:
    return case.threat, case.target, case.state, case.response


def _asked(case: Case) -> _Key:
    result = case.result
    return result.threat, result.target, result.state, result.response
