"""[[partner]] and [evidence] of a site."""

from __future__ import annotations

from typing import Any

import pytest

from bartizan.errors import SiteFileError, UnknownIdError
from bartizan.site import build

KEY = "ab" * 32


def document(**more: Any) -> dict[str, Any]:
    return {"schema": 1, "site": {"name": "s"}, "area": [{"id": "street", "outside": True}], **more}


def test_a_site_without_them_keeps_its_hash() -> None:
    plain = build(document())
    assert plain.partners == ()
    assert plain.evidence is None
    shared = build(document(partner=[{"id": "police", "level": "amber"}], evidence={"alarm_days": 3}))
    assert shared.hash != plain.hash
    assert build(document()).hash == plain.hash


def test_what_they_say() -> None:
    site = build(
        document(
            partner=[
                {"id": "police", "name": "City police", "level": "amber+strict", "key": KEY},
                {"id": "stand-in", "level": "green", "exercise": True},
            ],
            evidence={"alarm_days": 3},
        )
    )
    police = site.partner("police")
    assert (police.label, police.level, police.key, police.exercise) == ("City police", "amber+strict", KEY, False)
    assert site.partner("stand-in").label == "stand-in"
    assert site.partner("stand-in").exercise
    assert site.evidence is not None
    assert (site.evidence.alarm_days, site.evidence.case_days) == (3.0, 365.0)
    with pytest.raises(UnknownIdError, match="nobody"):
        site.partner("nobody")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"partner": [{"id": "police"}]}, "level"),
        ({"partner": [{"id": "police", "level": "white"}]}, "partner[0].level"),
        ({"partner": [{"id": "police", "level": "red", "key": "AB" * 32}]}, "key"),
        ({"partner": [{"id": "a", "level": "red"}, {"id": "a", "level": "red"}]}, "two have one id"),
        ({"evidence": {"alarm_days": 0}}, "alarm_days"),
        ({"evidence": {"for_ever": True}}, "for_ever"),
    ],
)
def test_what_is_wrong_is_told(more: dict[str, Any], words: str) -> None:
    with pytest.raises(SiteFileError) as refused:
        build(document(**more))
    assert words in str(refused.value)
