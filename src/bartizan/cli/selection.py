"""Which questions a verb asks of a site: the same options for every verb that asks any."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from bartizan.app.study import COMMUNICATIONS, FORCED, Chosen, Selection

WRITTEN = "-"  # no id: a state's id begins with a letter or digit

_OPTIONS = (
    click.option("--threat", "threats", multiple=True, metavar="ID", help="Only this threat; may be repeated."),
    click.option("--target", "targets", multiple=True, metavar="ID", help="Only this target; may be repeated."),
    click.option(
        "--state",
        "states",
        multiple=True,
        metavar="A,B",
        help="The site in these states, one per axis, instead of as written ('-'); repeat it for other combinations.",
    ),
    click.option("--response", "responses", multiple=True, metavar="ID", help="Only this response; may be repeated."),
    click.option(
        "--communication",
        type=click.Choice(COMMUNICATIONS),
        default="once",
        show_default=True,
        help="One chance to get through for the whole intrusion (EASI), or one for every alarm.",
    ),
    click.option(
        "--forced",
        type=click.Choice(FORCED),
        default="closes",
        show_default=True,
        help="Whether a way that opens its element leaves it open for the way on and out.",
    ),
    click.option("--insider", metavar="ID", help="With the help of this insider; one who acts alone is not covered."),
    click.option("--all-targets", is_flag=True, help="The intruder wants all the targets, in the order that is worst."),
)


def asks_of_a_site(verb: Callable[..., Any]) -> Callable[..., Any]:
    """Give a verb the options that choose questions; it takes them as `chosen`, for the use cases to be called with."""

    @wraps(verb)
    def with_chosen(
        *,
        threats: tuple[str, ...],
        targets: tuple[str, ...],
        states: tuple[str, ...],
        responses: tuple[str, ...],
        **others: Any,
    ) -> Any:
        reading = {key: others.pop(key) for key in ("communication", "forced", "insider", "all_targets")}
        chosen = {
            "threats": threats or None,
            "targets": targets or None,
            "states": [combination(words) for words in states] or None,
            "responses": responses or None,
            **reading,
        }
        return verb(chosen=chosen, **others)

    for option in reversed(_OPTIONS):
        with_chosen = option(with_chosen)
    return with_chosen


def combination(words: str) -> tuple[str, ...]:
    """The ids of states in one `--state`; '-' is the site as written."""
    if words.strip() == WRITTEN:
        return ()
    ids = tuple(word.strip() for word in words.split(","))
    if not all(ids):
        raise click.UsageError(
            f"--state {words!r} names an empty state. Write ids with commas between: --state night,open"
        )
    return ids


def asks_otherwise(chosen: Chosen) -> bool:
    """Whether anything was chosen that one path alone, a sheet, does not have: all but the communication."""
    alone: Chosen = {**chosen, "communication": "once"}
    return Selection(**alone) != Selection()
