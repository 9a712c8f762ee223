"""The desk: signals in, alarms kept, people's commands, and what an alarm means for the clock."""

from bartizan.app.desk.desk import Desk
from bartizan.app.desk.influx import Influx
from bartizan.app.desk.situation import Situation

__all__ = ["Desk", "Influx", "Situation"]
