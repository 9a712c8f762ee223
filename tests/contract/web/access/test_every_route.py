"""Every route, asked by everybody, of things that are theirs and things that are not: found in the application itself.

A route that is not in ROUTES fails the test: whoever adds one says here what it does and to what.
"""

from __future__ import annotations

import pytest
from access_post import MACHINE, PEOPLE, STRANGER, SUBJECTS, Guarded, body_of, gated, guarded
from desk_post import Browser
from httpx import Response

from bartizan.adapters.web.gate import SAFE_METHODS
from bartizan.adapters.web.permission import POWERS, Action
from bartizan.signal import Signal

# (method, path) -> action, and what kind of thing the path names; "" where it names none
ROUTES: dict[tuple[str, str], tuple[str, str]] = {
    ("GET", "/login"): ("public", ""),
    ("POST", "/login"): ("public", ""),
    ("POST", "/logout"): ("leave", ""),
    ("GET", "/static/{name}"): ("public", "file"),
    ("GET", "/favicon.ico"): ("public", ""),
    ("GET", "/own"): ("own", ""),
    ("POST", "/own/prove"): ("own", ""),
    ("POST", "/own/password"): ("own", ""),
    ("POST", "/own/second-factor/begin"): ("own", ""),
    ("POST", "/own/second-factor"): ("own", ""),
    ("POST", "/own/leave-everywhere"): ("leave", ""),
    ("GET", "/people"): ("people", ""),
    ("POST", "/people"): ("people", ""),
    ("POST", "/people/{name}/change"): ("people", "person"),
    ("POST", "/people/{name}/password"): ("people", "person"),
    ("POST", "/people/{name}/second-factor"): ("people", "person"),
    ("POST", "/people/{name}/log-out"): ("people", "person"),
    ("POST", "/people/{name}/remove"): ("people", "person"),
    ("POST", "/tokens"): ("tokens", ""),
    ("POST", "/tokens/{token_id}/end"): ("tokens", "none"),
    ("GET", "/"): ("view", ""),
    ("GET", "/session"): ("view", ""),
    ("GET", "/site.json"): ("view", ""),
    ("GET", "/cameras/{camera_id}/picture"): ("view", "camera"),
    ("GET", "/events"): ("view", "stream"),
    ("GET", "/plan"): ("view", ""),
    ("GET", "/wall"): ("view", ""),
    ("POST", "/alarms/{alarm_id}/acknowledge"): ("acknowledge", "alarm"),
    ("POST", "/alarms/{alarm_id}/assess"): ("assess", "alarm"),
    ("POST", "/alarms/{alarm_id}/close"): ("assess", "alarm"),
    ("POST", "/alarms/{alarm_id}/reopen"): ("assess", "alarm"),
    ("POST", "/alarms/{alarm_id}/send"): ("dispatch", "alarm"),
    ("POST", "/alarms/{alarm_id}/on-scene"): ("dispatch", "alarm"),
    ("POST", "/alarms/{alarm_id}/contact"): ("dispatch", "alarm"),
    ("POST", "/alarms/{alarm_id}/begin-assessment"): ("assess", "alarm"),
    ("POST", "/alarms/{alarm_id}/dispose"): ("assess", "alarm"),
    ("POST", "/alarms/{alarm_id}/shelve"): ("shelve", "alarm"),
    ("POST", "/alarms/{alarm_id}/shelve/agree"): ("shelve", "alarm"),
    ("POST", "/alarms/{alarm_id}/shelve/decline"): ("shelve", "alarm"),
    ("POST", "/alarms/{alarm_id}/unshelve"): ("shelve", "alarm"),
    ("GET", "/alarms/groups.json"): ("view", ""),
    ("GET", "/alarms/{alarm_id}/history.json"): ("view", "alarm"),
    ("GET", "/duty"): ("view", ""),
    ("GET", "/duty.json"): ("view", ""),
    ("POST", "/duty/come"): ("duty", ""),
    ("POST", "/duty/go"): ("duty", ""),
    ("POST", "/duty/answer"): ("duty", ""),
    ("POST", "/duty/tours/{tour_id}/begin"): ("tour", "none"),
    ("POST", "/duty/rounds/{round_id}/checkpoints/{checkpoint_id}"): ("tour", "none"),
    ("POST", "/duty/rounds/{round_id}/end"): ("tour", "none"),
    ("GET", "/logbook"): ("log", ""),
    ("GET", "/logbook.json"): ("log", ""),
    ("POST", "/logbook"): ("log", ""),
    ("GET", "/assessment"): ("figures", ""),
    ("GET", "/assessment/choices"): ("figures", ""),
    ("POST", "/assessment/jobs"): ("figures", ""),
    ("GET", "/assessment/jobs/{job_id}"): ("figures", "none"),
    ("POST", "/assessment/jobs/{job_id}/cancel"): ("figures", "none"),
    ("POST", "/intake/inputs/{input_id}"): ("intake", "none"),
    ("POST", "/intake/signals"): ("intake", ""),
    ("GET", "/drills"): ("drill", ""),
    ("GET", "/drills.json"): ("drill", ""),
    ("GET", "/drills/scenario"): ("drill", ""),
    ("GET", "/drills/scenario/{name}"): ("drill", "none"),
    ("POST", "/drills/check"): ("drill", ""),
    ("POST", "/drills/save"): ("drill", ""),
    ("POST", "/drills/begin"): ("drill", ""),
    ("POST", "/drills/end"): ("drill", ""),
    ("GET", "/drills/{rehearsal_id}/report"): ("drill", "none"),
    ("GET", "/report"): ("report", ""),
    ("POST", "/reports"): ("report", ""),
    ("GET", "/editor"): ("edit-site", ""),
    ("GET", "/editor/draft"): ("edit-site", ""),
    ("GET", "/editor/thing"): ("edit-site", ""),
    ("GET", "/editor/try"): ("edit-site", ""),
    ("GET", "/editor/lines"): ("edit-site", ""),
    ("POST", "/editor/set"): ("edit-site", ""),
    ("POST", "/editor/draw"): ("edit-site", ""),
    ("POST", "/editor/add"): ("edit-site", ""),
    ("POST", "/editor/remove"): ("edit-site", ""),
    ("POST", "/editor/undo"): ("edit-site", ""),
    ("POST", "/editor/redo"): ("edit-site", ""),
    ("POST", "/editor/again"): ("edit-site", ""),
    ("POST", "/editor/save"): ("edit-site", ""),
}
# kinds whose things belong to the camera "north": who sees "south" alone must be told that they are not there
NORTHS = frozenset({"alarm", "camera"})


def test_every_route_is_classified_and_names_the_right_that_it_takes() -> None:
    with guarded() as desk:
        found = {
            (m, route.path): route.action.value for route in gated(desk.post.app.routes) for m in route.methods or ()
        }
    new = sorted(set(found) - set(ROUTES))
    assert not new, f"say in ROUTES what these do, and to what: {new}"
    gone = sorted(set(ROUTES) - set(found))
    assert not gone, f"these are no more; take them out of ROUTES: {gone}"
    assert found == {key: action for key, (action, _) in ROUTES.items()}


@pytest.mark.parametrize("subject", SUBJECTS)
def test_everybody_may_what_their_role_says_and_to_what_is_theirs_alone(subject: str) -> None:
    """Each request is let in or refused as the table of rights says, and leaves one record of the audit or none."""
    with guarded() as desk:
        things = _things(desk)
        document = desk.post.app.openapi()
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
            recorded = method not in SAFE_METHODS and (expected not in ("stranger",))
            assert asked == (1 if recorded else 0), f"{where}: {asked} records of the audit"
            if expected != "in":
                assert desk.room.ledger.seq == ledger + asked, f"{where}, and something was changed"
            if subject not in (STRANGER, MACHINE) and not desk.inside(client):
                client = desk.enter(subject)


def _things(desk: Guarded) -> dict[str, str]:
    """Kind -> the id of a thing of that kind; those of cameras are of "north"."""
    given = Signal(id="s-1", t=0.0, kind="contact", state="raised", element="gate", severity="high", cameras=("north",))
    alarm = desk.post.desk.submit(given)
    return {
        "": "",
        "none": "none",
        "stream": "",
        "alarm": alarm.id,
        "camera": "north",
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
    if Action(action) not in POWERS[account.role]:
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
        assert kind in ("none", "camera", "") or answer.status_code not in (403, 404, 422), where
