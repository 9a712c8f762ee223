"""Advice: what each element and sensor is worth, whether the layers are in balance, and how far each lever must go."""

from bartizan.assess.advice.altered import Place
from bartizan.assess.advice.balance import balance
from bartizan.assess.advice.importance import importance
from bartizan.assess.advice.levers import levers
from bartizan.assess.advice.result import Importance, Layer, Lever, Strength

__all__ = ["Importance", "Layer", "Lever", "Place", "Strength", "balance", "importance", "levers"]
