"""A small site to be compiled under changes: an excerpt, built once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from bartizan.assess.harden.excerpt import Excerpt, Question
from bartizan.assess.neutralize import neutralization
from bartizan.assess.problem import Problem, compile_problem
from bartizan.errors import InputError
from bartizan.site.document import build
from bartizan.site.model import Change
from bartizan.site.site import Site


class Posed(NamedTuple):
    """A problem, and P_N of its response against its threat, None where the site does not say."""

    problem: Problem
    p_neutralization: float | None


def pose(site: Site, question: Question) -> Posed:
    """The problem that a question asks on a site which is in its state. Raises InputError where it cannot be asked."""
    problem = compile_problem(
        site,
        threat=question.threat,
        target=question.target,
        response=question.response,
        communication=question.communication,
    )
    return Posed(problem, neutralization(site, question.threat, question.response))


class SmallSite:
    """The site of an excerpt; None stands for what cannot be asked there."""

    def __init__(self, excerpt: Excerpt, question: Question, attachments: Mapping[str, Any]) -> None:
        self._excerpt = excerpt
        self._question = question
        try:
            self._site: Site | None = build(excerpt.document, attachments)
        except InputError:
            self._site = None

    def pose(self, changes: Iterable[Sequence[Change]]) -> Posed | None:
        """The problem under these changes; None where they make no site in which it can be asked."""
        if self._site is None:
            return None
        try:
            fitting = [one for listed in changes for one in self._excerpt.fitting(listed)]
            return pose(self._site.with_changes(fitting) if fitting else self._site, self._question)
        except InputError:
            return None
