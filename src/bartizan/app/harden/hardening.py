"""The best upgrades of a site, and what it could spare, for every threat, target, state and response asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from typing_extensions import Unpack

from bartizan import __version__
from bartizan.app.study import Chosen, Selection, problems
from bartizan.app.study.head import head
from bartizan.assess.harden.choices import Money, amount
from bartizan.assess.harden.excerpt import Question
from bartizan.assess.harden.harden import WORK, harden
from bartizan.assess.harden.result import Hardening
from bartizan.assess.harden.search import Work
from bartizan.assess.harden.spare import Spared, Told, spare
from bartizan.assess.problem import Problem
from bartizan.errors import InputError, MissingPartError
from bartizan.site.site import Site


@dataclass(frozen=True, slots=True, kw_only=True)
class HardenStudy:
    """What was asked, of which site, and which upgrades are best; nothing here is drawn, so there is no seed."""

    version: str
    site_name: str
    site_hash: str
    options: Mapping[str, Any]
    hardening: Hardening

    def to_json(self) -> dict[str, Any]:
        """The study as the JSON object of `bartizan harden`."""
        return {**head(self), "hardening": self.hardening.to_json()}


@dataclass(frozen=True, slots=True, kw_only=True)
class SpareStudy:
    """What was asked, of which site, and what could be taken away and lose nothing."""

    version: str
    site_name: str
    site_hash: str
    options: Mapping[str, Any]
    spared: Spared

    def to_json(self) -> dict[str, Any]:
        """The study as the JSON object of `bartizan harden --cuts`."""
        return {**head(self), "cuts": self.spared.to_json()}


def harden_site(
    site: Site,
    budget: Money,
    *,
    front: bool = True,
    work: int = WORK,
    told: Callable[[Work], None] | None = None,
    **chosen: Unpack[Chosen],
) -> HardenStudy:
    """Which upgrades of a site are best within a budget? The worst over all cases asked for, the adversary moving last.

    `budget` in the currency of the site's costs; `front`: also every cost at which more can be had; `work`: how often
    the exact engine may be asked before the best found is told as not proved; `told` hears of the work as it goes on.
    Raises InputError for a budget that is no amount and for readings that are not covered (several targets at once,
    what is forced stays open), MissingPartError for a site without upgrades, and whatever the study of a site raises.
    """
    asked = Selection(**chosen)
    money = amount("the budget", budget)
    if work < 1:
        raise InputError(f"a work of {work} asks nothing. Give 1 or more")
    if not site.upgrades:
        raise MissingPartError(
            f"site {site.name!r} has no upgrades to choose from. Add [[upgrade]] with id, cost and changes"
        )
    questions = [_question(problem) for problem in _problems(site, asked)]
    found = harden(site, questions, money, front=front, work=work, told=told)
    return HardenStudy(
        version=__version__,
        site_name=site.name,
        site_hash=site.hash,
        options=MappingProxyType(
            {**asked.to_json(), "budget": found.to_json()["budget"], "front": front, "work": work}
        ),
        hardening=found,
    )


def spare_site(site: Site, *, told: Told | None = None, **chosen: Unpack[Chosen]) -> SpareStudy:
    """What could a site spare and lose nothing, for the cases asked for? Raises as `harden_site` does."""
    asked = Selection(**chosen)
    found = spare(_problems(site, asked), told)
    return SpareStudy(
        version=__version__,
        site_name=site.name,
        site_hash=site.hash,
        options=MappingProxyType(asked.to_json()),
        spared=found,
    )


def _problems(site: Site, asked: Selection) -> list[Problem]:
    if asked.all_targets or asked.forced != "closes":
        raise InputError(
            "hardening takes each target by itself and lets what was forced close again. "
            "Leave out --all-targets and --forced stays-open"
        )
    return [problem for _, problem in problems(site, asked)]


def _question(problem: Problem) -> Question:
    return Question(
        threat=problem.threat,
        target=problem.target,
        state=problem.state,
        response=problem.response,
        insider=problem.insider,
        communication=problem.communication,
    )
