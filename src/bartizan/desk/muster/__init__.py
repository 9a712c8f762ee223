"""Muster: who should be here, who was found, who is missing. A list and its life, no more."""

from bartizan.desk.muster.life import CODEC, Muster, Person, Whereabouts, apply, decide_end, decide_mark, names_of

__all__ = ["CODEC", "Muster", "Person", "Whereabouts", "apply", "decide_end", "decide_mark", "names_of"]
