"""A site folder: faults by file and line, files that lie elsewhere, writing back, the template, the schema."""

from __future__ import annotations

import os
import re
import shutil
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from bartizan.adapters.files.site import load_site, new_site, site_schema, write_changes
from bartizan.errors import ChangeError, InputError, SiteFileError
from bartizan.site.checks import check
from bartizan.site.entries import SiteDocument

DEPOT = Path(__file__).parents[2] / "sites" / "depot"
PETS = Path("pets09_s2l1") / "calibration" / "View_001.xml"


@pytest.fixture
def depot(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DEPOT, tmp_path / "depot"))


def broken(depot: Path, old: str, new: str, file: str = "site.toml") -> list[tuple[str, int, str, str, str]]:
    """The faults after one replacement in a file of the depot: name of the file, line, key, value, cure."""
    text = (depot / file).read_text(encoding="utf-8")
    assert text.count(old) == 1, old
    (depot / file).write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(SiteFileError) as caught:
        load_site(depot)
    return [(Path(one.file).name, one.line, one.key, one.value, one.cure) for one in caught.value.faults]


def line_of(text: str, file: str = "site.toml") -> int:
    lines = (DEPOT / file).read_text(encoding="utf-8").split("\n")
    numbers = [number for number, line in enumerate(lines, 1) if line == text]
    numbers = numbers or [number for number, line in enumerate(lines, 1) if text in line]
    assert len(numbers) == 1, text
    return numbers[0]


CLIMB = "p_detection = { low = 0.2, mode = 0.5, high = 0.8"
KEY_WAY = '{ id = "key", needs = ["key"]'
NIGHT = '{ at = "element/gate/way/climb", set = { p_detection = 0.1 } }'


@pytest.mark.parametrize(
    ("old", "new", "place", "key", "value", "cure"),
    [
        # an unknown key
        ("outside = true", "outsde = true", "outside = true", "area[0].outsde", "true", "Did you mean 'outside'?"),
        # an unknown id in a list
        (
            'between = ["street", "yard"]',
            'between = ["stret", "yard"]',
            'between = ["street", "yard"]',
            "element[0].between[0]",
            '"stret"',
            "Did you mean 'street'?",
        ),
        # a value of the wrong type, in a table written with dotted keys
        (
            "crossing.delay.mean = 8 ",
            'crossing.delay.mean = "8" ',
            "crossing.delay.mean",
            "area[1].crossing.delay.mean",
            '"8"',
            "Write mean = seconds, 0 or more",
        ),
        # a value out of range, in an inline table
        (CLIMB, CLIMB.replace("0.8", "1.8"), CLIMB, "element[0].way[0].p_detection.high", "1.8", "0 to 1"),
        # a missing key: the line of the thing that lacks it
        (
            KEY_WAY,
            '{ needs = ["key"]',
            KEY_WAY,
            "element[1].way[1].id",
            "",
            "Add id = letters",
        ),
        # an id twice
        ('id = "employee"', 'id = "thief"', 'id = "employee"', "threat[1].id", '"thief"', "Rename one of them"),
        # a polygon that crosses itself, told where it begins
        (
            "polygon = [[0, 4], [40, 4], [40, 9], [0, 9]]",
            "polygon = [[0, 4], [40, 4], [0, 9], [40, 9]]",
            "polygon = [[0, 4]",
            "zone[0].polygon",
            "[[0, 4], [40, 4], [0, 9], [40, 9]]",
            "corners",
        ),
        # a figure that is given twice over
        (
            "deployment = { mean = 120, sd = 30 }",
            "arrival = { mean = 120, sd = 30 }",
            "deployment = { mean = 120",
            "response[0].arrival",
            '{"mean": 120, "sd": 30}',
            "Keep arrival, or its parts: take out arrival or assessment, communication, deployment_to",
        ),
        # a change that leads nowhere
        (NIGHT, NIGHT.replace("climb", "clim"), "changes = [", "state[0].changes", "", "Correct the change"),
        # a feature that the plan lacks
        ('feature = "ramp"', 'feature = "rmap"', 'feature = "ramp"', "zone[1].feature", '"rmap"', "mean 'ramp'?"),
        # a word that is none of the choices
        ('kind = "loitering"', 'kind = "loitring"', 'kind = "loitering"', "rule[0].kind", '"loitring"', "'loitering'?"),
        # a value of the plan's frame
        ('crs = "metres"', 'crs = "feet"', 'crs = "metres"', "plan.crs", '"feet"', "metres"),
    ],
)
def test_each_fault_has_its_line_key_value_and_cure(
    depot: Path, *, old: str, new: str, place: str, key: str, value: str, cure: str
) -> None:
    faults = broken(depot, old, new)
    assert len(faults) == 1, faults
    name, line, found_key, found_value, found_cure = faults[0]
    assert (name, line, found_key, found_value) == ("site.toml", line_of(place), key, value)
    assert cure in found_cure


def test_faults_of_the_plan_have_their_line_too(depot: Path) -> None:
    old, new = '"coordinates": [[19, 30], [21, 30, 2.5]]', '"coordinates": [[19, 30], [21, "30"]]'
    faults = broken(depot, old, new, "plan.geojson")
    assert [fault[:3] for fault in faults] == [
        ("plan.geojson", line_of(old, "plan.geojson"), "features[1].geometry"),
        ("site.toml", line_of('feature = "door"'), "element[1].feature"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("schema = 1 #", "schema = = 1 #", 2, "is not TOML: invalid value, near 'schema = = 1"),
        ('name = "Yard, north of the gate"', 'name = "Yard', 21, "is not TOML"),
        ('id = "yard"', 'id = "yard"\nid = "yard"', 21, "is not TOML: cannot overwrite a value"),
        ('severity = "high"\n', "severity = [", 169, "is not TOML"),
    ],
)
def test_of_faults_of_syntax_the_first_is_told_with_its_line(
    depot: Path, old: str, new: str, line: int, message: str
) -> None:
    text = (depot / "site.toml").read_text(encoding="utf-8")
    assert text.count(old) == 1
    (depot / "site.toml").write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(SiteFileError) as caught:
        load_site(depot)
    (fault,) = caught.value.faults
    assert fault.message.startswith(message)
    assert fault.line == line
    assert str(fault).startswith(f"{depot / 'site.toml'}:{line}: ")


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        (b'schema = 1\n[site]\nname = "M\xfcnchen"\n', 3, "is not text in UTF-8: byte 0xfc"),
        (b"", 0, "is missing"),
        (b"a = " + b"[" * 20_000, 0, "is nested too deeply"),
        (b"a = " + b"9" * 5000, 0, "is not TOML"),
        (b"#" * 4_000_001, 0, "is larger than 4 MB"),
        (b"schema = 1\0", 1, "is not TOML"),
    ],
)
def test_what_is_not_a_site_file_is_refused_in_words(tmp_path: Path, content: bytes, line: int, message: str) -> None:
    (tmp_path / "site.toml").write_bytes(content)
    with pytest.raises(SiteFileError) as caught:
        load_site(tmp_path)
    assert caught.value.faults[0].message.startswith(message)
    assert caught.value.faults[0].line == line


def test_a_folder_without_a_site_says_how_to_begin_one(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "none", tmp_path / "a\0b"):
        with pytest.raises(SiteFileError, match="bartizan new FOLDER"):
            load_site(place)
    os.mkfifo(tmp_path / "site.toml")
    with pytest.raises(SiteFileError, match="is not a file"):
        load_site(tmp_path)


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        ('{"type": "FeatureCollection",\n "features": [}', 2, "is not JSON: expecting value"),
        ('{"type": "FeatureCollection", "features": [],\n "type": "x"}', 2, "has the key 'type' twice"),
        ('{"type": "FeatureCollection", "features": NaN}', 1, "is not JSON: NaN is not a number of JSON"),
        ("[" * 20_000, 1, "is nested too deeply"),
    ],
)
def test_a_plan_that_is_not_json_is_told_once(depot: Path, content: str, line: int, message: str) -> None:
    (depot / "plan.geojson").write_text(content, encoding="utf-8")
    with pytest.raises(SiteFileError) as caught:
        load_site(depot)
    (fault,) = caught.value.faults
    assert fault.message.startswith(message)
    assert (Path(fault.file).name, fault.line) == ("plan.geojson", line)


def test_a_plan_that_is_not_there_is_told_at_the_key_that_names_it(depot: Path) -> None:
    (depot / "plan.geojson").unlink()
    with pytest.raises(SiteFileError) as caught:
        load_site(depot)
    (fault,) = caught.value.faults
    assert (fault.line, fault.key) == (line_of('file = "plan.geojson"'), "plan.file")
    assert fault.message == "cannot be read: No such file or directory"


@pytest.mark.parametrize("name", ["../secret.geojson", "/etc/passwd", "a/../../secret.geojson", "c:secret"])
def test_a_site_file_names_nothing_outside_its_folder(depot: Path, name: str) -> None:
    faults = broken(depot, 'file = "plan.geojson"', f'file = "{name}"')
    assert [fault[2] for fault in faults] == ["plan.file"]


def test_a_link_does_not_lead_out_of_the_folder(depot: Path) -> None:
    (depot.parent / "secret.geojson").write_bytes((depot / "plan.geojson").read_bytes())
    (depot / "plan.geojson").unlink()
    (depot / "plan.geojson").symlink_to(depot.parent / "secret.geojson")
    with pytest.raises(SiteFileError, match="leads out of the site folder"):
        load_site(depot)


def test_a_calibration_is_read_from_the_folder_and_moved_onto_the_plan(depot: Path, data_dir: Path) -> None:
    shutil.copy(data_dir / PETS, depot / "view.xml")
    text = (depot / "site.toml").read_text(encoding="utf-8")
    start = text.index("model = {")
    end = text.index("\n", start)

    def with_model(model: str) -> Any:
        (depot / "site.toml").write_text(f"{text[:start]}model = {model}{text[end:]}", encoding="utf-8")
        return load_site(depot).camera("north").model

    plain = with_model('{ tsai = "view.xml", unit = "mm" }')
    # the README of the data gives the camera's place
    assert plain.centre == pytest.approx((-28.94, -19.53, 7.07), abs=0.01)
    moved = with_model('{ tsai = "view.xml", unit = "mm", to_plan = { shift = [30, 20], turn = 90 } }')
    assert moved.centre == pytest.approx((30 + 19.53, 20 - 28.94, 7.07), abs=0.01)
    with pytest.raises(SiteFileError) as caught:
        with_model('{ tsai = "plan.geojson", unit = "mm" }')
    (fault,) = caught.value.faults
    assert fault.key == "camera[0].model.tsai"
    assert "it is not XML" in fault.message
    with pytest.raises(SiteFileError, match="is not there, or is not a file"):
        with_model('{ krtd = "none.krtd" }')


def test_a_change_is_written_and_the_rest_stays_to_the_letter(depot: Path) -> None:
    before = (depot / "site.toml").read_text(encoding="utf-8")
    changes = [{"at": "element/gate/way/force", "set": {"delay": {"mean": 75, "sd": 18, "dist": "lognormal"}}}]
    site = write_changes(depot, changes)
    after = (depot / "site.toml").read_text(encoding="utf-8")
    assert after == before.replace("{ mean = 60, sd = 18, dist", "{ mean = 75, sd = 18, dist")
    assert site == load_site(depot) == load_site(DEPOT).with_changes(changes)
    assert sorted(path.name for path in depot.iterdir()) == ["plan.geojson", "site.toml"]


def test_a_change_that_makes_faults_leaves_the_file_as_it_was(depot: Path) -> None:
    before = (depot / "site.toml").read_bytes()
    for change, message in (
        ({"at": "threat/thief", "set": {"count": 0}}, "greater than or equal to 1"),
        ({"at": "area/yard", "remove": True}, "no area has this id"),
        ({"at": "element/gate/way/climb", "remove": True}, "no way has the id 'climb'"),
        ({"at": "threat/nobody", "remove": True}, "no threat has the id 'nobody'"),
    ):
        with pytest.raises(ChangeError, match=message):
            write_changes(depot, [change])
    assert (depot / "site.toml").read_bytes() == before
    assert sorted(path.name for path in depot.iterdir()) == ["plan.geojson", "site.toml"]


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(depot: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = (depot / "site.toml").read_bytes()

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_changes(depot, [{"at": "threat/thief", "set": {"count": 2}}])
    assert (depot / "site.toml").read_bytes() == before
    assert sorted(path.name for path in depot.iterdir()) == ["plan.geojson", "site.toml"]


def test_a_file_keeps_its_mark_its_line_ends_and_its_rights(depot: Path) -> None:
    place = depot / "site.toml"
    text = place.read_text(encoding="utf-8").replace("\n", "\r\n")
    place.write_bytes(b"\xef\xbb\xbf" + text.encode())
    place.chmod(0o640)
    write_changes(depot, [{"add": {"threat": {"id": "gang", "count": 4}}}])
    raw = place.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf# A made-up depot")
    assert raw.count(b"\n") == raw.count(b"\r\n")
    assert place.stat().st_mode & 0o777 == 0o640
    assert load_site(depot).threat("gang").count == 4


def test_the_template_loads_and_has_nothing_wrong(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "site"
    new_site(folder)
    site = load_site(folder)
    assert check(site) == ()
    assert site.in_state(["night"]) != site
    written = {path.name: path.read_bytes() for path in folder.iterdir()}
    for place in (folder, folder / "site.toml", tmp_path):
        with pytest.raises(InputError, match="there is something already"):
            new_site(place)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == written


def test_what_the_template_leaves_out_stands_once_its_marks_are_taken_away(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    new_site(folder)
    file = folder / "site.toml"
    offered = re.compile(r"(?m)^# \[.*\n(?:#.*\n)*")
    file.write_text(offered.sub(lambda part: re.sub(r"(?m)^# ", "", part[0]), file.read_text()))
    site = load_site(folder)
    assert (len(site.inputs), len(site.procedures), len(site.tours), len(site.partners)) == (1, 1, 1, 1)
    assert check(site) == ()
    # a site of one's own begins with everything but what the ground asks for
    missing = set(SiteDocument.model_fields) - {"schema_version"} - set(tomllib.loads(file.read_text()))
    assert missing == {"patrol", "surface", "obstacle", "coverage"}


def test_the_example_shows_every_part_of_a_site_but_slow_ground(chancery: Path) -> None:
    written = set(tomllib.loads((chancery / "site.toml").read_text())) | {"schema_version"}
    assert set(SiteDocument.model_fields) - written == {"surface", "obstacle"}


def test_the_schema_takes_valid_documents_and_refuses_broken_ones(chancery: Path, tmp_path: Path) -> None:
    schema = site_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    new_site(tmp_path / "new")
    for folder in (DEPOT, chancery, tmp_path / "new"):
        document = tomllib.loads((folder / "site.toml").read_text(encoding="utf-8"))
        assert [error.message for error in validator.iter_errors(document)] == []
    document = tomllib.loads((DEPOT / "site.toml").read_text(encoding="utf-8"))
    document["area"][0]["outsde"] = True
    document["element"][0]["way"][0]["p_detection"] = 1.5
    document["threat"][0]["speed"] = "fast"
    del document["site"]["name"]
    places = {".".join(map(str, error.absolute_path)) for error in validator.iter_errors(document)}
    assert places == {"area.0", "element.0.way.0.p_detection", "threat.0.speed", "site"}
