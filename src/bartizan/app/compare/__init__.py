"""Two sites, or two states of one, side by side: what differs, and what the difference does to every answer."""

from bartizan.app.compare.compare import Comparison, Pair, Side, compare_sites, compare_states

__all__ = ["Comparison", "Pair", "Side", "compare_sites", "compare_states"]
