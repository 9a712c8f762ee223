"""The reference of the site file says exactly which keys there are, and which findings."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from bartizan.site import duty, escalation, partner, parts, procedure, responder, rules, tour
from bartizan.site import entries as e
from bartizan.site import figures as f
from bartizan.site.pictures import HealthEntry

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "reference" / "site-file.md").read_text(encoding="utf-8")
PLACE = ("polygon", "line", "at", "feature")


def keys_under(heading: str) -> list[str]:
    """The keys in the table under a heading of the page, as they come."""
    start = PAGE.index(f"\n{heading}\n")
    end = PAGE.find("\n#", start + 2)
    rows = re.findall(r"^\| (`[^|]*) \|", PAGE[start : end if end > 0 else len(PAGE)], re.MULTILINE)
    return [key for row in rows for key in re.findall(r"`([^`]+)`", row)]


def keys_of(*models: type[BaseModel]) -> set[str]:
    return {field.alias or name for model in models for name, field in model.model_fields.items()}


@pytest.mark.parametrize(
    ("heading", "models"),
    [
        ("### A probability", (f.PointProbability, f.PertProbability, f.TestedProbability)),
        ("### A time", (f.MeanTime, f.FixedTime, f.ThreePointTime, f.UniformTime)),
        ("## Places", (parts.Placed,)),
        ("## `[site]`", (e.SiteEntry,)),
        ("## `[[area]]`", (e.AreaEntry,)),
        ("### `crossing` and `[[area.crossing_between]]`", (e.CrossingEntry, e.CrossingBetweenEntry)),
        ("## `[[element]]`", (e.ElementEntry,)),
        ("### `[[element.way]]` and `[[target.way]]`", (e.WayEntry, e.ElementWayEntry)),
        ("## `[[sensor]]`", (e.SensorEntry,)),
        ("## `[[target]]`", (e.TargetEntry,)),
        ("## `[[response]]`", (e.ResponseEntry,)),
        ("### `[[response.deployment_to]]`", (e.DeploymentEntry,)),
        ("## `[[threat]]`", (e.ThreatEntry,)),
        ("## `[[engagement]]`", (e.EngagementEntry,)),
        ("## `[[state]]`", (e.StateEntry,)),
        ("## `[[upgrade]]`", (e.UpgradeEntry,)),
        ("## `[[insider]]`", (e.InsiderEntry,)),
        ("## Changes", (e.ChangeEntry,)),
        ("## `[plan]`", (e.PlanEntry,)),
        ("## `[[zone]]`", (e.ZoneEntry,)),
        ("## `[[camera]]`", (e.CameraEntry,)),
        ("### `health`", (HealthEntry,)),
        ("### `model`", (e.PointsModel, e.TsaiModel, e.PinholeModel, e.KrtdModel)),
        ("### `to_plan`", (e.ToPlan,)),
        ("## `[[rule]]`", (rules.RuleEntry,)),
        ("### `hours`", (rules.HoursEntry,)),
        ("### `escalate`", (rules.EscalationEntry,)),
        ("## `[[patrol]]`", (rules.PatrolEntry,)),
        ("## `[[surface]]`", (e.SurfaceEntry,)),
        ("## `[[obstacle]]`", (e.ObstacleEntry,)),
        ("## `[[coverage]]`", (e.CoverageEntry,)),
        ("## `[[responder]]`", (responder.ResponderEntry,)),
        ("## `[[procedure]]`", (procedure.ProcedureEntry,)),
        ("### `[[procedure.step]]`", (procedure.StepEntry,)),
        ("### `[[procedure.step.answer]]`", (procedure.AnswerEntry,)),
        ("## `[desk]`", (duty.DeskEntry,)),
        ("## `[[escalation]]`", (escalation.EscalationEntry,)),
        ("### `[[escalation.step]]`", (escalation.StepEntry,)),
        ("## `[[tour]]`", (tour.TourEntry,)),
        ("### `[[tour.checkpoint]]`", (tour.CheckpointEntry,)),
        ("### `begins`", (tour.BeginsEntry,)),
        ("## `[[partner]]`", (partner.PartnerEntry,)),
        ("## `[evidence]`", (partner.EvidenceEntry,)),
    ],
)
def test_every_key_is_told_and_no_other(heading: str, models: tuple[type[BaseModel], ...]) -> None:
    assert set(keys_under(heading)) == keys_of(*models)


@pytest.mark.parametrize("kind", rules.RULES)
def test_every_key_of_a_rule_of_a_kind_is_told_and_no_other(kind: str) -> None:
    told = keys_under(f'### `kind = "{kind}"`')
    assert len(told) == len(set(told))
    assert set(told) == keys_of(rules.RULES[kind]) - keys_of(rules.RuleEntry)


def test_every_kind_has_its_table() -> None:
    for kind in e.KINDS:
        assert f"\n## `[[{kind}]]`\n" in PAGE
    for table in e.TABLES:
        assert f"\n## `[{table}]`\n" in PAGE


def test_every_finding_is_told_and_no_other() -> None:
    told = keys_under("## Findings of `bartizan check`")
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "src/bartizan/site").glob("*_checks.py"))
    named = set(re.findall(r'Finding\(\s*"([a-z-]+)"', source))
    assert len(told) == len(set(told))
    assert set(told) == named
