"""The data-protection statement of a site: worked out from its file, so that it cannot say less than what is done."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import shapely

from bartizan import __version__
from bartizan.site.model import Camera, Rule
from bartizan.site.privacy import Privacy
from bartizan.site.site import Site
from bartizan.watch.tracking.track import TrackerParams

SCHEMA = 1
NEVER = (
    "faces, gaits or any other mark by which a person could be known again",
    "who somebody is: whether two tracks could be one person is told by place and time, and judged by people",
    "appearance, origin, dress, age or sex",
    "sound",
)
"""What is never worked out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One camera: whether it is watched (it has a model), and the share of its picture that is masked, or None."""

    camera: str
    name: str | None
    watched: bool
    masked: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """One rule: which behaviour, where, when (empty: always), and whether its signals keep a picture."""

    rule: str
    name: str | None
    kind: str
    where: str
    hours: tuple[str, ...]
    states: tuple[str, ...]
    pictures: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One kind of data: what it is, where it is kept, how long, and why."""

    what: str
    where: str
    how_long: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What a site's watch learns of people; `privacy` is None where the site says nothing and keeps no picture."""

    site_name: str
    site_hash: str
    views: tuple[View, ...]
    rules: tuple[Watched, ...]
    kept: tuple[Kept, ...]
    privacy: Privacy | None
    never: tuple[str, ...] = NEVER

    def to_json(self) -> dict[str, Any]:
        """The statement as a JSON object."""
        return {
            "schema": SCHEMA,
            "bartizan": __version__,
            "site": {"name": self.site_name, "hash": self.site_hash},
            "privacy": None if self.privacy is None else asdict(self.privacy),
            "cameras": [asdict(view) for view in self.views],
            "rules": [asdict(rule) for rule in self.rules],
            "kept": [asdict(one) for one in self.kept],
            "never": list(self.never),
        }


def statement_of(site: Site) -> Statement:
    """The statement of a site as its file has it."""
    return Statement(
        site_name=site.name,
        site_hash=site.hash,
        views=tuple(_view(camera) for camera in site.cameras),
        rules=tuple(_watched(rule) for rule in site.rules),
        kept=tuple(_kept(site)),
        privacy=site.privacy,
    )


def _view(camera: Camera) -> View:
    masked = None
    if camera.size is not None:
        picture = shapely.box(0.0, 0.0, *camera.size)
        masked = shapely.intersection(shapely.union_all(list(camera.masks)), picture).area / picture.area
    return View(camera=camera.id, name=camera.name, watched=camera.model is not None, masked=masked)


def _watched(rule: Rule) -> Watched:
    where = rule.zone or rule.element or "a line of the plan"
    return Watched(
        rule=rule.id,
        name=rule.name,
        kind=rule.kind,
        where=where,
        hours=tuple(one.words for one in rule.hours),
        states=tuple(sorted(rule.states)),
        pictures=rule.pictures,
    )


def _kept(site: Site) -> list[Kept]:
    params = TrackerParams()
    kept = [
        Kept(
            what="pictures as they come",
            where="memory, of one process for each camera; masked before anything looks at them",
            how_long="until the next few",
            why="to see where people walk, and to show the duty officer",
        ),
        Kept(
            what="places of people on the plan, under an id that is drawn for the run and means nothing",
            where="memory",
            how_long=f"{params.link:g} s after somebody was last seen, or as long as the longest rule looks back",
            why="to tell behaviour from passing by",
        ),
        Kept(
            what="signals: behaviour, zone, times, places and the figures that made them; no picture",
            where="the journal of the desk",
            how_long="until whoever runs the desk deletes the journal",
            why="to show what was raised, by what, and what was done about it",
        ),
        Kept(
            what="how many episodes a zone had in each hour of the week; nobody in particular",
            where="the data folder",
            how_long="as `bartizan episodes` says; only where it is used",
            why="to notice days on which there are improbably many",
        ),
        Kept(
            what="who armed or disarmed a rule, when and why",
            where="the data folder",
            how_long="until whoever runs the site deletes it",
            why="to know why something did not sound",
        ),
        Kept(
            what="recordings of what was seen (places and boxes, no pictures)",
            where="the file named by --record",
            how_long="until whoever made it deletes it",
            why="to play a watch again, byte for byte; only where somebody asks for it",
        ),
    ]
    rules = [rule.id for rule in site.rules if rule.pictures]
    if site.privacy is not None and rules:
        kept.append(
            Kept(
                what=f"one picture at each signal of {', '.join(rules)}, everybody else reduced to blocks",
                where="the folder named by --pictures, or the desk's data folder; readable by its owner alone",
                how_long=f"{site.privacy.pictures_days:g} days, then deleted by itself",
                why=site.privacy.purpose,
            )
        )
    return kept
