"""Reports of cameras over an MQTT broker, from several machines to one run; needs the extra `mqtt`."""

from bartizan.adapters.bus.access import Access, read_access
from bartizan.adapters.bus.address import BusAddress, read_address
from bartizan.adapters.bus.publisher import Publisher
from bartizan.adapters.bus.spool import Spool
from bartizan.adapters.bus.subscriber import Subscriber

__all__ = ["Access", "BusAddress", "Publisher", "Spool", "Subscriber", "read_access", "read_address"]
