"""`bartizan verify`: is a hand-over package what its sender signed? With nothing but the package."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bartizan.cli import wiring_handover
from bartizan.cli.words import printable
from bartizan.desk.sharing.errors import AlteredError, PackageError
from bartizan.desk.sharing.manifest import told
from bartizan.errors import InputError

if TYPE_CHECKING:
    from bartizan.desk.sharing.package import Verdict


@click.command()
@click.argument("package", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--key", metavar="FINGERPRINT", help="The sender's fingerprint, as you know it from them; another key is a fault."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def verify(package: Path, *, key: str | None, as_json: bool) -> None:
    """Is PACKAGE exactly what its sender signed, and can all of it be read?

    Every bit is checked, with nothing but the package; nothing is unpacked. Who the sender is, a package alone cannot
    say: compare the fingerprint with what they told you in another way, or give it with --key. Exit status 1 where
    anything was altered, 2 where it is no package.
    """
    wanted = _fingerprint(key)
    try:
        verdict = wiring_handover.verify(package)
    except PackageError as error:
        raise PackageError(f"{package}: {error}") from error
    faults = list(verdict.faults)
    if wanted is not None and verdict.key is not None and verdict.fingerprint != wanted:
        faults.append(f"it is signed by another key: {verdict.fingerprint}. Ask the sender which is theirs")
    if as_json:
        click.echo(json.dumps(_shown(verdict, faults), indent=2, ensure_ascii=False))
    else:
        for line in _lines(verdict, known=wanted is not None and not faults):
            click.echo(line)
    if faults:
        raise AlteredError(f"{package}: {words}" for words in faults)


def _fingerprint(key: str | None) -> str | None:
    if key is None:
        return None
    plain = "".join(key.replace(":", "").split()).lower()
    if len(plain) != 64 or not set(plain) <= set("0123456789abcdef"):
        raise InputError(f"--key {key[:80]!r} is no fingerprint. Give its 64 hexadecimal digits")
    return plain


def _shown(verdict: Verdict, faults: list[str]) -> dict[str, Any]:
    manifest, head = verdict.manifest, verdict.papers.head
    return {
        "schema": 1,
        "intact": not faults and verdict.intact,
        "faults": faults,
        "fingerprint": verdict.fingerprint,
        "bytes": verdict.size,
        "manifest": None if manifest is None else dict(told(manifest)),
        "head": None if head is None else head.to_json(),
        "records_proved": verdict.papers.proved,
        "warnings": list(_warnings(verdict)),
    }


def _warnings(verdict: Verdict) -> Iterator[str]:
    if verdict.papers.alert is not None:
        yield from verdict.papers.alert.warnings
    if verdict.papers.bundle is not None:
        yield from verdict.papers.bundle.warnings


def _lines(verdict: Verdict, *, known: bool) -> Iterator[str]:
    manifest = verdict.manifest
    if manifest is None:
        return
    yield f"TLP:{manifest.level.upper()}   {'EXERCISE   ' if manifest.exercise else ''}{printable(manifest.title)}"
    yield f"from      {printable(manifest.sender)}"
    yield f"to        {printable(manifest.recipient_name)}, who may see up to {manifest.limit}"
    yield f"made      {manifest.made_at:%Y-%m-%d %H:%M:%S} UTC by Bartizan {printable(manifest.bartizan)}"
    yield f"files     {len(manifest.files)} ({verdict.size:,} bytes); {verdict.papers.proved} records proved"
    for name, count in manifest.withheld:
        yield f"withheld  {printable(name)}: {count}"
    for words in _warnings(verdict):
        yield f"note      {printable(words)}"
    if verdict.intact:
        yield f"signed    {verdict.fingerprint}"
        yield (
            "intact    by the key that you gave"
            if known
            else "intact    but only the sender can tell you that this fingerprint is theirs: ask in another way"
        )
