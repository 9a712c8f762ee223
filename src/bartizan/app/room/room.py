"""The duty room: one ledger, and everything that a desk does with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from bartizan.app.desk.chain import CHAIN_WINDOW
from bartizan.app.desk.desk import Desk
from bartizan.app.desk.influx import Influx
from bartizan.app.duty.duty import Duty
from bartizan.app.duty.escalations import Escalations
from bartizan.app.duty.logbook import LogBook
from bartizan.app.duty.service import Service
from bartizan.app.duty.shifts import Musters, Shifts
from bartizan.app.duty.tours import Tours
from bartizan.app.exercise.rehearsals import Library, NoScenarios, Rehearsals
from bartizan.app.figures import DeskFigures, SiteFile, contained_by
from bartizan.app.handover.evidence import Evidence
from bartizan.app.handover.office import Office, Safe, open_office
from bartizan.app.incidents.incidents import Incidents
from bartizan.app.incidents.posture import Posture
from bartizan.app.incidents.seen_before import SeenBefore
from bartizan.app.intake.inbox import Inbox
from bartizan.app.ledger.journal import Journal
from bartizan.app.ledger.ledger import Ledger
from bartizan.app.outreach import Cabinet, Outreach, items_of
from bartizan.app.room.siting import Siting
from bartizan.app.upkeep.audit import Audit
from bartizan.app.upkeep.space import Space
from bartizan.app.upkeep.timekeeping import Timekeeping
from bartizan.site.site import Site


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """The parts of one desk; all keep what they do in the one `ledger`."""

    ledger: Ledger
    desk: Desk
    influx: Influx
    audit: Audit
    inbox: Inbox
    rehearsals: Rehearsals
    posture: Posture
    siting: Siting
    incidents: Incidents
    seen_before: SeenBefore
    shifts: Shifts
    musters: Musters
    duty: Duty
    tours: Tours
    service: Service
    logbook: LogBook
    escalations: Escalations
    figures: DeskFigures
    office: Office
    outreach: Outreach | None = None

    @property
    def site(self) -> Site:
        """The site in the state that holds now."""
        return self.desk.site

    @property
    def evidence(self) -> Evidence:
        """What was taken into evidence."""
        return self.office.evidence

    def pass_time(self) -> None:
        """Do what has become due, of whatever part. Call it about once a second."""
        self.ledger.pass_time()


def open_room(
    site: Site,
    journal: Journal,
    now: Callable[[], datetime],
    *,
    states: Sequence[str] = (),
    library: Library | None = None,
    site_file: SiteFile | None = None,
    cabinet: Cabinet | None = None,
    safe: Safe | None = None,
    new_id: Callable[[], str] = lambda: str(uuid4()),
    threat: str | None = None,
    target: str | None = None,
    chain_window: timedelta = CHAIN_WINDOW,
    minds: bool = True,
) -> Room:
    """The desk of `site` over a `journal`, which is read whole.

    `site` is as its file says; `states` of it hold while nobody sets another posture. `now` gives the present instant,
    with an offset; `library` has the scenarios that can be rehearsed; `site_file` is where accepted proposals are
    written; `cabinet` keeps what people outside are sent (without, nobody is); `safe` keeps
    evidence and signs what is handed over (without, both are gone with the process); `new_id` fresh opaque ids;
    `minds`: whether it raises alarms of itself where nobody is on duty, a round is missed or an input says nothing; the
    others as for `Desk`.
    Errors: StoreError where the journal cannot be read or holds what no desk can have written.
    """
    ledger = Ledger(journal, now)
    desk = Desk(site.in_state(states), ledger, new_id=new_id, threat=threat, target=target, chain_window=chain_window)
    audit = Audit(ledger)
    posture = Posture(ledger, site, states, desk.hold)
    siting = Siting(ledger, posture)
    incidents = Incidents(ledger, desk, posture, new_id=new_id)
    seen_before = SeenBefore(lambda: posture.site, desk, incidents)
    shifts = Shifts(ledger, desk, incidents, posture, new_id=new_id)
    musters = Musters(ledger, incidents, new_id=new_id)
    inbox = Inbox(site, desk, ledger, minds=minds)
    rehearsals = Rehearsals(ledger, desk, lambda: posture.site, library or NoScenarios(), new_id)
    Timekeeping(ledger, now, desk.take)
    Space(ledger, journal, desk.take)
    duty = Duty(ledger, desk, new_id=new_id, minds=minds)
    tours = Tours(ledger, desk, duty, new_id=new_id, minds=minds)
    # before the escalations: what is in service again is told of in the same moment
    service = Service(ledger, desk, new_id=new_id)
    shifts.outages = service.standing
    logbook = LogBook(ledger)
    shifts.on_duty = lambda: tuple(one.person for one in duty.on_duty())
    shifts.changed = lambda going, coming: (duty.come(coming, coming), duty.go(going, coming))
    # last, so that what the others raise is escalated in the same moment
    escalations = Escalations(ledger, desk, minds=minds)
    escalations.on_duty = lambda: tuple(one.person for one in duty.on_duty())
    figures = DeskFigures(
        ledger, lambda: posture.site, new_id=new_id, file=site_file, contained=lambda: contained_by(incidents.all())
    )
    figures.proposals.written = siting.take
    office = open_office(ledger, lambda: desk.site, desk, incidents, safe=safe, new_id=new_id)
    outreach = None
    if cabinet is not None:
        outreach = Outreach(
            ledger,
            cabinet,
            site=site.name,
            zone=figures.zone,
            new_id=new_id,
            alarms=desk.alarms,
            items=lambda since, until: items_of(incidents.all(), since, until),
        )
        reach_by(outreach, incidents, escalations)
    ledger.open()
    office.mend()
    return Room(
        ledger=ledger,
        desk=desk,
        influx=Influx(desk, ledger),
        audit=audit,
        inbox=inbox,
        rehearsals=rehearsals,
        posture=posture,
        siting=siting,
        incidents=incidents,
        seen_before=seen_before,
        shifts=shifts,
        musters=musters,
        duty=duty,
        tours=tours,
        service=service,
        logbook=logbook,
        escalations=escalations,
        figures=figures,
        office=office,
        outreach=outreach,
    )


def reach_by(outreach: Outreach, incidents: Incidents, escalations: Escalations) -> None:
    """Let those who have to call people reach them by `outreach` too."""

    def page(people: Sequence[str], words: str, key: str, exercise: bool) -> tuple[str, ...]:
        return outreach.page(people, words, key, exercise=exercise)

    def call(words: str, key: str, exercise: bool) -> None:
        page(escalations.in_role("supervisor"), words, key, exercise)

    escalations.page = page
    incidents.call = call


def open_desk(
    site: Site,
    journal: Journal,
    now: Callable[[], datetime],
    *,
    new_id: Callable[[], str] = lambda: str(uuid4()),
    threat: str | None = None,
    target: str | None = None,
    chain_window: timedelta = CHAIN_WINDOW,
) -> Desk:
    """The alarms of a desk alone, for who needs no more of its room. As `open_room`."""
    room = open_room(
        site, journal, now, new_id=new_id, threat=threat, target=target, chain_window=chain_window, minds=False
    )
    return room.desk
