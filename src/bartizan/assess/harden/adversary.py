"""The adversary: for any set of upgrades he chooses the worst case and path anew, by the exact engine."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from bartizan.assess.harden.choices import Choices, members
from bartizan.assess.harden.excerpt import Move, Question, moves_of
from bartizan.assess.harden.overlay import Overlay
from bartizan.assess.harden.smallsite import Posed, pose
from bartizan.assess.paths import worst_paths
from bartizan.assess.result import Path
from bartizan.errors import InputError, MissingPartError
from bartizan.site.model import Change
from bartizan.site.site import Site

PATHS = 2  # that one answer gives: of different elements, so that fewer answers are needed
ALIKE = 1e-9  # the same figures in another order give values that differ by rounding alone
_SITES_KEPT = 4


@dataclass(frozen=True, slots=True)
class Answer:
    """The worst that a set of upgrades leaves in one case.

    `value`: P_I, or P_E, of the worst path, inf where no path is left; the truth lies from `proved` to `value`.
    `paths`: the worst paths, `p_interruption` and `p_neutralization` of the worst; None where no path is left.
    """

    value: float
    proved: float
    paths: tuple[Path, ...]
    p_interruption: float | None
    p_neutralization: float | None

    @property
    def moves(self) -> tuple[tuple[Move, ...], ...]:
        """What is done on each of the paths."""
        return tuple(moves_of(path) for path in self.paths)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One case ready to be asked: the site in its state, and what each upgrade changes there."""

    question: Question
    site: Site
    changes: tuple[tuple[Change, ...], ...]


class Contradiction(Exception):  # noqa: N818 - no error of the user's: it teaches the search
    """A set of upgrades that makes no site; `upgrades`: a part of it that makes none either, `reason` in words."""

    def __init__(self, upgrades: int, reason: str) -> None:
        super().__init__(reason)
        self.upgrades = upgrades
        self.reason = reason


class Adversary:
    """Answers for every case and set of upgrades; each only once."""

    def __init__(self, scenes: Sequence[Scene], choices: Choices, *, effective: bool) -> None:
        self.scenes = tuple(scenes)
        self._choices = choices
        self._effective = effective
        self._answers: dict[tuple[int, int], Answer] = {}
        self._sites: dict[tuple[tuple[str, ...], str | None, int], Site] = {}
        self._overlays = [Overlay(one.question, one.site, one.changes) for one in self.scenes]
        self.asked = 0

    def answer(self, case: int, mask: int) -> Answer:
        """The worst of one case under a set of upgrades. Raises Contradiction where the set makes no site."""
        key = case, mask
        if key not in self._answers:
            self._answers[key] = self._ask(case, mask)
        return self._answers[key]

    def known(self, case: int, mask: int) -> Answer | None:
        """The answer where it was asked for before."""
        return self._answers.get((case, mask))

    def whole(self, case: int, mask: int) -> Answer:
        """As `answer`, on the whole site read anew: for what is shown, and to check what was laid over.

        Raises AssertionError where the two differ, which is a slip of ours.
        """
        answer = self.answer(case, mask)
        scene = self.scenes[case]
        again = self._answered(pose(_changed(scene, mask), scene.question), scene, mask)
        if again.value != answer.value and not abs(again.value - answer.value) <= ALIKE:
            raise AssertionError(f"{scene.question}, {self._choices.names(mask)}: {answer.value!r} and {again.value!r}")
        return again

    def _ask(self, case: int, mask: int) -> Answer:
        scene = self.scenes[case]
        try:
            posed = self._overlays[case].posed(mask, lambda part: self._site(scene, part))
        except InputError as error:
            if not mask:
                raise
            raise self._contradiction(scene, mask, error) from None
        self.asked += 1
        return self._answered(posed, scene, mask)

    def _answered(self, posed: Posed, scene: Scene, mask: int) -> Answer:
        share = posed.p_neutralization
        paths, certificate = worst_paths(posed.problem, PATHS)
        if not paths or certificate is None:
            return Answer(math.inf, math.inf, (), None, share)
        if self._effective and share is None:
            raise MissingPartError(
                f"with {', '.join(self._choices.names(mask))} no engagement figure gives P_N of response "
                f"'{scene.question.response}' any more. Leave p_neutralization to it, or take it from all responses"
            )
        factor = share if self._effective and share is not None else 1.0
        return Answer(
            value=factor * certificate.value,
            proved=factor * certificate.lower_bound,
            paths=paths,
            p_interruption=certificate.value,
            p_neutralization=share,
        )

    def _site(self, scene: Scene, mask: int) -> Site:
        key = scene.question.state, scene.question.insider, mask
        if key not in self._sites:
            while len(self._sites) >= _SITES_KEPT:
                del self._sites[next(iter(self._sites))]
            self._sites[key] = _changed(scene, mask)
        return self._sites[key]

    def _contradiction(self, scene: Scene, mask: int, error: InputError) -> Contradiction:
        """The least part of a set that still makes none: what can be left out is left out, one after another."""
        for one in members(mask):
            fewer = mask & ~self._choices.needed_by[one]
            if not fewer or fewer == mask:
                continue
            try:
                pose(_changed(scene, fewer), scene.question)
            except InputError as still:
                mask, error = fewer, still
        return Contradiction(mask, str(error))


def _changed(scene: Scene, mask: int) -> Site:
    changes = [change for one in members(mask) for change in scene.changes[one]]
    return scene.site.with_changes(changes) if changes else scene.site
