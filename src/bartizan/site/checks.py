"""The named checks of a site that reads well: what is odd in it, how bad that is, and the cure."""

from __future__ import annotations

from bartizan.site.desk_checks import desk_findings
from bartizan.site.figure_checks import figure_findings
from bartizan.site.finding import Finding, Level
from bartizan.site.ground_checks import ground_findings
from bartizan.site.layer_checks import layer_findings
from bartizan.site.site import Site

__all__ = ["Finding", "Level", "check"]


def check(site: Site) -> tuple[Finding, ...]:
    """Everything odd in a site: layers, the ground, the desk, then the figures. It never raises."""
    return (*layer_findings(site), *ground_findings(site), *desk_findings(site), *figure_findings(site))
