"""Laws of sites: what a change touches, what a hash minds, what a move leaves alone; no document breaks build."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bartizan
from bartizan.errors import ChangeError, Fault, SiteFileError
from bartizan.quantity import Probability
from bartizan.site import Site, build
from bartizan.site.changes import apply
from bartizan.site.checks import check
from bartizan.site.difference import difference
from bartizan.site.graph import passages, reachable

DEPOT_FOLDER = Path(__file__).parents[2] / "sites" / "depot"
DEPOT: Site = bartizan.load(DEPOT_FOLDER)

share = st.floats(0, 1)
ratio = st.floats(0.01, 100)
seconds = st.floats(0, 1e4)
times = st.one_of(
    st.fixed_dictionaries({"mean": seconds, "sd": seconds}),
    st.fixed_dictionaries({"mean": seconds, "sd": seconds, "trials": st.integers(2, 50)}),
    st.tuples(seconds, seconds, seconds, seconds).map(
        lambda four: dict(zip(("mean_low", "mean", "mean_high"), sorted(four[:3]), strict=True)) | {"sd": four[3]}
    ),
    st.fixed_dictionaries({"mean": seconds, "dist": st.just("fixed")}),
    st.tuples(seconds, seconds).map(lambda ends: {"low": min(ends), "high": max(ends), "dist": "uniform"}),
    st.tuples(seconds, seconds, seconds).map(
        lambda three: dict(zip(("low", "mode", "high"), sorted(three), strict=True)) | {"dist": "pert"}
    ),
)
figures = st.one_of(
    share,
    st.fixed_dictionaries({"value": share, "source": st.sampled_from(["test", "guess"])}),
    st.tuples(st.integers(0, 20), st.integers(0, 20)).map(lambda n: {"detected": min(n), "trials": max(*n, 1)}),
)


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """A site of two to five areas in a row of squares, with elements between any of them."""
    count = draw(st.integers(2, 5))
    areas: list[dict[str, Any]] = [
        {"id": f"a{n}", "polygon": [[n, 0], [n + 1, 0], [n + 1, 1], [n, 1]]} for n in range(count)
    ]
    areas[0]["outside"] = True
    for area in areas[1:]:
        if draw(st.booleans()):
            area["crossing"] = {"delay": draw(times), "p_detection": draw(figures), "detect_at": "middle"}
    elements = []
    for number in range(draw(st.integers(1, 6))):
        ends = draw(st.permutations(range(count)))[:2]
        element: dict[str, Any] = {"id": f"e{number}", "kind": "door", "between": [f"a{end}" for end in ends]}
        element["direction"] = draw(st.sampled_from(["both", "forward"]))
        element["way"] = [
            {"id": f"w{way}", "delay": draw(times), "p_detection": draw(figures), "detect_at": "begin"}
            | ({"needs": ["tool"]} if draw(st.booleans()) else {})
            | ({"needs_count": 2} if draw(st.booleans()) else {})
            | ({"direction": draw(st.sampled_from(["both", "forward", "backward"]))} if draw(st.booleans()) else {})
            | ({"opens": draw(st.booleans())} if draw(st.booleans()) else {})
            for way in range(draw(st.integers(1, 3)))
        ]
        elements.append(element)
    return {
        "schema": 1,
        "site": {"name": "Any"},
        "area": areas,
        "element": elements,
        "target": [{"id": "t", "area": f"a{count - 1}", "way": [{"id": "take", "delay": draw(times)}]}],
        "response": [{"id": "r", "arrival": draw(times), "p_communication": draw(figures)}],
        "threat": [{"id": "x", "has": draw(st.sampled_from([[], ["tool"]])), "count": draw(st.integers(1, 2))}],
        "engagement": [{"id": "g", "response": "r", "threat": "x", "law": "square", "advantage": draw(ratio)}],
        "zone": [{"id": "z", "area": "a0", "polygon": [[0.1, 0.1], [0.9, 0.1], [0.9, 0.9]]}],
    }


def leaves(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield path
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, part in parts:
        yield from leaves(part, (*path, step))


def at(document: Any, path: tuple[str | int, ...]) -> Any:
    for step in path:
        document = document[step]
    return document


@settings(max_examples=25)
@given(documents(), st.data())
def test_a_change_touches_its_keys_and_nothing_else(document: dict[str, Any], data: st.DataObject) -> None:
    site = build(document)
    element = data.draw(st.sampled_from(document["element"]))
    way = data.draw(st.sampled_from(element["way"]))
    delay, figure = data.draw(times), data.draw(figures)
    changes = [
        {"at": f"element/{element['id']}/way/{way['id']}", "set": {"delay": delay, "p_detection": figure}},
        {"at": "threat/x", "set": {"count": 3}},
    ]
    changed = site.with_changes(data.draw(st.permutations(changes)))
    wanted = copy.deepcopy(document)
    touched = wanted["element"][document["element"].index(element)]["way"][element["way"].index(way)]
    touched |= {"delay": delay, "p_detection": figure}
    wanted["threat"][0]["count"] = 3
    assert changed.document == wanted
    assert site.document == document
    for other in site.elements:
        for own in other.ways:
            if (other.id, own.id) != (element["id"], way["id"]):
                assert changed.way(f"{other.id}/{own.id}") == own
    for kind in ("areas", "targets", "responses", "zones"):
        assert getattr(changed, kind) == getattr(site, kind)


@settings(max_examples=25)
@given(documents(), documents())
def test_a_difference_applied_gives_the_other_site(one: dict[str, Any], other: dict[str, Any]) -> None:
    changed = apply(one, difference(one, other))
    assert build(changed) == build(other)
    assert difference(changed, other) == ()
    assert build(one).diff(build(one)) == ()


@settings(max_examples=25)
@given(documents(), st.randoms(use_true_random=False))
def test_order_names_and_sources_leave_the_hash_alone(document: dict[str, Any], random: Any) -> None:
    def stirred(value: Any) -> Any:
        if isinstance(value, dict):
            items = [(key, stirred(part)) for key, part in value.items() if key != "source"]
            random.shuffle(items)
            return dict(items)
        if isinstance(value, list) and all(isinstance(part, dict) for part in value):
            parts = [stirred(part) for part in value]
            random.shuffle(parts)
            return parts
        return value

    other = stirred(document)
    other["site"]["name"] = "Another"
    other["element"][0]["name"] = "Element"
    assert build(other).hash == build(document).hash


@settings(max_examples=25)
@given(documents(), st.data())
def test_any_figure_changes_the_hash(document: dict[str, Any], data: st.DataObject) -> None:
    paths = [
        path for path in leaves(document) if path and path[-1] in ("p_detection", "delay", "arrival", "p_communication")
    ]
    path = data.draw(st.sampled_from(paths))
    old = build(document)
    holder = at(document, path[:-1])
    before = holder[path[-1]]
    holder[path[-1]] = data.draw(figures if str(path[-1]).startswith("p_") else times)
    new = build(document)

    def meant(value: Any) -> Any:
        return {key: part for key, part in value.items() if key != "source"} if isinstance(value, dict) else value

    if meant(holder[path[-1]]) == meant(before):
        assert new == old
    # a figure may be spelt in two ways and say the same; then nothing has changed
    same = thing_of(old, path) == thing_of(new, path)
    assert (new.hash == old.hash) == same


def thing_of(site: Site, path: tuple[str | int, ...]) -> Any:
    """What the closed forms see of the figure at a path, with its law."""
    kind, number = str(path[0]), int(path[1])
    thing: Any = getattr(site, f"{kind}s")[number]
    if "way" in path:
        thing = thing.ways[int(path[3])]
    elif "crossing" in path:
        thing = thing.crossing
    figure = getattr(thing, str(path[-1]))
    if isinstance(figure, Probability):
        return (figure.value, figure.low, figure.mode, figure.high, figure.detected, figure.trials)
    doubt = (figure.trials, figure.mean_low, figure.mean_high)
    if figure.sd == 0:
        return (figure.mean, *doubt)
    return (figure.law, figure.mean, figure.sd, figure.low, figure.mode, figure.high, *doubt)


@settings(max_examples=25)
@given(documents(), st.floats(-1e5, 1e5), st.floats(-1e5, 1e5))
def test_moving_a_site_changes_no_result_that_is_not_a_place(document: dict[str, Any], x: float, y: float) -> None:
    moved = copy.deepcopy(document)
    for thing in (*moved["area"], *moved["zone"]):
        thing["polygon"] = [[east + x, north + y] for east, north in thing["polygon"]]
    here, there = build(document), build(moved)
    assert list(passages(there)) == list(passages(here))
    for threat in here.threats:
        assert reachable(there, ["a0"], threat) == reachable(here, ["a0"], threat)
    assert [(one.name, one.about, one.level) for one in check(there)] == [
        (one.name, one.about, one.level) for one in check(here)
    ]
    for kind in ("elements", "sensors", "targets", "responses", "threats"):
        assert getattr(there, kind) == getattr(here, kind)


junk = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.just(10**400),
        st.floats(),
        st.text(max_size=5),
        st.sampled_from(["gate", "gate/force", "walk", "yard", "../x", "state/night", "pert", "plan.geojson"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["id", "mean", "sd", "dist", "low", "mode", "high", "value", "at", "set", "add", "tsai"]),
            inner,
            max_size=3,
        ),
    ),
    max_leaves=5,
)
PATHS = [path for path in leaves(DEPOT.document) if path]
PLAN_PATHS = [path for path in leaves(DEPOT.attachments["plan.geojson"]) if path]


def faults_or_none(document: Any, attachments: Any) -> tuple[Fault, ...] | None:
    """The faults of a document; None where it has none, and then it can be checked and hashed too."""
    try:
        site = build(document, attachments)
    except SiteFileError as error:
        return error.faults
    check(site)
    assert len(site.hash) == 64
    return None


@settings(max_examples=150)
@given(st.lists(st.tuples(st.sampled_from(PATHS), junk), min_size=1, max_size=2))
def test_no_document_breaks_build(wounds: list[tuple[tuple[str | int, ...], Any]]) -> None:
    document = DEPOT.document
    for path, value in wounds:
        try:
            at(document, path[:-1])[path[-1]] = copy.deepcopy(value)
        except (IndexError, KeyError, TypeError):
            continue  # an earlier wound took the place away
    faults = faults_or_none(document, DEPOT.attachments)
    assert faults is None or (faults and all(fault.message and fault.cure for fault in faults))


@settings(max_examples=60)
@given(st.sampled_from(PLAN_PATHS), junk)
def test_no_plan_breaks_build(path: tuple[str | int, ...], value: Any) -> None:
    plan = copy.deepcopy(DEPOT.attachments["plan.geojson"])
    at(plan, path[:-1])[path[-1]] = value
    faults = faults_or_none(DEPOT.document, {"plan.geojson": plan})
    assert faults is None or (faults and all(fault.message and fault.cure for fault in faults))


@settings(max_examples=100)
@given(st.dictionaries(st.sampled_from(["at", "set", "remove", "add"]), junk, max_size=3))
def test_no_change_breaks_a_site(change: dict[str, Any]) -> None:
    with suppress(ChangeError):
        assert len(DEPOT.with_changes([change]).hash) == 64


def test_the_wounds_do_find_both_good_and_bad_documents() -> None:
    document = DEPOT.document
    document["threat"][0]["count"] = 7
    assert build(document, DEPOT.attachments).threat("thief").count == 7
    document["threat"][0]["count"] = None
    with pytest.raises(SiteFileError, match=r"threat\[0\]\.count"):
        build(document, DEPOT.attachments)
