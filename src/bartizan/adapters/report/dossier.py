"""The report of a dossier: the assessment's page, with doubt, advice, upgrades and simulation in their places."""

from __future__ import annotations

from collections.abc import Iterator

from bartizan.adapters.report import assessment
from bartizan.adapters.report.advice import advice_sections
from bartizan.adapters.report.doubt import doubt_section
from bartizan.adapters.report.front import front_section
from bartizan.adapters.report.names import Names
from bartizan.adapters.report.section import Line, Section
from bartizan.adapters.report.simulation import simulation_section
from bartizan.adapters.report.terrain import caption, terrain_image
from bartizan.app.dossier import Dossier
from bartizan.app.study import Case


def render(dossier: Dossier) -> str:
    """The dossier as one HTML page: no script, no outside reference, the same bytes for the same dossier."""

    def beside(case: Case, number: int) -> Iterator[Section]:
        doubted, advised, tried = dossier.doubt(case), dossier.advised(case), dossier.tried(case)
        if doubted is not None and doubted.doubt is not None:
            yield doubt_section(doubted.doubt, f"doubt-{number}")
        if advised is not None:
            yield from advice_sections(advised, Names(case.site), f"balance-{number}", dossier.require)
        simulated = None if tried is None else simulation_section(tried, Names(case.site), f"times-{number}")
        if simulated is not None:
            yield simulated

        walked = dossier.walked(case)
        if walked is not None:
            yield Section("Over the ground", figure=terrain_image(walked), caption=caption(walked))

    return assessment.render(dossier.study, beside=beside, whole=tuple(_whole(dossier)))


def _whole(dossier: Dossier) -> Iterator[Section]:
    if dossier.upgrades is not None:
        yield front_section(dossier.upgrades.hardening, dossier.site, "front")
    if dossier.no_ground is not None:
        yield Section("Over the ground", (Line(f"Not worked out: {dossier.no_ground}."),))
