"""`bartizan arm` and `bartizan disarm`: which rules are sounded, from now on and until when, without a restart."""

from __future__ import annotations

import getpass
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from bartizan.cli import wiring
from bartizan.cli.data_folder import data_folder
from bartizan.cli.moments import Moment
from bartizan.cli.words import printable
from bartizan.errors import InputError
from bartizan.signal import rfc3339
from bartizan.site.site import Site
from bartizan.watch.arming import Order, standing, target_of

LONGEST = timedelta(days=366)
_SPAN = re.compile(r"(\d{1,5})([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


class Span(click.ParamType[timedelta]):
    """A time such as 90s, 30m, 2h or 1d."""

    name = "TIME"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """A whole number and one of s, m, h and d."""
        if isinstance(value, timedelta):
            return value
        match = _SPAN.fullmatch(str(value))
        if match is None or not int(match[1]):
            self.fail(f"{value!r} is not a time such as 30m, 2h or 1d", param, ctx)
        return timedelta(**{_UNITS[match[2]]: int(match[1])})


_SITE = click.argument("site", type=click.Path(path_type=Path))
_UNTIL = click.option("--until", type=Moment(), help="Until this instant, then as before.")
_FOR = click.option("--for", "span", type=Span(), help="For so long: 30m, 2h, 1d; then as before.")
_WHY = click.option("--why", help="The reason, for those who read it later.")
_BY = click.option("--by", help="Who gives the order; by itself who is logged in.")
_DATA = click.option(
    "--data", type=click.Path(path_type=Path, file_okay=False), help="Where orders are kept; beside SITE by itself."
)


@click.command()
@_SITE
@click.argument("name", required=False, metavar="[RULE|ZONE]")
@_UNTIL
@_FOR
@_WHY
@_BY
@_DATA
def arm(
    site: Path,
    *,
    name: str | None,
    until: datetime | None,
    span: timedelta | None,
    why: str | None,
    by: str | None,
    data: Path | None,
) -> None:
    """Arm a rule, or every rule of a zone: what it finds is sounded again. Without a name: which are armed?

    Runs that go on take it within a second. Who, when and why is kept in the data folder.
    """
    if name is None:
        if (until, span, why, by) != (None, None, None, None):
            raise click.UsageError("give the rule or the zone that is to be armed")
        _tell(wiring.load_site(site), site, data)
        return
    _order(site, name, armed=True, until=until, span=span, why=why, by=by, data=data)


@click.command()
@_SITE
@click.argument("name", metavar="RULE|ZONE")
@_UNTIL
@_FOR
@_WHY
@_BY
@_DATA
def disarm(
    site: Path,
    *,
    name: str,
    until: datetime | None,
    span: timedelta | None,
    why: str | None,
    by: str | None,
    data: Path | None,
) -> None:
    """Disarm a rule, or every rule of a zone: what it finds is recorded and not sounded.

    What was sounded already stays so until it ends. Runs that go on take it within a second. Who, when and why is
    kept in the data folder.
    """
    _order(site, name, armed=False, until=until, span=span, why=why, by=by, data=data)


def _order(
    path: Path,
    name: str,
    *,
    armed: bool,
    until: datetime | None,
    span: timedelta | None,
    why: str | None,
    by: str | None,
    data: Path | None,
) -> None:
    if until is not None and span is not None:
        raise click.UsageError("--until and --for say the same. Give one of them")
    site = wiring.load_site(path)
    now = datetime.now(UTC)
    end = until if span is None else now + span
    if end is not None and not now < end <= now + LONGEST:
        raise InputError(
            f"{rfc3339(end, 'seconds')} is over, or more than a year ahead. Give a later or an earlier end"
        )
    order = Order(target=target_of(site, name), armed=armed, at=now, until=end, by=by or _user(), reason=why)
    wiring.orders_file(data_folder(path, data)).add(order)
    rules = [rule.id for rule in site.rules if order.target in (f"rule/{rule.id}", f"zone/{rule.zone}")]
    if not rules:
        click.echo(f"bartizan: no rule watches {order.target}: nothing is changed by it", err=True)
    for rule in rules:
        click.echo(f"{rule}: {_said(order)}")


def _tell(site: Site, path: Path, data: Path | None) -> None:
    file = wiring.orders_file(data_folder(path, data, read=True))
    stands = standing(site, file(), datetime.now(UTC))
    for rule in site.rules:
        order = stands.get(rule.id)
        click.echo(f"{rule.id}: {('armed' if rule.armed else 'disarmed') if order is None else _said(order)}")
    if file.unread:
        click.echo(f"bartizan: {file.unread} lines of the orders cannot be read, and change nothing", err=True)


def _said(order: Order) -> str:
    until = "" if order.until is None else f" until {rfc3339(order.until, 'seconds')}"
    why = "" if order.reason is None else f": {order.reason}"
    what = "armed" if order.armed else "disarmed"
    return printable(f"{what}{until}, by {order.by} at {rfc3339(order.at, 'seconds')}{why}")


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "somebody"
