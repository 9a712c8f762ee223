"""Laws of sharing: readers never fail but in words, writing reads back, a flipped bit is found, nothing leaks."""

from __future__ import annotations

import json
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bartizan.adapters.files.package import verify_package
from bartizan.desk.evidence import canonical
from bartizan.desk.sharing import check
from bartizan.desk.sharing.cap import WORDS, Alert, Area, Circle, Info, Reference, Resource
from bartizan.desk.sharing.cap_read import read_cap
from bartizan.desk.sharing.cap_write import write_cap
from bartizan.desk.sharing.errors import CapError, PackageError, SharingError, StixError
from bartizan.desk.sharing.manifest import Manifest, read_manifest
from bartizan.desk.sharing.release import release
from bartizan.desk.sharing.stix_read import read_bundle
from bartizan.desk.sharing.stix_write import Sender, write_stix
from bartizan.desk.sharing.tlp import LEVELS, reaches
from bartizan.errors import InputError
from shared_case import BEGAN, a_case, a_package

few = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])

# ---- alerts

TEXT = (
    st.text(
        st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff"), min_size=1
    )
    .map(str.strip)
    .filter(bool)
)
NAME = st.from_regex(r"[A-Za-z0-9@.:/_-]{1,20}", fullmatch=True)
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
TIMES = st.builds(
    lambda seconds, zone: (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)).astimezone(zone),
    st.integers(-(10**9), 10**9),
    ZONES,
)
DEGREES = st.integers(-9_000_000, 9_000_000).map(lambda value: value / 100_000)
POINT = st.tuples(DEGREES, DEGREES)
PAIRS = st.lists(st.tuples(TEXT, st.one_of(st.just(""), TEXT)), max_size=2).map(tuple)
RING = st.lists(POINT, min_size=3, max_size=5).map(lambda ring: (*ring, ring[0]))
AREAS = st.builds(
    Area,
    description=TEXT,
    polygons=st.lists(RING, max_size=2).map(tuple),
    circles=st.lists(st.builds(Circle, middle=POINT, radius=st.integers(0, 10**6).map(float)), max_size=1).map(tuple),
    geocodes=PAIRS,
)
RESOURCES = st.builds(
    Resource,
    description=TEXT,
    media_type=st.just("image/jpeg"),
    size=st.none() | st.integers(0, 10**9),
    uri=st.none() | st.just("ni:///sha-256;x"),
    content=st.none() | st.just("AAEC"),
    digest=st.none() | st.just("a" * 40),
)
maybe = st.none() | TEXT
INFOS = st.builds(
    Info,
    categories=st.lists(st.sampled_from(WORDS["category"]), min_size=1, max_size=3).map(tuple),
    event=TEXT,
    urgency=st.sampled_from(WORDS["urgency"]),
    severity=st.sampled_from(WORDS["severity"]),
    certainty=st.sampled_from(WORDS["certainty"]),
    language=st.none() | st.just("en-GB"),
    responses=st.lists(st.sampled_from(WORDS["responseType"]), max_size=2).map(tuple),
    event_codes=PAIRS,
    effective=st.none() | TIMES,
    expires=st.none() | TIMES,
    headline=maybe,
    description=maybe,
    parameters=PAIRS,
    resources=st.lists(RESOURCES, max_size=2).map(tuple),
    areas=st.lists(AREAS, max_size=2).map(tuple),
)


@st.composite
def alerts(draw: st.DrawFn) -> Alert:
    sent = draw(TIMES)
    earlier = st.builds(
        Reference, sender=NAME, identifier=NAME, sent=st.integers(1, 10**6).map(lambda s: sent - timedelta(seconds=s))
    )
    kind = draw(st.sampled_from(WORDS["msgType"]))
    references = draw(st.lists(earlier, min_size=0 if kind == "Alert" else 1, max_size=2))
    scope = draw(st.sampled_from(WORDS["scope"]))
    words = st.text("abc xyz", min_size=1).map(str.strip).filter(bool)
    return Alert(
        identifier=draw(NAME),
        sender=draw(NAME),
        sent=sent,
        status=draw(st.sampled_from(WORDS["status"])),
        message_type=kind,  # type: ignore[arg-type]
        scope=scope,  # type: ignore[arg-type]
        restriction=draw(TEXT) if scope == "Restricted" else None,
        addresses=tuple(draw(st.lists(words, min_size=1 if scope == "Private" else 0, max_size=3))),
        codes=tuple(draw(st.lists(TEXT, max_size=2))),
        note=draw(TEXT if kind == "Error" else maybe),
        references=tuple(references),
        infos=tuple(draw(st.lists(INFOS, max_size=2))),
    )


@few
@given(alerts())
def test_an_alert_reads_back_as_it_was_written(alert: Alert) -> None:
    found = read_cap(write_cap(alert))
    for name in Alert.__dataclass_fields__:
        if name != "warnings":
            assert getattr(found, name) == getattr(alert, name), name


@given(st.binary(max_size=400))
def test_any_bytes_are_an_alert_or_refused_in_words(content: bytes) -> None:
    with pytest.raises(CapError, match="no valid CAP alert"):
        read_cap(content)


SAMPLE = write_cap(
    Alert(
        identifier="a",
        sender="b",
        sent=datetime(2026, 1, 1, tzinfo=UTC),
        status="Actual",
        message_type="Alert",
        scope="Public",
        infos=(
            Info(
                categories=("Security",),
                event="x",
                urgency="Past",
                severity="Minor",
                certainty="Likely",
                areas=(Area(description="here", polygons=(((1.0, 1.0), (2.0, 2.0), (1.0, 2.0), (1.0, 1.0)),)),),
            ),
        ),
    )
)


@st.composite
def mangled(draw: st.DrawFn, whole: bytes) -> bytes:
    """Some of the bytes cut out, doubled or changed."""
    content = bytearray(whole)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(content) - 1))
        to = min(len(content), at + draw(st.integers(1, 60)))
        put = draw(st.sampled_from([b"", bytes(content[at:to]) * 2, b"<", b"&x;", b"\x00", b"9" * 400, b'"']))
        content[at:to] = put
        content = content or bytearray(b" ")
    return bytes(content)


@given(mangled(SAMPLE))
def test_a_mangled_alert_is_read_or_refused_in_words(content: bytes) -> None:
    try:
        assert isinstance(read_cap(content), Alert)
    except CapError as refused:
        assert refused.faults  # noqa: PT017 - either is right


# ---- bundles

BUNDLE = write_stix(release(a_case(), "red"), Sender(name="a", id="b"), BEGAN, {"med-1": "media/1", "med-2": "media/2"})
ODD: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


def places(thing: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    for key, inner in thing.items() if isinstance(thing, dict) else enumerate(thing) if isinstance(thing, list) else ():
        yield from places(inner, (*path, key))


PLACES = [path for path in places(json.loads(BUNDLE)) if path]


@given(st.sampled_from(PLACES), ODD)
def test_a_bundle_with_any_value_anywhere_is_read_or_refused_in_words(path: tuple[Any, ...], value: Any) -> None:
    body = json.loads(BUNDLE)
    inner = body
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    try:
        assert read_bundle(json.dumps(body).encode()).objects
    except StixError as refused:
        assert refused.faults  # noqa: PT017


@given(mangled(BUNDLE))
def test_a_mangled_bundle_is_read_or_refused_in_words(content: bytes) -> None:
    try:
        assert read_bundle(content).objects
    except StixError as refused:
        assert refused.faults  # noqa: PT017


@given(st.binary(max_size=300))
def test_any_bytes_are_no_manifest(content: bytes) -> None:
    with pytest.raises(SharingError, match=r"manifest\.json"):
        read_manifest(content)


# ---- packages


@pytest.fixture(scope="module")
def package() -> Iterator[tuple[Path, bytes]]:
    with tempfile.TemporaryDirectory() as folder:
        path = a_package(Path(folder) / "p.zip", "amber+strict")
        yield path, path.read_bytes()


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_flipped_bit_is_found(package: tuple[Path, bytes], data: st.DataObject) -> None:
    path, whole = package
    place = data.draw(st.integers(0, len(whole) * 8 - 1))
    changed = bytearray(whole)
    changed[place // 8] ^= 1 << place % 8
    path.write_bytes(changed)
    verdict = verify_package(path)
    assert verdict.faults
    assert not verdict.intact


def held_papers() -> tuple[Manifest, dict[str, bytes]]:
    """The manifest and the papers of a package in which everything is."""
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(a_package(Path(folder) / "p.zip", "red")) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    return read_manifest(held["manifest.json"]), {name: held[name] for name in check.PAPERS}


MANIFEST, PAPERS = held_papers()
OURS = [(name, path) for name in ("custody.json", "proofs.json") for path in places(json.loads(PAPERS[name])) if path]


def faults_with(name: str, path: tuple[Any, ...], change: Callable[[Any, Any], object]) -> list[str]:
    """The faults of the papers where `change` was made to what holds a place of one of them."""
    body = json.loads(PAPERS[name])
    inner = body
    for step in path[:-1]:
        inner = inner[step]
    change(inner, path[-1])
    return check.check_papers(MANIFEST, {**PAPERS, name: canonical(body)})[1]


@pytest.mark.parametrize("name", ["custody.json", "proofs.json"])
def test_signed_papers_that_lack_a_key_are_judged_in_words(name: str) -> None:
    # what a stranger signs is not of our form: no key of it may be counted on
    for path in (path for paper, path in OURS if paper == name):
        assert all(words.startswith(name) for words in faults_with(name, path, lambda inner, key: inner.pop(key))), path


@given(st.sampled_from(OURS), ODD)
def test_signed_papers_with_any_value_anywhere_are_judged_in_words(
    where: tuple[str, tuple[Any, ...]], value: Any
) -> None:
    name, path = where
    try:
        faults = faults_with(name, path, lambda inner, key: inner.__setitem__(key, value))
    except InputError:
        return  # a value that no signed paper can hold
    assert all(words.startswith(name) for words in faults)


@few
@given(data=st.data())
def test_a_mangled_package_is_found(package: tuple[Path, bytes], data: st.DataObject) -> None:
    path, whole = package
    changed = data.draw(mangled(whole))
    path.write_bytes(changed)
    try:
        assert verify_package(path).intact == (changed == whole)
    except PackageError:
        assert changed[:43] != whole[:43]


# ---- levels


@given(st.sampled_from(LEVELS[1:]), st.sampled_from(LEVELS[1:]))
def test_who_may_see_more_never_sees_less(one: Any, other: Any) -> None:
    less, more = sorted((one, other), key=LEVELS.index)
    case = a_case()
    few_, many = release(case, less), release(case, more)
    assert {cut.words for cut in many.removed} <= {cut.words for cut in few_.removed} | {
        # what was taken out whole for one is taken out in part for the other
        cut.words
        for cut in many.removed
        if any(cut.words.startswith(whole.words) for whole in few_.removed)
    }
    assert reaches(less, few_.level)
    again = release(many.case, less)
    assert again.case == few_.case
