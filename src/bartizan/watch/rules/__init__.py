"""The rules of a site at work: what behaviours find becomes signals, sounded or silent, and it can be asked why."""

from bartizan.watch.rules.book import RuleBook
from bartizan.watch.rules.explain import Explanation

__all__ = ["Explanation", "RuleBook"]
