"""`bartizan handover`: the key that a desk signs with, and a case handed over while its desk is closed."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from bartizan.cli import wiring, wiring_handover, wiring_store
from bartizan.cli.data_folder import data_folder
from bartizan.cli.words import columns, printable
from bartizan.errors import InputError


@click.command()
@click.argument("site", type=click.Path(path_type=Path))
@click.option(
    "--data", type=click.Path(path_type=Path, file_okay=False), help="The desk's data; beside SITE by itself."
)
@click.option("--store", metavar="URL", help="The journal is in PostgreSQL: postgresql://USER@HOST/DATABASE.")
@click.option("--incident", type=click.IntRange(1), metavar="NUMBER", help="Show what of this incident would go.")
@click.option("--to", "partner", metavar="PARTNER", help="A [[partner]] of SITE.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Hand it over: write it.")
@click.option("--by", metavar="NAME", help="Who hands over.")
@click.option("--why", metavar="WORDS", help="Why; it stands in the record of every medium.")
def handover(
    site: Path,
    *,
    data: Path | None,
    store: str | None,
    incident: int | None,
    partner: str | None,
    out: Path | None,
    by: str | None,
    why: str | None,
) -> None:
    """Hand a case of SITE over, or print the key that its desk signs with.

    Without --incident: the desk's public key and its fingerprint, for partners. With --incident and --to: what would
    go, and what would be taken out for this partner. With --out, --by and --why as well: the package. The desk must
    not be open: on an open desk this is the page Evidence.
    """
    read, folder = wiring.load_site(site), data_folder(site, data, read=True)
    if incident is None:
        if partner or out or by or why:
            raise click.UsageError("--to, --out, --by and --why go with --incident")
        click.echo(f"public key   {wiring_handover.desk_safe(folder).keys.public.hex()}")
        click.echo(f"fingerprint  {wiring_handover.fingerprint(folder)}")
        return
    if partner is None or (out is not None and not (by and why)):
        raise click.UsageError("--incident needs --to; --out needs --by and --why")
    if out is not None and out.exists():
        raise InputError(f"{out}: is there already. Name another file: what was handed over is never written over")
    with wiring_store.desk_journal(folder, store) as journal:
        office, found = wiring_handover.closed_office(
            read, journal, folder, lambda: datetime.now(UTC), incident=incident
        )
        seen = office.handover.preview(found, partner)
        rows = [(one.words, one.level, printable(str(one.value))[:80]) for one in seen.release.removed]
        click.echo(f"To {printable(seen.partner.label)}, TLP:{seen.release.level.upper()}. Taken out:")
        for line in columns(rows, "<<<"):
            click.echo(f"  {line}")
        if out is None or by is None or why is None:
            return
        made = office.handover.hand_over(found, partner, by, why, seen.digest)
        wiring_handover.write(out, office.handover.fetch(made.id, by))
        click.echo(f"Handed over: {out} ({made.size:,} bytes), signed by {wiring_handover.fingerprint(folder)}")
