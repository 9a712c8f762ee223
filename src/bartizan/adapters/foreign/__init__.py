"""What others notice: events of Frigate and notifications of ONVIF cameras, as observations and signals.

The two readers are pure: a message goes in, what it says comes out. They open no connection and remember only what is
going on. They never read who somebody is: faces, names and number plates that others send are left out.
"""

from bartizan.adapters.foreign.frigate import FrigateReader
from bartizan.adapters.foreign.lines import ForeignLines, began
from bartizan.adapters.foreign.onvif import OnvifReader
from bartizan.adapters.foreign.taken import ForeignCounts, Taken
from bartizan.adapters.foreign.told import SOURCES, ForeignTeller, Source

__all__ = [
    "SOURCES",
    "ForeignCounts",
    "ForeignLines",
    "ForeignTeller",
    "FrigateReader",
    "OnvifReader",
    "Source",
    "Taken",
    "began",
]
