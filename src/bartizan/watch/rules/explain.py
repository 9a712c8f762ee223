"""Why something did or did not give a signal: by track and rule what was measured, asked, and what kept it quiet."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from shapely import LineString, Point
from shapely.geometry.base import BaseGeometry

from bartizan.watch.batch import Batch
from bartizan.watch.behaviours.event import BehaviourEvent, Condition
from bartizan.watch.rules.setting import Setting

# tracks that are remembered; of more, those not seen for longest are forgotten and counted
MOST = 2000
# how often a track is asked how far it is [s]
EVERY = 1.0
# reasons that are remembered of one track under one rule
_MOST_REASONS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """What became of an occurrence, or what kept it quiet: `why`, from `since` to `until` [s]."""

    why: str
    since: float
    until: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """One track under one rule (`track` None: nobody came): what was measured, what was asked, what became of it.

    `outcome` is "raised", "silent", "withheld" (outside the hours or states of the rule) or "not raised".
    `conditions` are those at the moment that came closest, `closest` [s]. `nearest` [m] is how near it came to the
    place of the rule, 0 inside. `sightings` counts what the rule minded; `other_class` and `other_size` what it did
    not.
    """

    track: str | None
    rule: str
    kind: str
    zone: str | None
    outcome: str
    sightings: int = 0
    other_class: int = 0
    other_size: int = 0
    predicted: int = 0
    since: float | None = None
    until: float | None = None
    nearest: float | None = None
    closest: float | None = None
    conditions: tuple[Condition, ...] = ()
    reasons: tuple[Reason, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The explanation as a JSON object: absent is null, a key is never missing."""
        return {
            "track": self.track,
            "rule": self.rule,
            "kind": self.kind,
            "zone": self.zone,
            "outcome": self.outcome,
            "sightings": self.sightings,
            "other_class": self.other_class,
            "other_size": self.other_size,
            "predicted": self.predicted,
            "since": self.since,
            "until": self.until,
            "nearest": None if self.nearest is None else round(self.nearest, 2),
            "closest": self.closest,
            "conditions": [
                {
                    "name": one.name,
                    "measured": _plain(one.measured),
                    "asked": _plain(one.asked),
                    "unit": one.unit,
                    "met": bool(one.met),
                }
                for one in self.conditions
            ],
            "reasons": [{"why": one.why, "since": one.since, "until": one.until} for one in self.reasons],
            "text": self.text,
        }

    @property
    def text(self) -> str:
        """The explanation in one line."""
        place = "" if self.zone is None else f" in {self.zone}"
        head = f"rule {self.rule} ({self.kind}{place})"
        if self.track is None:
            return f"{head}: no track came that it could mind"
        parts = [f"track {self.track}, {head}: {self.outcome}"]
        parts += [f"{one.why} ({_span(one.since, one.until)})" for one in self.reasons if one.why != "raised"]
        if self.sightings == 0:
            parts.append("no sighting that it minds")
        elif self.nearest is not None and self.nearest > 0.0:
            parts.append(f"always outside its place, {self.nearest:.1f} m at the nearest")
        if self.conditions:
            measured = ", ".join(_asked(one) for one in self.conditions)
            parts.append(f"closest at {self.closest:.1f} s: {measured}")
        parts.append(f"{self.sightings} sightings")
        for count, what in (
            (self.other_class, "of another class"),
            (self.other_size, "of another size"),
            (self.predicted, "predicted places, which are no sightings"),
        ):
            if count:
                parts.append(f"{count} {what}")
        return "; ".join(parts)


@dataclass(slots=True)
class _Account:
    """What is known of one track under one rule."""

    sightings: int = 0
    other_class: int = 0
    other_size: int = 0
    predicted: int = 0
    since: float = math.inf
    until: float = -math.inf
    nearest: float = math.inf
    asked: float = -math.inf
    score: tuple[int, float] = (-1, 0.0)
    closest: float | None = None
    conditions: tuple[Condition, ...] = ()
    reasons: dict[str, tuple[float, float]] = field(default_factory=dict)


class Ledger:
    """Keeps accounts of the last MOST tracks under every rule; `forgotten` counts those dropped for want of room."""

    def __init__(self, settings: Sequence[Setting]) -> None:
        self._settings = settings
        self._places = [_place(setting) for setting in settings]
        self._tracks: OrderedDict[str, dict[int, _Account]] = OrderedDict()
        self.forgotten = 0

    def saw(self, index: int, batch: Batch, minded: Batch) -> None:
        """A rule was shown these points, and minds some of them."""
        labels = self._settings[index].labels
        for number, track in enumerate(batch.tracks):
            account, t = self._account(track, index), float(batch.times[number])
            if not batch.observed[number]:
                account.predicted += 1
                continue
            account.since, account.until = min(account.since, t), max(account.until, t)
            if batch.labels[number] not in labels:
                account.other_class += 1
            elif len(minded) < len(batch) and not self._fits(index, float(batch.heights[number])):
                account.other_size += 1
            else:
                account.sightings += 1

    def _fits(self, index: int, height: float) -> bool:
        rule = self._settings[index].rule
        low, high = rule.min_height or 0.0, math.inf if rule.max_height is None else rule.max_height
        return math.isnan(height) or low <= height <= high

    def measured(self, index: int, minded: Batch) -> None:
        """After a rule has taken these points: how far are their tracks?"""
        place = self._places[index]
        for number, track in enumerate(minded.tracks):
            account, t = self._account(track, index), float(minded.times[number])
            if not minded.observed[number] or t < account.asked + EVERY:
                continue
            account.asked = t
            if place is not None and account.nearest > 0.0:
                x, y = minded.places[number]
                account.nearest = min(account.nearest, float(place.distance(Point(x, y))))
            progress = self._settings[index].behaviour.progress(track)
            if progress is not None:
                score = _score(progress.conditions)
                if score > account.score:
                    account.score, account.closest, account.conditions = score, t, progress.conditions

    def judged(self, index: int, event: BehaviourEvent, why: str, t: float) -> None:
        """What was decided of an occurrence at `t` [s]."""
        for track in event.tracks:
            reasons = self._account(track, index).reasons
            if why in reasons or len(reasons) < _MOST_REASONS:
                reasons[why] = (reasons.get(why, (t, t))[0], t)

    def _account(self, track: str, index: int) -> _Account:
        accounts = self._tracks.get(track)
        if accounts is None:
            accounts = self._tracks[track] = {}
            if len(self._tracks) > MOST:
                self._tracks.popitem(last=False)
                self.forgotten += 1
        # whoever was not seen for longest is forgotten first
        self._tracks.move_to_end(track)
        account = accounts.get(index)
        if account is None:
            account = accounts[index] = _Account()
        return account

    def explain(self, about: str | None) -> tuple[Explanation, ...]:
        """The accounts of one track, zone or rule, or of all, in the order of rules and then of tracks."""
        found = []
        for index, setting in enumerate(self._settings):
            names = (setting.rule.id, None if setting.zone is None else setting.zone.id)
            wanted = about is None or about in names
            tracks = [track for track in self._tracks if wanted or track == about]
            told = [self._told(index, track) for track in tracks if index in self._tracks[track]]
            if not told and wanted:
                told = [Explanation(track=None, outcome="not raised", **_about(setting))]
            found += told
        return tuple(found)

    def _told(self, index: int, track: str) -> Explanation:
        account = self._tracks[track][index]
        return Explanation(
            track=track,
            outcome=_outcome(account.reasons),
            sightings=account.sightings,
            other_class=account.other_class,
            other_size=account.other_size,
            predicted=account.predicted,
            since=account.since if math.isfinite(account.since) else None,
            until=account.until if math.isfinite(account.until) else None,
            nearest=account.nearest if math.isfinite(account.nearest) else None,
            closest=account.closest,
            conditions=account.conditions,
            reasons=tuple(Reason(why=why, since=since, until=until) for why, (since, until) in account.reasons.items()),
            **_about(self._settings[index]),
        )


def _about(setting: Setting) -> dict[str, Any]:
    rule, zone = setting.rule, setting.zone
    return {"rule": rule.id, "kind": rule.kind, "zone": None if zone is None else zone.id}


def _place(setting: Setting) -> BaseGeometry | None:
    if isinstance(setting.rule.line, LineString):
        return setting.rule.line
    if setting.rule.element is not None:
        return setting.elements[0].shape if setting.elements else None
    return None if setting.zone is None else setting.zone.polygon


def _outcome(reasons: Iterable[str]) -> str:
    kinds = {reason.partition(":")[0] for reason in reasons}
    if kinds & {"raised", "group"}:
        return "raised"
    if not kinds:
        return "not raised"
    return "withheld" if kinds <= {"hours", "state"} else "silent"


def _score(conditions: tuple[Condition, ...]) -> tuple[int, float]:
    """How close: how many conditions are met, and of the others how much is there of what lacks most."""
    lacking = [_share(one) for one in conditions if not one.met]
    return len(conditions) - len(lacking), min(lacking, default=1.0)


def _share(condition: Condition) -> float:
    measured, asked = abs(condition.measured), abs(condition.asked)
    if not (math.isfinite(measured) and math.isfinite(asked)) or max(measured, asked) == 0.0:
        return 0.0
    return min(measured, asked) / max(measured, asked)


def _plain(number: float) -> float | None:
    return round(float(number), 3) if math.isfinite(number) else None


def _asked(condition: Condition) -> str:
    unit = f" {condition.unit}" if condition.unit else ""
    verdict = "met" if condition.met else "not met"
    return f"{condition.name} {condition.measured:.3g}{unit}, asked {condition.asked:.3g}{unit} ({verdict})"


def _span(since: float, until: float) -> str:
    return f"{since:.1f} s" if until <= since else f"{since:.1f} to {until:.1f} s"
