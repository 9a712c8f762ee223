"""What happened: alarms, where they were, and the pictures that were kept, of a stretch of time gone by."""

from bartizan.app.replay.past import Past, past
from bartizan.app.replay.ports import PastPicture, PastPictures

__all__ = ["Past", "PastPicture", "PastPictures", "past"]
