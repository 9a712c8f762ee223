"""What programs outside are told of alarms: from the journal, so that none is left out, and never of an exercise."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from bartizan.app.ledger.ledger import Ledger
from bartizan.app.ledger.subscription import Notice
from bartizan.app.outreach.outreach import Outreach
from bartizan.app.outreach.ports import Cabinet
from bartizan.app.outreach.settings import HookSettings
from bartizan.desk.alarms import Alarm
from bartizan.desk.errors import UnknownThingError
from bartizan.desk.event import instant
from bartizan.desk.outreach import Level, within

_TOLD = "told"  # the note that holds up to which record programs were told
_TOPIC = "alarm"
PLACES: Level = "amber"
"""Of this level is where it is and what it is; a lower reader learns that there is an alarm, and no more."""


class HookFeed:
    """Puts messages for programs into the queue. One thread calls `pump`; `alarm` gives an alarm by its id."""

    def __init__(self, ledger: Ledger, outreach: Outreach, cabinet: Cabinet, alarm: Callable[[str], Alarm]) -> None:
        self._ledger = ledger
        self._outreach = outreach
        self._cabinet = cabinet
        self._alarm = alarm
        self._news = ledger.subscribe()
        told = cabinet.note(_TOLD)
        # whoever begins to listen today is not told of last year
        self._told = self._news.since if told is None else int(told)
        self._behind = self._told < self._news.since

    def pump(self) -> None:
        """Take what happened since. Errors: StoreError, and then it is taken again next time."""
        before = self._told
        try:
            if self._behind:
                self._catch_up()
            while (news := self._news.get(timeout=0.0)) is not None:
                if not isinstance(news, Notice):
                    self._catch_up()
                elif news.seq > self._told:
                    if news.topic == _TOPIC:
                        self._tell(news.seq, news.event.kind, instant(news.event.at), news.thing)
                    self._told = news.seq
        except BaseException:
            self._behind = True  # the notice in hand is told from the journal, next time
            raise
        finally:
            # one note for all: what is told again after a crash bears the same key
            if self._told != before:
                self._cabinet.keep_note(_TOLD, str(self._told))

    def close(self) -> None:
        """Hear nothing more."""
        self._news.close()

    def _catch_up(self) -> None:
        """Read on in the journal: what was missed is told as the alarm stands now."""
        for record in self._ledger.read(after=self._told):
            topic, _, name = record.stream.partition("/")
            if topic == _TOPIC:
                try:
                    alarm = self._alarm(name)
                except UnknownThingError:
                    continue
                self._tell(record.seq, record.kind, instant(record.at), alarm)
                self._told = record.seq
        self._behind = False

    def _tell(self, seq: int, kind: str, at: str, alarm: Alarm) -> None:
        # a silent call for help is told in the house alone: a screen elsewhere may be in the wrong person's sight
        if alarm.exercise or alarm.hidden_from is not None:
            return
        for hook in self._outreach.settings.hooks:
            if kind in hook.kinds:
                key = f"hook/{hook.id}/{seq}"
                # what is raised of a thing out of service is quiet one event later
                quiet = self._alarm(alarm.id).suppression is not None
                body = json.dumps(told(hook, key, kind, at, alarm, quiet=quiet), allow_nan=False, ensure_ascii=False)
                self._outreach.put(key, f"hook/{hook.id}", kind, body, exercise=alarm.exercise, hook=True)


def told(hook: HookSettings, key: str, kind: str, at: str, alarm: Alarm, *, quiet: bool) -> dict[str, Any]:
    """What one program is told: that there is an alarm, and whether people of the desk are to hear of it (`quiet`).

    Where it is and what only where the program's level allows. No person ever.
    """
    body: dict[str, Any] = {
        "schema": 1,
        "id": key,
        "type": f"alarm.{kind}",
        "at": at,
        "tlp": hook.level,
        "alarm": {
            "id": alarm.id,
            "number": alarm.number,
            "priority": alarm.priority,
            "condition": alarm.condition,
            "handling": alarm.handling,
            "disposition": alarm.disposition,
            "suppressed": quiet,
        },
    }
    if within(PLACES, hook.level):
        signal = alarm.signal
        body["alarm"] |= {name: signal.get(name) for name in ("kind", "zone", "area", "element")}
    return body
