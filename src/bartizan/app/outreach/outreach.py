"""The people outside: they subscribe, confirm and leave; digests become due; and the watch on duty is paged.

Who agreed to what is in the ledger; addresses and messages that wait are in the cabinet, so that they can be forgotten.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cached_property
from typing import Any

from bartizan.app.ledger.histories import Histories
from bartizan.app.ledger.hours import Hours
from bartizan.app.ledger.ledger import Ledger
from bartizan.app.outreach.ports import Cabinet
from bartizan.app.outreach.settings import OutreachSettings
from bartizan.app.outreach.words import WORDS
from bartizan.desk.alarms import Alarm
from bartizan.desk.errors import CommandError, ExerciseMixError, TransitionError, UnknownThingError
from bartizan.desk.event import instant
from bartizan.desk.outreach import (
    CONSENT,
    Asked,
    ConsentEvent,
    Counts,
    Digested,
    Every,
    Item,
    Level,
    Message,
    Paused,
    Purpose,
    Resumed,
    Subscriber,
    address_of,
    apply_consent,
    counts_of,
    digest_of,
    header_words,
    opens,
    period_of,
    token_for,
    who_is,
)
from bartizan.desk.outreach.consent import (
    MOST_BOUNCES,
    PERSON,
    How,
    decide_confirm,
    decide_due,
    decide_leave,
    decide_level,
    may_ask,
)
from bartizan.errors import MissingPartError

EVERY: tuple[Every, ...] = ("day", "week")
AT_ONCE = 20  # digests in one second: each is written to the disk while alarms wait for the lock
REMEMBERED = timedelta(days=14)  # how long the key of a message that is done keeps a second one out
_SETTINGS = "settings"


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """What waits to be sent. `oldest` is when the oldest was made (UTC); `problem` why it could not be sent last."""

    waiting: int
    mails: int
    hooks: int
    oldest: datetime | None
    problem: str | None
    sent: int
    refused: int
    given_up: int
    forgotten: int

    def to_json(self) -> dict[str, Any]:
        """The backlog as JSON."""
        return {
            "waiting": self.waiting,
            "mails": self.mails,
            "hooks": self.hooks,
            "oldest": None if self.oldest is None else instant(self.oldest),
            "problem": self.problem,
            "sent": self.sent,
            "refused": self.refused,
            "given_up": self.given_up,
            "forgotten": self.forgotten,
        }


class Outreach:
    """Everybody outside of one desk. `alarms` gives all alarms and `items` what of a time may be told, for digests.

    Every method may be called from any thread. Nothing here waits for a network: see `Courier`.
    """

    def __init__(
        self,
        ledger: Ledger,
        cabinet: Cabinet,
        *,
        site: str,
        zone: tzinfo = UTC,
        new_id: Callable[[], str],
        alarms: Callable[[], Iterable[Alarm]] = tuple,
        items: Callable[[datetime, datetime], Iterable[Item]] = lambda _since, _until: (),
    ) -> None:
        self._ledger = ledger
        self._cabinet = cabinet
        self._site = site
        self._zone = zone
        self._new_id = new_id
        self._alarms = alarms
        self._items = items
        self._by_who: dict[str, str] = {}
        self._bounces: dict[str, int] = {}
        kept = cabinet.note(_SETTINGS)
        self._settings = OutreachSettings() if kept is None else OutreachSettings.model_validate_json(kept)
        self._salt, self._secret = cabinet.secret("salt"), cabinet.secret("tokens")
        self._book: Histories[Subscriber, ConsentEvent] = Histories(
            ledger,
            topic="subscriber",
            apply=apply_consent,
            codec=CONSENT,
            shown=self._shown,
            is_open=lambda one: one.stage in ("asked", "confirmed", "paused"),
        )
        ledger.add(Hours(self.pass_time))

    # ---- settings

    @property
    def settings(self) -> OutreachSettings:
        """The settings as they are."""
        return self._settings

    def set(self, settings: OutreachSettings) -> None:
        """Use other settings from now on; they are kept."""
        with self._ledger.lock:
            self._cabinet.keep_note(_SETTINGS, settings.model_dump_json())
            self._settings = settings

    # ---- what strangers may do

    def subscribe(self, address: str, every: Every, *, terms: str, privacy: str) -> None:
        """Somebody typed this address and agreed to these versions; a mail asks whether it was them.

        What is done is the same to see from outside whether the address is known or not. Errors: MissingPartError
        where nobody can subscribe here; CommandError where the address is none, or the versions are not those shown.
        """
        settings = self._settings
        if not settings.open or settings.terms is None or settings.privacy is None:
            raise MissingPartError("this desk sends no mails to subscribers")
        address = address_of(address)
        if (terms, privacy) != (settings.terms.version, settings.privacy.version):
            raise CommandError(
                "the terms or the privacy notice have changed. Read them as they are now, and agree again"
            )
        with self._ledger.lock:
            at = self._ledger.utc()
            who = who_is(address, self._salt)
            known = self._by_who.get(who)
            subscriber = None if known is None else self._book.get(known)
            if not may_ask(subscriber, at):
                return
            name = self._new_id() if subscriber is None else subscriber.id
            self._cabinet.keep_address(name, address)
            asked = Asked(
                version=1 if subscriber is None else subscriber.version + 1,
                at=at,
                by=PERSON,
                id=name,
                who=who,
                every=every,
                terms=settings.terms.version,
                terms_sha256=settings.terms.sha256,
                privacy=settings.privacy.version,
                privacy_sha256=settings.privacy.sha256,
            )
            self._ask(self._book.commit(name, [asked]), at)

    def opens(self, purpose: Purpose, name: str, token: str) -> Subscriber:
        """The subscriber whom a link in a mail speaks of. Errors: UnknownThingError, the same for every wrong one."""
        subscriber = self._book.find(name)
        round_ = 0 if subscriber is None else subscriber.round
        # worked out for nobody too, so that how long it takes says nothing
        fits = opens(token, self._secret, purpose, name, round_)
        if subscriber is None or not fits:
            raise UnknownThingError("this link does not lead anywhere, or not any more")
        return subscriber

    def confirm(self, name: str, token: str) -> Subscriber:
        """Confirm; a second time changes nothing. Errors: UnknownThingError, TransitionError where it is too late."""
        with self._ledger.lock:
            subscriber = self.opens("confirm", name, token)
            return self._book.commit(name, decide_confirm(subscriber, self._ledger.utc()))

    def leave(self, name: str, token: str, how: How) -> Subscriber:
        """Leave; a second time changes nothing. "never" takes the token of that name. Errors: UnknownThingError."""
        with self._ledger.lock:
            subscriber = self.opens("never" if how == "never" else "leave", name, token)
            return self._left(subscriber, how, PERSON)

    # ---- what people of the desk do

    def subscribers(self) -> tuple[Subscriber, ...]:
        """Everybody who ever asked, the first first; nobody's address."""
        return self._book.all()

    def subscriber(self, name: str) -> Subscriber:
        """One subscriber. Errors: UnknownThingError."""
        return self._book.get(name)

    def level(self, name: str, level: Level, *, by: str) -> Subscriber:
        """Say up to which sharing level a subscriber may read. Errors: UnknownThingError, CommandError."""
        with self._ledger.lock:
            return self._book.commit(name, decide_level(self._book.get(name), level, self._ledger.utc(), by))

    def remove(self, name: str, *, by: str) -> Subscriber:
        """Take a subscriber off the list and forget the address. Errors: UnknownThingError."""
        with self._ledger.lock:
            return self._left(self._book.get(name), "person", by)

    def resume(self, name: str, *, by: str) -> Subscriber:
        """Send to a subscriber again whose mails came back. Errors: UnknownThingError, TransitionError."""
        with self._ledger.lock:
            subscriber = self._book.get(name)
            if subscriber.stage != "paused":
                raise TransitionError(
                    f"this subscriber has {subscriber.stage} and is not paused. There is nothing to do"
                )
            self._bounces.pop(name, None)
            return self._book.commit(name, [Resumed(version=subscriber.version + 1, at=self._ledger.utc(), by=by)])

    def page(self, people: Sequence[str], words: str, key: str, *, exercise: bool) -> tuple[str, ...]:
        """Write to people of the desk, whom their duty obliges and nobody asks for consent. Returns who is written to.

        `key` is one for one call, however often it is asked for. People whom the settings give no address are left
        out: whoever pages shows who was not reached. An exercise says so in its first word.
        """
        settings = self._settings
        if settings.mail is None:
            return ()
        reached = []
        at = self._ledger.utc()
        subject = WORDS["page.subject"].format(site=self._site, words=words)
        body = WORDS["page.body"].format(site=self._site, words=words, at=instant(at))
        mark = WORDS["page.exercise"] if exercise else ""
        for person in people:
            if person in settings.people:
                self.put(f"page/{key}/{person}", f"person/{person}", mark + subject, mark + body, exercise=exercise)
                reached.append(person)
        return tuple(reached)

    # ---- the queue

    def put(
        self,
        key: str,
        to: str,
        subject: str,
        body: str,
        *,
        exercise: bool,
        leave: str | None = None,
        hook: bool = False,
    ) -> bool:
        """Let a message wait; False where one of its key waits or was sent. Errors: ExerciseMixError, StoreError."""
        at = self._ledger.utc()
        headers = {}
        if leave is not None:
            headers = {"List-Unsubscribe": f"<{leave}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
        message = Message(
            key=key,
            medium="hook" if hook else "mail",
            to=to,
            subject=header_words(subject),
            body=body,
            exercise=exercise,
            made_at=at,
            headers=headers,
            next_at=at,
        )
        require_inside(message)
        return self._cabinet.put(message)

    def address(self, message: Message) -> str | None:
        """Where a mail goes now; None where the address is forgotten, or nothing may be sent to it any more."""
        kind, _, name = message.to.partition("/")
        if kind == "person":
            return self._settings.people.get(name)
        subscriber = self._book.find(name)
        if subscriber is None or subscriber.stage not in ("asked", "confirmed"):
            return None
        if subscriber.stage == "asked" and not message.key.startswith("confirm/"):
            return None
        return self._cabinet.address(name)

    def came_back(self, message: Message) -> None:
        """A mail was refused for good: after three in a row a subscriber is paused until somebody looks."""
        kind, _, name = message.to.partition("/")
        if kind != "subscriber":
            return
        with self._ledger.lock:
            self._bounces[name] = self._bounces.get(name, 0) + 1
            subscriber = self._book.find(name)
            if subscriber is not None and subscriber.stage == "confirmed" and self._bounces[name] >= MOST_BOUNCES:
                at = self._ledger.utc()
                self._book.commit(
                    name, [Paused(version=subscriber.version + 1, at=at, by="desk", bounces=MOST_BOUNCES)]
                )

    def arrived(self, message: Message) -> None:
        """A mail was taken: what came back before is forgiven."""
        self._bounces.pop(message.to.partition("/")[2], None)

    def backlog(self) -> Backlog:
        """What waits, for people to see."""
        waiting = self._cabinet.waiting()
        ends = self._cabinet.outcomes()
        return Backlog(
            waiting=len(waiting),
            mails=sum(one.medium == "mail" for one in waiting),
            hooks=sum(one.medium == "hook" for one in waiting),
            oldest=min((one.made_at for one in waiting), default=None),
            problem=next((one.problem for one in reversed(waiting) if one.problem is not None), None),
            sent=ends.get("sent", 0),
            refused=ends.get("refused", 0),
            given_up=ends.get("given-up", 0),
            forgotten=ends.get("forgotten", 0),
        )

    # ---- what becomes due

    def pass_time(self, at: datetime) -> None:
        """Forget whom nobody confirmed, and put the digests that are due into the queue."""
        periods = {every: self._period(every, at) for every in EVERY} if self._settings.open else {}
        made = 0
        for subscriber in self._book.open():
            lapsed = decide_due(subscriber, at)
            if lapsed:
                self._book.commit(subscriber.id, lapsed)
                self._cabinet.forget(subscriber.id)
            elif subscriber.stage == "confirmed" and periods and made < AT_ONCE:
                made += self._digest(subscriber, periods[subscriber.every], at)

    def _period(self, every: Every, at: datetime) -> _Period:
        since, until = period_of(at, every, self._zone)
        return _Period(since, until, self._alarms, self._items)

    def _digest(self, subscriber: Subscriber, period: _Period, at: datetime) -> bool:
        since, until = period.since, period.until
        begun = subscriber.digested or subscriber.confirmed_at
        if begun is None or begun >= until:
            return False
        digest = digest_of(
            period.counts,
            period.items,
            site=self._site,
            every=subscriber.every,
            since=since,
            until=until,
            zone=self._zone,
            reader=subscriber.level,
        )
        leave = self._link("leave", subscriber)
        foot = WORDS["digest.foot"].format(leave=leave)
        body = "\n".join((*digest.lines, "", foot))
        key = f"digest/{subscriber.id}/{until:%Y-%m-%d}"
        # queued before it is noted: a desk that dies in between queues it again under the same key
        self.put(key, f"subscriber/{subscriber.id}", digest.subject, body, exercise=False, leave=leave)
        self._book.commit(subscriber.id, [Digested(version=subscriber.version + 1, at=at, by="desk", until=until)])
        return True

    # ---- inside

    def _ask(self, subscriber: Subscriber, at: datetime) -> None:
        body = WORDS["confirm.body"].format(
            site=self._site,
            every=subscriber.every,
            terms=subscriber.terms,
            privacy=subscriber.privacy,
            confirm=self._link("confirm", subscriber),
            never=self._link("never", subscriber),
        )
        subject = WORDS["confirm.subject"].format(site=self._site)
        key = f"confirm/{subscriber.id}/{subscriber.round}"
        self.put(key, f"subscriber/{subscriber.id}", subject, body, exercise=False)

    def _link(self, purpose: Purpose, subscriber: Subscriber) -> str:
        token = token_for(self._secret, purpose, subscriber.id, subscriber.round)
        return f"{self._settings.address}/mail/{purpose}/{subscriber.id}/{token}"

    def _left(self, subscriber: Subscriber, how: How, by: str) -> Subscriber:
        try:
            events = decide_leave(subscriber, how, self._ledger.utc(), by)
        except TransitionError:
            events = ()  # forgotten already: there is nobody left to write to
        subscriber = self._book.commit(subscriber.id, events)
        self._cabinet.forget(subscriber.id)
        return subscriber

    def _shown(self, name: str, subscriber: Subscriber) -> None:
        self._by_who[subscriber.who] = name


class _Period:
    """A time that digests speak of; what happened in it is counted once for all of them, and only if one is due."""

    def __init__(
        self,
        since: datetime,
        until: datetime,
        alarms: Callable[[], Iterable[Alarm]],
        items: Callable[[datetime, datetime], Iterable[Item]],
    ) -> None:
        self.since, self.until = since, until
        self._alarms, self._items = alarms, items

    @cached_property
    def counts(self) -> Counts:
        return counts_of(self._alarms(), self.since, self.until)

    @cached_property
    def items(self) -> tuple[Item, ...]:
        return tuple(self._items(self.since, self.until))


def require_inside(message: Message) -> None:
    """Raise ExerciseMixError where something of an exercise is about to leave the house."""
    if message.exercise and message.outside:
        raise ExerciseMixError(
            f"message {message.key} is of an exercise and {message.to} is outside. Nothing of an exercise is sent there"
        )
