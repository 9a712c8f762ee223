"""The data-protection statement of a site as a page for those who are watched, and those who oversee the watch."""

from __future__ import annotations

from bartizan.adapters.report.page import rendered
from bartizan.adapters.report.section import Head, Line, Row, Section, Table
from bartizan.app.privacy import Statement, View, Watched

TEMPLATE = "sections.html.j2"


def render(statement: Statement) -> str:
    """The statement as one HTML page: no script, no outside reference, the same bytes for the same statement."""
    return rendered(
        TEMPLATE,
        title=f"Data protection: {statement.site_name}",
        kicker=f"{statement.site_name}: what the watch learns of people, how long it is kept, and why",
        heading="Data protection",
        facts=_facts(statement),
        sections=(_kept(statement), _views(statement), _rules(statement), _never(statement)),
    )


def _facts(statement: Statement) -> list[tuple[str, str]]:
    privacy = statement.privacy
    said = (
        []
        if privacy is None
        else [
            ("Purpose of kept pictures", privacy.purpose),
            ("Who answers for it", privacy.controller),
            ("Where to ask", privacy.contact),
            ("It rests on", privacy.basis),
        ]
    )
    facts = [(head, words) for head, words in said if words is not None]
    return [*facts, ("Hash of the site", statement.site_hash)]


def _kept(statement: Statement) -> Section:
    rows = tuple(Row((one.what, one.where, one.how_long, one.why)) for one in statement.kept)
    heads = (Head("what"), Head("where"), Head("how long"), Head("why"))
    none = (Line("No picture is kept."),) if not any(rule.pictures for rule in statement.rules) else ()
    return Section("What is kept, how long and why", none, tables=(Table("All that there is.", heads, rows),))


def _views(statement: Statement) -> Section:
    rows = tuple(Row((view.name or view.camera, *_seen(view))) for view in statement.views)
    heads = (Head("camera"), Head("what it is used for"), Head("masked", number=True))
    return Section("What is looked at", tables=(Table("What is masked leaves a camera for nobody.", heads, rows),))


def _seen(view: View) -> tuple[str, str]:
    use = "people are followed on the plan" if view.watched else "its place on the plan is not known: not followed"
    return use, "–" if view.masked is None else f"{view.masked:.0%}"


def _rules(statement: Statement) -> Section:
    rows = tuple(
        Row((rule.name or rule.rule, rule.kind, rule.where, _when(rule), "yes" if rule.pictures else "no"))
        for rule in statement.rules
    )
    heads = (Head("rule"), Head("behaviour"), Head("where"), Head("when"), Head("keeps a picture"))
    caption = "Behaviour in place and time, and nothing else, raises a signal."
    return Section("What is watched for", tables=(Table(caption, heads, rows),))


def _when(rule: Watched) -> str:
    when = [*rule.hours, *(f"in state {state}" for state in rule.states)]
    return "; ".join(when) or "always"


def _never(statement: Statement) -> Section:
    return Section("What is never worked out", tuple(Line(words) for words in statement.never))
