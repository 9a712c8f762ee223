"""A report by hand: somebody calls, a partner warns, the press writes. It becomes a signal with its source and grade.

The grade is that of the Admiralty system: how reliable the source is (A to F), and how credible what it says is (1 to
6); the two are judged apart. Source: FM 2-22.3 (US Army, 2006), appendix B, tables B-1 and B-2.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, get_args

from bartizan.errors import InputError
from bartizan.signal import Severity, Signal, rfc3339
from bartizan.site.site import Site

RUN = "by-hand"  # the run of these signals
KIND = "report"
Channel = Literal["telephone", "radio", "walk-in", "partner", "press", "mail", "patrol", "other"]
Reliability = Literal["A", "B", "C", "D", "E", "F"]
Credibility = Literal[1, 2, 3, 4, 5, 6]
CHANNELS: tuple[Channel, ...] = get_args(Channel)
RELIABILITIES: tuple[Reliability, ...] = get_args(Reliability)
CREDIBILITIES: tuple[Credibility, ...] = get_args(Credibility)
LONGEST_SOURCE, LONGEST_TEXT = 200, 4000  # characters
FARTHEST = 1e5  # metres from the plan's origin: no site is wider
_KEY = re.compile(r"[A-Za-z0-9-]{8,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What somebody told the desk.

    `key` is made by whoever writes it down, so that a report that is sent twice is one. `reported_by` is the source in
    words, `taken_by` the person of the desk. `seen_at` (UTC) is when the thing itself was seen, where that was said;
    `area`, `element`, `zone` and `at` [m on the plan] where it was.
    """

    key: str
    channel: Channel
    reliability: Reliability
    credibility: Credibility
    reported_by: str
    text: str
    taken_by: str
    severity: Severity = "medium"
    area: str | None = None
    element: str | None = None
    zone: str | None = None
    at: tuple[float, float] | None = None
    seen_at: datetime | None = None
    exercise: bool = False


def signal_of(report: Report, site: Site, now: datetime) -> Signal:
    """The signal of a report at `now` (UTC).

    It ends as it begins: nothing goes on that could be watched, so who has judged it may close it. The place of its
    zone, and the zone of its point, are not guessed. Errors: InputError naming what does not fit; UnknownIdError for
    an area, element or zone that the site does not have.
    """
    _check(report, site)
    when = now if report.seen_at is None else report.seen_at.astimezone(UTC)
    if when > now:
        raise InputError(f"a report of what was seen at {rfc3339(when)}, which is yet to come. Correct the time")
    because: dict[str, Any] = {
        "reported_by": report.reported_by,
        "channel": report.channel,
        "reliability": report.reliability,
        "credibility": report.credibility,
        "text": report.text,
        "taken_by": report.taken_by,
    }
    zone = None if report.zone is None else site.zone(report.zone)
    return Signal(
        id=f"report-{report.key}",
        t=now.timestamp(),
        utc=rfc3339(when, "milliseconds"),
        kind=KIND,
        state="ended",
        zone=report.zone,
        area=report.area or (None if zone is None else zone.area),
        element=report.element,
        at=report.at,
        since=when.timestamp(),
        severity=report.severity,
        exercise=report.exercise,
        because=because,
    )


def _check(report: Report, site: Site) -> None:
    if _KEY.fullmatch(report.key) is None:
        raise InputError("the key of a report is 8 to 64 letters, digits and '-'. Make a new one for each report")
    for told, known, what in (
        (report.channel, CHANNELS, "channel"),
        (report.reliability, RELIABILITIES, "reliability"),
        (report.credibility, CREDIBILITIES, "credibility"),
        (report.severity, get_args(Severity), "severity"),
    ):
        if told not in known:
            raise InputError(f"{what} {told!r:.40} is unknown. It is one of {', '.join(map(str, known))}")
    for words, most, what in (
        (report.reported_by, LONGEST_SOURCE, "who reported it"),
        (report.text, LONGEST_TEXT, "what was reported"),
    ):
        if not words.strip() or len(words) > most or "\0" in words:
            raise InputError(f"{what} is text of 1 to {most} characters. Write it down in words")
    for id_, find in ((report.area, site.area), (report.element, site.element), (report.zone, site.zone)):
        if id_ is not None:
            find(id_)
    if report.at is not None and not all(abs(part) <= FARTHEST for part in report.at):
        raise InputError(f"a place on the plan is [x, y] in metres, at most {FARTHEST:g} each. Correct it")
