"""The figures of a desk that is open: what its record says now, and what of it can be offered to its site."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from bartizan.app.figures.gains import Gains, gains_of
from bartizan.app.figures.lives import Lives
from bartizan.app.figures.offers import Offer, offers
from bartizan.app.figures.proposals import Proposals, SiteFile
from bartizan.app.figures.study import FiguresStudy, study_figures
from bartizan.app.figures.trials import Trials
from bartizan.app.ledger.ledger import Ledger
from bartizan.app.ledger.subscription import Notice, Subscription
from bartizan.desk.alarms.events import Event
from bartizan.desk.errors import CommandError, UnknownThingError
from bartizan.desk.figures import Life
from bartizan.desk.figures.proposal import Proposal
from bartizan.errors import BartizanError
from bartizan.site.site import Site

_ROOM = 10_000  # notices; more than these at once, and the journal is read again


class DeskFigures:
    """Figures, trials and proposals of one desk. `contained` says of each alarm's id when its incident was contained.

    The journal is read at the first question and listened to from then on. Any thread may call.
    """

    def __init__(
        self,
        ledger: Ledger,
        site: Callable[[], Site],
        *,
        new_id: Callable[[], str],
        file: SiteFile | None = None,
        contained: Callable[[], Mapping[str, datetime]] = dict,
    ) -> None:
        self._ledger = ledger
        self._site = site
        self._file = file
        self._contained = contained
        self._lock = threading.Lock()
        self._lives = Lives()
        self._news: Subscription | None = None
        self.trials = Trials(ledger, new_id)
        self.proposals = Proposals(ledger, new_id, file)

    @property
    def zone(self) -> tzinfo:
        """The site's own time."""
        named = self._site().time_zone
        return UTC if named is None else ZoneInfo(named)

    def lives(self) -> tuple[Life, ...]:
        """Every alarm's life until now. Errors: StoreError where the journal is not whole."""
        with self._lock:
            if self._news is None:
                self._read()
            news = self._news
            while news is not None and (told := news.get(timeout=0.0)) is not None:
                if not isinstance(told, Notice):
                    self._read()
                    news = self._news
                elif told.seq > self._lives.seq and told.topic == "alarm" and isinstance(told.event, Event):
                    self._lives.follow(told.id, told.event)
            return self._lives.all(self._contained())

    def study(self, days: float | None = None, positions: int = 1) -> FiguresStudy:
        """What the record of the last `days` says (None: all of it); of `positions` operators. Errors: InputError."""
        until = self._ledger.utc()
        since = None if days is None else until - timedelta(days=days)
        return study_figures(self.lives(), since=since, until=until, zone=self.zone, positions=positions)

    def offers(self) -> tuple[Offer, ...]:
        """What can be offered to the site as its file stands now. Errors: SiteFileError."""
        return offers(self._written(), self.lives(), self.trials.all())

    def gains(self, alarms: Collection[str]) -> Gains:
        """What the alarms of an exercise, by their ids, can give back to the site as its file stands now."""
        try:
            site, lives = self._written(), self.lives()
            return Gains(gains=gains_of(site, offers(site, lives, self.trials.all()), lives, alarms))
        except BartizanError as error:
            # a report of an exercise must come all the same
            return Gains(trouble=str(error))

    def propose(self, names: Sequence[str], *, by: str) -> Proposal:
        """Offer these figures to the site, by their names, as one proposal.

        Errors: UnknownThingError where one is not on offer any more; as `Proposals.offer`.
        """
        known = {offer.name: offer for offer in self.offers()}
        missing = [name for name in names if name not in known]
        if missing:
            raise UnknownThingError(f"{missing[0]!r:.80} is not on offer. Read the list again")
        if not names or len(set(names)) != len(names):
            raise CommandError("name the figures to propose, each once")
        chosen = [known[name] for name in names]
        sources = "; ".join(f"{one.at} {one.key}: {one.measured} measured, {one.left_out} left out" for one in chosen)
        return self.proposals.offer([one.change for one in chosen], sources[:300], by=by)

    def _written(self) -> Site:
        """The site as its file stands now. Errors: SiteFileError."""
        return self._site() if self._file is None else self._file.draft(()).site

    def _read(self) -> None:
        """Listen first, then read, without the ledger's lock: what comes in between is told twice and taken once."""
        if self._news is not None:
            self._news.close()
        self._news = self._ledger.subscribe(_ROOM)
        self._lives = Lives(self._ledger.read())
