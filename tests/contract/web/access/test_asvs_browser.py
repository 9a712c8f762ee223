"""What browsers are told, and what they may ask for (ASVS 3 to 5).

Source: OWASP Application Security Verification Standard 5.0.0 (2025), levels 1 and 2; the words are ours.
"""

from __future__ import annotations

import re

from access_post import Guarded, guarded
from asvs import pages, routes

from bartizan.adapters.web import DeskServer
from bartizan.adapters.web.gate import SAFE_METHODS, GatedRoute
from bartizan.adapters.web.login_limit import PER_ADDRESS

# what a look leaves on purpose: the custody of media
LOOKS_THAT_ARE_KEPT = frozenset({"evidence", "partner"})


def test_asvs_3_3_cookies_are_for_this_host_over_tls_and_out_of_reach() -> None:
    with guarded(tls=True) as desk:
        client = desk.post.client(base_url="https://127.0.0.1")
        (cookie,) = client.get("/login").headers.get_list("set-cookie")
        assert cookie.startswith("__Host-bartizan-login=")
        for flag in ("Secure", "HttpOnly", "SameSite=strict", "Path=/"):
            assert flag in cookie
        assert "Domain" not in cookie


def test_asvs_3_4_1_https_alone_for_a_year_and_for_every_name_below() -> None:
    with guarded(tls=True) as desk:
        client = desk.post.client(base_url="https://127.0.0.1")
        for path in ("/login", "/none", "/static/desk.js", "/site.json"):
            value = client.get(path).headers["strict-transport-security"]
            age = re.search(r"max-age=(\d+)", value)
            assert age is not None
            assert int(age[1]) >= 365 * 86_400
            assert "includeSubDomains" in value


def test_asvs_3_4_2_no_other_origin_may_read_an_answer(desk: Guarded) -> None:
    client = desk.enter("officer")
    for origin in ("https://evil.example", "null"):
        for path in ("/site.json", "/login"):
            answer = client.get(path, headers={"origin": origin})
            assert not any(name.startswith("access-control") for name in answer.headers)
        answer = client.request("OPTIONS", "/site.json", headers={"origin": origin})
        assert answer.status_code == 405
        assert not any(name.startswith("access-control") for name in answer.headers)


def test_asvs_3_4_3_to_3_4_6_and_14_3_2_every_answer_carries_the_policy(desk: Guarded) -> None:
    for answer in pages(desk, desk.enter("officer")):
        policy = answer.headers["content-security-policy"]
        for directive in ("default-src 'none'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
            assert directive in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] in ("same-origin", "no-referrer")
        assert answer.headers["cache-control"] == "no-store"


def test_asvs_3_5_1_a_change_that_another_page_sends_is_refused(desk: Guarded) -> None:
    client = desk.enter("officer")
    for method, route in routes(desk):
        if method in SAFE_METHODS or route.need.from_elsewhere or route.action.value == "intake":
            continue
        path = re.sub(r"\{\w+\}", "x", route.path)
        for sent in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}):
            answer = client.request(method, path, headers=sent, json={})
            assert (answer.status_code, "own page" in answer.json()["error"]) == (403, True), path


def test_asvs_3_5_3_asking_changes_nothing(desk: Guarded) -> None:
    """No GET leaves a record, but for looks at media, which are kept on purpose."""
    client = desk.enter("officer")
    for method, route in routes(desk):
        if method not in SAFE_METHODS or route.path == "/events" or route.action.value in LOOKS_THAT_ARE_KEPT:
            continue
        before = desk.room.ledger.seq
        client.get(re.sub(r"\{\w+\}", "north", route.path))
        assert desk.room.ledger.seq == before, route.path
    assert {method for method, _ in routes(desk)} <= {"GET", "POST"}


def test_asvs_3_7_2_nobody_is_sent_to_another_host(desk: Guarded) -> None:
    for subject in ("officer", "police", "stranger"):
        client = desk.enter(subject)
        for answer in (*pages(desk, client), client.get("/?next=https://evil.example"), client.get("//evil.example/")):
            place = answer.headers.get("location", "/")
            assert re.match(r"/(?![/\\])", place), f"{answer.request.url} sends to {place}"


def test_asvs_4_1_1_text_says_its_character_set(desk: Guarded) -> None:
    for answer in pages(desk, desk.enter("officer")):
        kind = answer.headers.get("content-type", "")
        assert kind or not answer.content, answer.request.url
        if kind.startswith("text/"):
            assert "charset=utf-8" in kind, answer.request.url


def test_asvs_4_1_3_what_a_visitor_says_of_its_address_is_not_believed(desk: Guarded) -> None:
    with guarded() as other:
        client = other.post.client()
        for n in range(PER_ADDRESS):
            client.headers["x-forwarded-for"] = f"192.0.2.{n}"
            assert other.post.try_login(client, "nobody", "wrong").status_code == 401
        client.headers["x-forwarded-for"] = "192.0.2.99"
        assert other.post.try_login(client, "nobody", "wrong").status_code == 429
    server = DeskServer(desk.post.app)
    server.stop()
    assert server._server.config.proxy_headers is False


def test_asvs_4_4_no_web_socket_is_offered(desk: Guarded) -> None:
    assert all(isinstance(route, GatedRoute) for _, route in routes(desk))
    client = desk.enter("officer")
    upgrade = {"connection": "upgrade", "upgrade": "websocket", "sec-websocket-version": "13", "sec-websocket-key": "x"}
    assert client.get("/site.json", headers=upgrade).status_code == 200, "answered as HTTP, and nothing else"


def test_asvs_5_3_2_no_path_from_outside_reaches_a_file(desk: Guarded) -> None:
    client = desk.enter("officer")
    for name in (
        "..%2fapp.py",
        "..%5capp.py",
        "%2e%2e%2fapp.py",
        "....//app.py",
        "/etc/passwd",
        "C:%5cboot.ini",
        "%00",
    ):
        answer = client.get(f"/static/{name}")
        assert answer.status_code == 404, name
        assert "import" not in answer.text
