"""`bartizan compare`: two sites, or two states of one, side by side."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import click

from bartizan.app.compare import Comparison, Pair, compare_sites, compare_states
from bartizan.app.study import Chosen
from bartizan.cli import wiring
from bartizan.cli.selection import asks_of_a_site
from bartizan.cli.summary import step_name
from bartizan.cli.words import columns, printable


@click.command()
@click.argument("site", type=click.Path(path_type=Path))
@click.argument("other", type=click.Path(path_type=Path), required=False)
@asks_of_a_site
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of words.")
@click.option("--report", type=click.Path(path_type=Path, dir_okay=False), help="Write a self-contained page here.")
def compare(
    site: Path,
    other: Path | None,
    *,
    chosen: Chosen,
    as_json: bool,
    report: Path | None,
) -> None:
    """Compare two sites, or two states of one: what differs, and what it does to every answer.

    `bartizan compare BEFORE AFTER` puts two sites beside each other; `bartizan compare SITE --state - --state night`
    two states of one.
    """
    if report is not None:
        wiring.require_place_for_report(report)
    if other is None:
        sides = chosen.pop("states") or []
        if len(sides) != 2:
            raise click.UsageError(
                "one SITE needs --state twice, one for each side ('-' is the site as written); or name a second SITE"
            )
        found = compare_states(wiring.load_site(site), sides[0], sides[1], **chosen)
    else:
        found = compare_sites(wiring.load_site(site), wiring.load_site(other), **chosen)
    if report is not None:
        wiring.write_comparison(found, report)
    if as_json:
        click.echo(json.dumps(found.to_json(), indent=2, ensure_ascii=False, allow_nan=False))
    else:
        for line in _words(found):
            click.echo(line)


def _words(found: Comparison) -> Iterator[str]:
    left, right = found.left, found.right
    yield f"left:  {printable(left.label)}   (hash {left.study.site_hash[:12]})"
    yield f"right: {printable(right.label)}   (hash {right.study.site_hash[:12]})"
    yield ""
    if not found.changes:
        yield "They mean the same: nothing differs but words, order or sources."
    else:
        yield f"What turns the left into the right ({len(found.changes)}):"
        yield from (f"  {printable(line)}" for line in found.changes)
    yield ""
    rows = [("left", "right", "change", "worst path", "question")]
    rows += [
        (_p(pair, "left"), _p(pair, "right"), _difference(pair), _path_words(pair), _question(pair))
        for pair in sorted(found.pairs, key=_least)
    ]
    yield from columns(rows, ">>><<", indent="")


def _p(pair: Pair, side: str) -> str:
    case = pair.left if side == "left" else pair.right
    if case is None:
        return "-"
    return "no path" if case.result.p_interruption is None else f"{case.result.p_interruption:.4f}"


def _difference(pair: Pair) -> str:
    return "" if pair.difference is None else f"{pair.difference:+.4f}"


def _path_words(pair: Pair) -> str:
    """What the worst path takes on the right in place of what it took on the left."""
    if pair.same_path is not False or pair.left is None or pair.right is None:
        return "the same" if pair.same_path else "-"
    left, right = ([step_name(step) for step in case.result.paths[0].steps] for case in (pair.left, pair.right))
    gone = [name for name in left if name not in right]
    new = [name for name in right if name not in left]
    return f"{' > '.join(gone) or 'nothing'} -> {' > '.join(new) or 'nothing'}"


def _least(pair: Pair) -> float:
    """The pair that lost most first; those that cannot be compared last."""
    return 2.0 if pair.difference is None else pair.difference


def _question(pair: Pair) -> str:
    parts = [
        f"threat {pair.threat}" if pair.threat else "any intruder",
        f"target {pair.target}",
        *([f"state {','.join(pair.state)}"] if pair.state else []),
        f"response {pair.response}",
    ]
    return printable(", ".join(parts))
