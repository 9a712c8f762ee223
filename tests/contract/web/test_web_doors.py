"""Nobody comes in without a password, nothing changes without our own page asking, and no answer lacks its headers."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from desk_post import HOSTILE, ORIGIN, PASSWORD, Browser, Post, open_post
from fastapi import APIRouter

from bartizan.adapters.web.gate import GatedRoute
from bartizan.adapters.web.login_limit import PER_ADDRESS, WINDOW
from bartizan.adapters.web.permission import POWERS, Action
from bartizan.adapters.web.sessions import ABSOLUTE_LIMIT, IDLE_LIMIT
from bartizan.adapters.web.shield import HEADERS, MAX_BODY, SANDBOX

PUBLIC = {("GET", "/login"), ("POST", "/login"), ("GET", "/static/{name}"), ("GET", "/favicon.ico")}
# those who asked for mail have no account; a secret in the address stands for it
MAIL = "/mail"


@pytest.fixture
def post() -> Iterator[Post]:
    with open_post() as made:
        yield made


def routes_of(post: Post) -> list[tuple[str, str, GatedRoute]]:
    """(method, path, route) of every route that the application answers."""
    found = []
    for route in post.app.routes:
        assert isinstance(route, GatedRoute), f"{route!r} stands beside the gate"
        assert route.methods is not None
        found += [(method, route.path, route) for method in sorted(route.methods)]
    return found


def filled(path: str, post: Post) -> str:
    """A path whose parameters name things that exist."""
    alarm = post.desk.alarms()[0].id
    return path.replace("{alarm_id}", alarm).replace("{camera_id}", "north").replace("{name}", "desk.js")


def call(client: Browser, method: str, path: str) -> int:
    """The status of a request that would be a proper one."""
    if method == "GET":
        return client.get(path).status_code
    return client.post(path, json={}, headers={"origin": ORIGIN, "sec-fetch-site": "same-origin"}).status_code


def test_every_route_refuses_a_stranger_except_the_door(post: Post) -> None:
    post.desk.submit(post.signal())
    client = post.client()
    seen = set()
    for method, path, route in routes_of(post):
        seen.add((method, path))
        public = (method, path) in PUBLIC or path.startswith(MAIL)
        assert (route.action is Action.PUBLIC) == public, path
        if not public:
            expected = 303 if path == "/" else 401
            assert call(client, method, filled(path, post)) == expected, (method, path)
    assert seen > PUBLIC
    assert post.desk.alarms()[0].version == 1, "nothing happened to the alarm"


def test_a_viewer_may_look_and_not_act(post: Post) -> None:
    post.desk.submit(post.signal())
    client = post.login("guest")
    acted = 0
    for method, path, route in routes_of(post):
        if route.action not in POWERS["viewer"]:
            assert call(client, method, filled(path, post)) in (401, 403), (method, path)
            acted += 1
    assert acted >= 7
    assert client.get("/site.json").status_code == 200
    assert post.desk.alarms()[0].version == 1


def test_a_route_that_names_no_action_cannot_be_built() -> None:
    router = APIRouter(route_class=GatedRoute)
    with pytest.raises(TypeError, match="names no action"):

        @router.get("/forgotten")
        def forgotten() -> None:
            """Answer nothing."""


@pytest.mark.parametrize(
    "path", ["/docs", "/redoc", "/openapi.json", "/.env", "/static/../app.py", "/static/%2e%2e/app.py"]
)
def test_nothing_else_is_served(post: Post, path: str) -> None:
    for client in (post.client(), post.login()):
        answer = client.get(path)
        assert answer.status_code == 404
        assert "import" not in answer.text


def test_every_answer_carries_the_security_headers(post: Post) -> None:
    post.desk.submit(post.signal())
    stranger, officer = post.client(), post.login()
    answers = [
        stranger.get("/"),
        stranger.get("/login"),
        stranger.get("/static/desk.js"),
        stranger.get("/static/none.js"),
        stranger.get("/none"),
        stranger.get("/site.json"),
        stranger.request("PUT", "/login"),
        stranger.post("/login", content=b"x" * (MAX_BODY + 1)),
        stranger.get("/login", headers={"host": "evil.example"}),
        officer.get("/"),
        officer.get("/site.json"),
        officer.post("/alarms/none/acknowledge", json={}),
    ]
    for answer in answers:
        is_page = answer.headers.get("content-type", "text/html").startswith("text/html")
        for name, value in (HEADERS if is_page else HEADERS | {"content-security-policy": SANDBOX}).items():
            assert answer.headers.get(name) == value, (answer.request.url, answer.status_code, name)
    policy = dict(part.split(" ", 1) for part in HEADERS["content-security-policy"].split("; "))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == policy["form-action"] == "'self'"
    assert "unsafe" not in HEADERS["content-security-policy"]
    assert f"{HEADERS['content-security-policy']}; sandbox" == SANDBOX
    assert "strict-transport-security" not in stranger.get("/login").headers


def test_a_failure_inside_says_nothing_and_keeps_its_headers(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("secret of the inside")

    monkeypatch.setattr(post.desk, "acknowledge", broken)
    alarm = post.desk.submit(post.signal())
    client = post.login()
    quiet = post.client(loud=False)
    quiet.cookies.update(client.cookies)
    quiet.headers.update(client.headers)
    answer = quiet.post(f"/alarms/{alarm.id}/acknowledge", json={})
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.headers["content-security-policy"] == SANDBOX


def test_the_cookie_is_out_of_reach_and_over_tls_for_this_host_alone(post: Post) -> None:
    client = post.client()
    cookie = post.try_login(client, "officer", PASSWORD).headers["set-cookie"]
    assert re.search(r"bartizan-desk=[\w-]{43};", cookie), "256 bits in base64"
    assert "HttpOnly" in cookie
    assert "samesite=strict" in cookie.lower()
    assert "secure" not in cookie.lower()
    with open_post(tls=True) as encrypted:
        answer = encrypted.try_login(encrypted.client(base_url="https://127.0.0.1"), "x", "y")
        assert answer.headers["strict-transport-security"].startswith("max-age=31536000")
        assert answer.headers["set-cookie"].startswith("__Host-bartizan-login=")
        assert "Secure" in answer.headers["set-cookie"]


def test_unknown_name_and_wrong_password_get_the_same_answer(post: Post) -> None:
    answers = [post.try_login(post.client(), *pair) for pair in (("officer", "wrong"), ("nobody", PASSWORD), ("", ""))]
    assert {answer.status_code for answer in answers} == {401}
    bodies = {re.sub(r'name="token" value="\w+"', "", answer.text) for answer in answers}
    assert len(bodies) == 1


def test_the_session_is_new_at_every_login_and_gone_at_logout(post: Post) -> None:
    client = post.login()
    first = client.cookies["bartizan-desk"]
    assert client.get("/login").headers["location"] == "/", "who is in is not asked again"
    stale = post.client()
    stale.cookies.set("bartizan-desk", first)
    assert stale.get("/session").status_code == 200
    assert client.post("/logout").status_code == 303
    assert stale.get("/session").status_code == 401
    assert post.login().cookies["bartizan-desk"] != first


def test_a_planted_cookie_is_not_taken_over(post: Post) -> None:
    client = post.client()
    client.cookies.set("bartizan-desk", "planted", domain="127.0.0.1", path="/")
    answer = post.try_login(client, "officer", PASSWORD)
    assert "planted" not in answer.headers["set-cookie"]
    thief = post.client()
    thief.cookies.set("bartizan-desk", "planted")
    assert thief.get("/session").status_code == 401


def test_sessions_end_when_idle_and_at_the_end_of_the_shift(post: Post) -> None:
    client = post.login()
    post.seconds.now += IDLE_LIMIT - 1
    assert client.get("/session").status_code == 200, "pictures and streams do not keep a session alive"
    post.seconds.now += 2
    assert client.get("/session").status_code == 401
    client = post.login()
    began = post.seconds.now
    while post.seconds.now - began + IDLE_LIMIT / 2 < ABSOLUTE_LIMIT:
        post.seconds.now += IDLE_LIMIT / 2
        assert client.get("/").status_code == 200
    post.seconds.now = began + ABSOLUTE_LIMIT + 1
    assert client.get("/session").status_code == 401


def test_wrong_passwords_are_slowed_down_and_forgiven(post: Post) -> None:
    client = post.client()
    for _ in range(PER_ADDRESS):
        assert post.try_login(client, "officer", "wrong").status_code == 401
    refused = post.try_login(client, "officer", PASSWORD)
    assert refused.status_code == 429
    assert 0 < int(refused.headers["retry-after"]) <= WINDOW + 1
    assert "bartizan-desk" not in client.cookies
    post.seconds.now += WINDOW + 1
    assert post.try_login(client, "officer", PASSWORD).status_code == 303


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:8000"},
        {"origin": ORIGIN, "sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
    ],
)
def test_a_change_must_come_from_our_own_page(post: Post, headers: dict[str, str]) -> None:
    alarm = post.desk.submit(post.signal())
    client = post.login()
    del client.headers["origin"]
    for method, path, route in routes_of(post):
        if method == "POST" and route.action is not Action.INTAKE and not route.need.from_elsewhere:
            answer = client.post(filled(path, post), json={}, headers=headers)
            assert answer.status_code == 403, path
    assert post.desk.alarm(alarm.id).handling == "raised"
    assert client.get("/session").status_code == 200, "not even logged out"


def test_a_change_must_carry_the_token_of_its_session(post: Post) -> None:
    alarm = post.desk.submit(post.signal())
    client, other = post.login(), post.login()
    path = f"/alarms/{alarm.id}/acknowledge"
    for token in ("", "x", other.headers["x-csrf-token"], "\xe9"):
        assert client.post(path, json={}, headers={"x-csrf-token": token.encode()}).status_code == 403
    del client.headers["x-csrf-token"]
    assert client.post(path, json={}).status_code == 403
    assert client.post("/logout", data={"token": "x"}).status_code == 403
    assert post.desk.alarm(alarm.id).handling == "raised"


def test_a_login_form_of_another_browser_is_refused(post: Post) -> None:
    form = re.search(r'name="token" value="([^"]+)"', post.client().get("/login").text)
    assert form is not None
    fields = {"user": "officer", "password": PASSWORD, "token": form[1]}
    answer = post.client().post("/login", data=fields, headers={"origin": ORIGIN})
    assert answer.status_code == 400
    assert "set-cookie" in answer.headers
    assert "bartizan-desk" not in answer.headers["set-cookie"]


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "evil.example:80", "", "[::2]", "localhost.evil"]
)
def test_a_foreign_host_is_not_answered_on_loopback(post: Post, host: str) -> None:
    answer = post.client().get("/login", headers={"host": host})
    assert answer.status_code == 421
    assert "form" not in answer.text


@pytest.mark.parametrize("host", ["127.0.0.1:8470", "localhost", "LOCALHOST:80", "[::1]:8470", "[::1]"])
def test_loopback_is_answered_under_its_own_names(post: Post, host: str) -> None:
    assert post.client().get("/login", headers={"host": host}).status_code == 200


def test_large_bodies_are_refused_with_and_without_a_length(post: Post) -> None:
    client = post.login()
    alarm = post.desk.submit(post.signal())
    path = f"/alarms/{alarm.id}/acknowledge"
    assert client.post(path, content=b"x" * (MAX_BODY + 1)).status_code == 413

    def endless() -> Iterator[bytes]:
        for _ in range(40):
            yield b" " * 1024

    assert client.post(path, content=endless(), headers={"content-type": "application/json"}).status_code == 413
    assert client.post(path, content=b"", headers={"content-length": "-1"}).status_code == 413


def test_what_is_asked_for_is_escaped_and_never_markup(post: Post) -> None:
    client = post.login()
    for path in ("/%3Cscript%3Ealert(1)%3C/script%3E", "/static/%3Cimg%20src=x%3E"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert "<script>alert" not in answer.text
        assert "<img src=x" not in answer.text
    for page in ("/", "/login"):
        text = post.client().get("/login").text if page == "/login" else client.get(page).text
        assert HOSTILE not in text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;&#34;&#39;&amp;" in text
