"""The kinds of alarm that a site file may wait for are all that the code gives, and the reference tells them."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import get_args

from bartizan.adapters.web.permission import ROLES as WEB_ROLES
from bartizan.app.duty.tours import MISSED, NOT_BEGUN
from bartizan.app.episodes.counting import KIND as UNUSUAL
from bartizan.app.intake.case import SLOTS
from bartizan.app.intake.lines import KIND as LINE_LOST
from bartizan.app.intake.report import KIND as REPORT
from bartizan.app.upkeep.space import KIND as DISK_FULL
from bartizan.desk.alarms.hidden import DURESS
from bartizan.desk.duty.deadman import LapseKind
from bartizan.site.alarm_kinds import BEHAVIOURS, KINDS, OTHERS
from bartizan.site.escalation import ROLES
from bartizan.site.rules import RULES
from bartizan.watch.health.book import KIND as HEALTH

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = (ROOT / "docs" / "reference" / "site-file.md").read_text()


def spelled_out() -> set[str]:
    """The kinds that stand as text where a signal is made."""
    found = set()
    for file in (ROOT / "src").rglob("*.py"):
        text = file.read_text()
        for node in ast.walk(ast.parse(text)) if "Signal(" in text else ():
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Signal":
                found |= {
                    one.value.value
                    for one in node.keywords
                    if one.arg == "kind" and isinstance(one.value, ast.Constant) and isinstance(one.value.value, str)
                }
    return found


def test_every_kind_that_the_code_gives_is_listed_and_no_other() -> None:
    named = {UNUSUAL, LINE_LOST, REPORT, DISK_FULL, DURESS, HEALTH, MISSED, NOT_BEGUN}
    clock = {"clock-jumped", "clock-paused"}
    told = (ROOT / "src/bartizan/app/upkeep/timekeeping.py").read_text()
    assert clock == set(re.findall(r'"(clock-[a-z]+)"', told))
    assert spelled_out()
    assert set(OTHERS) == named | clock | spelled_out() | set(SLOTS) | set(get_args(LapseKind))


def test_the_behaviours_are_the_kinds_of_rules() -> None:
    assert set(BEHAVIOURS) == set(RULES)
    assert set(KINDS) == set(BEHAVIOURS) | set(OTHERS)


def test_the_reference_tells_each_with_its_meaning() -> None:
    table = REFERENCE.partition("## Kinds of alarm")[2].partition("\n## ")[0]
    assert dict(re.findall(r"^\| `([a-z-]+)` \| (.+) \|$", table, re.MULTILINE)) == dict(KINDS)


def test_an_escalation_tells_every_role_of_the_house() -> None:
    assert {*ROLES, "partner"} == set(WEB_ROLES)
