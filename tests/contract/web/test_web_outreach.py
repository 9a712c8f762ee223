"""Outreach over HTTP: what strangers may do by a link in a mail, and what the house sees."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from desk_post import ORIGIN, Browser, Post, open_post

from bartizan.adapters.mail import OutreachCabinet
from bartizan.adapters.web.outreach import OF_ALL, PER_ADDRESS, WINDOW, AskLimit
from bartizan.app.outreach import Outreach, OutreachSettings

ADDRESS = "eva@home.example"
HOSTILE = "<script>alert(1)</script>"
SETTINGS: dict[str, Any] = {
    "address": "https://desk.example",
    "mail": {"host": "mail.example", "sender": "desk@shed.example", "user": "desk", "password": "very secret word"},
    "hooks": [{"id": "siren", "url": "https://siren.example/in", "secret": "a secret of some length here"}],
    "people": {"eva": "eva@shed.example"},
    "terms": {"version": "2", "text": f"Counts. {HOSTILE}"},
    "privacy": {"version": "3", "text": "An address."},
}
FORM = {"address": ADDRESS, "every": "week", "terms": "2", "privacy": "3", "agree": "yes"}


class Writing:
    """A post whose desk writes to people outside."""

    def __init__(self, post: Post, folder: Path) -> None:
        self.post = post
        self.cabinet = OutreachCabinet(folder / "outreach.sqlite")
        room = post.app.state.room
        self.outreach = Outreach(
            room.ledger,
            self.cabinet,
            site=post.site.name,
            new_id=iter("abcdefghijklmnop").__next__,
            alarms=room.desk.alarms,
        )
        self.outreach.set(OutreachSettings.model_validate(SETTINGS))
        object.__setattr__(room, "outreach", self.outreach)

    def links(self) -> dict[str, str]:
        """What for -> the path of the link, of the mail that waits longest."""
        body = self.cabinet.waiting()[0].body
        found = re.findall(r"https://desk\.example(/mail/(\w+)/\S+)", body)
        return {purpose: path for path, purpose in found}

    def subscribed(self) -> dict[str, str]:
        browser = self.stranger()
        assert browser.post("/mail", data=FORM).status_code == 200
        return self.links()

    def stranger(self) -> Browser:
        browser = self.post.client()
        browser.headers.update({"origin": ORIGIN})
        return browser

    def stage(self) -> str:
        return self.outreach.subscribers()[0].stage


@pytest.fixture
def writing(tmp_path: Path) -> Iterator[Writing]:
    with open_post() as post:
        made = Writing(post, tmp_path)
        yield made
        made.cabinet.close()


def test_a_stranger_subscribes_confirms_and_leaves(writing: Writing) -> None:
    browser = writing.stranger()
    page = browser.get("/mail").text
    assert "checkbox" in page
    assert "checked" not in page
    assert HOSTILE not in page
    links = writing.subscribed()
    # programs that check mails look at every link: looking changes nothing
    for path in links.values():
        for method in ("GET", "HEAD"):
            writing.post.client().request(method, path)
    assert writing.stage() == "asked"
    assert browser.post(links["confirm"]).status_code == 200
    assert writing.stage() == "confirmed"


def leave_path(writing: Writing) -> str:
    writing.post.client().post(writing.subscribed()["confirm"])
    one = writing.outreach.subscribers()[0]
    return writing.outreach._link("leave", one).removeprefix("https://desk.example")


@pytest.mark.parametrize("multipart", [False, True])
def test_one_click_as_rfc_8058_has_it(writing: Writing, multipart: bool) -> None:
    path = leave_path(writing)
    # no cookie, no origin, no log-in: a mail provider's server asks, and asks again
    for _ in range(2):
        body: dict[str, Any] = {"List-Unsubscribe": "One-Click"}
        given = {"files": {name: (None, value) for name, value in body.items()}} if multipart else {"data": body}
        answer = writing.post.client().post(path, **given)
        assert answer.status_code == 200
        assert "location" not in answer.headers
        assert "set-cookie" not in answer.headers
    assert writing.stage() == "left"
    kept = [record.body for record in writing.post.app.state.room.ledger.read("subscriber/a")]
    assert [body.get("how") for body in kept][-1] == "one-click"
    assert writing.cabinet.address("a") is None


def test_a_get_never_unsubscribes(writing: Writing) -> None:
    path = leave_path(writing)
    for address in (path, f"{path}?List-Unsubscribe=One-Click"):
        page = writing.post.client().get(address)
        assert page.status_code == 200
        assert 'method="post"' in page.text
    assert writing.stage() == "confirmed"


def test_every_wrong_link_is_the_same_nothing(writing: Writing) -> None:
    links = writing.subscribed()
    token = links["confirm"].rsplit("/", 1)[1]
    wrong = [
        "/mail/confirm/a/" + "A" * 43,
        f"/mail/confirm/nobody/{token}",
        f"/mail/leave/a/{token}",
        f"/mail/never/a/{token}",
        f"/mail/erase/a/{token}",
        f"/mail/confirm/{'a' * 150}/{token}",
        f"/mail/confirm/a/{'A' * 150}",
    ]
    for path in wrong:
        for method in ("GET", "POST"):
            assert writing.post.client().request(method, path).status_code == 404
    assert writing.stage() == "asked"


def test_the_same_answer_for_known_and_unknown(writing: Writing) -> None:
    browser = writing.stranger()
    answers = {
        browser.post("/mail", data=FORM | {"address": address}).text for address in (ADDRESS, ADDRESS, "tom@x.example")
    }
    assert len(answers) == 1


WRONG_FORMS = [
    {"agree": ""},
    {"terms": "1"},
    {"address": "no address"},
    {"address": "a@b.example\r\nBcc: c@d.example"},
    {"address": f"{HOSTILE}@x.example"},
    {"every": "hour"},
    {"more": "1"},
]


def test_what_is_not_agreed_to_or_no_address_is_refused(writing: Writing) -> None:
    for wrong in WRONG_FORMS:
        answer = writing.stranger().post("/mail", data=FORM | wrong)
        assert answer.status_code == 400, wrong
        assert HOSTILE not in answer.text
    assert writing.cabinet.waiting() == ()


def test_another_page_subscribes_nobody(writing: Writing) -> None:
    browser = writing.post.client()
    browser.headers.update({"origin": "https://evil.example"})
    assert browser.post("/mail", data=FORM).status_code == 403
    assert writing.cabinet.waiting() == ()


def test_strangers_ask_so_often_and_no_more(writing: Writing) -> None:
    browser = writing.stranger()
    statuses = [
        browser.post("/mail", data=FORM | {"address": f"a{n}@x.example"}).status_code for n in range(PER_ADDRESS + 2)
    ]
    assert statuses[-2:] == [429, 429]
    assert set(statuses[:PER_ADDRESS]) == {200}


def test_the_limit_is_an_hour_and_counts_everybody_too() -> None:
    limit = AskLimit()
    assert [limit.ask("one", 0.0) for _ in range(PER_ADDRESS + 1)] == [True] * PER_ADDRESS + [False]
    assert limit.ask("one", WINDOW)
    others = [limit.ask(f"n{n}", WINDOW + 1.0) for n in range(OF_ALL + 5)]
    assert others.count(True) == OF_ALL - 1  # and the one of a second before


def test_no_secret_and_no_address_is_shown(writing: Writing) -> None:
    leave_path(writing)
    officer = writing.post.login()
    shown = officer.get("/outreach.json").text
    for secret in ("very secret word", "a secret of some length here", ADDRESS):
        assert secret not in shown
    assert '"kept"' in shown
    settings = officer.get("/outreach.json").json()["settings"]
    settings["mail"]["port"] = 2525
    assert officer.post("/outreach/settings", json=settings).status_code == 200
    kept = writing.outreach.settings
    assert kept.mail is not None
    assert (kept.mail.port, kept.mail.password) == (2525, "very secret word")
    assert kept.hooks[0].secret == "a secret of some length here"


WRONG_SETTINGS: list[tuple[dict[str, Any], str]] = [
    ({"mail": {"host": "x", "sender": "no"}}, "mail.sender"),
    ({"mail": {"host": "x", "sender": "a@b.example", "security": "plain"}}, "clear text"),
    ({"hooks": [{"id": "x", "url": "http://x", "secret": "kept"}]}, "hooks.0"),
    ({"hooks": "x"}, "hooks"),
    ({"address": "http://desk.example"}, "address"),
    ({"nonsense": 1}, "nonsense"),
]


def test_settings_that_are_none_are_refused_by_name(writing: Writing) -> None:
    officer = writing.post.login()
    settings = officer.get("/outreach.json").json()["settings"]
    for change, words in WRONG_SETTINGS:
        answer = officer.post("/outreach/settings", json=settings | change)
        assert answer.status_code == 400
        assert words in answer.json()["error"]
        assert "very secret" not in answer.text
    assert writing.outreach.settings == OutreachSettings.model_validate(SETTINGS)


def test_the_house_levels_resumes_and_removes(writing: Writing) -> None:
    leave_path(writing)
    officer = writing.post.login()
    assert officer.post("/outreach/subscribers/a/level", json={"level": "amber"}).json()["level"] == "amber"
    assert officer.post("/outreach/subscribers/a/level", json={"level": "red"}).status_code == 400
    assert officer.post("/outreach/subscribers/a/level", json={"level": "purple"}).status_code == 400
    assert officer.post("/outreach/subscribers/a/resume", json={}).status_code == 409
    assert officer.post("/outreach/subscribers/a/remove", json={}).json()["stage"] == "left"
    assert officer.post("/outreach/subscribers/z/remove", json={}).status_code == 404


def test_no_token_is_kept_in_the_audit(writing: Writing) -> None:
    path = leave_path(writing)
    writing.post.client().post(path)
    writing.post.client().post(path[:-3] + "AAA")
    kept = json.dumps([dict(record.body) for record in writing.post.app.state.room.ledger.read()])
    assert path.rsplit("/", 1)[1][:20] not in kept


def test_a_desk_that_writes_to_nobody() -> None:
    with open_post() as post:
        assert post.client().get("/mail").status_code in (404, 409)
        assert post.login().get("/outreach.json").status_code == 409
