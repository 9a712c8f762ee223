"""Sessions (ASVS 7), and rights, tokens, secrets and what is kept by browsers (ASVS 8 to 14).

Source: OWASP Application Security Verification Standard 5.0.0 (2025), levels 1 and 2; the words are ours.
"""

from __future__ import annotations

import json
import re
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

from access_post import Guarded, guarded, openapi
from argon2 import PasswordHasher, extract_parameters
from asvs import pages
from desk_post import CHEAP, PASSWORD

import bartizan
from bartizan.adapters.web import Account, Accounts, AccountsFile
from bartizan.adapters.web.sessions import ABSOLUTE_LIMIT, IDLE_LIMIT, Sessions
from bartizan.adapters.web.tokens import Tokens

STATIC = Path(bartizan.__file__).parent / "adapters" / "web" / "static"


def test_asvs_7_2_sessions_are_kept_here_under_random_names_and_begin_anew(desk: Guarded) -> None:
    client = desk.post.client()
    cookies = set()
    for _ in range(3):
        answer = desk.post.try_login(client, "guard", PASSWORD)
        found = re.search(r"bartizan-desk=([\w-]+);", answer.headers["set-cookie"])
        assert found is not None
        assert len(found[1]) * 6 >= 256, "bits of base64"
        cookies.add(found[1])
        client.cookies.clear()
    assert len(cookies) == 3
    assert not any(cookie in repr(desk.post.app.state.sessions._sessions) for cookie in cookies), "only hashes are kept"


def test_asvs_7_2_4_a_proof_changes_the_cookie_and_keeps_the_session() -> None:
    with guarded() as desk:
        client = desk.enter("guard")
        old = client.cookies["bartizan-desk"]
        assert client.post("/own/prove", data={"password": PASSWORD}).status_code == 200
        assert client.cookies["bartizan-desk"] != old
        assert client.get("/site.json").status_code == 200
        thief = desk.post.client()
        thief.cookies.set("bartizan-desk", old)
        assert thief.get("/site.json").status_code == 401


def test_asvs_7_3_sessions_end_when_nobody_is_there_and_at_the_end_of_a_shift() -> None:
    at = [0.0]
    sessions = Sessions(lambda: at[0])
    secret, session = sessions.begin(Account("a", "guard", ""))
    at[0] = IDLE_LIMIT
    assert sessions.find(secret) is not None
    sessions.used(session)
    at[0] = ABSOLUTE_LIMIT
    assert sessions.find(secret) is not None
    at[0] += 1
    assert sessions.find(secret) is None
    secret, _ = sessions.begin(Account("a", "guard", ""))
    at[0] += IDLE_LIMIT + 1
    assert sessions.find(secret) is None


def test_asvs_7_4_1_who_logged_out_is_out(desk: Guarded) -> None:
    client = desk.enter("guard")
    thief = desk.post.client()
    thief.cookies.set("bartizan-desk", client.cookies["bartizan-desk"])
    client.post("/logout")
    assert thief.get("/site.json").status_code == 401


def test_asvs_7_4_4_every_page_has_the_way_out(desk: Guarded) -> None:
    shown = 0
    for answer in pages(desk, desk.enter("officer")):
        if answer.status_code == 200 and answer.headers.get("content-type", "").startswith("text/html"):
            assert 'action="/logout"' in answer.text, answer.request.url
            shown += 1
    assert shown >= 3


def test_asvs_7_5_1_the_second_factor_takes_the_password_again(desk: Guarded) -> None:
    client = desk.enter("guard")
    for given in ({}, {"password": "wrong"}):
        assert client.post("/own/second-factor/begin", data=given).status_code == 403


def test_asvs_8_3_1_what_the_browser_says_of_its_role_changes_nothing(desk: Guarded) -> None:
    viewer = desk.enter("viewer")
    sent = {"x-role": "officer", "x-original-url": "/login", "x-rewrite-url": "/login", "x-http-method-override": "GET"}
    assert viewer.get("/people", headers=sent).status_code == 403
    assert viewer.get("/people?role=officer&user=officer").status_code == 403


def test_asvs_9_2_1_and_9_2_2_tokens_are_for_intake_and_for_their_time() -> None:
    at = [datetime(2026, 1, 1, tzinfo=UTC)]
    tokens = Tokens(now=lambda: at[0])
    secret, token = tokens.make("gate", "officer", days=30)
    assert tokens.find(secret) is not None
    assert {one.value for one in token.powers} == {"intake"}
    for other in (
        secret[:-1],
        secret + "x",
        secret.upper(),
        secret.replace(token.id, "0" * 12),
        "",
        "bzn__",
        "x" * 10_000,
    ):
        assert tokens.find(other) is None
    at[0] += timedelta(days=30)
    assert tokens.find(secret) is None


def test_asvs_11_4_2_passwords_are_stretched_as_owasp_asks(tmp_path: Path) -> None:
    file = AccountsFile(tmp_path / "accounts.json")
    file.set_password("a", PASSWORD, "guard")
    parameters = extract_parameters(json.loads(file.path.read_text())["accounts"][0]["hash"])
    assert parameters.type.name == "ID"
    assert parameters.memory_cost >= 19_456
    assert parameters.time_cost >= 2


def test_asvs_11_4_2_a_hash_of_yesterday_is_made_anew_at_the_next_log_in() -> None:
    weak = CHEAP.hash(PASSWORD)
    accounts = Accounts({"a": Account("a", "guard", weak)}, PasswordHasher(time_cost=2, memory_cost=64, parallelism=1))
    assert accounts.check("a", "wrong") is None
    assert accounts.account("a") == Account("a", "guard", weak)
    assert accounts.check("a", PASSWORD) is not None
    after = accounts.account("a")
    assert after is not None
    assert extract_parameters(after.hash).memory_cost == 64
    assert after.epoch == 0, "nobody is logged out by it"


def test_asvs_11_5_1_secrets_have_128_bits_and_more() -> None:
    secret, _ = Tokens().make("gate", "officer")
    assert len(secret.split("_", 2)[2]) * 6 >= 256
    cookie, session = Sessions(lambda: 0.0).begin(Account("a", "guard", ""))
    assert min(len(cookie), len(session.csrf)) * 6 >= 256


def test_asvs_12_1_1_tls_begins_at_1_2() -> None:
    assert ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).minimum_version >= ssl.TLSVersion.TLSv1_2


def test_asvs_13_4_nothing_of_the_workshop_is_served(desk: Guarded) -> None:
    client = desk.enter("officer")
    assert desk.post.app.debug is False
    for path in (
        "/.git/config",
        "/static/",
        "/static",
        "/docs",
        "/openapi.json",
        "/metrics",
        "/debug",
        "/.well-known/",
    ):
        assert client.get(path).status_code == 404, path
    for method in ("TRACE", "TRACK", "CONNECT"):
        assert client.request(method, "/site.json").status_code == 405


def test_asvs_14_2_1_nothing_secret_is_asked_for_in_an_address(desk: Guarded) -> None:
    for path, methods in openapi()["paths"].items():
        if path.startswith("/mail/"):
            continue  # the one click of a mail program has nothing but its address (RFC 8058); it opens no desk
        for route in methods.values():
            names = {one["name"] for one in route.get("parameters", ()) if one["in"] in ("query", "path")}
            assert not names & {"password", "old", "new", "code", "secret", "token", "csrf"}, path


def test_asvs_14_3_1_what_the_browser_kept_goes_with_the_log_in(desk: Guarded) -> None:
    answer = desk.enter("guard").post("/logout")
    assert "storage" in answer.headers["clear-site-data"]
    assert 'bartizan-desk=""' in answer.headers["set-cookie"]


def test_asvs_14_3_3_pages_keep_nothing_but_whether_there_is_sound() -> None:
    kept = {
        path.name
        for path in STATIC.glob("*.js")
        if re.search(r"localStorage|indexedDB|document\.cookie|sessionStorage", path.read_text())
    }
    assert kept <= {"sound.js"}
