"""`bartizan privacy`: what does the watch learn of people, how long is it kept, and why?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import click

from bartizan.app.privacy import Statement, statement_of
from bartizan.cli import wiring
from bartizan.cli.words import columns, printable


@click.command()
@click.argument("site", type=click.Path(path_type=Path))
@click.option(
    "--report", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write a page, or .pdf."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def privacy(site: Path, *, report: Path | None, as_json: bool) -> None:
    """What the watch of SITE learns of people, how long it is kept, and why.

    Worked out from the site's own file: which cameras look where and what of them is masked, which behaviour is
    watched for, what is kept and until when, and what is never worked out.
    """
    if report is not None:
        wiring.require_place_for_report(report)
    said = statement_of(wiring.load_site(site))
    if report is not None:
        wiring.write_privacy(said, report)
    if as_json:
        click.echo(json.dumps(said.to_json(), indent=2, ensure_ascii=False))
        return
    for line in _summary(said):
        click.echo(line)


def _summary(said: Statement) -> Iterator[str]:
    yield f"{printable(said.site_name)}   (hash {said.site_hash[:12]})"
    for head, words in () if said.privacy is None else _facts(said):
        yield printable(f"{head}: {words}")
    yield ""
    yield "Cameras:"
    rows = [
        (
            view.camera,
            "people are followed on the plan" if view.watched else "not followed",
            "" if view.masked is None else f"{view.masked:.0%} of the picture masked",
        )
        for view in said.views
    ]
    yield from columns(rows, "<<<")
    yield ""
    yield "Watched for:"
    yield from columns(
        [
            (
                rule.rule,
                rule.kind,
                rule.where,
                "; ".join((*rule.hours, *(f"state {state}" for state in rule.states))) or "always",
                "keeps a picture" if rule.pictures else "",
            )
            for rule in said.rules
        ],
        "<<<<<",
    )
    for one in said.kept:
        yield ""
        yield printable(f"Kept: {one.what}")
        yield printable(f"  in {one.where}, {one.how_long}: {one.why}")
    yield ""
    yield "Never worked out:"
    yield from columns([(words,) for words in said.never], "<")


def _facts(said: Statement) -> Iterator[tuple[str, str]]:
    privacy = said.privacy
    if privacy is not None:
        for head, words in (
            ("Purpose of kept pictures", privacy.purpose),
            ("Who answers for it", privacy.controller),
            ("Where to ask", privacy.contact),
            ("It rests on", privacy.basis),
        ):
            if words is not None:
                yield head, words
