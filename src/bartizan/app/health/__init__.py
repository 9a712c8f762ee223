"""How the desk itself does: signs of life in words, with what is well, what is to be watched and what is wrong."""

from bartizan.app.health.vitals import Probe, Vital, VitalState, feed_vitals, room_vitals

__all__ = ["Probe", "Vital", "VitalState", "feed_vitals", "room_vitals"]
