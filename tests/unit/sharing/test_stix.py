"""Bundles of STIX 2.1: what is read, how each thing that may be wrong is told, and what is written."""

from __future__ import annotations

import copy
import importlib
import json
from typing import Any

import pytest

from bartizan.desk.sharing.errors import SharingError, StixError
from bartizan.desk.sharing.release import release
from bartizan.desk.sharing.stix_read import read_bundle
from bartizan.desk.sharing.stix_rules import INCIDENT_CORE
from bartizan.desk.sharing.stix_write import Sender, write_stix
from bartizan.desk.sharing.tlp import LEVELS, MARKINGS, Tlp, level, marking, reaches, strictest
from shared_case import BEGAN, a_case

stix2: Any = importlib.import_module("stix2")  # it has no types

UUID = "8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f"
INCIDENT = {
    "type": "incident",
    "spec_version": "2.1",
    "id": f"incident--{UUID}",
    "created": "2026-03-02T14:00:00.000Z",
    "modified": "2026-03-02T14:00:00.000Z",
    "name": "An attempt",
    "object_marking_refs": [MARKINGS["amber"]],
    "extensions": {
        INCIDENT_CORE: {
            "extension_type": "property-extension",
            "determination": "confirmed",
            "investigation_status": "open",
            "criticality": 70,
        }
    },
}
PLACE = {
    "type": "location",
    "spec_version": "2.1",
    "id": f"location--{UUID}",
    "created": "2026-03-02T14:00:00Z",
    "modified": "2026-03-02T14:00:00Z",
    "latitude": 48.2,
    "longitude": 16.3,
}


def bundle(*objects: dict[str, Any]) -> dict[str, Any]:
    return {"type": "bundle", "id": f"bundle--{UUID}", "objects": [copy.deepcopy(one) for one in objects]}


def raw(body: Any) -> bytes:
    return json.dumps(body).encode()


def with_(one: dict[str, Any], **changes: Any) -> dict[str, Any]:
    changed = {**copy.deepcopy(one), **changes}
    return {key: value for key, value in changed.items() if value is not ...}


def core(**changes: Any) -> dict[str, Any]:
    changed = {**INCIDENT["extensions"][INCIDENT_CORE], **changes}  # type: ignore[index]
    kept = {key: value for key, value in changed.items() if value is not ...}
    return with_(INCIDENT, extensions={INCIDENT_CORE: kept})


def test_a_plain_bundle() -> None:
    found = read_bundle(raw(bundle(marking("amber"), INCIDENT, PLACE)))
    assert [one["type"] for one in found.objects] == ["marking-definition", "incident", "location"]
    assert found.of("incident")[0]["name"] == "An attempt"
    assert found.warnings == ()


FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "version 2.0": ({**bundle(INCIDENT), "spec_version": "2.0"}, "that is STIX 2.0"),
    "bundle id": ({**bundle(INCIDENT), "id": "bundle--1"}, "not bundle-- and a UUID"),
    "no objects": ({**bundle(), "objects": []}, "no list of objects"),
    "no object": ({**bundle(), "objects": ["x"]}, "objects[0] is no object"),
    "type": (bundle(with_(INCIDENT, type="In cident")), "which is none"),
    "id of another": (bundle(with_(INCIDENT, id=f"tool--{UUID}")), "not incident-- and a UUID"),
    "no version": (bundle(with_(INCIDENT, spec_version=...)), "has spec_version None. Give 2.1"),
    "no name": (bundle(with_(INCIDENT, name=...)), "has no name. Add it"),
    "no created": (bundle(with_(INCIDENT, created=...)), "has no created. Add it"),
    "time": (bundle(with_(INCIDENT, created="yesterday")), "created is 'yesterday', not a time"),
    "local time": (bundle(with_(INCIDENT, created="2026-03-02T14:00:00+01:00")), "not a time"),
    "30 February": (bundle(with_(INCIDENT, created="2026-02-30T14:00:00Z")), "not a time"),
    "order": (bundle(with_(INCIDENT, modified="2025-03-02T14:00:00Z")), "modified is not after created"),
    "number as name": (bundle(with_(INCIDENT, name=7)), "name is 7, not text"),
    "reference": (bundle(with_(INCIDENT, created_by_ref="me")), "created_by_ref is 'me', which names no object"),
    "creator": (bundle(with_(INCIDENT, created_by_ref=f"tool--{UUID}")), "names no identity"),
    "references": (bundle(with_(INCIDENT, impact_refs=[])), "impact_refs is no list that names objects"),
    "marking": (bundle(with_(INCIDENT, object_marking_refs=[f"tool--{UUID}"])), "what is no marking"),
    "labels": (bundle(with_(INCIDENT, labels=[""])), "labels is no list of texts"),
    "confidence": (bundle(with_(INCIDENT, confidence=101)), "confidence is 101"),
    "confidence as a flag": (bundle(with_(INCIDENT, confidence=True)), "confidence is True"),
    "revoked": (bundle(with_(INCIDENT, revoked="no")), "revoked is 'no'"),
    "capital": (bundle(with_(INCIDENT, Nome=1)), "the property 'Nome'"),
    "external": (bundle(with_(INCIDENT, external_references=[{"source_name": "x"}])), "or nothing of it"),
    "granular": (bundle(with_(INCIDENT, granular_markings=[{"selectors": ["name"]}])), "marking_ref or lang"),
    "selector": (bundle(with_(INCIDENT, granular_markings=[{"selectors": ["a b"], "lang": "en"}])), "selects nothing"),
    "no extensions": (bundle(with_(INCIDENT, extensions=True)), "extensions is no object of objects"),
    "extension": (bundle(with_(INCIDENT, extensions={"extension-definition--x": {}})), "named by no UUID"),
    "determination": (bundle(core(determination="NOT-AN-ENUM")), "determination is 'NOT-AN-ENUM'"),
    "no determination": (bundle(core(determination=...)), "determination is None"),
    "investigation": (bundle(core(investigation_status="shelved")), "investigation_status is 'shelved'"),
    "extension type": (bundle(core(extension_type=...)), "Write property-extension"),
    "criticality": (bundle(core(criticality=7000)), "criticality is 7000"),
    "incident types": (bundle(core(incident_types="x")), "incident_types is no list"),
    "nowhere": (bundle(with_(PLACE, latitude=..., longitude=...)), "no region, country or latitude"),
    "half a place": (bundle(with_(PLACE, longitude=...)), "latitude and longitude go together"),
    "off the globe": (bundle(with_(PLACE, latitude=91)), "latitude is 91"),
    "twice": (bundle(INCIDENT, INCIDENT), "stands 2 times"),
    "false level": (
        bundle(with_(marking("red"), id=MARKINGS["clear"])),
        "says TLP red, whose id is marking-definition--e828b379",
    ),
    "no level": (bundle(with_(marking("red"), extensions=...)), "has the id of TLP red and does not say so"),
    "unknown level": (
        bundle(with_(marking("red"), extensions={next(iter(marking("red")["extensions"])): {"tlp_2_0": "pink"}})),
        "tlp_2_0 is 'pink'",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_what_is_wrong_is_told(name: str) -> None:
    body, words = FAULTS[name]
    with pytest.raises(StixError) as refused:
        read_bundle(raw(body))
    assert words in str(refused.value)


HOSTILE: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "no JSON"),
    "not UTF-8": (b"\xff{}", "not UTF-8"),
    "a list": (b"[]", "no object of type bundle"),
    "deep": (b'{"a":' * 100_000, "JSON"),
    "deeper than allowed": (b'{"a":' * 30 + b"1" + b"}" * 30, "nested deeper than 24"),
    "NaN": (b'{"type": NaN}', "NaN is no number"),
    "twice": (b'{"type": "bundle", "type": "bundle"}', "'type' stands twice"),
    "long number": (b'{"type": ' + b"9" * 5_000 + b"}", "no JSON"),
    "large": (b" " * (16 * 1024 * 1024 + 1), "more than 16,777,216"),
    "many": (
        b'{"type":"bundle","id":"bundle--' + UUID.encode() + b'","objects":[' + b"1," * 10_000 + b"1]}",
        "more than 10,000",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_bytes_are_refused_in_words(name: str) -> None:
    content, words = HOSTILE[name]
    with pytest.raises(StixError) as refused:
        read_bundle(content)
    assert words in str(refused.value) or (name == "deep" and "nested" in str(refused.value))
    assert len(str(refused.value)) < 5_000


def test_what_is_not_known_is_kept_and_said() -> None:
    strange = {"type": "x-robot", "id": f"x-robot--{UUID}", "legs": 2}
    dangling = with_(INCIDENT, created_by_ref=f"identity--{UUID}")
    found = read_bundle(raw({**bundle(strange, dangling), "x_more": 1}))
    assert len(found.objects) == 2
    told = " ".join(found.warnings)
    assert "not known; it is kept" in told
    assert "1 objects are named that are not in the bundle" in told
    assert "'x_more'" in told


def test_an_incident_of_the_draft_before_is_read_as_old() -> None:
    old = with_(INCIDENT, extensions={INCIDENT_CORE: {"extension_type": "property-extension", "activities": []}})
    assert "before 2.0" in read_bundle(raw(bundle(old))).warnings[0]


def written(limit: Tlp = "red", *, exercise: bool = False) -> dict[str, Any]:
    cut = release(a_case(exercise=exercise), limit)
    paths = {one.id: f"media/{one.id}.jpg" for one in cut.case.media}
    body: dict[str, Any] = json.loads(write_stix(cut, Sender(name="Chancery", id="k"), BEGAN, paths))
    return body


@pytest.mark.parametrize("limit", ["green", "amber", "amber+strict", "red"])
def test_the_reference_library_reads_what_is_written(limit: Tlp) -> None:
    body = written(limit)
    # `event` is an object of the incident extension suite, which the library does not know
    known = [
        one
        for one in body["objects"]
        if one["type"] != "event" and not str(one.get("source_ref")).startswith("event--")
    ]
    assert len(known) > len(body["objects"]) // 2
    parsed = stix2.parse({**body, "objects": known}, allow_custom=False)
    assert len(parsed.objects) == len(known)
    everything = stix2.parse(body, allow_custom=True)
    assert len(everything.objects) == len(body["objects"])


def test_nothing_above_the_level_is_written_and_every_object_is_marked() -> None:
    for limit in LEVELS[1:]:
        for one in written(limit)["objects"]:
            marks = [*one.get("object_marking_refs", []), *(m["marking_ref"] for m in one.get("granular_markings", []))]
            if one["type"] != "marking-definition":
                assert len(one["object_marking_refs"]) == 1
            for mark in marks:
                assert reaches(limit, next(name for name in LEVELS if MARKINGS[name] == mark))


def test_the_same_incident_has_the_same_id_in_every_package() -> None:
    first, second = (written(limit) for limit in ("amber", "red"))

    def incident(body: dict[str, Any]) -> Any:
        return next(one["id"] for one in body["objects"] if one["type"] == "incident")

    assert incident(first) == incident(second)


def test_an_exercise_is_labelled() -> None:
    incident = next(one for one in written(exercise=True)["objects"] if one["type"] == "incident")
    assert incident["labels"] == ["exercise"]


def test_a_relationship_has_the_stricter_of_both_ends() -> None:
    body = written("red")
    marks = {one["id"]: one["object_marking_refs"][0] for one in body["objects"] if "object_marking_refs" in one}
    names = {marked: name for name, marked in MARKINGS.items()}
    for one in body["objects"]:
        if one["type"] == "relationship":
            ends = [names[marks[one[end]]] for end in ("source_ref", "target_ref")]
            assert reaches(names[marks[one["id"]]], strictest(ends))


@pytest.mark.parametrize(
    ("word", "found"), [("TLP:AMBER+STRICT", "amber+strict"), (" red ", "red"), ("clear", "clear")]
)
def test_levels_by_name(word: str, found: str) -> None:
    assert level(word) == found


@pytest.mark.parametrize("word", ["", "white", "TLP:", "ambr"])
def test_other_words_are_no_level(word: str) -> None:
    with pytest.raises(SharingError, match="Choose one of clear, green"):
        level(word)
