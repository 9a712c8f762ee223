"""`bartizan verify` and `bartizan handover` as one runs them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from bartizan.cli.main import main
from bartizan.desk.evidence.heads import fingerprint
from shared_case import Signer, a_package

KEY = fingerprint(Signer.of().public)


def run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, list(words))
    return result.exit_code, result.output


def test_an_intact_package(tmp_path: Path) -> None:
    path = a_package(tmp_path / "p.zip", "amber")
    status, told = run("verify", str(path))
    assert status == 0
    assert "TLP:AMBER" in told
    assert KEY in told
    assert "only the sender can tell you" in told
    assert "withheld  entries.by: 1" in told


def test_the_key_that_is_known(tmp_path: Path) -> None:
    path = a_package(tmp_path / "p.zip")
    spaced = ":".join(KEY[place : place + 4] for place in range(0, 64, 4)).upper()
    status, told = run("verify", str(path), "--key", spaced)
    assert status == 0
    assert "by the key that you gave" in told
    status, told = run("verify", str(a_package(tmp_path / "q.zip", signer=Signer.of(2))), "--key", KEY)
    assert status == 1
    assert "it is signed by another key" in told
    assert run("verify", str(path), "--key", "abc")[0] == 2


def test_an_altered_package_in_a_process_of_its_own(tmp_path: Path) -> None:
    path = a_package(tmp_path / "p.zip")
    whole = bytearray(path.read_bytes())
    whole[len(whole) // 3] ^= 4
    path.write_bytes(whole)
    done = subprocess.run(
        [sys.executable, "-c", "from bartizan.cli.main import main; main()", "verify", str(path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "altered" in done.stderr
    assert str(path) in done.stderr


def test_what_is_no_package(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("hello")
    status, told = run("verify", str(path))
    assert status == 2
    assert "no hand-over package" in told
    assert run("verify", str(tmp_path / "nothing.zip"))[0] == 2


def test_as_json(tmp_path: Path) -> None:
    status, told = run("verify", str(a_package(tmp_path / "p.zip")), "--json")
    assert status == 0
    body = json.loads(told)
    assert (body["schema"], body["intact"], body["records_proved"]) == (1, True, 3)
    assert body["manifest"]["to"] == "City police"
    assert body["head"]["size"] == 5


SITE = """schema = 1
[site]
name = "Example"
[[area]]
id = "street"
outside = true
[[partner]]
id = "police"
level = "amber+strict"
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "site.toml").write_text(SITE)
    return folder


def with_an_incident(site: Path, data: Path) -> None:
    from datetime import UTC, datetime  # noqa: PLC0415

    from bartizan.app.room.room import open_room  # noqa: PLC0415
    from bartizan.cli import wiring, wiring_handover, wiring_store  # noqa: PLC0415

    with wiring_store.desk_journal(data) as journal:
        safe = wiring_handover.desk_safe(data)
        room = open_room(wiring.load_site(site), journal, lambda: datetime.now(UTC), safe=safe, minds=False)
        incident = room.incidents.open([], "Imogen", title="A man at the gate", kind=None, exercise=False)
        room.evidence.put(b"a picture", "image/jpeg", f"incident/{incident.id}", "Imogen")


def test_a_case_of_a_closed_desk(site: Path, tmp_path: Path) -> None:
    data, out = tmp_path / "data", tmp_path / "case.zip"
    with_an_incident(site, data)
    where = ("handover", str(site), "--data", str(data))
    status, told = run(*where)
    assert status == 0
    key = told.split()[-1]
    status, told = run(*where, "--incident", "1", "--to", "police")
    assert status == 0
    assert "To police" in told
    assert not out.exists()
    order = (*where, "--incident", "1", "--to", "police", "--out", str(out), "--by", "Osric", "--why", "they take over")
    status, told = run(*order)
    assert status == 0, told
    status, told = run("verify", str(out), "--key", key)
    assert status == 0, told
    assert "A man at the gate" in told
    status, told = run(*order)
    assert status == 2
    assert "never written over" in told


def test_what_handover_asks_for(site: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    with_an_incident(site, data)
    where = ("handover", str(site), "--data", str(data))
    assert run(*where, "--to", "police")[0] == 2
    assert run(*where, "--incident", "1")[0] == 2
    assert run(*where, "--incident", "1", "--to", "police", "--out", str(tmp_path / "x.zip"))[0] == 2
    status, told = run(*where, "--incident", "9", "--to", "police")
    assert status == 2
    assert "there is no incident 9" in told
    status, told = run(*where, "--incident", "1", "--to", "nobody")
    assert status == 2
    assert "nobody" in told
