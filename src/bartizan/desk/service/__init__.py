"""Out of service: what is worked on is taken out for a time, and its alarms are kept and shown, and make no sound."""

from bartizan.desk.service.life import CODEC, LONGEST, MOST_THINGS, Outage, apply
from bartizan.desk.service.quiet import covering, things_of

__all__ = ["CODEC", "LONGEST", "MOST_THINGS", "Outage", "apply", "covering", "things_of"]
