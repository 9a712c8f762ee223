"""Messages of NOAA, USGS, Environment Canada, NSW and of OASIS, as the data folder's events/README.md lists them."""

from __future__ import annotations

import importlib
import json
import socket
from pathlib import Path
from typing import Any

import pytest

from bartizan.desk.sharing.cap_read import read_cap
from bartizan.desk.sharing.cap_write import write_cap
from bartizan.desk.sharing.errors import CapError
from bartizan.desk.sharing.stix_read import read_bundle

stix2: Any = importlib.import_module("stix2")  # it has no types

pytestmark = pytest.mark.data

# what the README says that the files hold
VALID = {
    "australia.cap": ("1.2", 2),
    "canada.cap": ("1.2", 2),
    "earthquake-iso8859-1.cap": ("1.2", 1),
    "thunderstorm.cap": ("1.2", 1),
    "earthquake.cap": ("1.1", 1),
    "weather.cap": ("1.1", 1),
}
BUNDLES = {
    "apt1.json": 76,
    "indicator-for-c2-ip-address.json": 1,
    "indicators-for-C2-with-COA.json": 8,
    "infrastructure.json": 10,
}


def test_every_file_of_the_folder_is_known_here(data_dir: Path) -> None:
    assert {file.name for file in (data_dir / "events/cap").glob("*.cap")} == {*VALID, "canada_errors.cap", "xee.cap"}
    assert {file.name for file in (data_dir / "events/stix").glob("*.json")} == set(BUNDLES)


@pytest.mark.parametrize("name", VALID)
def test_valid_alerts_are_read_and_written_again(name: str, data_dir: Path) -> None:
    alert = read_cap((data_dir / "events/cap" / name).read_bytes())
    assert (alert.version, len(alert.infos)) == VALID[name]
    again = read_cap(write_cap(alert))
    assert (again.identifier, again.sent, again.infos) == (alert.identifier, alert.sent, alert.infos)


def test_what_the_texts_of_the_alerts_say(data_dir: Path) -> None:
    quake = read_cap((data_dir / "events/cap/earthquake-iso8859-1.cap").read_bytes())
    assert quake.infos[0].headline is not None
    assert "Usulután" in quake.infos[0].headline
    assert quake.signed
    assert any("signature" in words for words in quake.warnings)
    storm = read_cap((data_dir / "events/cap/thunderstorm.cap").read_bytes())
    assert storm.infos[0].areas[0].polygons[0][0] == (38.47, -120.14)
    canada = read_cap((data_dir / "events/cap/canada.cap").read_bytes())
    assert {info.language for info in canada.infos} == {"en-CA", "fr-CA"}
    assert len(canada.references) == 2
    fire = read_cap((data_dir / "events/cap/australia.cap").read_bytes())
    assert ("AllocatedResources", "") in fire.infos[0].parameters


def test_an_update_without_references_is_refused(data_dir: Path) -> None:
    with pytest.raises(CapError, match=r"Update and it names no earlier alert\. Add references"):
        read_cap((data_dir / "events/cap/canada_errors.cap").read_bytes())


def test_an_attack_opens_nothing(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = (data_dir / "events/cap/xee.cap").read_bytes()

    def opened(*_: Any, **__: Any) -> Any:
        raise AssertionError("something was opened")

    monkeypatch.setattr("builtins.open", opened)
    monkeypatch.setattr(socket, "socket", opened)
    with pytest.raises(CapError, match="document type"):
        read_cap(content)


@pytest.mark.parametrize("name", BUNDLES)
def test_bundles_are_read_as_the_reference_library_reads_them(name: str, data_dir: Path) -> None:
    content = (data_dir / "events/stix" / name).read_bytes()
    bundle = read_bundle(content)
    oracle = stix2.parse(json.loads(content))
    assert len(bundle.objects) == BUNDLES[name]
    assert [one["id"] for one in bundle.objects] == [one.id for one in oracle.objects]
    assert bundle.warnings == ()
