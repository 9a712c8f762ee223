"""The incidents of a desk: opened from alarms, led by procedure, answered, linked, closed.

Every command is decided on the present state under the ledger's one lock, kept, and only then shown. What is asked of
more than one thing (whether the alarms are assessed, whether both are exercises) is looked up here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from uuid import uuid4

from bartizan.app.desk.desk import Desk
from bartizan.app.incidents.posture import Posture
from bartizan.app.ledger.histories import Histories
from bartizan.app.ledger.ledger import Ledger
from bartizan.desk.alarms import Alarm
from bartizan.desk.alarms.hidden import shown_to
from bartizan.desk.errors import CommandError, ExerciseMixError, TransitionError
from bartizan.desk.event import Event
from bartizan.desk.incidents import CODEC, Incident, Relation, Sharing, apply
from bartizan.desk.incidents import decide as decisions
from bartizan.desk.incidents.decide import title_of
from bartizan.desk.incidents.due import decide_pass_time, decide_reached
from bartizan.desk.incidents.events import AlarmJoined, Classified, Opened
from bartizan.desk.said import person
from bartizan.errors import UnknownIdError
from bartizan.site.procedure import Procedure
from bartizan.site.responder import Responder

TOPIC = "incident"
Call = Callable[[str, str, bool], None]


class Incidents:
    """The incidents of one desk.

    `posture` is set by steps that say so. `call` is told what a supervisor has to hear (None: nobody is): words, a
    key that is the same whenever the same is told again (so that whoever pages people does it once), and whether it
    is an exercise.
    """

    def __init__(
        self,
        ledger: Ledger,
        desk: Desk,
        posture: Posture,
        *,
        new_id: Callable[[], str] = lambda: str(uuid4()),
        call: Call | None = None,
    ) -> None:
        self._ledger, self._desk, self._posture = ledger, desk, posture
        self._new_id = new_id
        self.call = call
        self._called: set[str] = set()
        self._of_alarm: dict[str, str] = {}
        self._alarms_of: dict[str, tuple[str, ...]] = {}
        self._book: Histories[Incident, Event] = Histories(
            ledger,
            topic=TOPIC,
            apply=apply,
            codec=CODEC,
            shown=self._index,
            is_open=lambda incident: incident.is_open or bool(incident.unseen_skips),
            due=self._due,
        )

    # ---- what can be read

    def incident(self, incident_id: str) -> Incident:
        """One incident. Errors: UnknownThingError."""
        return self._book.get(incident_id)

    def all(self) -> tuple[Incident, ...]:
        """Every incident, oldest first."""
        return self._book.all()

    def open_ones(self) -> tuple[Incident, ...]:
        """The incidents that people still have to deal with, oldest first."""
        return tuple(sorted((one for one in self._book.open() if one.is_open), key=lambda one: one.number))

    def of_alarm(self, alarm_id: str) -> Incident | None:
        """The incident that an alarm belongs to; None where to none."""
        with self._ledger.lock:
            found = self._of_alarm.get(alarm_id)
            return None if found is None else self._book.get(found)

    def taken(self) -> frozenset[str]:
        """The alarms that belong to an incident, whichever."""
        with self._ledger.lock:
            return frozenset(self._of_alarm)

    def alarms(self, incident: Incident) -> tuple[Alarm, ...]:
        """Its alarms as they stand, in the order in which they joined."""
        return tuple(self._desk.alarm(one) for one in incident.alarms)

    def shown_to(self, incident: Incident, person: str | None) -> bool:
        """Whether a person may know of it: who called for help in silence must not be given away by a screen."""
        return all(shown_to(person, alarm) for alarm in self.alarms(incident))

    def linked_by(self, incident_id: str) -> tuple[tuple[Incident, Relation], ...]:
        """The incidents that say of themselves that they are linked to this one, and how."""
        return tuple((other, link.kind) for other in self.all() for link in other.links if link.incident == incident_id)

    def history(self, incident_id: str) -> tuple[Event, ...]:
        """Everything that ever happened to it, from the journal."""
        return self._book.history(incident_id)

    def responders(self) -> tuple[tuple[Responder, Incident | None], ...]:
        """Every responder of the site, and the incident that they are on; None where they are free."""
        busy = {
            sending.responder: one
            for one in self._book.all()
            for sending in one.sendings
            if sending.left_at is None and one.is_open
        }
        return tuple((one, busy.get(one.id)) for one in self._posture.site.responders)

    def suggested(self, alarm_ids: Iterable[str]) -> Procedure | None:
        """The procedure whose kind of incident these alarms suggest, by the kinds of their signals."""
        kinds = {self._desk.alarm(one).source.kind for one in alarm_ids}
        return next((one for one in self._posture.site.procedures if kinds & set(one.signals)), None)

    # ---- opening, and what belongs to it

    def open(
        self,
        alarm_ids: Sequence[str],
        by: str,
        *,
        title: str | None = None,
        kind: str | None = None,
        exercise: bool | None = None,
        sharing: Sharing = "amber",
    ) -> Incident:
        """Open an incident from alarms, which all are exercises or all real; `exercise` says it where there is none.

        Without `kind` it is the kind that the alarms suggest, where a procedure of the site is for one; its procedure
        begins at once. Errors: UnknownAlarmError; TransitionError where an alarm belongs to an incident already;
        ExerciseMixError; CommandError.
        """
        by = person(by)
        with self._ledger.lock:
            alarms = [self._desk.alarm(one) for one in dict.fromkeys(alarm_ids)]
            flag = self._one_flag(alarms, exercise)
            for alarm in alarms:
                self._require_free(alarm)
            procedure = self.suggested([one.id for one in alarms]) if kind is None else self._procedure(kind)
            kind = kind if kind is not None else None if procedure is None else procedure.kind
            named = title_of(title) if title is not None else self._named(alarms, procedure)
            at = self._ledger.utc()
            opened = Opened(
                version=1,
                at=at,
                by=by,
                incident=self._fresh_id(),
                number=len(self._book) + 1,
                title=named,
                exercise=flag,
                raised=min((one.known_at for one in alarms), default=at),
                sharing=sharing,
            )
            events: list[Event] = [opened]
            events += [
                AlarmJoined(version=place, at=at, by=by, alarm=alarm.id) for place, alarm in enumerate(alarms, start=2)
            ]
            if kind is not None:
                events.append(
                    Classified(version=len(events) + 1, at=at, by=by, incident_kind=title_of(kind), procedure=procedure)
                )
            incident: Incident | None = None
            for event in events:
                incident = apply(incident, event)
            assert incident is not None  # noqa: S101 - the first event opens it
            events += decide_reached(incident, alarms, at=at)
            return self._book.commit(opened.incident, events)

    def join(self, incident_id: str, alarm_id: str, by: str) -> Incident:
        """Let a later alarm belong to it. Errors: as `open`."""
        with self._ledger.lock:
            incident, alarm = self.incident(incident_id), self._desk.alarm(alarm_id)
            if alarm.exercise != incident.exercise:
                raise ExerciseMixError(
                    f"alarm {alarm.number} and incident {incident.number} are not both exercise or both real. "
                    "Open an incident of its own"
                )
            if alarm.id not in incident.alarms:
                self._require_free(alarm)
            at = self._ledger.utc()
            events = decisions.decide_join(incident, alarm_id, by=by, at=at)
            after = incident
            for event in events:
                after = apply(after, event)
            return self._book.commit(incident_id, events + decide_reached(after, self.alarms(after), at=at))

    def part(self, incident_id: str, alarm_id: str, by: str, reason: str) -> Incident:
        """Take an alarm out that does not belong to it."""
        return self._do(incident_id, lambda one, at: decisions.decide_part(one, alarm_id, by=by, at=at, reason=reason))

    def link(self, incident_id: str, other_id: str, relation: Relation, by: str) -> Incident:
        """Say that two incidents belong together, and how. Errors: ExerciseMixError; UnknownThingError."""
        with self._ledger.lock:
            other = self.incident(other_id)
            if other.exercise != self.incident(incident_id).exercise:
                raise ExerciseMixError("an exercise is not linked to a real incident. Link exercises to exercises")
            return self._do(incident_id, lambda one, at: decisions.decide_link(one, other, relation, by=by, at=at))

    def unlink(self, incident_id: str, other_id: str, by: str, reason: str) -> Incident:
        """A link was wrong."""
        return self._do(
            incident_id, lambda one, at: decisions.decide_unlink(one, other_id, by=by, at=at, reason=reason)
        )

    def decline(self, incident_id: str, offer: str, by: str) -> Incident:
        """What was offered as seen before ("incident/ID", "alarm/ID") does not belong here: it is offered no more."""
        return self._do(incident_id, lambda one, at: decisions.decide_decline(one, offer, by=by, at=at))

    # ---- what it is, and who leads it

    def rename(self, incident_id: str, title: str, by: str) -> Incident:
        """Call it something else."""
        return self._do(incident_id, lambda one, at: decisions.decide_title(one, title, by=by, at=at))

    def classify(self, incident_id: str, kind: str, by: str, version: int | None = None) -> Incident:
        """Say what kind it is: the procedure of that kind begins, what was done stays as history."""
        return self._do(
            incident_id,
            lambda one, at: decisions.decide_classify(one, kind, self._procedure(kind), by=by, at=at, version=version),
        )

    def lead(self, incident_id: str, by: str) -> Incident:
        """Lead it from now on."""
        return self._do(incident_id, lambda one, at: decisions.decide_lead(one, by=by, at=at))

    def describe(self, incident_id: str, manner: Iterable[str], by: str) -> Incident:
        """Say how it was done, of a closed list of conduct."""
        return self._do(incident_id, lambda one, at: decisions.decide_manner(one, manner, by=by, at=at))

    def note(self, incident_id: str, text: str, by: str) -> Incident:
        """Write something down; also when it is over."""
        return self._do(incident_id, lambda one, at: decisions.decide_note(one, text, by=by, at=at))

    def add_media(self, incident_id: str, item_id: str, by: str) -> Incident:
        """An item of the evidence belongs to it. The caller has put the item there."""
        return self._do(incident_id, lambda one, at: decisions.decide_media(one, item_id, by=by, at=at))

    # ---- its procedure

    def step(
        self,
        incident_id: str,
        step: str,
        by: str,
        *,
        answer: str | None = None,
        note: str | None = None,
        version: int | None = None,
    ) -> Incident:
        """The present step is done. Where the step says so, a posture holds from now on; never by an exercise."""
        with self._ledger.lock:
            before = self.incident(incident_id)
            present = None if before.run is None or before.run.present != step else before.run.step
            after = self._do(
                incident_id,
                lambda one, at: decisions.decide_step(
                    one, step, by=by, at=at, answer=answer, note=note, version=version
                ),
            )
            if present is not None and present.sets is not None and not after.exercise:
                reason = f"incident {after.number}, step {step}"
                self._posture.set(present.sets, by=by, reason=reason, incident=incident_id)
            return after

    def skip(self, incident_id: str, step: str, by: str, reason: str, version: int | None = None) -> Incident:
        """Skip the present step, for a reason, which the supervisor is told."""
        with self._ledger.lock:
            after = self._do(
                incident_id,
                lambda one, at: decisions.decide_skip(one, step, by=by, at=at, reason=reason, version=version),
            )
            self._call_for(after)
            return after

    def see_skip(self, incident_id: str, place: int, by: str) -> Incident:
        """A supervisor has seen that the step at `place` (from 1) was skipped."""
        return self._do(incident_id, lambda one, at: decisions.decide_see_skip(one, place, by=by, at=at))

    # ---- who answers

    def send(self, incident_id: str, responder_id: str, by: str) -> Incident:
        """Send a responder. Their force is sent on every open alarm, so that the interruption clock counts it.

        Errors: UnknownIdError; TransitionError where they are on another incident.
        """
        with self._ledger.lock:
            responder = self._responder(responder_id)
            incident = self.incident(incident_id)
            for other in self._book.all():
                if other.id != incident_id and other.is_open and other.sending(responder_id) is not None:
                    if other.exercise and not incident.exercise:
                        continue  # what really happens goes before an exercise
                    raise TransitionError(
                        f"{responder.label} is on incident {other.number} ({other.title}). "
                        "Say there that they have left, or send somebody else"
                    )
            after = self._do(incident_id, lambda one, at: decisions.decide_send(one, responder_id, by=by, at=at))
            self._on_alarms(after, responder, lambda alarm, force: self._desk.send(alarm, force, by))
            return after

    def answered(self, incident_id: str, responder_id: str, by: str) -> Incident:
        """The responder confirms that they are on the way."""
        with self._ledger.lock:
            responder = self._responder(responder_id)
            after = self._do(incident_id, lambda one, at: decisions.decide_answered(one, responder_id, by=by, at=at))
            self._on_alarms(after, responder, lambda alarm, _: self._desk.confirm_contact(alarm, by))
            return after

    def arrived(self, incident_id: str, responder_id: str, by: str) -> Incident:
        """The responder is on the scene."""
        with self._ledger.lock:
            responder = self._responder(responder_id)
            after = self._do(incident_id, lambda one, at: decisions.decide_arrived(one, responder_id, by=by, at=at))
            self._on_alarms(after, responder, lambda alarm, force: self._desk.on_scene(alarm, force, by))
            return after

    def left(self, incident_id: str, responder_id: str, by: str) -> Incident:
        """The responder is free again."""
        return self._do(incident_id, lambda one, at: decisions.decide_left(one, responder_id, by=by, at=at))

    def contain(self, incident_id: str, how: str, by: str) -> Incident:
        """Whoever it was can do no more harm; how, in words: "disarmed and held"."""
        return self._do(incident_id, lambda one, at: decisions.decide_contain(one, how, by=by, at=at))

    # ---- sharing, and the end

    def share(
        self, incident_id: str, sharing: Sharing, partners: Sequence[str], by: str, version: int | None = None
    ) -> Incident:
        """Say how far it may travel (TLP 2.0), and which partners of the site may read it here.

        Errors: UnknownIdError; ExerciseMixError where a stand-in is named for a real case, or the other way round.
        """

        def decide(one: Incident, at: datetime) -> Sequence[Event]:
            self._require_partners(one, partners)
            return decisions.decide_share(one, sharing, partners, by=by, at=at, version=version)

        return self._do(incident_id, decide)

    def hand_over(self, incident_id: str, partner: str, by: str, note: str | None = None) -> Incident:
        """A partner has the case from now on; what it is given is a package of its own. Errors: as `share`."""

        def decide(one: Incident, at: datetime) -> Sequence[Event]:
            self._require_partners(one, [partner])
            return decisions.decide_hand_over(one, partner, by=by, at=at, note=note)

        return self._do(incident_id, decide)

    def resolve(self, incident_id: str, outcome: str, by: str, version: int | None = None) -> Incident:
        """It is over: its steps are done, its alarms assessed; what came of it, in words."""

        def decide(one: Incident, at: datetime) -> Sequence[Event]:
            waiting = [alarm.number for alarm in self.alarms(one) if alarm.is_open and alarm.disposition is None]
            return decisions.decide_resolve(one, outcome, by=by, at=at, waiting=waiting, version=version)

        return self._do(incident_id, decide)

    def close(self, incident_id: str, by: str, version: int | None = None) -> Incident:
        """Nothing is left to do."""
        return self._do(incident_id, lambda one, at: decisions.decide_close(one, by=by, at=at, version=version))

    def reopen(self, incident_id: str, reason: str, by: str, version: int | None = None) -> Incident:
        """It is not over after all."""
        return self._do(
            incident_id, lambda one, at: decisions.decide_reopen(one, reason, by=by, at=at, version=version)
        )

    def review(self, incident_id: str, text: str, by: str, version: int | None = None) -> Incident:
        """Somebody who did not lead it says how it was dealt with."""
        return self._do(incident_id, lambda one, at: decisions.decide_review(one, text, by=by, at=at, version=version))

    # ---- inside

    def _do(self, incident_id: str, decide: Callable[[Incident, datetime], Sequence[Event]]) -> Incident:
        with self._ledger.lock:
            return self._book.commit(incident_id, decide(self.incident(incident_id), self._ledger.utc()))

    def _due(self, incident: Incident, at: datetime) -> Sequence[Event]:
        self._call_for(incident)
        reached = decide_reached(incident, self.alarms(incident), at=at)
        after = incident
        for event in reached:
            after = apply(after, event)
        return (*reached, *decide_pass_time(after, at=at))

    def _call_for(self, incident: Incident) -> None:
        """Tell the supervisor what was skipped and what ran late, each once while this desk runs."""
        if self.call is None:
            return
        told = [
            (f"{TOPIC}/{incident.id}/skip/{place + 1}", f"step skipped: {incident.steps[place].text[:80]}")
            for place in incident.unseen_skips
        ]
        told += [(f"{TOPIC}/{incident.id}/late/{what}", f"late: {what}") for what in incident.late]
        for key, what in told:
            if key not in self._called:
                self._called.add(key)
                self.call(f"Incident {incident.number} ({incident.title}): {what}", key, incident.exercise)

    def _index(self, incident_id: str, incident: Incident) -> None:
        known = self._alarms_of.get(incident_id, ())
        if known == incident.alarms:
            return
        for alarm in known:
            self._of_alarm.pop(alarm, None)
        self._of_alarm.update(dict.fromkeys(incident.alarms, incident_id))
        self._alarms_of[incident_id] = incident.alarms

    def _one_flag(self, alarms: Sequence[Alarm], exercise: bool | None) -> bool:
        flags = {one.exercise for one in alarms} | (set() if exercise is None else {exercise})
        if len(flags) > 1:
            raise ExerciseMixError("an incident is all exercise or all real. Open one for each")
        if not alarms and exercise is None:
            raise CommandError("an incident without an alarm says whether it is an exercise. Give exercise")
        return flags.pop()

    def _require_free(self, alarm: Alarm) -> None:
        known = self._of_alarm.get(alarm.id)
        if known is not None:
            other = self._book.get(known)
            raise TransitionError(
                f"alarm {alarm.number} belongs to incident {other.number} ({other.title}). Take it out there first"
            )

    def _require_partners(self, incident: Incident, named: Iterable[str]) -> None:
        for name in named:
            if name in incident.partners:
                continue  # one that the site file has dropped since can still be taken out, one by one
            if self._posture.site.partner(name).exercise != incident.exercise:
                raise ExerciseMixError(
                    f"{name} and incident {incident.number} are not both of exercises or both real: "
                    "nothing of one goes to the other"
                )

    def _procedure(self, kind: str) -> Procedure | None:
        return next((one for one in self._posture.site.procedures if one.kind == kind), None)

    def _responder(self, responder_id: str) -> Responder:
        return self._posture.site.responder(responder_id)

    def _on_alarms(self, incident: Incident, responder: Responder, act: Callable[[str, str], object]) -> None:
        """Say it on the open alarms too, where the responder belongs to a force of the layers."""
        force = responder.response
        if force is None:
            return
        try:
            self._posture.site.response(force)
        except UnknownIdError:
            return
        for alarm in self.alarms(incident):
            if alarm.is_open:
                act(alarm.id, force)

    def _named(self, alarms: Sequence[Alarm], procedure: Procedure | None) -> str:
        if procedure is not None:
            return procedure.name or procedure.kind
        if not alarms:
            raise CommandError("an incident without an alarm needs a title. Give one")
        return f"{alarms[0].source.kind} (alarm {alarms[0].number})"

    def _fresh_id(self) -> str:
        fresh = self._new_id()
        if not fresh or self._book.find(fresh) is not None:
            raise CommandError(f"the source of ids gave {fresh!r}, which is empty or in use. Give fresh ids")
        return fresh
