"""Advice on a site: what its parts are worth, whether its layers are in balance, how far each lever must go."""

from bartizan.app.advice.advise import Advice, AdviceCase, advise_site

__all__ = ["Advice", "AdviceCase", "advise_site"]
