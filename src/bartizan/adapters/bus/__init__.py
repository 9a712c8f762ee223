"""Over an MQTT broker: reports of cameras to one run, words of sensors to a desk, its alarms onward; an extra."""

from bartizan.adapters.bus.access import Access, read_access
from bartizan.adapters.bus.address import BusAddress, read_address
from bartizan.adapters.bus.inlet import Inlet
from bartizan.adapters.bus.outlet import Outlet
from bartizan.adapters.bus.publisher import Publisher
from bartizan.adapters.bus.spool import Spool
from bartizan.adapters.bus.subscriber import Subscriber

__all__ = ["Access", "BusAddress", "Inlet", "Outlet", "Publisher", "Spool", "Subscriber", "read_access", "read_address"]
