"""What is kept of what was asked, and what fails (ASVS 16).

Source: OWASP Application Security Verification Standard 5.0.0 (2025), levels 1 and 2; the words are ours.
"""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC
from typing import Any

import pytest
from access_post import PEOPLE, Guarded, guarded
from asvs import NEW
from desk_post import PASSWORD

from bartizan.app.upkeep.audit import STRANGERS
from bartizan.signal import Signal


def test_asvs_16_2_1_and_16_2_2_a_record_says_when_in_utc_who_what_and_to_what(desk: Guarded) -> None:
    alarm = desk.post.desk.alarms()[0]
    desk.enter("guard").post(f"/alarms/{alarm.id}/acknowledge", json={})
    record = desk.audit.latest()[0]
    assert (record.by, record.role, record.action) == ("guard", "guard", "acknowledge")
    assert (record.what, record.thing, record.outcome) == ("POST /alarms/{alarm_id}/acknowledge", alarm.id, "done")
    assert record.at.tzinfo is UTC


def test_asvs_16_2_5_and_16_4_1_nothing_secret_and_nothing_that_a_stranger_typed_is_kept(
    caplog: pytest.LogCaptureFixture,
) -> None:
    canaries = ["canary-typed-as-name\nforged: line", "canary-typed-as-password", PASSWORD, NEW]
    with caplog.at_level(logging.DEBUG), guarded() as desk:
        desk.post.try_login(desk.post.client(), canaries[0], canaries[1])
        desk.post.try_login(desk.post.client(), "guard", canaries[1])
        desk.post.client().post(f"/alarms/{canaries[1]}/acknowledge", json={}, headers={"origin": "http://127.0.0.1"})
        client = desk.enter("guard")
        client.post("/own/password", data={"old": PASSWORD, "new": NEW, "again": NEW})
        chief = desk.enter("administrator")
        shown = re.findall(r"figure-large\">([^<]+)<", chief.post("/people", data={"name": "n", "role": "guard"}).text)
        shown += re.findall(r"figure-large\">([^<]+)<", chief.post("/tokens", data={"label": "x"}).text)
        assert len(shown) == 2
        kept = "".join(json.dumps(dict(record.body)) for record in desk.room.ledger.read())
    said = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("bartizan"))
    assert "POST /alarms/{alarm_id}/acknowledge" in said, "the stranger's attempt is in the log"
    for secret in (*canaries, *shown, "canary"):
        assert secret not in kept
        assert secret not in said


def test_asvs_16_3_1_log_ins_are_kept_whether_they_succeed_or_not(desk: Guarded) -> None:
    with guarded() as other:
        other.post.try_login(other.post.client(), "guard", "wrong")
        other.post.try_login(other.post.client(), "nobody-of-that-name", "wrong")
        other.post.try_login(other.post.client(), "guard", PASSWORD)
        latest = [(one.by, one.thing, one.outcome) for one in other.audit.latest() if one.what == "POST /login"]
    assert latest == [("guard", "guard", "done"), ("stranger", "", "refused"), ("stranger", "guard", "refused")]


def test_asvs_16_3_2_what_somebody_may_not_do_is_kept(desk: Guarded) -> None:
    desk.enter("viewer").post("/people", data={"name": "n", "role": "officer"})
    record = desk.audit.latest()[0]
    assert (record.by, record.what, record.outcome) == ("viewer", "POST /people", "denied")


def test_strangers_cannot_fill_the_disk_with_records() -> None:
    with guarded() as desk:
        record: dict[str, Any] = {"by": "stranger", "role": None, "action": "public", "what": "POST /login"}
        for _ in range(STRANGERS + 25):
            desk.audit.record(**record, outcome="refused", known=False)
        assert desk.asked() == STRANGERS
        desk.audit.record(**record | {"by": "guard", "role": "guard"})
        assert "25 more of strangers were not kept" in desk.audit.latest()[0].detail


def test_asvs_16_5_1_and_16_5_3_what_fails_at_the_gate_lets_nobody_in(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("secret of the inside")

    with guarded() as desk:
        alarm = desk.post.desk.submit(
            Signal(id="s", t=0.0, kind="contact", state="raised", element="gate", severity="high")
        )
        state = desk.post.app.state
        for thing, name in (
            (state.sessions, "find"),
            (state.sessions, "used"),
            (state.tokens, "find"),
            (state.accounts, "epoch"),
            (desk.audit, "record"),
        ):
            client = desk.post.client(loud=False)
            desk.enter("guard", client)
            with monkeypatch.context() as patch:
                patch.setattr(thing, name, broken)
                if name == "epoch":
                    patch.setattr(state.sessions, "_epoch", broken)
                answer = client.post(f"/alarms/{alarm.id}/acknowledge", json={"version": 99})
                intake = desk.enter("machine", desk.post.client(loud=False)).post("/intake/signals", json={})
            assert "secret" not in answer.text + intake.text
            if (thing, name) != (state.tokens, "find"):
                assert answer.status_code == 500, name
            else:
                assert intake.status_code == 500
        assert desk.post.desk.alarm(alarm.id).handling == "raised"


def test_people_are_all_here() -> None:
    """The tests above speak of these roles; one that is new must be added to them."""
    assert {one.role for one in PEOPLE.values()} == {
        "guard", "supervisor", "investigator", "partner", "administrator", "viewer", "officer",
    }  # fmt: skip
