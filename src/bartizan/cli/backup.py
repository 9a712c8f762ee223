"""`bartizan backup` and `bartizan restore`: a desk's data copied while it works, and brought back."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import click

from bartizan.cli import wiring_store
from bartizan.errors import InputError

_STORE = click.option(
    "--store", metavar="URL", help="The journal is in PostgreSQL: postgresql://USER@HOST/DATABASE, no password in it."
)


@click.command()
@click.argument("data", type=click.Path(path_type=Path, file_okay=False))
@click.argument("to", type=click.Path(path_type=Path))
@_STORE
def backup(data: Path, to: Path, *, store: str | None) -> None:
    """Copy what a desk keeps in DATA to the folder TO, while the desk goes on working.

    Every record of the journal is proved on its way. To the folder of an earlier backup only what is new is added.
    What lies there is as secret as the data itself, keys included.
    """
    if not data.is_dir():
        raise InputError(f"{data}: there is no such folder. Name the data folder of a desk")
    made = wiring_store.back_up(data, to, store, _telling())
    click.echo(f"{made.seq} records, proved, and {len(made.files)} files: {to}")
    click.echo(f"The last record's hash: {made.proof.hex()}")


@click.command()
@click.argument("source", metavar="FROM", type=click.Path(path_type=Path))
@click.argument("data", type=click.Path(path_type=Path, file_okay=False))
@_STORE
def restore(source: Path, data: Path, *, store: str | None) -> None:
    """Bring the backup in the folder FROM to the data folder DATA, and prove all of it.

    It never goes over a journal that is there.
    """
    made = wiring_store.restore(source, data, store, _telling())
    click.echo(f"{made.seq} records, proved, and {len(made.files)} files of {made.made_at:%Y-%m-%d %H:%M} UTC: {data}")


def _telling() -> Callable[[int], None]:
    """How many records are copied, on one line of stderr, where somebody looks at it."""
    if not sys.stderr.isatty():
        return lambda _: None
    return lambda seq: click.echo(f"\r{seq:,} records\x1b[K\r", err=True, nl=False)
