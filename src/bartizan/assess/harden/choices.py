"""What can be bought: upgrades as bits of a mask, their costs as whole numbers, and which sets of them can be had.

Costs come as decimals; they are counted in whole units of the last decimal place that any of them has, so that sums
and comparisons with a budget are exact. Two upgrades that touch one key contradict each other and count as excluding
each other, for nobody says which of the two would hold.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal, InvalidOperation
from functools import cached_property

from bartizan.errors import InputError
from bartizan.site.changes import contradiction
from bartizan.site.model import Change, Upgrade

LARGEST = 2**62  # whole units: sums stay within 64 bits
DIGITS = 18

Money = int | float | str | Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Clash:
    """Upgrades, two as a rule, that cannot be had together though none excludes another, and why, in words."""

    upgrades: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Never:
    """An upgrade that can never be had here, and why, in words."""

    upgrade: str
    reason: str


# no slots: what follows from the masks is worked out once
@dataclass(frozen=True, kw_only=True)
class Choices:
    """The upgrades that can be had, in the order of the file; a set of them is a mask, bit i for upgrade i.

    `costs` in whole units, of which 10 ** `places` make 1; `needs[i]`: the mask of what i requires, directly or not,
    itself included; `bars[i]`: the mask of those that cannot be had with i.
    """

    ids: tuple[str, ...]
    costs: tuple[int, ...]
    places: int
    needs: tuple[int, ...]
    bars: tuple[int, ...]
    clashes: tuple[Clash, ...] = ()
    never: tuple[Never, ...] = ()

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def needed_by(self) -> tuple[int, ...]:
        """Per upgrade the mask of those that cannot be had without it, itself included."""
        return tuple(
            sum(1 << other for other in range(len(self)) if self.needs[other] >> one & 1) for one in range(len(self))
        )

    @property
    def all_cost(self) -> int:
        """The cost of everything together, whether it can be had together or not [whole units]."""
        return sum(self.costs)

    def cost(self, mask: int) -> int:
        """The cost of a set [whole units]."""
        return sum(self.costs[one] for one in members(mask))

    def money(self, units: int) -> Decimal:
        """An amount of whole units as money."""
        return Decimal(units).scaleb(-self.places)

    def units(self, budget: Decimal) -> int:
        """How many whole units a budget pays for; more than everything costs is everything."""
        most = self.money(self.all_cost)
        if budget >= most:
            return self.all_cost
        return int(budget.scaleb(self.places).to_integral_value(rounding=ROUND_FLOOR))

    def names(self, mask: int) -> tuple[str, ...]:
        """The ids of a set, in the order of the file."""
        return tuple(self.ids[one] for one in members(mask))

    def mask(self, names: Sequence[str]) -> int:
        """The set of these ids. Raises ValueError for one that cannot be had."""
        return sum(1 << self.ids.index(name) for name in set(names))

    def agrees(self, mask: int) -> bool:
        """Whether no member of a set excludes another."""
        return all(self.bars[one] & mask == 0 for one in members(mask))


def members(mask: int) -> Iterator[int]:
    """The numbers of the bits that are set, lowest first."""
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest


def amount(what: str, money: Money) -> Decimal:
    """An amount of money as the decimal that it is written as. Raises InputError where it is none, or below 0."""
    try:
        # str of a float is the shortest decimal that reads back as it: what was written
        value = money if isinstance(money, Decimal) else Decimal(str(money))
    except InvalidOperation:
        raise InputError(f"{what} = {money!r} is no amount. Give a number, 0 or more") from None
    if not value.is_finite() or value < 0:
        raise InputError(f"{what} = {money} is no amount to spend. Give a finite number, 0 or more")
    return value


def choices_of(upgrades: Sequence[Upgrade], barred: Mapping[str, str]) -> Choices:
    """Which sets of these upgrades can be had?

    `barred`: upgrades that cannot be had here at all, with the reason in words. An upgrade that requires what cannot
    be had, or what contradicts or excludes another of its requirements, can never be had either, and `never` says
    so. Raises InputError where the costs need more digits than can be counted exactly.
    """
    clashes = _clashes(upgrades)
    required = _required(upgrades)
    never = _never(upgrades, required, _excluded(upgrades, clashes), barred)
    left = [upgrade for upgrade in upgrades if upgrade.id not in never]
    place = {upgrade.id: number for number, upgrade in enumerate(left)}
    costs, places = _counted(left)
    excluded = _excluded(left, [clash for clash in clashes if all(name in place for name in clash.upgrades)])
    # where the site says itself that they exclude each other, nobody need be told
    told = _excluded(upgrades, ())
    return Choices(
        ids=tuple(place),
        costs=costs,
        places=places,
        needs=tuple(sum(1 << place[name] for name in required[upgrade.id]) for upgrade in left),
        bars=tuple(sum(1 << place[name] for name in excluded[upgrade.id] if name in place) for upgrade in left),
        clashes=tuple(clash for clash in clashes if clash.upgrades[1] not in told[clash.upgrades[0]]),
        never=tuple(Never(upgrade=name, reason=reason) for name, reason in never.items()),
    )


def _clashes(upgrades: Sequence[Upgrade]) -> list[Clash]:
    found = []
    touched = [_things(upgrade.changes) for upgrade in upgrades]
    for number, one in enumerate(upgrades):
        for place, other in enumerate(upgrades[number + 1 :], start=number + 1):
            # a look at the things alone is quick, and most upgrades have none in common
            if touched[number].isdisjoint(touched[place]):
                continue
            reason = contradiction(one.changes, other.changes)
            if reason is not None:
                found.append(Clash(upgrades=(one.id, other.id), reason=reason))
    return found


def _things(changes: Sequence[Change]) -> set[tuple[str, str]]:
    """The things that changes touch, by kind and id."""
    found = set()
    for change in changes:
        kind, _, rest = (change.at or "").partition("/")
        if change.at is None:
            kind, thing = next(iter(change.add.items()))
            rest = str(thing.get("id"))
        found.add((kind, "" if kind in ("site", "plan") else rest.partition("/")[0]))
    return found


def _required(upgrades: Sequence[Upgrade]) -> dict[str, set[str]]:
    """Per upgrade all that it requires, directly or not, and itself."""
    direct = {upgrade.id: upgrade.requires for upgrade in upgrades}
    closed = {}
    for name in direct:
        wanted, todo = {name}, [name]
        while todo:
            new = direct[todo.pop()] - wanted
            wanted |= new
            todo += new
        closed[name] = wanted
    return closed


def _excluded(upgrades: Sequence[Upgrade], clashes: Sequence[Clash]) -> dict[str, set[str]]:
    """Per upgrade those that it excludes, that exclude it or that contradict it."""
    excluded: dict[str, set[str]] = {upgrade.id: set() for upgrade in upgrades}
    pairs = [(upgrade.id, other) for upgrade in upgrades for other in upgrade.excludes]
    for one, other in [*pairs, *((clash.upgrades[0], clash.upgrades[1]) for clash in clashes)]:
        excluded.setdefault(one, set()).add(other)
        excluded.setdefault(other, set()).add(one)
    return excluded


def _never(
    upgrades: Sequence[Upgrade],
    required: Mapping[str, set[str]],
    excluded: Mapping[str, set[str]],
    barred: Mapping[str, str],
) -> dict[str, str]:
    """Upgrades that cannot be had, each with the reason."""
    never = {}
    for upgrade in upgrades:
        wanted = required[upgrade.id]
        gone = sorted(name for name in wanted if name in barred and name != upgrade.id)
        against = sorted((one, other) for one in wanted for other in excluded[one] if other in wanted and one < other)
        if upgrade.id in barred:
            never[upgrade.id] = barred[upgrade.id]
        elif gone:
            never[upgrade.id] = f"it requires {gone[0]}, which cannot be had: {barred[gone[0]]}"
        elif against:
            one, other = against[0]
            never[upgrade.id] = f"it needs {one} and {other}, which exclude or contradict each other"
    return never


def _counted(upgrades: Sequence[Upgrade]) -> tuple[tuple[int, ...], int]:
    """The costs as whole numbers, and the decimal places of which they are counted."""
    money = [amount(f"cost of upgrade '{upgrade.id}'", upgrade.cost) for upgrade in upgrades]
    places = max([0, *(-int(value.normalize().as_tuple().exponent) for value in money)])
    # scaleb would round to the digits of the context
    counted = tuple(int(value * 10**places) if places <= DIGITS else LARGEST for value in money)
    if sum(counted) >= LARGEST:
        raise InputError(
            f"the costs of the upgrades need more than {DIGITS} digits from the largest to the last decimal place. "
            "Give them in whole units of one currency"
        )
    return counted, places
