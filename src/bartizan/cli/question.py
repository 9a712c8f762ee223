"""A question that was asked of a site, in words: whom it is about, and under which circumstances."""

from __future__ import annotations

from typing import Protocol

from bartizan.cli.words import printable


class Question(Protocol):
    """What an answer is to; `state` is empty for the site as written."""

    @property
    def threat(self) -> str | None:
        """The threat's id; None for any intruder."""
        ...

    @property
    def target(self) -> str | None:
        """The target's id, or those of several."""
        ...

    @property
    def state(self) -> tuple[str, ...]:
        """The ids of the states that hold."""
        ...

    @property
    def response(self) -> str | None:
        """The response's id."""
        ...

    @property
    def insider(self) -> str | None:
        """The id of one who helps."""
        ...


def question_words(asked: Question) -> str:
    """One line without what could command a terminal."""
    parts = (
        f"threat {asked.threat}" if asked.threat else "any intruder",
        f"target {asked.target}",
        f"state {','.join(asked.state)}" if asked.state else "as written",
        f"response {asked.response}",
        *([f"insider {asked.insider}"] if asked.insider else []),
    )
    return printable(", ".join(parts))
