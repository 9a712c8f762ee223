"""Laws of the text: write then read is identity, a change cuts only its lines, no bytes break the loader."""

from __future__ import annotations

import difflib
import json
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bartizan.adapters.files import toml_edit
from bartizan.adapters.files.json_lines import json_lines
from bartizan.adapters.files.site import load_site, write_changes
from bartizan.adapters.files.site_edit import edited
from bartizan.adapters.files.toml_places import toml_places
from bartizan.errors import ChangeError, SiteFileError
from bartizan.site.changes import apply

DEPOT = Path(__file__).parents[2] / "sites" / "depot"
TEXT = (DEPOT / "site.toml").read_text(encoding="utf-8")
PLAN = (DEPOT / "plan.geojson").read_text(encoding="utf-8")
DOCUMENT = tomllib.loads(TEXT)

keys = st.text(st.sampled_from("abc-_.é \"'#]"), min_size=1, max_size=4)
scalars = st.one_of(
    st.booleans(),
    st.integers(-(2**62), 2**62),
    st.floats(allow_nan=False),
    st.text(max_size=6),
    st.sampled_from(["#", '"""', "'''", "]", "}", "a = 1", "\n[x]\n", "\\"]),
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(keys, inner, max_size=3)),
    max_leaves=8,
)


def paths_of(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, part in parts:
        yield (*path, step), part
        yield from paths_of(part, (*path, step))


@settings(max_examples=100)
@given(st.dictionaries(keys, values, max_size=4), st.sampled_from(["", "# c\n", "\n\n"]))
def test_every_value_is_found_where_it_stands(document: dict[str, Any], between: str) -> None:
    pairs = [f"{toml_edit.spelt_key(key)} = {toml_edit.spelt(value)} # e\n" for key, value in document.items()]
    text = between.join(pairs)
    assert tomllib.loads(text) == document
    places = toml_places(text)
    wanted = dict(paths_of(document))
    assert places.values.keys() == wanted.keys()
    for path, (start, end) in places.values.items():
        assert tomllib.loads(f"x = {text[start:end]}")["x"] == wanted[path]
        assert places.lines[path] == text.count("\n", 0, start) + 1


@settings(max_examples=60)
@given(values, st.sampled_from([None, 1, 2]))
def test_every_json_value_has_its_line(value: Any, indent: int | None) -> None:
    text = json.dumps(value, indent=indent)
    lines, twice = json_lines(text)
    assert lines.keys() == {(), *(path for path, _ in paths_of(value))}
    assert twice == []
    assert max(lines.values()) <= text.count("\n") + 1


ADDRESSES = [
    *(f"{kind}/{thing['id']}" for kind, listed in DOCUMENT.items() if isinstance(listed, list) for thing in listed),
    *(
        f"{kind}/{thing['id']}/way/{way['id']}"
        for kind in ("element", "target")
        for thing in DOCUMENT[kind]
        for way in thing["way"]
    ),
    "site",
    "plan",
]
words = st.text("abcdefgh", min_size=1, max_size=6)


@st.composite
def changes(draw: st.DrawFn) -> dict[str, Any]:
    """A change that has a place in the depot, whether or not its outcome is a site."""
    at = draw(st.sampled_from(ADDRESSES))
    deed = draw(st.sampled_from(["set", "set", "set", "remove", "key", "add", "way"]))
    thing = {"id": draw(words), **draw(st.dictionaries(words, values, max_size=2))}
    if deed == "set":
        known = draw(
            st.sampled_from(["name", "kind", "delay", "needs", "crossing", "way", "polygon", "model", "changes"])
        )
        return {"at": at, "set": {known: draw(values)} | draw(st.dictionaries(words, values, max_size=1))}
    if deed == "add":
        return {"add": {draw(st.sampled_from(["area", "element", "sensor", "insider"])): thing}}
    if deed == "way":
        return {"at": draw(st.sampled_from(["element/gate", "element/door", "target/stock"])), "add": {"way": thing}}
    if deed == "key":
        held: Any = DOCUMENT
        for address in ADDRESSES:
            if address == at:
                held = _thing(at)
        return {"at": f"{at}/{draw(st.sampled_from(sorted(set(held) - {'id'} or {'name'})))}", "remove": True}
    return {"at": at, "remove": True}


def _thing(address: str) -> Any:
    steps = address.split("/")
    if len(steps) == 1:
        return DOCUMENT[address]
    thing = next(one for one in DOCUMENT[steps[0]] if one["id"] == steps[1])
    return thing if len(steps) == 2 else next(one for one in thing["way"] if one["id"] == steps[3])


def meaning(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: meaning(part) for key, part in value.items() if part != []}
    return [meaning(part) for part in value] if isinstance(value, list) else value


@settings(max_examples=100)
@given(st.lists(changes(), min_size=1, max_size=2), st.sampled_from(["\n", "\r\n"]))
def test_what_is_written_is_what_was_meant(wanted: list[dict[str, Any]], newline: str) -> None:
    text = TEXT.replace("\n", newline)
    try:
        meant = apply(DOCUMENT, wanted)
    except ChangeError:
        with pytest.raises(ChangeError):
            edited(text, wanted)
        return
    after = edited(text, wanted)
    assert meaning(tomllib.loads(after)) == meaning(meant)
    # the comments on lines of their own are all there still, unless they stood within what was taken away
    if not any(change.get("remove") or "set" in change for change in wanted):
        assert [line for line in text.split("\n") if line not in after.split("\n")] == []


@settings(max_examples=40)
@given(
    st.sampled_from(
        ["element/gate/way/climb", "element/door/way/key", "threat/thief", "camera/north", "rule/loiter-pavement"]
    ),
    st.text(max_size=8).filter(str.strip),
)
def test_a_new_key_adds_one_line_or_changes_one(address: str, name: str) -> None:
    after = edited(TEXT, [{"at": address, "set": {"name": name}}])
    changed = [line for line in difflib.ndiff(TEXT.split("\n"), after.split("\n")) if line[0] in "+-"]
    inline = address == "element/door/way/key"
    assert [line[0] for line in changed] == (["-", "+"] if inline else ["+"])
    assert edited(after, [{"at": f"{address}/name", "remove": True}]) == TEXT


@settings(max_examples=10)
@given(st.integers(1, 9), st.floats(0.1, 10), st.sampled_from(["begin", "end"]))
def test_writing_a_change_gives_the_site_that_with_changes_gives(
    tmp_path_factory: pytest.TempPathFactory, count: int, speed: float, detect_at: str
) -> None:
    folder = Path(shutil.copytree(DEPOT, tmp_path_factory.mktemp("depot") / "depot"))
    wanted = [
        {"at": "threat/thief", "set": {"count": count, "speed": speed}},
        {"at": "element/door/way/force", "set": {"detect_at": detect_at}},
    ]
    site = load_site(folder)
    assert write_changes(folder, []) == site
    assert (folder / "site.toml").read_text(encoding="utf-8") == TEXT
    written = write_changes(folder, wanted)
    assert written == site.with_changes(wanted)
    assert load_site(folder).document == site.with_changes(wanted).document
    write_changes(folder, written.diff(site))
    assert load_site(folder) == site
    shutil.rmtree(folder.parent)


RAW, RAW_PLAN = TEXT.encode(), PLAN.encode()


@st.composite
def wounded(draw: st.DrawFn, raw: bytes) -> bytes:
    """A file with one to three stretches cut out, doubled, or replaced."""
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(raw)))
        end = min(len(raw), start + draw(st.integers(0, 40)))
        new = draw(
            st.one_of(
                st.just(b""),
                st.just(raw[start:end] * 2),
                st.binary(max_size=6),
                st.sampled_from(
                    [b'"', b"'", b"[", b"]]", b"{", b"}", b"=", b"\n", b"#", b"-1", b"1e999", b"nan", b"\0"]
                ),
            )
        )
        raw = raw[:start] + new + raw[end:]
    return raw


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(DEPOT, tmp_path_factory.mktemp("wounded") / "depot"))


def outcome(folder: Path) -> str:
    """What loading a folder comes to: a site, or faults that each name a file and a cure. Anything else escapes."""
    try:
        site = load_site(folder)
    except SiteFileError as error:
        whole = all(fault.file and fault.message and fault.cure and fault.line >= 0 for fault in error.faults)
        return "faults" if whole and error.faults else "faults without words"
    return "site" if site.hash else "site without hash"


@settings(max_examples=100)
@given(raw=st.one_of(wounded(RAW), st.binary(max_size=60)))
def test_no_bytes_break_the_loader(folder: Path, raw: bytes) -> None:
    (folder / "plan.geojson").write_bytes(RAW_PLAN)
    (folder / "site.toml").write_bytes(raw)
    assert outcome(folder) in ("site", "faults")


@settings(max_examples=100)
@given(raw=st.one_of(wounded(RAW_PLAN), st.binary(max_size=60)))
def test_no_plan_breaks_the_loader(folder: Path, raw: bytes) -> None:
    (folder / "site.toml").write_bytes(RAW)
    (folder / "plan.geojson").write_bytes(raw)
    assert outcome(folder) in ("site", "faults")
