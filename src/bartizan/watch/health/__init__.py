"""Is the camera well: figures of its pictures, and signals where they say that it is not."""

from bartizan.watch.health.book import HealthBook
from bartizan.watch.health.faults import FAULTS, HealthParams
from bartizan.watch.health.meter import EVERY, Meter
from bartizan.watch.health.reading import Reading, Usual

__all__ = ["EVERY", "FAULTS", "HealthBook", "HealthParams", "Meter", "Reading", "Usual"]
