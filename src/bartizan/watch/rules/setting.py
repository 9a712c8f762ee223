"""A rule with what it needs of its site, and which sightings it minds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import Point

from bartizan.errors import MissingPartError
from bartizan.site.model import Element, Rule, Zone
from bartizan.site.site import Site
from bartizan.watch.batch import Batch
from bartizan.watch.behaviours.event import Behaviour

Place = tuple[float, float]
Make = Callable[[Rule, Site], Behaviour]


@dataclass(frozen=True, slots=True)
class Setting:
    """A rule, its behaviour, its zone and the elements that a signal of it may speak of; `labels`: what it minds."""

    rule: Rule
    behaviour: Behaviour
    zone: Zone | None
    elements: tuple[Element, ...]
    labels: frozenset[str]

    @classmethod
    def of(cls, site: Site, rule: Rule, behaviours: Mapping[str, Make]) -> Setting:
        """The setting of a rule. Raises MissingPartError where nobody can watch for its behaviour."""
        make = behaviours.get(rule.kind)
        if make is None:
            raise MissingPartError(f"rule '{rule.id}': nothing here watches for {rule.kind}. Take the rule out")
        zone = None if rule.zone is None else site.zone(rule.zone)
        names = (rule.element,) if rule.element is not None else () if zone is None else zone.elements
        # whoever left a thing must be seen too, for it to be left by anybody
        labels = rule.classes | {"person"} if rule.kind == "left-object" else rule.classes
        return cls(rule, make(rule, site), zone, tuple(site.element(name) for name in names), labels)

    @property
    def follows(self) -> bool:
        """Whether it must know where and when its people were seen last."""
        return self.rule.group_seconds > 0.0 or bool(self.rule.escalate)

    def minded(self, batch: Batch) -> Batch:
        """The points of a moment that this rule minds: of its classes, and not known to be of another size."""
        keep = None
        if not self.labels.issuperset(batch.labels):
            keep = np.fromiter((label in self.labels for label in batch.labels), np.bool_, len(batch))
        low, high = self.rule.min_height, self.rule.max_height
        if low is not None or high is not None:
            # what nobody has measured is NaN and compares as neither
            with np.errstate(invalid="ignore"):
                wrong = (batch.heights < (low or 0.0)) | (batch.heights > (np.inf if high is None else high))
            keep = ~wrong if keep is None else keep & ~wrong
        return batch if keep is None else batch.where(keep)

    def nearest(self, at: Place) -> str | None:
        """The element that is nearest to a place [m]; the first one where none is drawn."""
        if not self.elements:
            return None
        drawn = [element for element in self.elements if element.shape is not None]
        if not drawn:
            return self.elements[0].id
        return min(drawn, key=lambda element: element.shape.distance(Point(at)) if element.shape else 0.0).id


def holds(zone: Zone, at: Place) -> bool:
    """Whether a place [m] lies in a zone; its edge belongs to it."""
    return bool(shapely.intersects_xy(zone.polygon, at[0], at[1]))
