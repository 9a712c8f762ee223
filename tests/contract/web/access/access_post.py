"""A desk on which everybody works: each role, people of some cameras, two agencies, a machine; and things of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from desk_post import CHEAP, DOCUMENT, ORIGIN, PASSWORD, Browser, Post, open_post

from bartizan.adapters.web import Account, Accounts
from bartizan.adapters.web.gate import GatedRoute
from bartizan.adapters.web.permission import ROLES
from bartizan.adapters.web.tokens import Tokens
from bartizan.app.room import Room
from bartizan.app.upkeep.audit import Audit

_HASH = CHEAP.hash(PASSWORD)
_NORTH = DOCUMENT["camera"][0]  # type: ignore[index]
SITE: dict[str, Any] = DOCUMENT | {"camera": [_NORTH, _NORTH | {"id": "south"}]}

STRANGER, MACHINE = "stranger", "machine"
PEOPLE: dict[str, Account] = {
    **{role: Account(role, role, _HASH) for role in ROLES if role != "partner"},
    "north": Account("north", "guard", _HASH, cameras=frozenset({"north"})),
    "south": Account("south", "guard", _HASH, cameras=frozenset({"south"})),
    "police": Account("police", "partner", _HASH, agency="police"),
    "customs": Account("customs", "partner", _HASH, agency="customs"),
    "target": Account("target", "viewer", _HASH),
}
SUBJECTS = (STRANGER, MACHINE, *(name for name in PEOPLE if name != "target"))


def accounts() -> Accounts:
    """Everybody, with the one password."""
    return Accounts(PEOPLE, CHEAP)


@dataclass
class Guarded:
    """The post, and how somebody comes in without a form."""

    post: Post
    secret: str

    @property
    def room(self) -> Room:
        """The duty room."""
        room: Room = self.post.app.state.room
        return room

    @property
    def audit(self) -> Audit:
        """Its audit."""
        return self.room.audit

    def enter(self, name: str, client: Browser | None = None) -> Browser:
        """A browser of this person, logged in; a machine has its token, a stranger nothing."""
        client = client or self.post.client()
        client.headers.update({"origin": ORIGIN})
        if name == MACHINE:
            client.headers.update({"authorization": f"Bearer {self.secret}"})
        elif name != STRANGER:
            state = self.post.app.state
            account = state.accounts.account(name) or PEOPLE[name]
            secret, session = state.sessions.begin(account)
            client.cookies.set(state.cookie, secret, domain="127.0.0.1", path="/")
            client.headers.update({"x-csrf-token": session.csrf})
        return client

    def inside(self, client: Browser) -> bool:
        """Whether the browser's session still lives."""
        state = self.post.app.state
        cookies = [cookie.value for cookie in client.cookies.jar if cookie.name == state.cookie]
        return any(state.sessions.find(value) is not None for value in cookies)

    def asked(self) -> int:
        """How many records the audit has."""
        return sum(self.audit._versions.values())


@contextmanager
def guarded(**options: Any) -> Iterator[Guarded]:
    """The post with everybody; `options` go to `create_app`."""
    tokens = Tokens()
    secret, _ = tokens.make("controller", "officer")
    given: dict[str, Any] = {"accounts": accounts(), "document": SITE, "tokens": tokens, "second_factor": ()}
    with open_post(**(given | options)) as post:
        yield Guarded(post, secret)


@cache
def openapi() -> dict[str, Any]:
    """The description of every route, made once."""
    with guarded() as desk:
        return desk.post.app.openapi()


def gated(routes: Any) -> Iterator[GatedRoute]:
    """Every route that the application answers."""
    for route in routes:
        assert isinstance(route, GatedRoute), f"{route!r} stands beside the gate"
        yield route


def sample(schema: Mapping[str, Any], whole: Mapping[str, Any]) -> Any:
    """The simplest value that a JSON schema of the OpenAPI document lets in."""
    if "$ref" in schema:
        schema = whole["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
    for choice in ("anyOf", "oneOf"):
        if choice in schema:
            return sample(schema[choice][0], whole)
    fixed = [schema["const"]] if "const" in schema else schema.get("enum", [])
    return fixed[0] if fixed else _SAMPLES.get(schema.get("type", ""), _nothing)(schema, whole)


def _object(schema: Mapping[str, Any], whole: Mapping[str, Any]) -> dict[str, Any]:
    return {key: sample(schema["properties"][key], whole) for key in schema.get("required", ())}


def _array(schema: Mapping[str, Any], whole: Mapping[str, Any]) -> list[Any]:
    items = schema.get("prefixItems") or [schema.get("items", {})] * schema.get("minItems", 0)
    return [sample(one, whole) for one in items]


def _string(schema: Mapping[str, Any], _: Mapping[str, Any]) -> str:
    if schema.get("format") == "date-time":
        return "2026-01-01T00:00:00Z"
    return "a" * (max(8, schema.get("minLength", 0)) if schema.get("maxLength", 8) >= 8 else 1)


def _number(schema: Mapping[str, Any], _: Mapping[str, Any]) -> int:
    return int(schema["exclusiveMinimum"]) + 1 if "exclusiveMinimum" in schema else int(schema.get("minimum", 0))


def _nothing(_: Mapping[str, Any], __: Mapping[str, Any]) -> bool:
    return False


_SAMPLES = {"object": _object, "array": _array, "string": _string, "integer": _number, "number": _number}


def body_of(path: str, method: str, document: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments for a client: the simplest body that the route understands."""
    content = document["paths"][path][method.lower()].get("requestBody", {}).get("content", {})
    for kind, key in (("application/json", "json"), ("application/x-www-form-urlencoded", "data")):
        if kind in content:
            return {key: sample(content[kind]["schema"], document)}
    return {"json": {}}
