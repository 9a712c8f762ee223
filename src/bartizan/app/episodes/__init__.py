"""Episodes over days: counted while a run goes on, kept beside the site, shown against each zone's own base."""

from bartizan.app.episodes.counting import Counting
from bartizan.app.episodes.ports import CountRow, CountStore
from bartizan.app.episodes.study import EpisodeStudy, SeriesStudy, study_episodes

__all__ = ["CountRow", "CountStore", "Counting", "EpisodeStudy", "SeriesStudy", "study_episodes"]
