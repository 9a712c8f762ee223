"""What others notice: events of Frigate and notifications of ONVIF cameras, as observations and signals.

Readers are pure: a message goes in, what it says comes out. They open no connection and remember only what is going
on. They never read who somebody is: faces, names and number plates that others send are left out.
"""

from bartizan.adapters.foreign.frigate import FrigateReader
from bartizan.adapters.foreign.onvif import OnvifReader
from bartizan.adapters.foreign.taken import ForeignCounts, Taken

__all__ = ["ForeignCounts", "FrigateReader", "OnvifReader", "Taken"]
