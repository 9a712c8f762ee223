"""The dossier: the study of a site with its doubt, the advice, the best upgrades and the simulation beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from bartizan.app.advice import Advice, AdviceCase, advise_site
from bartizan.app.doubt import DoubtCase, Doubts, doubt_site
from bartizan.app.harden import HardenStudy, harden_site
from bartizan.app.simulate import Campaign, CampaignCase, Trials, simulate_site
from bartizan.app.study import Case, Selection, Study, study
from bartizan.assess.doubt import Asked
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
    """A study, and what stands beside it; `upgrades` is None where the site has none, or the reading excludes them."""

    site: Site
    study: Study
    doubts: Doubts
    advice: Advice
    campaign: Campaign
    upgrades: HardenStudy | None
    require: float | None

    def doubt(self, case: Case) -> DoubtCase | None:
        """The doubt about a case of the study."""
        return next((one for one in self.doubts.cases if _key(one) == _asked(case)), None)

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
    site: Site, *, selection: Selection | None = None, wanted: Wanted | None = None, telling: Telling | None = None
) -> Dossier:
    """Everything that can be said of a site for the questions asked: paths, doubt, advice, upgrades, simulation.

    `telling` hears which part is being worked out. Raises what the parts raise: MissingPartError where the site lacks
    what a study needs, InputError for what cannot be asked.
    """
    asked, wanted = selection or Selection(), wanted or Wanted()
    tell = telling or (lambda _: None)
    tell("the worst paths")
    found = study(
        site,
        threats=asked.threats,
        targets=asked.targets,
        states=asked.states,
        responses=asked.responses,
        communication=asked.communication,
        forced=asked.forced,
        insider=asked.insider,
        all_targets=asked.all_targets,
        count=wanted.count,
        require=wanted.require,
    )
    tell("the doubt")
    doubts = doubt_site(site, selection=asked, asked=wanted.doubt, seed=wanted.trials.seed)
    tell("what each part is worth")
    advice = advise_site(site, want=wanted.require, selection=asked)
    upgrades = None
    if site.upgrades and not asked.all_targets and asked.forced == "closes":
        tell("the best upgrades")
        budget = sum((Decimal(str(one.cost)) for one in site.upgrades), Decimal(0))
        upgrades = harden_site(site, budget if wanted.budget is None else wanted.budget, selection=asked)
    tell("the simulation")
    campaign = simulate_site(
        site,
        threats=asked.threats,
        targets=asked.targets,
        states=asked.states,
        responses=asked.responses,
        communication=asked.communication,
        forced=asked.forced,
        insider=asked.insider,
        all_targets=asked.all_targets,
        trials=wanted.trials,
    )
    return Dossier(
        site=site,
        study=found,
        doubts=doubts,
        advice=advice,
        campaign=campaign,
        upgrades=upgrades,
        require=wanted.require,
    )


def _key(case: DoubtCase | AdviceCase) -> _Key:
    return case.threat, case.target, case.state, case.response


def _asked(case: Case) -> _Key:
    result = case.result
    return result.threat, result.target, result.state, result.response
