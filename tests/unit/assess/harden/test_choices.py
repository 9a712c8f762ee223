"""Which sets can be had, and money that is counted as it is written."""

from __future__ import annotations

from decimal import Decimal

import pytest
from two_doors import delay, site

from bartizan.assess.harden.choices import amount, choices_of
from bartizan.errors import InputError


def test_tenths_add_up_exactly() -> None:
    choices = choices_of(site([delay("a", "left", 60, 0.1), delay("b", "right", 60, 0.2)]).upgrades, {})
    assert 0.1 + 0.2 > 0.3
    assert choices.cost(0b11) == choices.units(Decimal("0.3"))
    assert choices.units(Decimal("0.29999")) == choices.cost(0b11) - 1
    assert choices.money(choices.all_cost) == Decimal("0.3")


def test_costs_of_too_many_digits_are_refused_in_words() -> None:
    upgrades = site([delay("a", "left", 60, 1e15), delay("b", "right", 60, 1e-9)]).upgrades
    with pytest.raises(InputError, match="more than 18 digits"):
        choices_of(upgrades, {})


@pytest.mark.parametrize("money", ["-1", "nan", "inf", "much", -0.5, float("nan")])
def test_a_budget_that_is_no_amount_is_refused(money: str | float) -> None:
    with pytest.raises(InputError, match="amount"):
        amount("the budget", money)


def test_two_upgrades_that_set_one_key_exclude_each_other_and_are_named() -> None:
    upgrades = site([delay("thin", "left", 60, 1), delay("thick", "left", 90, 2), delay("c", "right", 60, 1)]).upgrades
    choices = choices_of(upgrades, {})
    assert choices.bars == (0b010, 0b001, 0)
    (clash,) = choices.clashes
    assert clash.upgrades == ("thin", "thick")
    assert "element/left/way/force/delay" in clash.reason


def test_what_the_site_excludes_itself_is_no_contradiction_to_tell_of() -> None:
    upgrades = site([delay("thin", "left", 60, 1), delay("thick", "left", 90, 2, excludes=["thin"])]).upgrades
    choices = choices_of(upgrades, {})
    assert choices.bars == (0b10, 0b01)
    assert choices.clashes == ()


def test_what_requires_two_that_contradict_can_never_be_had() -> None:
    both = delay("both", "right", 60, 1, requires=["thin", "thick"])
    choices = choices_of(site([delay("thin", "left", 60, 1), delay("thick", "left", 90, 2), both]).upgrades, {})
    assert choices.ids == ("thin", "thick")
    (never,) = choices.never
    assert never.upgrade == "both"
    assert "exclude or contradict" in never.reason


def test_what_requires_what_cannot_be_had_can_never_be_had() -> None:
    upgrades = site([delay("a", "left", 60, 1), delay("b", "right", 60, 1, requires=["a"])]).upgrades
    choices = choices_of(upgrades, {"a": "no room"})
    assert choices.ids == ()
    assert [(one.upgrade, one.reason) for one in choices.never] == [
        ("a", "no room"),
        ("b", "it requires a, which cannot be had: no room"),
    ]


def test_requirements_are_closed_and_those_who_need_one_are_known() -> None:
    chain = [delay("a", "left", 60, 1), delay("b", "right", 60, 1, requires=["a"])]
    third = {"id": "c", "cost": 1, "requires": ["b"], "changes": [{"at": "response/guards", "set": {"strength": 2}}]}
    choices = choices_of(site([*chain, third]).upgrades, {})
    assert choices.needs == (0b001, 0b011, 0b111)
    assert choices.needed_by == (0b111, 0b110, 0b100)
