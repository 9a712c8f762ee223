"""docs/reference/security.md and docs/howto/people.md say what the code does, and name the tests that there are."""

from __future__ import annotations

import re
from pathlib import Path

from bartizan.adapters.web import login_limit, sessions
from bartizan.adapters.web.accounts import FIRST_PASSWORD
from bartizan.adapters.web.password_rules import MAX_PASSWORD, MIN_PASSWORD
from bartizan.adapters.web.permission import ROLES
from bartizan.adapters.web.tokens import MAX_DAYS
from bartizan.app.upkeep.audit import MACHINE, STRANGERS

HERE = Path(__file__).parent
DOCS = HERE.parents[3] / "docs"
PAGE = " ".join((DOCS / "reference" / "security.md").read_text(encoding="utf-8").split())
HOWTO = (DOCS / "howto" / "people.md").read_text(encoding="utf-8")


def names(files: str) -> list[str]:
    """The names of the tests in the files of that pattern."""
    found = sorted(HERE.glob(files))
    assert found, files
    return [name for file in found for name in re.findall(r"^def test_(\w+)", file.read_text("utf-8"), re.MULTILINE)]


def items(text: str) -> set[str]:
    """The ids of ASVS in a text, ranges opened: 3.4.1-3.4.3."""
    found = set(re.findall(r"\b\d+\.\d+\.\d+\b", text))
    for group, first, last in re.findall(r"\b(\d+\.\d+)\.(\d+)-\d+\.\d+\.(\d+)\b", text):
        found |= {f"{group}.{n}" for n in range(int(first), int(last) + 1)}
    return found


def shown() -> set[str]:
    """What the names of the tests say: asvs_3_4_3_to_3_4_6_and_14_3_2; a name of two numbers stands for its section."""
    found = set()
    for name in names("test_asvs_*.py"):
        ids = re.match(r"asvs((?:_(?:\d+|to|and)(?=_))+)", name)
        if ids is None:
            continue
        for part in ids[1].strip("_").split("_and_"):
            first, _, last = part.partition("_to_")
            found.add(first.replace("_", "."))
            if last:
                group, low = first.rsplit("_", 1)
                found |= {f"{group.replace('_', '.')}.{n}" for n in range(int(low), int(last.rsplit("_", 1)[1]) + 1)}
    return found


def test_every_item_that_is_said_to_be_shown_has_its_test() -> None:
    promised = items(PAGE.split("**Shown by a test of that name**")[1].split("**Shown elsewhere**")[0])
    tested = shown()
    assert len(promised) > 60
    lacking = {one for one in promised if one not in tested and one.rsplit(".", 1)[0] not in tested}
    assert not lacking
    silent = {one for one in tested if one not in promised and not any(p.startswith(one + ".") for p in promised)}
    assert not silent, "tested, and not in the page"


def test_every_lesson_has_its_test_and_every_test_its_line() -> None:
    table = PAGE.split("## Lessons of others")[1].split("Lessons of malicious")[0]
    ids = set(re.findall(r"\d{4}-\d{4,6}", table))
    ids |= {year + tail for year, tail in re.findall(r"CVE-(\d{4})-\d+, (-\d+)", table)}
    ids |= {one[:4] for one in re.findall(r"GHSA-(\w{4})", table)}
    ids |= set(re.findall(r"\b(?=[0-9a-f]*\d)[0-9a-f]{9}\b", table))
    tests = " ".join(names("test_lessons.py"))
    for one in ids:
        assert one.replace("-", "_") in tests, one
    for year, number in re.findall(r"(?:cve|and)_(\d{4})_(\d{4,6})", tests):
        assert f"{year}-{number}" in ids, f"CVE-{year}-{number}"
    assert len(ids) > 20


def test_the_figures_of_the_page_are_those_of_the_code() -> None:
    hours, minutes = 3600, 60
    window, idle = login_limit.WINDOW / minutes, sessions.IDLE_LIMIT / hours
    for words in (
        f"{MIN_PASSWORD} to {MAX_PASSWORD} characters",
        f"opens nothing after {FIRST_PASSWORD.total_seconds() / hours:.0f} h",
        f"{login_limit.PER_ADDRESS} in {window:.0f} min by address, {login_limit.PER_NAME} by name",
        f"ends after {idle:.0f} h without a key, after {sessions.ABSOLUTE_LIMIT / hours:.0f} h in all",
        f"{sessions.MAX_PER_PERSON} a person, {sessions.MAX_SESSIONS} in all",
        f"again after {sessions.PROOF_LIMIT / minutes:.0f} min",
        f"up to {STRANGERS} a minute",
        f"Of each token {MACHINE} a minute",
    ):
        assert words in PAGE, words
    assert f"at most {MAX_DAYS} days" in HOWTO


def test_every_role_is_explained() -> None:
    assert tuple(re.findall(r"^\| (\w+) \| (?!may)", HOWTO, re.MULTILINE)) == ROLES
