"""Every route, asked by everybody, of things that are theirs and things that are not: found in the application itself.

A route that is not in classified.py fails the test: whoever adds one says there what it does and to what.
"""

from __future__ import annotations

import pytest
from access_post import MACHINE, PEOPLE, STRANGER, SUBJECTS, Guarded, body_of, gated, guarded, openapi
from classified import QUESTIONS, ROUTES
from desk_post import Browser
from httpx import Response

from bartizan.adapters.web.gate import SAFE_METHODS
from bartizan.adapters.web.permission import POWERS, Action
from bartizan.signal import Signal

# kinds whose things belong to the camera "north": who sees "south" alone must be told that they are not there
NORTHS = frozenset({"alarm", "camera", "item"})


def test_every_route_is_classified_and_names_the_right_that_it_takes() -> None:
    with guarded() as desk:
        found = {
            (m, route.path): route.action.value for route in gated(desk.post.app.routes) for m in route.methods or ()
        }
    new = [f'{key}: ("{found[key]}", "KIND"),' for key in sorted(set(found) - set(ROUTES))]
    assert not new, "say in classified.py what these are for, and to what:\n" + "\n".join(new)
    gone = sorted(set(ROUTES) - set(found))
    assert not gone, f"these are no more; take them out of classified.py: {gone}"
    assert found == {key: action for key, (action, _) in ROUTES.items()}


@pytest.mark.parametrize("subject", SUBJECTS)
def test_everybody_may_what_their_role_says_and_to_what_is_theirs_alone(subject: str) -> None:
    """Each request is let in or refused as the table of rights says, and leaves one record of the audit or none."""
    with guarded() as desk:
        things = _things(desk)
        document = openapi()
        client = desk.enter(subject)
        for (method, path), (action, kind) in ROUTES.items():
            expected = _expected(subject, action, kind)
            if kind == "stream" and expected == "in":
                continue  # it never ends; what it tells is tested where the stream is
            before, ledger = desk.asked(), desk.room.ledger.seq
            answer = _ask(client, method, path, things[kind], document)
            asked = desk.asked() - before
            where = f"{subject}: {method} {path} answered {answer.status_code}"
            outcome = desk.audit.latest()[0].outcome if asked else None
            _judge(expected, answer, outcome, kind, where)
            asks = (method, path) in QUESTIONS and answer.status_code < 400
            recorded = method not in SAFE_METHODS and expected != "stranger" and not asks
            assert asked == (1 if recorded else 0), f"{where}: {asked} records of the audit"
            if expected != "in":
                assert desk.room.ledger.seq == ledger + asked, f"{where}, and something was changed"
            if subject not in (STRANGER, MACHINE) and not desk.inside(client):
                client = desk.enter(subject)


def _things(desk: Guarded) -> dict[str, str]:
    """Kind -> the id of a thing of that kind; those of cameras are of "north"."""
    given = Signal(id="s-1", t=0.0, kind="contact", state="raised", element="gate", severity="high", cameras=("north",))
    alarm = desk.post.desk.submit(given)
    incident = desk.room.incidents.open([alarm.id], "officer", title="At the gate")
    return {
        "": "",
        "none": "none",
        "stream": "",
        "alarm": alarm.id,
        "incident": incident.id,
        "camera": "north",
        "item": desk.room.evidence.put(b"x", "image/jpeg", f"alarm/{alarm.id}", "camera north").id,
        "person": "target",
        "file": "house.css",
    }


def _expected(subject: str, action: str, kind: str) -> str:
    """How the gate must answer: "in", "stranger" (nobody is logged in), "denied" (the right lacks), "absent"."""
    if action == "public":
        return "in"
    if subject == MACHINE:
        return "in" if action == "intake" else "stranger"
    if subject == STRANGER or action == "intake":
        return "stranger"
    account = PEOPLE[subject]
    half_blind = action in ("handover", "service") and account.cameras is not None
    if Action(action) not in POWERS[account.role] or half_blind:
        return "denied"
    return "absent" if account.cameras is not None and kind in NORTHS and "north" not in account.cameras else "in"


def _ask(client: Browser, method: str, path: str, thing: str, document: dict[str, object]) -> Response:
    filled = "/".join(thing if part.startswith("{") else part for part in path.split("/"))
    if method in SAFE_METHODS:
        return client.request(method, filled)
    return client.request(method, filled, **body_of(path, method, document))


def _judge(expected: str, answer: Response, outcome: str | None, kind: str, where: str) -> None:
    if expected == "stranger":
        assert answer.status_code == 401 or answer.headers.get("location") == "/login", where
    elif expected == "denied":
        assert answer.status_code == 403 or answer.headers.get("location") in ("/shared", "/own"), where
        assert outcome in ("denied", None), where
    elif expected == "absent":
        assert answer.status_code == 404, where
        assert outcome in ("denied", None), where
    else:
        assert outcome in ("done", "refused", None), f"{where}: {outcome}"
        assert answer.status_code < 500, where
        assert answer.status_code != 401 or "/login" in where, where
        # elsewhere the simplest body may name things that there are not
        assert kind not in ("alarm", "person", "file") or answer.status_code not in (403, 404, 422), where
