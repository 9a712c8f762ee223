"""The simulation of a site: what happens if its worst paths are tried, again and again?"""

from bartizan.app.simulate.campaign import Campaign, CampaignCase, Question, Trials, Tried, simulate_site
from bartizan.app.simulate.workers import threads

__all__ = ["Campaign", "CampaignCase", "Question", "Trials", "Tried", "simulate_site", "threads"]
