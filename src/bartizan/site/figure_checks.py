"""Checks of the figures: where they come from, and whether the closed form can bear them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import fields

from bartizan.quantity import Duration, Probability
from bartizan.site.finding import Finding
from bartizan.site.model import Way
from bartizan.site.site import Site

# above this share of the mean a normal law puts more than 2 % of its weight on times below zero
WIDE = 0.5


def figure_findings(site: Site) -> Iterator[Finding]:
    """Everything odd about the figures."""
    figures = list(written_figures(site))
    yield from _unsourced([*((about, figure.source) for about, figure in figures), *_engagement_sources(site)])
    for about, figure in figures:
        if isinstance(figure, Duration) and figure.law == "normal" and figure.sd > WIDE * figure.mean:
            share = f"{figure.sd / figure.mean:.0%} of" if figure.mean else "above"
            message = f"its standard deviation is {share} its mean, and a normal time would often be negative"
            yield Finding("wide-spread", "warning", about, message, 'Check the figure, or write dist = "lognormal"')
    for number, response in enumerate(site.document.get("response", [])):
        if "p_communication" not in response:
            message = "has no p_communication, so the message is taken to get through always"
            about = f"response/{site.responses[number].id}"
            yield Finding("communication-certain", "note", about, message, "Add p_communication")


def written_figures(site: Site) -> Iterator[tuple[str, Probability | Duration]]:
    """Every figure that says something (not the defaults), with the address of its thing and its key."""
    for area in site.areas:
        crossings = [("crossing", area.crossing)] if area.crossing else []
        crossings += [(f"crossing {'>'.join(one.between or ())}", one) for one in area.crossing_between]
        for key, crossing in crossings:
            yield from _figures(f"area/{area.id}: {key}", crossing)
    for element in site.elements:
        yield from _way_figures(f"element/{element.id}", element.ways)
    for target in site.targets:
        yield from _way_figures(f"target/{target.id}", target.ways)
    for sensor in site.sensors:
        yield from _figures(f"sensor/{sensor.id}:", sensor)
    for coverage in site.coverages:
        yield from _figures(f"coverage/{coverage.id}:", coverage)
    for response in site.responses:
        yield from _figures(f"response/{response.id}:", response)
        for place, time in response.deployment_to:
            yield f"response/{response.id}: deployment to {place}", time


def _way_figures(about: str, ways: tuple[Way, ...]) -> Iterator[tuple[str, Probability | Duration]]:
    for way in ways:
        yield from _figures(f"{about}/way/{way.id}:", way)


def _figures(about: str, thing: object) -> Iterator[tuple[str, Probability | Duration]]:
    for part in fields(thing):  # type: ignore[arg-type]
        value = getattr(thing, part.name)
        # identity, not equality: a zero that was written is a figure, the default is not
        if isinstance(value, Probability | Duration) and value is not part.default:
            yield f"{about} {part.name}", value


def _engagement_sources(site: Site) -> Iterator[tuple[str, str | None]]:
    """The figures of engagements are plain numbers with one source for both."""
    for engagement in site.engagements:
        for key in ("advantage", "pace"):
            if getattr(engagement, key) is not None:
                yield f"engagement/{engagement.id}: {key}", engagement.source


def _unsourced(figures: list[tuple[str, str | None]]) -> Iterator[Finding]:
    bare = [about for about, source in figures if not source]
    if bare:
        kinds = Counter(about.partition("/")[0] for about in bare)
        where = ", ".join(f"{count} of kind {kind}" for kind, count in sorted(kinds.items()))
        message = f"{len(bare)} of {len(figures)} figures have no source ({where})"
        cure = 'Add source = "..." to each: expert guess, vendor sheet, test, drill or live record'
        yield Finding("unsourced-figures", "note", "site", message, cure)
