"""The courier: takes what waits in the cabinet to mail servers and programs, one after another, and tries again."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from random import Random

from bartizan.app.outreach.hooks import HookFeed
from bartizan.app.outreach.outreach import REMEMBERED, Outreach, require_inside
from bartizan.app.outreach.ports import AwayError, Cabinet, Hooks, Post, RefusedError
from bartizan.desk.errors import ExerciseMixError
from bartizan.desk.outreach import Message, after_failure
from bartizan.errors import BartizanError

AT_ONCE = 100  # messages of one round
EVERY = 1.0  # seconds between rounds
LONGEST_PROBLEM = 200

log = logging.getLogger(__name__)


class Courier:
    """Sends what is due. At least once: a message leaves the queue when its receiver has taken it, and not before.

    `now` is real time, an exercise's own clock never: what is real must arrive. No lock is held while the network is
    waited for.
    """

    def __init__(
        self,
        outreach: Outreach,
        cabinet: Cabinet,
        post: Post,
        hooks: Hooks,
        *,
        feed: HookFeed | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        generator: Random | None = None,
    ) -> None:
        self._outreach = outreach
        self._cabinet = cabinet
        self._post = post
        self._hooks = hooks
        self._feed = feed
        self._now = now
        self._generator = Random() if generator is None else generator  # noqa: S311 - pauses, no secret
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Work in a thread of its own until `stop`."""
        self._stop.clear()
        self._thread = threading.Thread(target=self._run, name="courier", daemon=True)
        self._thread.start()

    def stop(self, timeout: float = 5.0) -> None:
        """Take nothing more; what is on its way may still arrive, and is then sent once more at the next start."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout)
            self._thread = None

    def round(self) -> int:
        """Try everything that is due, once. Returns how many were sent."""
        if self._feed is not None:
            self._feed.pump()
        at = self._now()
        self._cabinet.forget_before(at - REMEMBERED)
        sent = 0
        away: set[str] = set()
        for message in self._cabinet.due(at, AT_ONCE):
            if self._stop.is_set():
                break
            place = message.to if message.medium == "hook" else "mail"
            # where nobody was there at all, nobody else waits for it in this round: it costs twenty seconds each
            if place not in away:
                try:
                    sent += self._carry(message)
                except AwayError:
                    away.add(place)
        return sent

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self.round()
            except BartizanError as error:
                log.warning("outreach: %s", error)
            except Exception:
                # whatever it was, the next round must come: people wait for their mail
                log.exception("outreach: a round failed")
            self._stop.wait(EVERY)

    def _carry(self, message: Message) -> bool:
        try:
            require_inside(message)
            if not self._deliver(message):
                self._cabinet.done(message.key, "forgotten", self._now())
                return False
        except AwayError as error:
            self._later(message, str(error))
            if error.whole:
                raise
            return False
        except (RefusedError, ExerciseMixError) as error:
            log.warning("outreach: %s is not sent: %s", message.key, error)
            self._cabinet.done(message.key, "refused", self._now())
            self._outreach.came_back(message)
            return False
        self._cabinet.done(message.key, "sent", self._now())
        self._outreach.arrived(message)
        return True

    def _deliver(self, message: Message) -> bool:
        """Hand it over; False where its receiver is no longer one."""
        settings = self._outreach.settings
        if message.medium == "hook":
            hook = next((one for one in settings.hooks if f"hook/{one.id}" == message.to), None)
            if hook is None:
                return False
            self._hooks.call(message, hook, self._now())
            return True
        if settings.mail is None:
            raise AwayError("there is no mail server. Name one in the settings", whole=True)
        address = self._outreach.address(message)
        if address is None:
            return False
        self._post.send(message, address, settings.mail)
        return True

    def _later(self, message: Message, problem: str) -> None:
        waits = after_failure(message, problem[:LONGEST_PROBLEM], self._now(), self._generator)
        if waits is None:
            log.error("outreach: %s is given up after %s tries: %s", message.key, message.tries + 1, problem)
            self._cabinet.done(message.key, "given-up", self._now())
        else:
            self._cabinet.delay(waits)
