"""Every route is sent what its own description lets in and what it does not: the desk answers, and never breaks.

The description (OpenAPI) is made for this test; it is not served.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from access_post import MACHINE, Guarded, guarded, openapi
from desk_post import Browser
from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode

from bartizan.signal import Signal

# what no route may answer, whatever it was sent: a failure of the desk
BROKEN = range(500, 600)
EXAMPLES = int(os.environ.get("BARTIZAN_FUZZ", "3"))  # a route; by hand a thousand and more
# routes that end the session, or whose answer never ends
LEFT_OUT = frozenset({"/events", "/logout", "/own/leave-everywhere"})


@pytest.fixture(scope="module")
def desk() -> Iterator[Guarded]:
    with guarded() as made:
        yield made


def operations(document: dict[str, Any]) -> Iterator[Any]:
    """Every operation of the description, for values that fit it and values that do not."""
    schema = schemathesis.openapi.from_dict(document)
    schema.config.generation.update(modes=[GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
    for result in schema.get_all_operations():
        assert isinstance(result, Ok), result
        yield result.ok()


def test_the_description_speaks_of_every_route(desk: Guarded) -> None:
    document = openapi()
    assert len(document["paths"]) > 35
    assert desk.enter("officer").get("/openapi.json").status_code == 404, "and strangers cannot read it, nor anybody"


def test_no_route_breaks_whatever_it_is_sent(desk: Guarded) -> None:
    logging.getLogger("bartizan").setLevel(logging.ERROR)
    officer = desk.enter("officer", desk.post.client(loud=False))
    machine = desk.enter(MACHINE, desk.post.client(loud=False))
    alarm = desk.post.desk.submit(
        Signal(id="s", t=0.0, kind="contact", state="raised", element="gate", severity="high")
    )
    known = {
        "alarm_id": alarm.id,
        "incident_id": desk.room.incidents.open([alarm.id], "officer", title="At the gate").id,
        "camera_id": "north",
        "name": "target",
    }
    sent = 0
    broken: list[str] = []
    for operation in operations(openapi()):
        if operation.path in LEFT_OUT:
            continue
        client = machine if operation.path.startswith("/intake") else officer
        answers = _fuzz(operation, client, known)
        sent += len(answers)
        broken += [f"{operation.method.upper()} {operation.path}: {status}" for status in answers if status in BROKEN]
        if client is officer and not desk.inside(officer):
            officer = desk.enter("officer", desk.post.client(loud=False))
    assert not broken, sorted(set(broken))
    assert sent > 150, "hardly anything was tried"


def _fuzz(operation: Any, client: Browser, known: dict[str, str]) -> list[int]:
    """The statuses of EXAMPLES requests that Schemathesis makes up for one operation, the same at every run."""
    statuses: list[int] = []

    @seed(20260101)
    @settings(
        max_examples=EXAMPLES,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        verbosity=Verbosity.quiet,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def one(case: Any) -> None:
        # an id that exists, so that the body is looked at
        case.path_parameters = {key: known.get(key, value) for key, value in case.path_parameters.items()}
        given = case.as_transport_kwargs(base_url="http://127.0.0.1")
        kept = {"method", "url", "json", "data", "content", "params"}
        request = {key: value for key, value in given.items() if key in kept and value is not None}
        if isinstance(request.get("data"), (str, bytes)):
            request["content"] = request.pop("data")
        headers = {
            key: value
            for key, value in dict(given.get("headers") or {}).items()
            if key.lower() not in ("user-agent", "cookie", "authorization", "x-csrf-token", "origin")
        }
        try:
            answer = client.request(request.pop("method"), request.pop("url"), headers=headers, **request)
        except (UnicodeError, ValueError, TypeError):
            return  # what no client can put on the wire
        statuses.append(answer.status_code)

    one()
    return statuses
