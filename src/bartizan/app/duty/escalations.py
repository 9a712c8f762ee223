"""Who is told when nobody deals with an alarm: the chains of the site, driven by time, kept in the ledger.

What is due is decided for every alarm whenever time passes, and kept in one go. People are told before it is kept: a
desk that dies in between tells them again under the same key, and never forgets to. Many alarms that reach the same
step at once are one message.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from bartizan.app.desk.desk import Desk
from bartizan.app.ledger.histories import Histories
from bartizan.app.ledger.journal import Record
from bartizan.app.ledger.ledger import Ledger
from bartizan.desk.alarms import BUILT_IN, Alarm, Escalation, urgency
from bartizan.desk.alarms.escalation import CODEC, Escalated, Event, apply, decide_escalation
from bartizan.desk.alarms.hidden import shown_to
from bartizan.site.escalation import EscalationChain

TOPIC = "escalation"
AT_ONCE = 200  # alarms in one pass: a flood is armed in seconds, and nobody waits long for the lock meanwhile

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "one": "{priority} alarm {number} ({kind}{place}) waits since {since} UTC and nobody has {until} it.",
        "many": "{count} alarms wait and nobody has {until} them; first {priority} alarm {number} ({kind}{place}), "
        "since {since} UTC.",
        "place": " at {place}",
        "acknowledged": "acknowledged",
        "assessed": "assessed",
    }
)

Page = Callable[[Sequence[str], str, str, bool], Collection[str]]
"""Reaches people: names, words, a key that is one for one message, whether it is an exercise. Returns the reached."""


def _nobody(_people: Sequence[str], _words: str, _key: str, _exercise: bool) -> Collection[str]:
    return ()


class Escalations:
    """The escalations of one desk: a book of its ledger.

    The chains are those of the desk's site, in the state that holds, then the built-in ones. `page` reaches people who
    are not at a screen; `on_duty` names who is on duty; `in_role` names the people of a role, or all for None. All
    three may be set later; until then nobody is reached but on the pages of the desk, which show every step. Where
    `minds` is false nothing is escalated: a desk without people.
    """

    topics = ()

    def __init__(self, ledger: Ledger, desk: Desk, *, minds: bool = True) -> None:
        self._desk, self._minds = desk, minds
        self.page: Page = _nobody
        self.on_duty: Callable[[], Sequence[str]] = lambda: ()
        self.in_role: Callable[[str | None], Sequence[str]] = lambda _role: ()
        self._book: Histories[Escalation, Event] = Histories(
            ledger,
            topic=TOPIC,
            apply=apply,
            codec=CODEC,
            is_open=lambda escalation: escalation.is_open,
            settled=("stopped",),
        )
        self._chains: tuple[EscalationChain, ...] = ()
        # alarm -> its version when it was last looked at, and when its next step is due
        self._next: dict[str, tuple[int, datetime | None]] = {}
        ledger.add(self)

    # ---- what can be read

    @property
    def chains(self) -> tuple[EscalationChain, ...]:
        """The chains that hold, in the order in which they are tried."""
        return (*self._desk.site.escalations, *BUILT_IN)

    def of(self, alarm_id: str) -> Escalation | None:
        """How far the escalation of an alarm has come; None where nothing is to be escalated, or not yet."""
        return self._book.find(alarm_id)

    def running(self, person: str | None = None) -> tuple[Escalation, ...]:
        """Every escalation that goes on, less those of alarms that `person` must not see."""
        return tuple(one for one in self._book.open() if shown_to(person, self._desk.alarm(one.alarm)))

    def history(self, alarm_id: str) -> tuple[Event, ...]:
        """Who was told of an alarm, and when. Errors: UnknownThingError where nobody was."""
        return self._book.history(alarm_id)

    # ---- for the ledger

    def replay(self, record: Record) -> None:
        """Nothing: its records are its book's."""

    def pass_time(self, at: datetime) -> None:
        """Begin, go on with and stop what has become due; what is most urgent first."""
        if not self._minds:
            return
        waiting = self._desk.open_alarms()
        known = {alarm.id for alarm in waiting}
        gone = [self._desk.alarm(one.alarm) for one in self._book.open() if one.alarm not in known]
        chains = self.chains
        if chains != self._chains:
            self._chains, self._next = chains, {}
        due: list[tuple[Alarm, tuple[Event, ...]]] = []
        for alarm in sorted((one for one in (*waiting, *gone) if self._may_be_due(one, at)), key=urgency):
            if len(due) == AT_ONCE:
                break  # the others have their turn next time
            now = self._book.find(alarm.id)
            events = decide_escalation(now, alarm, chains, at)
            if events:
                due.append((alarm, events))
            else:
                self._next[alarm.id] = (alarm.version, None if now is None else now.due)
        for name in self._next.keys() - known:
            del self._next[name]
        if due:
            self._keep(due)

    def _may_be_due(self, alarm: Alarm, at: datetime) -> bool:
        # where nothing has happened to it, and nothing is due, ten thousand are passed over in no time
        version, when = self._next.get(alarm.id, (0, None))
        return version != alarm.version or (when is not None and when <= at)

    def _keep(self, due: Sequence[tuple[Alarm, tuple[Event, ...]]]) -> None:
        steps: dict[tuple[tuple[str, ...], bool, str | None], list[tuple[Alarm, Escalated]]] = {}
        for alarm, events in due:
            for event in events:
                if isinstance(event, Escalated):
                    steps.setdefault((event.who, alarm.exercise, alarm.hidden_from), []).append((alarm, event))
        for (who, exercise, hidden), told in steps.items():
            people = tuple(one for one in self._people(who) if hidden is None or one != hidden)
            first, step = told[0]
            if people:
                key = f"{TOPIC}/{first.id}/{step.version}"
                self.page(people, _words([alarm for alarm, _ in told]), key, exercise)
        self._book.commit_all({alarm.id: events for alarm, events in due})

    def _people(self, who: Iterable[str]) -> tuple[str, ...]:
        """The names behind the words of a step, each once."""
        found: list[str] = []
        for one in who:
            kind, _, name = one.partition("/")
            if kind == "person":
                found.append(name)
            elif kind == "role":
                found += self.in_role(name)
            elif kind == "everybody":
                found += self.in_role(None)
            else:
                found += self.on_duty()
        return tuple(dict.fromkeys(found))


def _words(alarms: Sequence[Alarm]) -> str:
    first = alarms[0]
    place = next((first.signal[key] for key in ("element", "zone", "area") if first.signal.get(key)), None)
    return WORDS["one" if len(alarms) == 1 else "many"].format(
        count=len(alarms),
        priority=first.priority,
        number=first.number,
        kind=first.signal["kind"],
        place="" if place is None else WORDS["place"].format(place=place),
        since=f"{first.waits_since:%H:%M:%S}",
        until=WORDS["acknowledged" if first.waits else "assessed"],
    )
